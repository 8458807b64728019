"""JSON logs without health data: no query strings, no bodies, no exception messages."""

import traceback
from types import TracebackType
from typing import Any

import structlog

from core import context


def add_request_id(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Every line of a request carries its id."""
    if request_id := context.current().request_id:
        event.setdefault("request_id", request_id)
    return event


def bare_exception(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Say which exception came from where; its message may hold what somebody typed."""
    info = event.pop("exc_info", None)
    if info is True:
        info = structlog.processors._figure_out_exc_info(True)
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0]:
        event["exception"] = info[0].__qualname__
        event["at"] = _frames(info[2])
    return event


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-12:]]


PRE_CHAIN: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_request_id,
    bare_exception,
]


def configure(level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING: one JSON object per line on standard error."""
    structlog.configure(
        processors=[*PRE_CHAIN, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderers = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()]
    formatter = {"()": structlog.stdlib.ProcessorFormatter, "processors": renderers, "foreign_pre_chain": PRE_CHAIN}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Django's own request lines would repeat ours, and name paths with what was typed into them.
        "loggers": {
            "django": {"level": level, "propagate": True, "handlers": []},
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "WARNING"},
            # At DEBUG they write what they send: rows and addresses.
            "pymongo": {"level": "WARNING"},
            "urllib3": {"level": "WARNING"},
            # A line for each search otherwise, and a trace for each one that fails: patients.search.link tells once.
            "elastic_transport": {"level": "CRITICAL"},
            "elasticsearch": {"level": "WARNING"},
            # Without a handler of its own the job worker would add one that does not write JSON.
            "huey": {"level": "WARNING", "propagate": False, "handlers": ["stderr"]},
        },
    }

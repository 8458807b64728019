"""From a page of our own to a PDF. WeasyPrint is loaded when the first one is made: it needs Pango."""

import logging
import threading
from functools import cache
from typing import Any, NoReturn

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

STYLE = "css/paper.css"
TYPE = "application/pdf"
# The style goes into the page itself: nothing else of the clinic lies beside a file that is opened without a server.
_FRAME = (
    '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{}</title><style>{}</style></head><body>{}</body></html>"
)
# One at a time: making pages keeps a core busy for a second, and the others have visits to book.
_AT_THE_PRESS = threading.Lock()


class NoPdf(Exception):
    """This machine cannot make PDFs: Pango is missing."""


def is_possible() -> bool:
    """Whether this machine can make PDFs."""
    try:
        _press()
    except NoPdf:
        return False
    return True


def document(template: str, *, title: str = "", **values: Any) -> str:
    """A page that stands alone: its style inside, nothing to fetch. `template` is what the body holds."""
    body = render_to_string(template, {"clinic_name": settings.CLINIC_NAME, **values})
    return format_html(_FRAME, get_language() or "en", title or settings.CLINIC_NAME, _style(), SafeString(body))


def make(page: str) -> bytes:
    """The page as a PDF. Raises NoPdf."""
    html, fetch_nothing = _press()
    with _AT_THE_PRESS:
        made: bytes = html(string=page, url_fetcher=fetch_nothing).write_pdf()
    return made


def _press() -> tuple[Any, Any]:
    """WeasyPrint, and what it asks for pictures and styles that a page names."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise NoPdf from error
    for name in ("fontTools", "weasyprint", "weasyprint.progress"):
        logging.getLogger(name).setLevel(logging.ERROR)

    class FetchNothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> NoReturn:
            refuse(url)

    return HTML, FetchNothing()


def refuse(url: str) -> NoReturn:
    """Our pages hold their pictures and styles: whatever they name besides was typed by somebody."""
    raise ValueError("nothing is fetched for a printed page")


@cache
def _style() -> SafeString:
    text = (settings.BASE_DIR / "static" / STYLE).read_text(encoding="utf-8")
    return mark_safe(text)  # noqa: S308 - our own file

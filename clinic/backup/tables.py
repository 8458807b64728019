"""Which tables a backup holds, in which order, and their rows as plain values that no database is behind."""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import models

Model = type[models.Model]
Field = models.Field[Any, Any]

# Short-lived: who is signed in, counters, answers kept for a repeat, jobs. After a restore they would be wrong.
LEFT_OUT = frozenset(
    {
        "sessions.Session",
        "accounts.ApiSession",
        "accounts.FirstRunCode",
        "core.ThrottleCounter",
        "core.IdempotencyRecord",
        "core.KeptJob",
        "patients.SearchChange",
        "patients.SearchTurn",
    }
)
# These the migrations fill: they do not mean that a clinic is in use.
FILLED_BY_MIGRATIONS = frozenset(
    {
        "contenttypes.ContentType",
        "auth.Permission",
        "auth.Group",
        "auth.Group_permissions",
        "appointments.AppointmentType",
    }
)
_READ_AT_ONCE = 1000
# JSON holds their values as they are.
_PLAIN = (
    models.JSONField,
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.FloatField,
)


def every_table() -> list[Model]:
    """All tables of this clinic, many-to-many ones too; a table stands behind those that it points to."""
    ordered: dict[Model, None] = {}
    under_way: set[Model] = set()

    def visit(model: Model) -> None:
        if model in under_way:
            return
        under_way.add(model)
        for field in model._meta.concrete_fields:
            if field.is_relation and isinstance(field.related_model, type):
                visit(field.related_model)
        ordered[model] = None

    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            visit(model)
    return list(ordered)


def kept_tables() -> list[Model]:
    """The tables that a backup holds."""
    return [model for model in every_table() if model._meta.label not in LEFT_OUT]


def columns(model: Model) -> list[str]:
    """The columns by the names that the code gives them."""
    return [field.attname for field in model._meta.concrete_fields]


def lines(model: Model, passed: Callable[[int], None]) -> Generator[bytes, None, None]:
    """All rows as JSON lines, a few hundred a piece, in the order of their keys; `passed` hears how many."""
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    take = [_taker(field) for field in model._meta.concrete_fields]
    piece: list[str] = []
    for row in model._base_manager.order_by("pk").iterator(chunk_size=_READ_AT_ONCE):
        piece.append(dump([one(row) for one in take]))
        if len(piece) == _READ_AT_ONCE:
            yield _joined(piece)
            passed(len(piece))
            piece.clear()
    if piece:
        yield _joined(piece)
        passed(len(piece))


def _joined(piece: list[str]) -> bytes:
    return ("\n".join(piece) + "\n").encode()


def _taker(field: Field) -> Callable[[models.Model], Any]:
    name = field.attname

    def take(row: models.Model) -> Any:
        value = getattr(row, name)  # an encrypted text is opened here
        if value is None or type(value) in {str, int, bool, float} or isinstance(field, models.JSONField):
            return value
        return field.value_to_string(row)

    return take


def maker(model: Model, found: list[str]) -> Callable[[list[Any]], models.Model]:
    """Makes objects of `model` from values in the order of the columns `found`."""
    places = [found.index(name) for name in columns(model)]
    read = [_reader(field) for field in model._meta.concrete_fields]

    def make(values: list[Any]) -> models.Model:
        return model(*[one(values[place]) for one, place in zip(read, places, strict=True)])

    return make


def _reader(field: Field) -> Callable[[Any], Any]:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, _PLAIN):
        return _as_it_is
    return lambda value: None if value is None else field.to_python(value)


def _as_it_is(value: Any) -> Any:
    return value


@contextmanager
def times_as_given(model: Model) -> Iterator[None]:
    """Inside, no field of the table puts the present time in place of the one that it is given."""
    stamped = [field for field in model._meta.concrete_fields if getattr(field, "auto_now", False)]
    created = [field for field in model._meta.concrete_fields if getattr(field, "auto_now_add", False)]
    try:
        _switch(stamped, created, on=False)
        yield
    finally:
        _switch(stamped, created, on=True)


def _switch(stamped: list[Any], created: list[Any], *, on: bool) -> None:
    for field in stamped:
        field.auto_now = on
    for field in created:
        field.auto_now_add = on

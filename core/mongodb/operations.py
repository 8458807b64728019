"""How values go into the database and come out."""

import json
from typing import Any

from django.db import DataError
from django_mongodb_backend.operations import DatabaseOperations as Upstream

from core.mongodb.sequences import AUTO_FIELDS


class DatabaseOperations(Upstream):
    """Values of lookups, JSON and integer keys."""

    compiler_module = "core.mongodb.compiler"

    def prep_for_iexact_query(self, x: str) -> str:
        """Escape the text: 5.2.4 takes it as a regular expression, so that `iexact=".*"` finds everybody.

        May go when `email__iexact=".*"` finds nobody without it (test_lookups.py).
        """
        return str(self.prep_for_like_query(x))

    def adapt_json_value(self, value: Any, encoder: type[json.JSONEncoder] | None) -> Any:
        """JSON as every other database keeps it: a datetime is refused, a key is text, a tuple becomes a list.

        5.2.4 hands the bare object to BSON, which has other types. May go when test_fields.py passes without it.
        """
        if value is None:
            return None
        try:
            return json.loads(json.dumps(value, cls=encoder))
        except json.JSONDecodeError as error:
            raise DataError("The value is no JSON.") from error

    def get_db_converters(self, expression: Any) -> list[Any]:
        """Integer keys come out as int, not as bson's Int64; upstream has no integer keys to convert.

        May go with core.mongodb.sequences, when `Group.objects.get(pk=2**40).pk` is an int (test_keys.py).
        """
        converters: list[Any] = super().get_db_converters(expression)
        if expression.output_field.get_internal_type() in AUTO_FIELDS:
            converters.append(self.convert_integerfield_value)
        return converters

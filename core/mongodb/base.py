"""The entry point that Django loads for ENGINE = "core.mongodb"."""

from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from django.db import OperationalError
from django_mongodb_backend.base import DatabaseWrapper as Upstream
from pymongo.errors import PyMongoError

from core.mongodb import server
from core.mongodb.collection import WatchedCollection
from core.mongodb.features import DatabaseFeatures
from core.mongodb.operations import DatabaseOperations
from core.mongodb.schema import DatabaseSchemaEditor
from core.mongodb.transactions import TransactionalWrapper
from core.mongodb.validation import DatabaseValidation

# Unless MONGO_URI says otherwise: a dead server is noticed within seconds, an acknowledged write survives a fail-over.
DEFAULTS = {"serverSelectionTimeoutMS": 5000, "connectTimeoutMS": 5000, "w": "majority", "retryWrites": True}


def _isnull(field: str, is_null: bool) -> dict[str, Any]:
    """`{field: None}` finds missing fields too, as upstream's `$or` of both does.

    With that `$or` beside another condition the planner takes no order from an index: 5.2.4 reads and sorts every
    patient for the first page. May go when test_query_plans.py passes without it.
    """
    return {field: None} if is_null else {field: {"$ne": None}}


class DatabaseWrapper(TransactionalWrapper):
    """A connection of one thread; the threads of a process share one pool."""

    # The types of the foreign keys that point to them: upstream joins columns of two types as text, by no index.
    data_types = {**Upstream.data_types, "AutoField": "long", "BigAutoField": "long", "SmallAutoField": "int"}
    mongo_operators = {**Upstream.mongo_operators, "isnull": _isnull}
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    validation_class = DatabaseValidation
    SchemaEditorClass = DatabaseSchemaEditor

    # Pools whose server has been found fit.
    _examined: ClassVar[set[int]] = set()

    def get_connection_params(self) -> dict[str, Any]:
        """Upstream's options and our defaults, as far as MONGO_URI does not name them."""
        params: dict[str, Any] = super().get_connection_params()
        named = {name.lower() for name, _ in parse_qsl(urlsplit(params["host"] or "").query)}
        return {name: value for name, value in DEFAULTS.items() if name.lower() not in named} | params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """The process's pool. Raises OperationalError with one sentence when the server will not do."""
        try:
            client = super().get_new_connection(conn_params)
        except (PyMongoError, ValueError, TypeError) as error:
            raise OperationalError(f"MONGO_URI: the address cannot be used ({error}).") from error
        if id(client) not in self._examined:
            server.examine(client, self.settings_dict["NAME"])
            self._examined.add(id(client))
        return client

    def check_database_version_supported(self) -> None:
        """Done once by server.examine; upstream asks the server again in each thread. Goes when examine goes."""

    def close_pool(self) -> None:
        """Close the pool; the next one is examined again."""
        self._examined.discard(id(self.connection))
        super().close_pool()

    def is_usable(self) -> bool:
        """Whether the server answers. 5.2.4 lacks it: Django's health check would raise NotImplementedError.

        May go when test_stock_cannot_tell (test_errors.py) fails.
        """
        try:
            self.connection.admin.command("ping")
        except PyMongoError:
            return False
        return True

    def get_collection(self, name: str, **options: Any) -> Any:
        """A collection that speaks Django's errors; goes with WatchedCollection."""
        return WatchedCollection(self, super().get_collection(name, **options))

"""What the server must be, said in one sentence when it is not. Asked once per process."""

from typing import Any

from django.db import OperationalError
from pymongo import MongoClient
from pymongo.errors import (
    ConfigurationError,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

OLDEST = (6, 0)
_WRONG_PASSWORD, _NOT_ALLOWED, _WRONG_MECHANISM = 18, 13, 8000


def examine(client: "MongoClient[dict[str, Any]]", database: str) -> None:
    """Raise OperationalError unless the server is reachable, lets us in, is new enough and can do transactions."""
    try:
        hello = client.admin.command("hello")
        version = tuple(client.server_info()["versionArray"])
        client[database].command("listCollections", nameOnly=True, authorizedCollections=True)
    except PyMongoError as error:
        raise OperationalError(f"MONGO_URI: {_sentence(error, client)}") from error
    if version[:2] < OLDEST:
        found, oldest = ".".join(map(str, version[:3])), ".".join(map(str, OLDEST))
        raise OperationalError(f"MONGO_URI: MongoDB {oldest} or newer is needed, this server is {found}.")
    if not _has_transactions(hello):
        raise OperationalError(
            "MONGO_URI: this MongoDB is a standalone server; transactions need a replica set. One node is enough: "
            "start it with --replSet rs0 and run rs.initiate() once."
        )


def _has_transactions(hello: dict[str, Any]) -> bool:
    return "setName" in hello or hello.get("msg") == "isdbgrid"


def _sentence(error: PyMongoError, client: Any) -> str:
    if isinstance(error, ServerSelectionTimeoutError):
        return _why_unreachable(error, client)
    if isinstance(error, InvalidURI | ConfigurationError):
        return f"the address cannot be used ({error})."
    code = error.code if isinstance(error, OperationFailure) else None
    if code in {_WRONG_PASSWORD, _WRONG_MECHANISM}:
        return "the server refuses the user name or the password."
    if code == _NOT_ALLOWED:
        return "the server wants a user name and password with rights on this database."
    return f"the server cannot be used ({type(error).__name__})."


def _why_unreachable(error: ServerSelectionTimeoutError, client: Any) -> str:
    kinds = {server.server_type_name for server in client.topology_description.server_descriptions().values()}
    hosts = ", ".join(f"{host}:{port}" for host, port in sorted(client.topology_description.server_descriptions()))
    if kinds == {"RSGhost"}:
        return f"the replica set at {hosts} has not been initiated: run rs.initiate() once."
    if kinds & {"RSSecondary", "RSArbiter"}:
        return f"the replica set at {hosts} has no primary at present."
    if "SSL" in str(error) or "certificate" in str(error):
        return f"no secure connection to {hosts}: check the certificate and the tls options."
    return f"no MongoDB server answers at {hosts}."

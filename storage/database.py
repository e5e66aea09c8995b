"""The database (数据库): opening and closing it, and which of the two kinds it is."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.exceptions import DBConnectionError, OperationalError

from storage.transactions import finish_transactions, open_connection

OUTAGES = (
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    # Busy beyond all retries, or out of connections or disk: nothing was decided either.
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    OSError,
)
MODELS = "storage.models"
# Time limits belong in the database: cancelling from outside is what leaks (reliability P1).
SERVER_SETTINGS = {
    "application_name": "shuke",
    "statement_timeout": "10s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "15s",
    "jit": "off",
    # Rows are looked up a few at a time, out of memory or a disk that need not seek: nobody walks
    # through a whole table instead, whatever statistics make of a queue that has just been filled.
    "random_page_cost": "1.1",
}


class DatabaseMissing(Exception):
    """The file or server named in the configuration cannot be opened; the text says which."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    url: str
    password: str | None = None
    pool_size: int = 10

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite:")

    @property
    def file(self) -> Path:
        assert self.is_sqlite, "a server is no file"
        return Path(self.url.removeprefix("sqlite://"))


async def open_database(address: DatabaseAddress, *, patient: bool = False) -> None:
    """Connect this process; `patient` lifts the statement time limit, for audits and migrations."""
    connection = _sqlite(address) if address.is_sqlite else _postgres(address, patient=patient)
    await Tortoise.init(
        config={
            "connections": {"default": connection},
            "apps": {"models": {"models": [MODELS], "default_connection": "default"}},
            "use_tz": True,
            "timezone": "UTC",
        },
        # Handlers, jobs and workers run in contexts of their own (reliability P9).
        _enable_global_fallback=True,
    )
    await current_client().execute_query("SELECT 1")


async def close_database() -> None:
    """Wait for transactions under way, then disconnect."""
    await finish_transactions()
    await Tortoise.close_connections()


def current_client() -> BaseDBAsyncClient:
    """The open transaction's connection, or the plain one outside of any."""
    return get_connection("default")


def is_outage(error: BaseException) -> bool:
    """The database is away: the caller may ask again, nothing was decided."""
    if isinstance(error, OperationalError | sqlite3.OperationalError):
        return "locked" in str(error) or "disk" in str(error)
    return isinstance(error, OUTAGES)


def is_postgres() -> bool:
    if open_connection.get() is not None:
        return True
    return current_client().capabilities.dialect == "postgres"


def _sqlite(address: DatabaseAddress) -> dict[str, Any]:
    path = address.file
    if not path.parent.is_dir():
        raise DatabaseMissing(f"the folder of the database file does not exist: {path.parent}")
    return {"engine": "storage.backend_sqlite", "credentials": {"file_path": str(path)}}


def server_of(address: DatabaseAddress) -> dict[str, Any]:
    """Where a PostgreSQL is and who asks, as its driver takes it."""
    parts = urlsplit(address.url)
    return {
        "host": parts.hostname,
        "port": parts.port or 5432,
        "user": unquote(parts.username or ""),
        "password": address.password or unquote(parts.password or "") or None,
        "database": parts.path.removeprefix("/"),
    }


def _postgres(address: DatabaseAddress, *, patient: bool) -> dict[str, Any]:
    limits = {"statement_timeout": "0", "lock_timeout": "0"} if patient else {}
    credentials = {
        **server_of(address),
        "minsize": 2,
        "maxsize": address.pool_size,
        "server_settings": {**SERVER_SETTINGS, **limits},
    }
    return {"engine": "storage.backend_postgres", "credentials": credentials}

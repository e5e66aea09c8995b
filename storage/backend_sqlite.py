"""SQLite under tortoise, with transactions that take the write lock at once.

A deferred BEGIN lets two processes read first and then fail with "database is locked"
(reliability P2), and tortoise keeps its lock for ever when BEGIN itself fails (P1).
"""

from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)


class ImmediateTransaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")


class CleanSqliteTransactionContext(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        try:
            return await super().__aenter__()
        except BaseException:
            self._trxlock.release()
            raise


class ImmediateSqliteClient(SqliteClient):
    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **{"busy_timeout": 5000, "synchronous": "FULL", **kwargs})

    def _in_transaction(self) -> TransactionContext:
        return CleanSqliteTransactionContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateSqliteClient

"""SQLite under tortoise, with transactions that take the write lock at once.

A deferred BEGIN lets two processes read first and then fail with "database is locked"
(reliability P2). And when BEGIN itself fails, tortoise would keep its lock for ever (P1) and keep
showing the transaction to this task, whose next try would be a savepoint without the lock.
"""

import asyncio
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections


class ImmediateTransaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")


class CleanSqliteTransactionContext(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self._begin()
        except BaseException:
            self._trxlock.release()
            raise
        client: TransactionalDBClient = self.connection
        self.token = get_connections().set(self.connection_name, client)
        return client

    async def _begin(self) -> None:
        try:
            await self.connection.begin()
        except asyncio.CancelledError:
            # The driver's thread begins all the same; this waits in line behind it.
            await self.connection._connection.rollback()
            raise


class ImmediateSqliteClient(SqliteClient):
    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **{"busy_timeout": 2500, "synchronous": "FULL", **kwargs})

    def _in_transaction(self) -> TransactionContext:
        return CleanSqliteTransactionContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateSqliteClient

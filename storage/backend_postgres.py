"""PostgreSQL under tortoise, with a BEGIN that leaves nothing behind when it fails, and a COMMIT
that is no success when nothing was kept.

tortoise would keep the connection for ever (reliability P1), and keep showing it to this task, so
that the next try of the same use case would run on a connection given back long ago.
"""

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections


class CommitRefused(Exception):
    """Nothing of the transaction stands, because somebody went on after an error inside it."""


class PlainTransaction(TransactionWrapper):
    """Says BEGIN, COMMIT and ROLLBACK itself: asyncpg's objects around them cost a claim more than
    the statements do."""

    def _in_transaction(self) -> TransactionContext:
        raise AssertionError("there are no transactions inside one (storage/transactions.py)")

    async def begin(self) -> None:
        await self._connection.execute("BEGIN")

    async def commit(self) -> None:
        said: str = await self._connection.execute("COMMIT")
        self._finalized = True
        if said != "COMMIT":
            # So PostgreSQL ends a transaction in which a statement failed, without an error.
            raise CommitRefused(said)

    async def rollback(self) -> None:
        await self._connection.execute("ROLLBACK")
        self._finalized = True


class CleanPooledTransactionContext(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client


class LeanConnection(asyncpg.Connection):  # type: ignore[misc]
    """Without the round trip that resets a session at every release: we never change a session."""

    def get_reset_query(self) -> str:
        return ""


class CleanAsyncpgClient(AsyncpgDBClient):
    connection_class = LeanConnection

    def _in_transaction(self) -> TransactionContext:
        return CleanPooledTransactionContext(PlainTransaction(self), self._pool_init_lock)


client_class = CleanAsyncpgClient

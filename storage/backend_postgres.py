"""PostgreSQL under tortoise, with a BEGIN that leaves nothing behind when it fails.

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
        return CleanPooledTransactionContext(TransactionWrapper(self), self._pool_init_lock)


client_class = CleanAsyncpgClient

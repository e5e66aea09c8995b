"""PostgreSQL under tortoise, giving its connection back when BEGIN fails (reliability P1)."""

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)


class CleanPooledTransactionContext(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        try:
            return await super().__aenter__()
        except BaseException:
            pool, connection = self.client._parent._pool, self.client._connection
            if pool is not None and connection is not None:
                await pool.release(connection)
            raise


class CleanAsyncpgClient(AsyncpgDBClient):
    def _in_transaction(self) -> TransactionContext:
        return CleanPooledTransactionContext(TransactionWrapper(self), self._pool_init_lock)


client_class = CleanAsyncpgClient

"""What both sides of a race share: the shop, its till, and who starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

from services.org.tills import Till
from services.shop import Shop
from storage.database import DatabaseAddress
from storage.keyring import PURPOSES, KeyRing
from storage.sealing import unseal_bytes
from storage.tills import signing_till
from tests.shop_parts import open_test_shop

POOL_SIZE = 12
TILL = "cd01-1"
# Every process of a race needs the same.
KEYS = KeyRing({purpose: {1: sha256(purpose.encode()).digest()} for purpose in PURPOSES})


@asynccontextmanager
async def open_race_shop(address: DatabaseAddress) -> AsyncIterator[Shop]:
    async with open_test_shop(address, keys=KEYS) as shop:
        yield shop


async def till_of(shop: Shop) -> Till:
    """The one till of all races, as it was enrolled."""
    found = await signing_till(TILL)
    assert found is not None
    place = f"{found.till_no}:{found.epoch}"
    key = unseal_bytes(
        shop.keys, found.key_sealed, table="till_keys", column="key_sealed", row=place
    )
    return Till(found.till_no, TILL, found.store_id, found.store_name, found.epoch, key)

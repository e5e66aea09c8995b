"""Every test that asks for a shop or a database runs on SQLite and on PostgreSQL."""

import pytest

from services.org.tills import Till
from services.shop import Shop
from tests.databases import clock, database, empty_database, shop
from tests.services.posting import member_id_of
from tests.shop_parts import a_member, a_till

__all__ = ["clock", "database", "empty_database", "shop"]


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


@pytest.fixture
async def member_id(shop: Shop) -> int:
    return member_id_of(await a_member(shop))

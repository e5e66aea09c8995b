"""What till tests stand on: the till door over HTTP, before the shop of the cast."""

from collections.abc import AsyncIterator

import pytest

from tests.handlers.pos.counter import Counter, open_counter
from tests.shop import ShopUnderTest


@pytest.fixture
async def counter(shop_under_test: ShopUnderTest) -> AsyncIterator[Counter]:
    async with open_counter(shop_under_test) as counter:
        yield counter

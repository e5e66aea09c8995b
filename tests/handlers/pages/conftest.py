"""What page tests stand on: the claim pages over HTTP, and browsers with cookies of their own."""

from collections.abc import AsyncIterator

import pytest

from tests.handlers.pages.street import Street, open_street
from tests.shop import ShopUnderTest


@pytest.fixture
async def street(shop_under_test: ShopUnderTest) -> AsyncIterator[Street]:
    async with open_street(shop_under_test) as street:
        yield street

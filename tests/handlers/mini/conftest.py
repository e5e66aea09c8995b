"""What tests of the mini door stand on."""

from collections.abc import AsyncIterator

import pytest

from tests.handlers.mini.programme import Programme, open_programme
from tests.shop import ShopUnderTest


@pytest.fixture
async def programme(shop_under_test: ShopUnderTest) -> AsyncIterator[Programme]:
    async with open_programme(shop_under_test) as programme:
        yield programme

"""What conversations are played in: a shop with its cast, on a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shop import ShopUnderTest, shop_with_a_past


@pytest.fixture
async def shop_under_test(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ShopUnderTest]:
    async with shop_with_a_past(tmp_path, tmp_path_factory.getbasetemp()) as shop:
        yield shop

"""The clock of leases (租约时钟): nobody can put it, and it says the same to all who share it."""

import time

import pytest

from services.shop import Shop
from storage.leases import LEASE_MS, lease_end, lease_has_ended
from storage.sql import Values, row
from tests.databases import only_sqlite


async def has_ended(until_ms: int) -> bool:
    values = Values()
    place = values.number(until_ms)
    found = await row(
        f"SELECT CASE WHEN {lease_has_ended(values, place)} THEN 1 ELSE 0 END AS it", *values.all
    )
    assert found is not None
    return bool(found["it"])


async def end_of_a_lease() -> int:
    values = Values()
    found = await row(f"SELECT {lease_end(values)} AS until", *values.all)
    assert found is not None
    return int(found["until"])


async def test_a_lease_lives_until_its_end(shop: Shop) -> None:
    until = await end_of_a_lease()
    assert not await has_ended(until)
    assert await has_ended(until - LEASE_MS - 1)


@only_sqlite
async def test_a_wall_clock_that_is_put_ends_no_lease_on_one_machine(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    until, real = await end_of_a_lease(), time.time_ns
    for hours in (1, -1, 24):
        put = hours * 3_600_000_000_000
        monkeypatch.setattr(time, "time_ns", lambda put=put: real() + put)
        assert not await has_ended(until)


@only_sqlite
async def test_a_lease_of_an_earlier_start_of_the_machine_is_over(shop: Shop) -> None:
    assert await has_ended(await end_of_a_lease() + LEASE_MS)
    assert await has_ended(int(time.time() * 1000))

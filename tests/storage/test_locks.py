"""Locks (锁): one transaction at a time for one receipt, and nobody waits for another receipt."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.shop import Shop
from storage.locks import lock_receipt, lock_receipt_no
from storage.sql import rows
from storage.transactions import transactional
from tests.databases import only_postgres

pytestmark = [only_postgres, pytest.mark.usefixtures("shop")]
LOOKS = 2_000
WAITING = """
SELECT COUNT(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'
   AND datname = current_database()
"""
Lock = Callable[[], Awaitable[None]]


async def order_of(first: Lock, second: Lock) -> list[str]:
    """Who came when, where the first stays until the second waits, or is through."""
    order: list[str] = []
    is_locked = asyncio.Event()

    @transactional
    async def stay() -> None:
        await first()
        order.append("first")
        is_locked.set()
        for _ in range(LOOKS):
            if "second" in order or (await rows(WAITING))[0]["n"]:
                break
        order.append("first ends")

    @transactional
    async def follow() -> None:
        await second()
        order.append("second")

    staying = asyncio.ensure_future(stay())
    await is_locked.wait()
    await asyncio.gather(staying, follow())
    return order


IN_TURN = ["first", "first ends", "second"]
AT_ONCE = ["first", "second", "first ends"]


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ((1, "R-1"), (1, "R-1"), IN_TURN),
        ((1, "R-1"), (1, "R-2"), AT_ONCE),
        ((1, "R-1"), (2, "R-1"), AT_ONCE),
    ],
)
async def test_a_receipt_number_of_a_till_is_for_one_at_a_time(
    shop: Shop, first: tuple[int, str], second: tuple[int, str], order: list[str]
) -> None:
    assert (
        await order_of(lambda: lock_receipt_no(*first), lambda: lock_receipt_no(*second)) == order
    )


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ((1, 7), (1, 7), IN_TURN),
        ((1, 7), (1, 8), AT_ONCE),
        ((1, 7), (2, 7), AT_ONCE),
        ((2**24 - 1, 2**32 - 1), (2**24 - 1, 2**32 - 1), IN_TURN),
    ],
)
async def test_a_receipt_sequence_of_a_till_is_for_one_at_a_time(
    shop: Shop, first: tuple[int, int], second: tuple[int, int], order: list[str]
) -> None:
    assert await order_of(lambda: lock_receipt(*first), lambda: lock_receipt(*second)) == order


async def test_a_number_and_a_sequence_are_different_locks(shop: Shop) -> None:
    assert await order_of(lambda: lock_receipt_no(1, "7"), lambda: lock_receipt(1, 7)) == AT_ONCE

"""Nightly work (夜间任务): a member whose step fails stops none of those behind."""

from collections.abc import Awaitable, Callable
from importlib import import_module

import pytest

from services.details.keeping import change_detail
from services.each import counted_failures
from services.ledger.point_expiry import expire_points
from services.merges.upkeep import look_after_merges
from services.shop import Shop
from services.tiers.reviews import review_tiers
from services.wallet.bonus_expiry import expire_bonus
from storage.sql import change
from tests.services.merging import merge
from tests.services.posting import member_id_of
from tests.services.purses import a_counter, lots
from tests.shop_parts import MachineClock, a_member, points_of

Step = Callable[[Shop, int], Awaitable[object]]


def let_the_first_fail(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """Of members, one after the other, with batches of one; who came to it."""
    place, _, function = name.rpartition(".")
    module = import_module(place)
    step: Step = getattr(module, function)
    asked: list[int] = []

    async def fail_first(shop: Shop, member_id: int) -> object:
        asked.append(member_id)
        if member_id == asked[0]:
            raise RuntimeError("out of order")
        return await step(shop, member_id)

    monkeypatch.setattr(name, fail_first)
    for batch in ("BATCH", "EXPIRY_BATCH"):
        if hasattr(module, batch):
            monkeypatch.setattr(module, batch, 1)
    return asked


async def test_points_of_those_behind_lapse(
    shop: Shop, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await a_member(shop, name) for name in ("li", "wang", "zhou")]
    clock.pass_time(days=366)
    asked = let_the_first_fail(monkeypatch, "services.ledger.point_expiry.expire_member_points")
    with counted_failures() as failures:
        assert await expire_points(shop) == 2
    assert failures.count == 1
    assert asked == sorted(member_id_of(person) for person in people)
    assert [await points_of(shop, person) > 0 for person in people] == [False] * 3


async def test_bonus_of_those_behind_ends(
    shop: Shop, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = await a_counter(shop)
    _, days = await counter.tops_up_for_days()
    clock.pass_time(days=days + 1)
    asked = let_the_first_fail(monkeypatch, "services.wallet.bonus_expiry.expire_member_bonus")
    with counted_failures() as failures:
        assert await expire_bonus(shop) == 0
    assert (len(asked), failures.count) == (1, 1)
    monkeypatch.undo()
    assert await expire_bonus(shop) == 1
    assert [left for _, left in await lots("bonus")] == [0]


async def test_details_of_those_behind_are_forgotten(
    shop: Shop, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = await a_member(shop, "li")
    for name in ("wang", "zhou", "chen"):
        other = await a_member(shop, name)
        await change_detail(shop, member_id_of(other), "name", "王小明", key=name)
        await merge(shop, li, other, key=name)
    clock.pass_time(days=31)
    let_the_first_fail(monkeypatch, "services.merges.upkeep.forget_merged")
    with counted_failures() as failures:
        assert await look_after_merges(shop) == 2
    assert failures.count == 1


async def test_tiers_of_those_behind_are_reviewed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("li", "wang", "zhou"):
        member_id = member_id_of(await a_member(shop, name))
        await change(
            "INSERT INTO member_tiers (member_id, tier, growth, since_on, until_on)"
            " VALUES ($1, 'silver', 0, '2026-01-01', '2026-12-31')",
            member_id,
        )
    asked = let_the_first_fail(monkeypatch, "services.tiers.reviews.review_member")
    with counted_failures() as failures:
        assert await review_tiers(shop) == 2
    assert (len(asked), failures.count) == (3, 1)

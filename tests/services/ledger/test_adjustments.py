"""Adjusting points by hand (人工调整): given or taken once per key, never below zero."""

import asyncio

import pytest

from loyalty.person import Person
from loyalty.points import NotEnoughPoints
from services.custody.verify import verify_ledger
from services.ledger.adjustments import AdjustedPoints, adjust_points
from services.shop import Shop
from storage.sql import rows
from storage.transactions import transactional
from tests.services.posting import give, member_id_of, postings, take_back
from tests.shop_parts import a_member, points_of

WELCOME = 50


@transactional
async def adjust(shop: Shop, person: Person, points: int, *, key: str = "hand") -> AdjustedPoints:
    return await adjust_points(
        shop, member_id_of(person), points, reason="补录", key=key, actor="staff:1"
    )


async def test_points_are_given_with_a_reason_and_a_last_day(shop: Shop) -> None:
    li = await a_member(shop)
    assert await adjust(shop, li, 30) == AdjustedPoints(30, WELCOME + 30)
    [written] = await rows(
        "SELECT t.kind, t.actor, t.cause, l.expires_on FROM ledger_transactions t"
        " JOIN ledger_entries e ON e.transaction_id = t.id JOIN lots l ON l.entry_id = e.id"
        " WHERE t.key = 'hand'"
    )
    assert (written["kind"], written["actor"], written["expires_on"]) == (
        "adjust",
        "staff:1",
        "2028-01-11",
    )
    assert "rules" in written["cause"]
    assert (await verify_ledger(shop)).complaints == ()


async def test_points_are_taken_but_never_more_than_there_are(shop: Shop) -> None:
    li = await a_member(shop)
    assert await adjust(shop, li, -20) == AdjustedPoints(-20, WELCOME - 20)
    before = await postings()
    with pytest.raises(NotEnoughPoints):
        await adjust(shop, li, -31, key="too much")
    assert await postings() == before
    assert await adjust(shop, li, -30, key="all") == AdjustedPoints(-30, 0)
    assert (await verify_ledger(shop)).complaints == ()


async def test_what_is_given_pays_a_debt_first(shop: Shop) -> None:
    li = await a_member(shop)
    await take_back(shop, li, WELCOME + 20, key="refund")
    assert await adjust(shop, li, 30) == AdjustedPoints(30, 10)
    assert await give(shop, li, 1, key="gift") == 11
    assert (await verify_ledger(shop)).complaints == ()


async def test_many_at_once_with_one_key_adjust_once(shop: Shop) -> None:
    li = await a_member(shop)
    told = await asyncio.gather(*[adjust(shop, li, -20) for _ in range(10)])
    assert set(told) == {AdjustedPoints(-20, WELCOME - 20)}
    assert await points_of(shop, li) == WELCOME - 20


async def test_of_many_takings_at_once_only_what_is_there_is_taken(shop: Shop) -> None:
    li = await a_member(shop)
    tries = [adjust(shop, li, -20, key=f"hand-{number}") for number in range(6)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, NotEnoughPoints) for result in results) == 4
    assert await points_of(shop, li) == WELCOME - 40

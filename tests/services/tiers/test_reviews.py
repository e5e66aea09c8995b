"""Reviews of tiers (等级评定): kept with less than was asked, one grace, one step at a time."""

import asyncio
import json
from datetime import timedelta
from itertools import pairwise

import pytest

from scheduler.runner import Runner
from scheduler.timetable import TIMETABLE
from services.shop import Shop
from services.tiers.notices import put_tier_notices
from services.tiers.reviews import raise_tiers, review_member, review_tiers
from storage.sql import change, rows
from tests.outbox import notices
from tests.services.growing import (
    brings_back,
    instant_of,
    moves,
    spends,
    tier_code,
    until,
    use_ladder,
)
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member

DAY_AFTER = "2028-02-01"


async def test_nobody_is_reviewed_on_the_last_day_of_the_term(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of("2028-01-31")
    assert await review_tiers(shop) == 0
    assert await moves() == ["reached base→silver"]


@pytest.mark.parametrize(("fen", "reason"), [(40_000, "kept"), (39_999, "grace")])
async def test_a_rung_is_kept_with_eighty_percent(
    shop: Shop, clock: MachineClock, fen: int, reason: str
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of("2028-01-31")
    await spends(shop, li, fen)
    clock.now = instant_of(DAY_AFTER)
    assert await review_tiers(shop) == 1
    assert await moves() == ["reached base→silver", f"{reason} silver→silver"]
    assert await until(li) == {"kept": "2029-01-31", "grace": "2028-03-01"}[reason]


async def test_after_the_grace_it_goes_one_step_down(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await spends(shop, li, 200_000)
    for day in (DAY_AFTER, "2028-03-02"):
        clock.now = instant_of(day)
        await review_tiers(shop)
    assert (await moves())[1:] == ["grace gold→gold", "stepped_down gold→silver"]
    assert (await tier_code(shop, li), await until(li)) == ("silver", "2029-03-31")


async def test_what_is_missing_may_be_made_up_for_in_the_grace(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of(DAY_AFTER)
    await review_tiers(shop)
    await spends(shop, li, 40_000)
    clock.now = instant_of("2028-03-02")
    await review_tiers(shop)
    assert (await tier_code(shop, li), await until(li)) == ("silver", "2029-03-31")


async def test_there_is_one_grace_in_24_months(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await spends(shop, li, 600_000)
    for day in ("2028-02-01", "2028-03-02", "2029-04-01", "2030-04-01"):
        clock.now = instant_of(day)
        await review_tiers(shop)
    assert (await moves())[1:] == [
        "grace black→black",
        "stepped_down black→gold",
        "stepped_down gold→silver",
        "grace silver→silver",
    ]


async def test_without_grace_the_first_review_lowers(shop: Shop, clock: MachineClock) -> None:
    await use_ladder(shop, grace_days=0)
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of(DAY_AFTER)
    await review_tiers(shop)
    assert (await tier_code(shop, li), await until(li)) == ("base", None)


async def test_missed_reviews_are_made_up_for_one_after_the_other(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 600_000)
    clock.now = instant_of("2029-12-01")
    assert await review_tiers(shop) == 3
    assert (await moves())[1:] == [
        "grace black→black",
        "stepped_down black→gold",
        "stepped_down gold→silver",
    ]


async def test_a_late_review_lowers_nobody_who_deserves_the_rung_by_now(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of("2028-05-01")
    await spends(shop, li, 50_000)
    await review_tiers(shop)
    assert (await moves())[1:] == ["kept silver→silver"]


async def test_a_review_that_runs_again_changes_nothing(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of(DAY_AFTER)
    assert await review_member(shop, member_id_of(li)) == 1
    assert await review_member(shop, member_id_of(li)) == 0
    assert len(await moves()) == 2


async def test_a_review_keeps_the_figures_it_decided_by(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of(DAY_AFTER)
    await review_tiers(shop)
    [_, review] = await rows("SELECT facts FROM tier_changes ORDER BY id")
    facts = json.loads(review["facts"])
    assert facts["conditions"] == [{"measure": "growth", "have": 0, "need": 40_000}]
    assert (facts["first_day"], facts["last_day"]) == ("2027-02-01", "2028-01-31")
    assert facts["rules"] == shop.rules.version


async def test_notices_come_30_and_7_days_before_and_once_each(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    await change("DELETE FROM outbox")
    for day in ("2028-01-01", "2028-01-02", "2028-01-20", "2028-01-24", "2028-01-25"):
        clock.now = instant_of(day)
        await put_tier_notices(shop)
    key = f"tier_ending:{li.member_id}:2028-01-31"
    told = [(line["wording"], line["key"]) for line in await notices()]
    assert told == [("tiers/told_ending", f"{key}:{days}") for days in (30, 7)]


async def test_a_notice_tells_the_gap_that_the_review_will_find(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    await spends(shop, li, 10_001, at=instant_of("2027-02-01"))
    clock.now = instant_of("2028-01-01")
    await put_tier_notices(shop)
    [*_, notice] = await notices()
    facts = notice["facts"]
    assert facts["missing"] == {"growth": 29_999}
    assert "299.99" in facts["gaps"]


async def test_who_has_kept_the_rung_already_is_told_nothing(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of("2028-01-01")
    await spends(shop, li, 40_000)
    assert await put_tier_notices(shop) == 0


async def test_a_notice_missed_on_its_day_is_put_on_the_next(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of("2028-01-30")
    assert await put_tier_notices(shop) == 1


async def test_a_harder_ladder_lowers_nobody_before_the_term_ends(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    await use_ladder(shop, silver={"growth": 1500})
    assert await raise_tiers(shop) == 0
    await spends(shop, li, 1)
    assert (await tier_code(shop, li), await until(li)) == ("silver", "2028-01-31")


async def test_an_easier_ladder_raises_by_itself(shop: Shop) -> None:
    li = await a_member(shop)
    await spends(shop, li, 30_000)
    await use_ladder(shop, silver={"growth": 300})
    assert await raise_tiers(shop) == 1
    assert await tier_code(shop, li) == "silver"
    assert await raise_tiers(shop) == 0


async def test_every_notice_has_the_facts_its_sentence_wants(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    purchase_id, _ = await spends(shop, li, 50_000)
    await brings_back(shop, li, purchase_id, 1)
    await spends(shop, li, 1)
    for day in ("2028-01-01", "2028-02-01", "2028-03-02"):
        clock.now = instant_of(day)
        await review_tiers(shop)
        await put_tier_notices(shop)
    told = await notices("tiers/")
    assert {line["wording"].removeprefix("tiers/told_") for line in told} == {
        *("reached", "returned", "ending", "grace", "stepped_down")
    }
    for line in told:
        assert "None" not in shop.phrase(line["wording"], line["facts"])


async def test_who_has_left_is_not_reviewed(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    await change("UPDATE members SET state = 'closed'")
    clock.now = instant_of(DAY_AFTER)
    assert await review_tiers(shop) == 0


async def test_a_review_and_a_purchase_at_once_leave_one_history(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.now = instant_of("2028-03-02")
    await asyncio.gather(
        *(review_member(shop, member_id_of(li)) for _ in range(3)),
        *(spends(shop, li, 200_000) for _ in range(3)),
    )
    assert await tier_code(shop, li) == "black"
    places = [move.split()[1].split("→") for move in await moves()]
    assert all(this[1] == following[0] for this, following in pairwise(places))


async def test_reviews_come_by_night_without_anybody_asking(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    nightly = {job.name: job for job in TIMETABLE}
    assert nightly["review_tiers"].use_case is review_tiers
    runner = Runner(shop, [nightly["review_tiers"]])
    clock.now = instant_of("2028-01-31")
    await runner.play_until(instant_of("2028-01-31") + timedelta(hours=12))
    assert await moves() == ["reached base→silver"]
    await runner.play_until(instant_of("2028-01-31") + timedelta(hours=13))
    assert await moves() == ["reached base→silver", "grace silver→silver"]

"""Campaigns by the calendar: audiences, the dormant by their own rhythm, birthdays year by year."""

from datetime import timedelta

import pytest

import services.campaigns.runs
import services.campaigns.treating
from services.campaigns.engine import run_campaign_audience
from services.campaigns.turns import campaign_named
from services.details.birthday_index import index_birthdays
from services.details.keeping import change_detail
from services.shop import Shop
from storage.sql import rows
from tests.outbox import notices, outbox_rows
from tests.services.campaigning import HELLO, effects, load_campaign, run_test_campaign
from tests.services.couponing import has_used
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member

DAILY = "schedule:0 10 * * *"


async def members(shop: Shop, count: int) -> list[int]:
    return [member_id_of(await a_member(shop, f"m{number}")) for number in range(count)]


async def rhythm_of(member_id: int, last_on: str, median_days: int | None = None) -> None:
    await rows(
        "INSERT INTO member_rhythms (member_id, visits, last_on, median_days, stage, stage_since)"
        " VALUES ($1, 5, $2, $3, 'active', $2)",
        member_id,
        last_on,
        median_days,
    )


async def born(shop: Shop, member_id: int, text: str) -> None:
    await change_detail(shop, member_id, "birthday", text, key=f"born-{member_id}-{text}")


async def greeted_over(shop: Shop, clock: MachineClock, days: int, *, step: int = 1) -> list[str]:
    """The days on which the campaign gave somebody something."""
    found = []
    for _ in range(0, days, step):
        clock.pass_time(days=step)
        found += [shop.today().isoformat()] * await run_test_campaign(shop)
    return found


async def test_a_schedule_reaches_everybody_once_a_planned_time(
    shop: Shop, clock: MachineClock
) -> None:
    await members(shop, 3)
    await load_campaign(shop, trigger=DAILY)
    assert [await run_test_campaign(shop) for _ in range(2)] == [3, 0]
    clock.pass_time(days=1)
    assert await run_test_campaign(shop) == 3


async def test_a_schedule_is_for_its_audience_only(shop: Shop) -> None:
    first, *_ = await members(shop, 3)
    await rows("UPDATE members SET home_store_id = 1 WHERE id = $1", first)
    await load_campaign(shop, trigger=DAILY, audience="门店=春熙路店")
    assert await run_test_campaign(shop) == 1


async def test_a_run_that_was_cut_off_goes_on_where_it_was(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.campaigns.runs, "BATCH", 2)
    people = await members(shop, 5)
    await load_campaign(shop, trigger=DAILY)
    await run_test_campaign(shop)
    await rows("UPDATE campaign_runs SET done_at = NULL, after_id = $1", people[1])
    assert (await run_test_campaign(shop), len(await effects())) == (0, 5)


async def test_whom_a_run_fails_with_is_tried_again_behind_all_others(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, *_ = await members(shop, 3)
    tries = []
    real = services.campaigns.treating.treat_in

    async def fails_once(shop: Shop, turn: object) -> object:
        tries.append(turn.member_id)  # type: ignore[attr-defined]
        if tries.count(unlucky) == 1 and tries[-1] == unlucky:
            raise KeyError
        return await real(shop, turn)  # type: ignore[arg-type]

    monkeypatch.setattr(services.campaigns.runs, "treat_in", fails_once)
    await load_campaign(shop, trigger=DAILY)
    assert await run_test_campaign(shop) == 3


async def test_whoever_stays_away_is_missed_once_and_then_left_alone(
    shop: Shop, clock: MachineClock
) -> None:
    [member_id] = await members(shop, 1)
    await rhythm_of(member_id, shop.today().isoformat())
    await load_campaign(shop, trigger="dormant:30d", actions=HELLO)
    assert await greeted_over(shop, clock, 60) == ["2027-02-10"]


async def test_a_member_is_missed_by_their_own_rhythm(shop: Shop, clock: MachineClock) -> None:
    """Thirty days are for who comes every fortnight; weekly guests are missed after fifteen."""
    weekly, monthly, unknown = await members(shop, 3)
    for member_id, days in ((weekly, 7), (monthly, 28), (unknown, None)):
        await rhythm_of(member_id, shop.today().isoformat(), days)
    await load_campaign(shop, trigger="dormant:30d", rhythm=True)
    assert await greeted_over(shop, clock, 70) == ["2027-01-26", "2027-02-10", "2027-03-12"]


async def test_the_last_rung_of_the_demo_is_one_for_each_by_preference(shop: Shop) -> None:
    [first, *others] = await members(shop, 9)
    await has_used(shop, first, "latte")
    await has_used(shop, others[-1], "comeback20")
    for member_id in (first, *others):
        await rhythm_of(member_id, (shop.today() - timedelta(days=90)).isoformat(), 14)
    for code in ("comeback", "comeback-gift"):
        campaign = campaign_named(shop, code)
        assert campaign is not None
        await run_campaign_audience(shop, campaign, shop.now())
    found = await rows(
        "SELECT member_id, campaign FROM campaign_effects WHERE campaign LIKE 'comeback%'"
    )
    gifts = [line["member_id"] for line in found if line["campaign"] == "comeback-gift"]
    assert gifts == [first]
    assert len(found) == len({line["member_id"] for line in found}) == 9


async def test_whoever_has_come_back_is_missed_no_more(shop: Shop, clock: MachineClock) -> None:
    [member_id] = await members(shop, 1)
    await rhythm_of(member_id, "2026-12-12")
    await rows(
        "INSERT INTO purchases (till_id, receipt_no, key_epoch, paid_at, paid_fen, lines,"
        " member_id, points, claim_until, fingerprint, recorded_at, store_id)"
        " VALUES ((SELECT MIN(id) FROM tills), 'B', 0, $2, 100, '[]', $1, 0, 1, 'f', 1, 1)",
        member_id,
        int(shop.now().timestamp() * 1000),
    )
    await load_campaign(shop, trigger="dormant:30d")
    assert await run_test_campaign(shop) == 0


async def test_a_birthday_is_greeted_once_a_year_in_the_morning(
    shop: Shop, clock: MachineClock
) -> None:
    [member_id] = await members(shop, 1)
    await born(shop, member_id, "1990-05-01")
    await load_campaign(shop, trigger="birthday", actions=HELLO)
    assert await greeted_over(shop, clock, 500) == ["2027-05-01", "2028-05-01"]
    first = (await notices("campaigns/said"))[0]
    assert (first["class"], first["topic"], first["otherwise"]) == ("care", "care", "first_line")


async def test_a_greeting_is_of_no_use_after_its_month(shop: Shop, clock: MachineClock) -> None:
    [member_id] = await members(shop, 1)
    await born(shop, member_id, "1990-05-01")
    await load_campaign(shop, trigger="birthday", actions=HELLO)
    clock.pass_time(days=110)
    await run_test_campaign(shop)
    [found] = await outbox_rows("campaign = 'test'")
    until = shop.clock.local(shop.now()).replace(month=6, day=1, hour=0, minute=0)
    assert found["useless_after"] == int(until.timestamp() * 1000)


async def test_a_birthday_told_shortly_before_waits_a_year(shop: Shop, clock: MachineClock) -> None:
    [member_id] = await members(shop, 1)
    await born(shop, member_id, "1990-02-10")
    await load_campaign(shop, trigger="birthday")
    assert await greeted_over(shop, clock, 400) == ["2028-02-10"]


async def test_telling_another_birthday_brings_no_second_greeting(
    shop: Shop, clock: MachineClock
) -> None:
    [member_id] = await members(shop, 1)
    await born(shop, member_id, "1990-03-01")
    await load_campaign(shop, trigger="birthday")
    greeted = await greeted_over(shop, clock, 60)
    await born(shop, member_id, "1990-09-01")
    assert greeted + await greeted_over(shop, clock, 280) == ["2027-03-01"]


async def test_days_without_any_run_are_made_up_for(shop: Shop, clock: MachineClock) -> None:
    for member_id, day in zip(await members(shop, 3), ("03-01", "03-05", "03-06"), strict=True):
        await born(shop, member_id, day)
    await load_campaign(shop, trigger="birthday")
    clock.pass_time(days=40)
    await run_test_campaign(shop)
    clock.pass_time(days=14)
    assert (await run_test_campaign(shop), await run_test_campaign(shop)) == (3, 0)


async def test_a_lunar_birthday_is_greeted_on_its_lunar_day(
    shop: Shop, clock: MachineClock
) -> None:
    """Mid-autumn falls on 15 September 2027 and on 3 October 2028."""
    [member_id] = await members(shop, 1)
    await born(shop, member_id, "农历1990-08-15")
    await load_campaign(shop, trigger="birthday")
    assert await greeted_over(shop, clock, 640) == ["2027-09-15", "2028-10-03"]


async def test_birthdays_from_before_the_index_are_indexed(shop: Shop) -> None:
    first, second = await members(shop, 2)
    await born(shop, first, "1990-05-01")
    await born(shop, second, "05-01")
    await rows("UPDATE members SET birthday_index = NULL")
    assert [await index_birthdays(shop) for _ in range(2)] == [2, 0]
    found = await rows("SELECT DISTINCT birthday_index FROM members")
    assert len(found) == 1


async def test_years_of_birthdays_have_one_greeting_each(shop: Shop, clock: MachineClock) -> None:
    """Awkward days of both calendars over three years, with a planned time twice now and then."""
    texts = ("02-29", "12-31", "01-01", "农历1990-闰05-15", "农历12-30", "农历01-01", "农历02-30")
    people = await members(shop, len(texts))
    for member_id, text in zip(people, texts, strict=True):
        await born(shop, member_id, text)
    await load_campaign(shop, trigger="birthday")
    campaign = campaign_named(shop, "test")
    assert campaign is not None
    clock.pass_time(days=40)
    for _ in range(3 * 365):
        clock.pass_time(days=1)
        await run_campaign_audience(shop, campaign, shop.now())
        if shop.today().day % 10 == 0:
            await run_campaign_audience(shop, campaign, shop.now() - timedelta(days=1))
    found = await rows("SELECT member_id, period FROM campaign_effects WHERE campaign = 'test'")
    assert len(found) == len({(line["member_id"], line["period"]) for line in found})
    assert sorted(line["member_id"] for line in found) == sorted(people * 3)

"""Limits of campaigns: once a person, stock and budget to the last one, held out for ever."""

import asyncio
from typing import Any

from loyalty.person import Person
from services.campaigns.answering import run_cues, treat_waiting
from services.campaigns.turns import Outcome, campaign_named, terms_hash
from services.messages.waiting import wait_for_contact
from services.shop import Shop
from storage.campaigns import open_campaign, raise_budget, stop_campaign, suppress_queued
from storage.counters import used_of
from storage.sql import rows
from storage.transactions import transactional
from tests.outbox import notices, outbox_rows
from tests.services.campaigning import effects, happens, load_campaign, sets_off, treat_now
from tests.services.couponing import CAKE, load_kinds
from tests.services.gating import CARE, left
from tests.services.merging import merge
from tests.services.posting import member_id_of
from tests.shop_parts import a_member

PEOPLE = 8


async def many_members(shop: Shop, count: int = PEOPLE) -> list[int]:
    return [member_id_of(await a_member(shop, f"m{number}")) for number in range(count)]


async def test_two_occasions_at_one_moment_have_one_effect(shop: Shop, member_id: int) -> None:
    await load_campaign(shop, trigger="attended", per_person="once")
    results = await asyncio.gather(*[treat_now(shop, member_id) for _ in range(6)])
    assert [given.outcome for given in results].count(Outcome.TREATED) == 1
    assert await effects() == ["treated"]


async def test_two_processes_that_answer_the_same_cues_answer_each_once(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended", per_person="every")
    for member_id in await many_members(shop):
        await happens(shop, "attended", member_id, key=str(member_id))
    assert sum(await asyncio.gather(run_cues(shop), run_cues(shop))) == PEOPLE
    assert await effects() == ["treated"] * PEOPLE


async def test_stock_is_given_to_the_last_one_and_no_further(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended", stock=3)
    members = await many_members(shop)
    await asyncio.gather(*[treat_now(shop, member_id) for member_id in members])
    assert sorted(await effects()) == ["out_of_stock"] * (PEOPLE - 3) + ["treated"] * 3


async def test_the_budget_is_never_passed(shop: Shop) -> None:
    """Five points cost five fen: three effects fit into 19."""
    await load_campaign(shop, trigger="attended", budget_fen=19)
    members = await many_members(shop)
    await asyncio.gather(*[treat_now(shop, member_id) for member_id in members])
    assert sorted(await effects()) == ["over_budget"] * (PEOPLE - 3) + ["treated"] * 3
    assert await used_of("campaign:test:fen") == 15


async def test_at_its_budget_a_campaign_asks_and_goes_on_when_there_is_more(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended", budget_fen=5, at_budget="ask")
    for member_id in await many_members(shop, 3):
        await treat_now(shop, member_id)
    assert await effects() == ["treated", "waiting", "waiting"]
    assert await treat_waiting(shop) == 0
    await raise_budget("test", 5)
    assert await treat_waiting(shop) == 1
    assert await effects() == ["treated", "treated", "waiting"]


async def test_a_refused_budget_gives_the_stock_back(shop: Shop, member_id: int) -> None:
    await load_campaign(shop, trigger="attended", stock=1, budget_fen=4)
    await treat_now(shop, member_id)
    assert (await effects(), await used_of("campaign:test")) == (["over_budget"], 0)


async def test_what_is_not_to_be_had_any_more_is_not_announced(shop: Shop) -> None:
    await load_kinds(shop, {**CAKE, "stock": 1})
    await load_campaign(
        shop, trigger="attended", stock=9, actions=[{"message": "送你蛋糕"}, {"coupon": "cake"}]
    )
    for member_id in await many_members(shop, 2):
        await treat_now(shop, member_id)
    assert (await effects(), await used_of("campaign:test")) == (["treated", "out_of_stock"], 1)
    assert len(await notices("campaigns/said")) == 1


async def test_whoever_is_held_out_gets_nothing_and_is_so_for_ever(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended", hold_out=50, per_person="every")
    members = await many_members(shop)
    outcomes = [
        [(await treat_now(shop, one, name=name)).outcome for one in members] for name in "12"
    ]
    assert outcomes[0] == outcomes[1]
    assert {*outcomes[0]} == {Outcome.HELD_OUT, Outcome.TREATED}


async def test_who_is_held_out_of_one_rung_is_so_of_all_of_the_ladder(shop: Shop) -> None:
    ladder = ("rung30", "rung60")
    for code in ladder:
        terms = {"code": code, "hold_out": 50, "hold_out_group": "ladder", "per_person": "every"}
        await load_campaign(shop, trigger="attended", **terms)
    for member_id in await many_members(shop):
        await sets_off(shop, "attended", member_id, key=str(member_id))
    thirty, sixty = [await effects(code) for code in ladder]
    assert thirty == sixty
    assert {*thirty} == {"held_out", "treated"}


async def test_only_who_belongs_to_the_audience_is_treated(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended", audience="等级>=金卡")
    gold, base = await many_members(shop, 2)
    await rows(
        "INSERT INTO member_tiers (member_id, tier, growth, since_on)"
        " VALUES ($1, 'gold', 2000, '2027-01-01')",
        gold,
    )
    assert [await sets_off(shop, "attended", one, key=str(one)) for one in (gold, base)] == [1, 0]


async def test_a_campaign_of_one_region_is_for_who_is_at_home_there(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended", regions=["cd"])
    here, there, nowhere = await many_members(shop, 3)
    for member_id, store in ((here, "cd02"), (there, "cq01")):
        place = "(SELECT id FROM stores WHERE code = $1)"
        await rows(f"UPDATE members SET home_store_id = {place} WHERE id = $2", store, member_id)
    done = [await sets_off(shop, "attended", one, key=str(one)) for one in (here, there, nowhere)]
    assert done == [1, 0, 0]


async def test_a_stopped_campaign_does_nothing_until_it_is_opened(
    shop: Shop, member_id: int
) -> None:
    await load_campaign(shop, trigger="attended")
    await stop_campaign("test", shop.now())
    assert await sets_off(shop, "attended", member_id, key="1") == 0
    await open_campaign("test", approved=None)
    assert await sets_off(shop, "attended", member_id, key="2") == 1


async def test_other_terms_need_another_yes(shop: Shop, member_id: int) -> None:
    await load_campaign(shop, trigger="attended", approval=True, per_person="every")
    assert await sets_off(shop, "attended", member_id, key="1") == 0
    campaign = campaign_named(shop, "test")
    assert campaign is not None
    await open_campaign("test", approved=terms_hash(campaign))
    assert await sets_off(shop, "attended", member_id, key="2") == 1
    await load_campaign(shop, trigger="attended", approval=True, per_person="every", stock=9)
    assert await sets_off(shop, "attended", member_id, key="3") == 0


async def test_an_open_complaint_lets_a_campaign_rest(shop: Shop, member_id: int) -> None:
    await load_campaign(shop, trigger="attended", pause_on_complaint=True)
    await rows(
        "INSERT INTO tickets (key, kind, state, follower_id, member_id, promise_at, created_at)"
        " SELECT 'angry', 'complaint', 'taken', id, member_id, 1, 1 FROM followers"
    )
    assert await sets_off(shop, "attended", member_id, key="1") == 0
    await rows("UPDATE tickets SET state = 'closed'")
    assert await sets_off(shop, "attended", member_id, key="2") == 1


async def test_a_complaint_without_a_name_lets_a_campaign_rest_too(
    shop: Shop, member_id: int
) -> None:
    await load_campaign(shop, trigger="attended", pause_on_complaint=True)
    await rows(
        "INSERT INTO tickets (key, kind, state, follower_id, is_anonymous, promise_at, created_at)"
        " SELECT 'angry', 'complaint', 'new', id, TRUE, 1, 1 FROM followers"
    )
    assert await sets_off(shop, "attended", member_id, key="1") == 0


async def test_staff_hear_once_that_a_budget_is_used_up(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended", budget_fen=1, at_budget="ask")
    [boss, *members] = await many_members(shop, 3)
    await rows(
        "INSERT INTO staff_invitations (code_hash, role, expires_at, created_at)"
        " VALUES ('h', 'owner', 1, 1)"
    )
    await rows(
        "INSERT INTO staff (follower_id, role, state, invitation_id, bound_at)"
        " SELECT id, 'owner', 'active', (SELECT MIN(id) FROM staff_invitations), 1"
        " FROM followers WHERE member_id = $1",
        boss,
    )
    for member_id in members:
        await treat_now(shop, member_id)
    told = [line["value"] for line in await outbox_rows() if "预算" in str(line.get("value"))]
    assert len(told) == 1


async def test_what_a_merged_membership_had_counts_for_the_one_that_is_left(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended", per_person="once")
    kept, merged = [await a_member(shop, name) for name in ("li", "wang")]
    await treat_now(shop, member_id_of(merged))
    await merge(shop, kept, merged)
    assert (await treat_now(shop, member_id_of(kept))).outcome is Outcome.SKIPPED


async def test_whoever_has_left_is_treated_no_more(shop: Shop, member_id: int) -> None:
    await load_campaign(shop, trigger="attended")
    await rows("UPDATE members SET state = 'closed' WHERE id = $1", member_id)
    assert (await treat_now(shop, member_id)).outcome is Outcome.SKIPPED


async def test_what_a_stopped_campaign_kept_for_the_next_contact_is_not_said(shop: Shop) -> None:
    li = await a_member(shop)
    said: dict[str, Any] = {
        "state": "suppressed",
        "left_at": None,
        "otherwise": "first_line",
    }
    for campaign in ("stopped", "other"):
        await left(shop, li, CARE, key=campaign, campaign=campaign, **said)
        await keep_for_contact(shop, li, campaign)
    await suppress_queued("stopped", shop.now())
    assert await rows("SELECT key FROM waiting_lines") == [{"key": "other"}]


@transactional
async def keep_for_contact(shop: Shop, person: Person, key: str) -> None:
    await wait_for_contact(shop, person.follower_id, "好久不见", key=key)

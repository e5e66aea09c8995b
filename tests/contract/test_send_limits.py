"""The platform's limits (平台限额): stale tokens, spent quotas, people out of reach."""

import asyncio
import time
from collections import Counter

import pytest

from tests.contract.accounts import MAIN
from tests.contract.fleet import Fleet, next_morning
from tests.contract.rig import scale, seed

SENDS = "message/custom/send"
PEOPLE = 120
MOST_FURTHER_CALLS = 3
QUOTA_SPENT = 45009


async def test_a_storm_of_stale_tokens_costs_one_token_a_generation(fleet: Fleet) -> None:
    await fleet.gather(scale(PEOPLE))
    text = f"你有 {{积分}} 分，新豆上架 {seed()}"
    fleet.platform.plan(SENDS, times=0, delay_before=0.2)
    number = await fleet.broadcast(text)
    for _ in range(3):
        await asyncio.sleep(0.4)
        fleet.platform.tell("tokens/expire", appid=MAIN.appid)
    report = await fleet.until_ended(number)
    assert (report["failed"], report["unknown"]) == (0, 0)
    assert set(fleet.platform.ask("tokens")[MAIN.appid]) == {1}
    assert max(fleet.accepted(text.partition("，")[2]).values()) == 1


async def test_a_spent_quota_is_left_alone_until_its_reset(fleet: Fleet) -> None:
    await fleet.gather(scale(PEOPLE))
    text = f"你有 {{积分}} 分，会员日 {seed()}"
    number = await fleet.broadcast(text, quota=(SENDS, PEOPLE // 3))
    refused_at = await first_refusal(fleet)
    await asyncio.sleep(15)
    # What was on its way when the first refusal was answered arrives within a second.
    calls = fleet.platform.ask("calls", since=refused_at + 1, api=SENDS)
    assert len(calls) <= MOST_FURTHER_CALLS, calls
    assert fleet.report(number)["state"] == "running"
    fleet.platform.tell("quota", api=SENDS, left=None)
    await next_morning(fleet.bench, days=1)
    report = await fleet.until_ended(number)
    assert (report["failed"], report["unknown"]) == (0, 0)
    assert sum(fleet.accepted(text.partition("，")[2]).values()) == report["sent"] > PEOPLE // 3


async def first_refusal(fleet: Fleet) -> float:
    for _ in range(100):
        calls = fleet.platform.ask("calls", api=SENDS)
        spent = [at for at, _, code in calls if code == QUOTA_SPENT]
        if spent:
            return float(spent[0])
        await asyncio.sleep(0.1)
    raise AssertionError("the quota was never spent")


@pytest.mark.parametrize("errcode", [45015, 45047, 43004, 43101])
async def test_who_cannot_be_reached_is_tried_once(fleet: Fleet, errcode: int) -> None:
    await fleet.gather(12)
    started_at = time.time()
    refused, reached = fleet.crowd[:5], fleet.crowd[5:]
    fleet.platform.refuse([phone.openid for phone in refused], errcode, SENDS)
    text = f"你有 {{积分}} 分，新杯子 {seed()}"
    report = await fleet.until_ended(await fleet.broadcast(text))
    calls = fleet.platform.ask("calls", since=started_at, api=SENDS)
    assert Counter(code for _, _, code in calls)[errcode] == report["failed"] == len(refused)
    taken = fleet.accepted(text.partition("，")[2])
    assert sum(taken[phone.openid] for phone in reached) == report["sent"]

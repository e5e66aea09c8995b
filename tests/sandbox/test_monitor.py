"""The monitor: quotas the stage sets, what was accepted, and the counters of people."""

import asyncio

from sandbox.config import PlatformRules
from tests.sandbox.forms import ACTIVITY, template, told_of
from tests.sandbox.rig import Rig, Rigging

TEMPLATE = "/cgi-bin/message/template/send"
TAGGING = "/cgi-bin/tags/members/batchtagging"


async def test_a_daily_quota_ends_at_midnight_in_china(rig: Rig) -> None:
    await rig.act("follow")
    await rig.tell("quotas", account="main", path=TEMPLATE, daily=1)
    codes = [(await rig.call(TEMPLATE, template(rig)))["errcode"] for _ in range(2)]
    assert codes == [0, 45009]
    rig.pass_time(days=1)
    assert (await rig.call(TEMPLATE, template(rig)))["errcode"] == 0


async def test_a_quota_of_the_minute_and_of_the_day_can_be_used_up_and_taken_back(rig: Rig) -> None:
    await rig.act("follow")
    await rig.tell("quotas", account="main", path=TEMPLATE, a_minute=0)
    assert (await rig.call(TEMPLATE, template(rig)))["errcode"] == 45011
    await rig.tell("quotas", account="main", path=TEMPLATE, a_minute=-1, used=100_000)
    assert (await rig.call(TEMPLATE, template(rig)))["errcode"] == 45009
    await rig.tell("quotas", account="main", path=TEMPLATE, used=0)
    assert (await rig.call(TEMPLATE, template(rig)))["errcode"] == 0


async def test_it_shows_sends_quotas_and_people(rig: Rig) -> None:
    await rig.act("follow")
    await rig.act("subscribe", accepted=[ACTIVITY])
    await rig.call(TEMPLATE, template(rig))
    await rig.call(TEMPLATE, template(rig, template_id="nowhere"))
    (account,) = (await rig.ask("monitor"))["accounts"]
    assert account["accepted"] == {TEMPLATE: 1}
    used = {entry["path"]: (entry["used"], entry["limit"]) for entry in account["quotas"]}
    assert used[TEMPLATE] == (2, 100_000)
    wang = account["people"][0]
    assert (wang["name"], wang["following"], wang["mass_received"]) == ("小王", True, 0)
    assert wang["held"] == [{"title": "活动开始提醒", "count": 1}]
    assert wang["grants"][0]["trigger"] == "follow"


async def test_an_unknown_account_or_path_is_refused(rig: Rig) -> None:
    await rig.tell("quotas", expect=404, account="nobody", path=TEMPLATE, daily=1)
    await rig.tell("quotas", expect=400, account="main", path="template", daily=1)


async def test_two_calls_that_tag_at_the_same_time_disturb_each_other(rigging: Rigging) -> None:
    rig = await rigging.rig(platform=PlatformRules(tagging_seconds=0.1))
    tag = (await rig.call("/cgi-bin/tags/create", {"tag": {"name": "群"}}))["tag"]["id"]
    body = {"openid_list": [rig.openid], "tagid": tag}
    answers = await asyncio.gather(rig.call(TAGGING, body), rig.call(TAGGING, body))
    assert sorted(answer["errcode"] for answer in answers) == [0, 45159]
    assert (await rig.call(TAGGING, body))["errcode"] == 0


async def test_a_notice_wakes_whoever_looks_at_another_chat(rig: Rig) -> None:
    wait = "phones/p1/chat?account=main&wait=5&notices=0"
    looking = asyncio.create_task(rig.ask(wait))
    await rig.act("subscribe", accepted=[ACTIVITY])
    from_form = template(rig, template_id=ACTIVITY)
    from_form["data"] = {
        "thing1": {"value": "手冲课"},
        "time2": {"value": "18:30"},
        "thing3": {"value": "春熙路店"},
    }
    await rig.call("/cgi-bin/message/subscribe/bizsend", from_form)
    async with asyncio.timeout(3):
        assert (await looking)["notices"] == 1


async def test_an_answer_can_be_held_back_after_the_deed(rig: Rig) -> None:
    await rig.act("follow")
    await rig.tell("faults", path=TEMPLATE, delay_after_seconds=0.6)
    sending = asyncio.create_task(rig.call(TEMPLATE, template(rig)))
    await told_of(rig, "TEMPLATESENDJOBFINISH")
    assert not sending.done()
    assert (await sending)["errcode"] == 0

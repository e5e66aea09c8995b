"""Template messages: who gets them, what each key may say, and what the shop hears afterwards."""

from typing import Any

import pytest

from sandbox.value_rules import RULES
from tests.sandbox.forms import POINTS, POINTS_WORDS, filled, template, told_of
from tests.sandbox.rig import Rig

SEND = "/cgi-bin/message/template/send"
FINISHED = "TEMPLATESENDJOBFINISH"


async def send(rig: Rig, **changes: Any) -> Any:
    return await rig.call(SEND, template(rig, **changes))


async def test_a_follower_reads_the_form_and_the_shop_hears_that_it_arrived(rig: Rig) -> None:
    await rig.act("follow")
    answer = await send(rig, url="http://example.com/points")
    card = (await rig.chat())[-1]
    assert (card["kind"], card["via"], card["title"]) == ("form", "template", "积分到期提醒")
    assert card["fields"][0] == {"label": "到期积分", "value": "120"}
    (event,) = await told_of(rig, FINISHED)
    assert (event["MsgID"], event["Status"]) == (str(answer["msgid"]), "success")
    assert event["FromUserName"] == rig.openid


async def test_who_does_not_follow_gets_none(rig: Rig) -> None:
    assert (await send(rig))["errcode"] == 43004
    assert (await send(rig, touser="o" + "x" * 27))["errcode"] == 40003


async def test_an_unknown_form_is_refused(rig: Rig) -> None:
    await rig.act("follow")
    assert (await send(rig, template_id="nowhere"))["errcode"] == 40037


async def test_a_value_that_breaks_its_rule_is_named(rig: Rig) -> None:
    await rig.act("follow")
    words = {**POINTS_WORDS, "thing3": "长" * 21}
    answer = await send(rig, data=filled(words))
    assert answer["errcode"] == 47003
    assert answer["errmsg"].startswith("argument invalid! data.thing3.value invalid rid: ")
    del words["thing3"]
    assert (await send(rig, data=filled(words)))["errcode"] == 47003


async def test_an_account_can_list_its_forms(rig: Rig) -> None:
    listed = (await rig.call("/cgi-bin/template/get_all_private_template"))["template_list"]
    found = next(entry for entry in listed if entry["template_id"] == POINTS)
    assert found["title"] == "积分到期提醒"
    assert found["content"].startswith("到期积分:{{number1.DATA}}")


async def test_keys_the_form_has_not_are_dropped_silently(rig: Rig) -> None:
    await rig.act("follow")
    assert (await send(rig, data=filled({**POINTS_WORDS, "first": "您好"})))["errcode"] == 0
    assert "您好" not in str((await rig.chat())[-1])


async def test_the_clients_own_id_sends_once_in_ten_minutes(rig: Rig) -> None:
    await rig.act("follow")
    first = await send(rig, client_msg_id="k1")
    again = await send(rig, client_msg_id="k1")
    assert first["msgid"] == again["msgid"]
    rig.pass_time(minutes=11)
    assert (await send(rig, client_msg_id="k1"))["msgid"] != first["msgid"]
    assert len([entry for entry in await rig.chat() if entry["kind"] == "form"]) == 2


async def test_a_blocked_account_hears_so_and_nothing_is_seen(rig: Rig) -> None:
    await rig.act("follow")
    await rig.tell("phones/p1/block", account="main", blocked=True)
    before = len(await rig.chat())
    await send(rig)
    assert (await told_of(rig, FINISHED))[0]["Status"] == "failed:user block"
    assert len(await rig.chat()) == before


async def test_a_failure_of_the_platform_can_be_planned(rig: Rig) -> None:
    await rig.act("follow")
    await rig.tell("faults", path=SEND, outcome="failed: system failed")
    assert (await send(rig))["errcode"] == 0
    assert (await told_of(rig, FINISHED))[0]["Status"] == "failed: system failed"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("thing", "长" * 20, "长" * 21),
        ("number", "12.5", "一二"),
        ("letter", "abcXYZ", "abc1"),
        ("symbol", "&%", "abc"),
        ("character_string", "A-1024", "工单1"),
        ("time", "2027年3月1日 18:30", "明天"),
        ("time", "18:30~20:00", "2027-03-01"),
        ("date", "2027-03-01~2027-03-31", "三月"),
        ("amount", "¥50.00", "五十元"),
        ("amount", "50.00元", "50.005元"),
        ("phone_number", "+86-028-12345678", "打电话给我吧谢谢你"),
        ("car_number", "川A12345", "川A12345678"),
        ("name", "王小明", "王" * 11),
        ("name", "Alexander Hamilton", "Alexander Hamilton Jr."),
        ("phrase", "处理中", "处理中了没有"),
        ("phrase", "已完成", "done"),
    ],
)
def test_each_kind_of_value_has_its_rule(kind: str, good: str, bad: str) -> None:
    assert RULES[kind](good)
    assert not RULES[kind](bad)

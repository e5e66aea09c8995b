"""Mass messages: who may be written to how often, repeats, and what comes of a job afterwards."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.config import Crowd, PlatformRules
from tests.sandbox.forms import told_of
from tests.sandbox.rig import MAIN, Rig, Rigging

SEND = "/cgi-bin/message/mass/send"
SEND_ALL = "/cgi-bin/message/mass/sendall"
FINISHED = "MASSSENDJOBFINISH"
AT_ONCE = PlatformRules(answer_seconds=0.3, outcome_seconds=0.01, mass_seconds=0.01)


@pytest.fixture
async def rig(rigging: Rigging) -> Rig:
    rig = await rigging.rig(platform=AT_ONCE)
    for phone in ("p1", "p2"):
        await rig.tell(f"phones/{phone}/follow?settled=1", account="main")
    return rig


def openids(rig: Rig) -> list[str]:
    return [rig.world.contact(rig.shop.account, phone).openid for phone in ("p1", "p2")]


async def send(rig: Rig, words: str = "周年庆", **changes: Any) -> Any:
    body = {"touser": openids(rig), "msgtype": "text", "text": {"content": words}}
    return await rig.call(SEND, body | changes)


async def send_all(rig: Rig, **chosen: Any) -> Any:
    body = {"filter": chosen, "msgtype": "text", "text": {"content": "周年庆"}}
    return await rig.call(SEND_ALL, body)


async def state_of(rig: Rig, answer: Any) -> str:
    return str(
        (await rig.call("/cgi-bin/message/mass/get", {"msg_id": answer["msg_id"]}))["msg_status"]
    )


async def masses(rig: Rig, phone: str = "p1") -> list[str]:
    return [entry["text"] for entry in await rig.chat(phone) if entry.get("via") == "mass"]


async def test_a_job_is_taken_first_and_done_later(rig: Rig) -> None:
    answer = await send(rig)
    assert answer["errmsg"] == "send job submission success"
    (event,) = await told_of(rig, FINISHED)
    assert (event["MsgID"], event["Status"]) == (str(answer["msg_id"]), "send success")
    counts = [event[f"{name}Count"] for name in ("Total", "Filter", "Sent", "Error")]
    assert counts == ["2", "2", "2", "0"]
    assert await state_of(rig, answer) == "SEND_SUCCESS"
    assert await masses(rig) == await masses(rig, "p2") == ["周年庆"]


async def test_nobody_gets_more_than_four_in_a_month(rig: Rig) -> None:
    for round_ in range(4):
        assert (await send(rig))["errcode"] == 0
        await told_of(rig, FINISHED, round_ + 1)
    assert (await send(rig))["errcode"] == 45028
    rig.pass_time(days=32)
    assert (await send(rig))["errcode"] == 0


async def test_who_left_or_blocks_is_filtered(rig: Rig) -> None:
    await rig.tell("phones/p2/block", account="main", blocked=True)
    await send(rig, touser=[*openids(rig), "o" + "x" * 27])
    (event,) = await told_of(rig, FINISHED)
    assert (event["TotalCount"], event["FilterCount"], event["SentCount"]) == ("3", "1", "1")
    assert await masses(rig, "p2") == []


async def test_openids_are_two_to_ten_thousand(rig: Rig) -> None:
    assert (await send(rig, touser=openids(rig)[:1]))["errcode"] == 40130
    assert (await send(rig, touser=openids(rig)[:1] * 2))["errcode"] == 40130
    many = [*openids(rig), *(f"o{number}" for number in range(9_999))]
    assert (await send(rig, touser=many))["errcode"] == 40032
    assert (await send(rig, touser=["o1", "o2"]))["errcode"] == 40003


async def test_a_repeated_id_tells_the_first_number(rig: Rig) -> None:
    first = await send(rig, clientmsgid="b1")
    assert (await send(rig, clientmsgid="b1"))["errcode"] == 45066
    rig.pass_time(minutes=2)
    again = await send(rig, clientmsgid="b1")
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    rig.pass_time(days=1)
    assert (await send(rig, clientmsgid="b1"))["msg_id"] != first["msg_id"]
    assert (await send(rig, clientmsgid="b" * 33))["errcode"] == 45067


async def test_a_tag_chooses_who_gets_it(rig: Rig) -> None:
    tag = (await rig.call("/cgi-bin/tags/create", {"tag": {"name": "群"}}))["tag"]["id"]
    path = "/cgi-bin/tags/members/batchtagging"
    await rig.call(path, {"openid_list": openids(rig)[:1], "tagid": tag})
    assert (await send_all(rig, is_to_all=False, tag_id=tag + 1))["errcode"] == 40152
    assert (await send_all(rig, is_to_all=False, tag_id=tag))["errcode"] == 0
    assert (await told_of(rig, FINISHED))[0]["TotalCount"] == "1"
    assert (await masses(rig), await masses(rig, "p2")) == (["周年庆"], [])


async def test_everybody_is_written_to_once_a_day_and_four_times_a_month(rig: Rig) -> None:
    rig.world.clock.jump_to(rig.world.clock.now().replace(year=2031, month=3, day=1, hour=4))
    codes = []
    for _ in range(5):
        codes += [(await send_all(rig, is_to_all=True))["errcode"] for _ in range(2)]
        rig.pass_time(days=1)
    assert codes == [0, 45028] * 4 + [45028, 45028]


async def test_a_subscription_account_sends_once_a_day(rigging: Rigging) -> None:
    rig = await rigging.rig(replace(MAIN, kind="subscription"), platform=AT_ONCE)
    assert (await send(rig))["errcode"] == 48001
    assert (await send_all(rig, is_to_all=True))["errcode"] == 0
    assert (await send_all(rig, is_to_all=True))["errcode"] == 45028
    rig.pass_time(days=1)
    assert (await send_all(rig, is_to_all=True))["errcode"] == 0


@pytest.mark.parametrize("outcome", ["err(20008)", "send fail"])
async def test_a_job_can_be_made_to_fail(rig: Rig, outcome: str) -> None:
    await rig.tell("faults", path=SEND, outcome=outcome)
    answer = await send(rig)
    (event,) = await told_of(rig, FINISHED)
    assert (event["Status"], event["SentCount"], event["ErrorCount"]) == (outcome, "0", "2")
    assert await state_of(rig, answer) == "SEND_FAIL"
    assert await masses(rig) == []


async def draft_of(rig: Rig) -> str:
    shelf = rig.world.media
    picture = shelf.put(MAIN, "image", b"x", content_type="image/png", file_name="x").id
    article = {"title": "周年庆", "digest": "全场八折", "content_source_url": "http://127.0.0.1/a"}
    body = {"articles": [{**article, "content": "…", "thumb_media_id": picture}]}
    return str((await rig.call("/cgi-bin/draft/add", body))["media_id"])


async def test_articles_are_sent_from_the_draft_box_and_can_be_taken_back(rig: Rig) -> None:
    draft: dict[str, Any] = {"msgtype": "mpnews", "mpnews": {"media_id": await draft_of(rig)}}
    answer = await send(rig, **draft)
    assert answer["msg_data_id"] > 0
    (event,) = await told_of(rig, FINISHED)
    assert event["ArticleUrlResult"]["ResultList"]["item"]["ArticleUrl"] == "http://127.0.0.1/a"
    assert (await rig.chat())[-1]["articles"][0]["description"] == "全场八折"
    deleted = await rig.call("/cgi-bin/message/mass/delete", {"msg_id": answer["msg_id"]})
    assert (deleted["errcode"], await state_of(rig, answer)) == (0, "DELETE")
    text = await send(rig)
    path = "/cgi-bin/message/mass/delete"
    assert (await rig.call(path, {"msg_id": text["msg_id"]}))["errcode"] == 40008
    assert (await rig.call(path, {"msg_id": 1}))["errcode"] == 40059


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"msgtype": "wxcard"}, 45113),
        ({"msgtype": "news"}, 45162),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "长" * 700}}, 45002),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "nowhere"}}, 40007),
        ({"msgtype": "image", "images": {"media_ids": []}}, 40007),
        ({"msgtype": "images", "images": {"media_ids": ["x"]}}, 45162),
    ],
)
async def test_content_that_is_not_in_order_is_refused(
    rig: Rig, changes: dict[str, Any], errcode: int
) -> None:
    assert (await send(rig, **changes))["errcode"] == errcode


async def test_pictures_have_a_branch_of_their_own_but_for_a_preview(rig: Rig) -> None:
    shelf = rig.world.media
    picture = shelf.put(MAIN, "image", b"x", content_type="image/png", file_name="x").id
    assert (await send(rig, msgtype="image", images={"media_ids": [picture]}))["errcode"] == 0
    await told_of(rig, FINISHED)
    body = {"touser": openids(rig)[0], "msgtype": "image", "image": {"media_id": picture}}
    assert (await rig.call("/cgi-bin/message/mass/preview", body))["errcode"] == 0
    assert [entry["kind"] for entry in await rig.chat()][-2:] == ["image", "image"]


async def test_a_crowd_without_phones_is_counted(rigging: Rigging) -> None:
    crowd = Crowd("main", "oGuest{:022d}", 30)
    rig = await rigging.rig(platform=AT_ONCE, crowds=(crowd,))
    await send(rig, touser=[crowd.openids.format(number) for number in range(1, 32)])
    (event,) = await told_of(rig, FINISHED)
    assert (event["TotalCount"], event["SentCount"]) == ("31", "30")
    assert (await rig.call("/cgi-bin/user/get"))["total"] == 30
    people = (await rig.ask("monitor"))["accounts"][0]["people"]
    assert [person["name"] for person in people] == ["小王", "小李"]


async def test_a_preview_reaches_one_person_and_is_on_no_count(rig: Rig) -> None:
    for who in ({"touser": openids(rig)[1]}, {"towxname": "小李"}):
        body = {"msgtype": "text", "text": {"content": "预览"}, **who}
        assert (await rig.call("/cgi-bin/message/mass/preview", body))["errcode"] == 0
    vias = [entry.get("via") for entry in await rig.chat("p2")]
    assert vias[-2:] == ["preview", "preview"]
    assert rig.world.contact(rig.shop.account, "p2").mass_received == {}


async def test_the_speed_of_sending_is_chosen_among_five(rig: Rig) -> None:
    assert (await rig.call("/cgi-bin/message/mass/speed/set", {"speed": 5}))["errcode"] == 45083
    await rig.call("/cgi-bin/message/mass/speed/set", {"speed": 3})
    told = await rig.call("/cgi-bin/message/mass/speed/get", {"x": 1})
    assert told == {"speed": 3, "realspeed": 30}


async def test_calls_too_fast_are_refused_for_a_minute(rig: Rig) -> None:
    await rig.tell("quotas", account="main", path=SEND, a_minute=1)
    assert [(await send(rig))["errcode"] for _ in range(2)] == [0, 42010]
    rig.pass_time(minutes=1)
    assert (await send(rig))["errcode"] == 0

"""What WeChat tells us, read into typed values: identity, text, and what is broken."""

import pytest

from bot.markup import Fields, UselessPush, read_json, read_xml
from bot.pushes import (
    Follow,
    LocationMessage,
    MenuTap,
    Push,
    Scan,
    ScanCode,
    TextMessage,
    Unfollow,
    UnknownPush,
    read_push,
)
from tests.bot.wire import NOW, OPENID, SAFE, text_xml

HEADER = {
    "ToUserName": SAFE.original_id,
    "FromUserName": OPENID,
    "CreateTime": str(NOW),
}


def text_push(content: str = "积分", **fields: str) -> Push:
    return read_push(read_xml(text_xml(content, **fields)), "main")


def event_push(event: str, account: str = "main", **fields: object) -> Push:
    all_fields: Fields = {**HEADER, "MsgType": "event", "Event": event, **fields}  # type: ignore[dict-item]
    return read_push(all_fields, account)


def test_a_text_push_knows_who_wrote_what_to_whom_and_when():
    push = text_push("积分")
    assert push.body == TextMessage("积分")
    assert (push.account, push.to, push.openid) == ("main", SAFE.original_id, OPENID)
    assert (push.created_at, push.message_id) == (NOW, "7000000000000000001")


def test_a_tapped_menu_message_keeps_the_item():
    assert text_push("查询积分", bizmsgmenuid="7").body == TextMessage("查询积分", "7")


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("  积分 ", "积分"),
        ("\u3000积分\u3000\n", "积分"),
        ("ＴＤ", "TD"),  # noqa: RUF001
        ("报名　１２", "报名 12"),  # noqa: RUF001 - what phones type
        ("积\u200b分\u202e", "积分"),
        ("反馈\n很好\t!", "反馈 很好 !"),
        ("\u0085积分\x1f", "积分"),
        ("", ""),
    ],
)
def test_a_command_is_compared_folded_on_one_line_and_trimmed(written, command):
    assert text_push(written).text == command


def test_the_words_stay_as_they_were_written():
    assert text_push("  反馈\n１👨\u200d👩 ").words == "  反馈\n１👨\u200d👩 "  # noqa: RUF001


def test_a_push_that_is_no_text_has_no_words():
    push = event_push("CLICK", EventKey="points")
    assert (push.text, push.words) == ("", "")


def test_an_id_of_64_bits_in_json_keeps_every_digit():
    body = b'{"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1714112445,"MsgType":"text",'
    push = read_push(read_json(body + b'"Content":"hi","MsgId":9007199254740993}'), "mini")
    assert push.message_id == "9007199254740993"
    assert push.created_at == NOW


def test_a_repeat_has_the_same_key_in_any_format():
    as_json = {**HEADER, "MsgType": "text", "Content": "积分", "MsgId": "7000000000000000001"}
    assert read_push(dict(as_json), "main").key == text_push("积分").key
    assert len(text_push().key) <= 40


@pytest.mark.parametrize(
    "fields",
    [{"MsgId": "7000000000000000002"}, {"FromUserName": "oOther"}, {"CreateTime": str(NOW + 1)}],
)
def test_another_message_has_another_key(fields):
    assert text_push(**fields).key != text_push().key


def test_one_message_id_from_two_accounts_has_two_keys():
    fields = read_xml(text_xml())
    assert read_push(fields, "main").key != read_push(fields, "mini").key


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("CLICK", {"EventKey": "wallet"}),
        ("VIEW", {"EventKey": "points"}),
        ("CLICK", {"EventKey": "points", "CreateTime": str(NOW + 1)}),
        ("CLICK", {"EventKey": "points", "FromUserName": "oOther"}),
        ("CLICK", {"EventKey": "points", "Ticket": "t"}),
        ("CLICK", {"EventKey": "points", "MsgID": "5"}),
        ("CLICK", {"EventKey": "points", "ScanCodeInfo": {"ScanResult": "x"}}),
    ],
)
def test_two_events_in_one_second_are_told_apart(event, fields):
    assert event_push(event, **fields).key != event_push("CLICK", EventKey="points").key


def test_the_key_of_an_event_ignores_the_case_of_its_name():
    assert event_push("click", EventKey="a").key == event_push("CLICK", EventKey="a").key


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({}, Follow()),
        ({"EventKey": ""}, Follow()),
        ({"EventKey": "qrscene_r/abc", "Ticket": "T"}, Follow(scene="r/abc", ticket="T")),
        ({"EventKey": "last_trade_no_4200001"}, Follow(trade_no="4200001")),
    ],
)
def test_a_follow_tells_how_the_person_came(fields, body):
    assert event_push("subscribe", **fields).body == body


def test_everyday_events_are_typed():
    assert event_push("unsubscribe", EventKey="").body == Unfollow()
    assert event_push("SCAN", EventKey="r", Ticket="T").body == Scan("r", "T")
    assert event_push("CLICK", EventKey="points").body == MenuTap("points")


@pytest.mark.parametrize(("event", "waits"), [("scancode_waitmsg", True), ("scancode_push", False)])
def test_what_the_menu_camera_read_arrives_whole(event, waits):
    info = {"ScanType": "qrcode", "ScanResult": "https://a/r/x"}
    body = event_push(event, EventKey="scan", ScanCodeInfo=info).body
    assert body == ScanCode("scan", "qrcode", "https://a/r/x", waits)


@pytest.mark.parametrize(
    "fields", [{"MsgType": "hologram"}, {"MsgType": "event", "Event": "x" * 99}]
)
def test_an_unknown_kind_is_kept_by_its_name(fields):
    body = read_push({**HEADER, **fields}, "main").body
    assert isinstance(body, UnknownPush)
    assert len(body.event) <= 64


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MsgType", ""),
        ("FromUserName", ""),
        ("FromUserName", "o'; DROP TABLE"),
        ("FromUserName", ["o1", "o2"]),
        ("ToUserName", ""),
        ("CreateTime", "yesterday"),
        ("CreateTime", "１７１４"),  # noqa: RUF001 - full-width digits
        ("CreateTime", "-1"),
        ("MsgId", ""),
        ("MsgId", "7e18"),
        ("MsgId", "9" * 21),
        ("Content", ["a", "b"]),
        ("Content", {"a": "b"}),
    ],
)
def test_a_broken_field_makes_the_push_useless_and_is_named(name, value):
    fields: Fields = {**HEADER, "MsgType": "text", "Content": "a", "MsgId": "1"}
    with pytest.raises(UselessPush, match=f"field_{name}"):
        read_push({**fields, name: value}, "main")


@pytest.mark.parametrize("name", ["MsgType", "FromUserName", "ToUserName", "CreateTime", "MsgId"])
def test_a_missing_field_makes_the_push_useless(name):
    fields: Fields = {**HEADER, "MsgType": "text", "Content": "a", "MsgId": "1"}
    del fields[name]
    with pytest.raises(UselessPush, match=f"field_{name}"):
        read_push(fields, "main")


def test_a_location_has_degrees():
    fields = {**HEADER, "MsgType": "location", "MsgId": "1", "Scale": "15", "Label": "成都"}
    push = read_push({**fields, "Location_X": "30.66", "Location_Y": "-104.06"}, "main")
    assert push.body == LocationMessage(30.66, -104.06, 15, "成都")


@pytest.mark.parametrize("latitude", ["", "nan", "1e3", "91", "inf", "３０"])  # noqa: RUF001
def test_a_place_that_is_nowhere_is_useless(latitude):
    fields = {**HEADER, "MsgType": "location", "MsgId": "1", "Location_Y": "104.06"}
    with pytest.raises(UselessPush, match="Location_X"):
        read_push({**fields, "Location_X": latitude}, "main")

"""The passive reply: well-formed whatever stands in it, and addressed to who wrote."""

import json

import pytest

from bot.markup import Fields, read_xml
from bot.pushes import Push, read_push
from bot.replies import (
    Article,
    ImageReply,
    MusicReply,
    NewsReply,
    Reply,
    TextReply,
    TransferToAgents,
    VideoReply,
    VoiceReply,
    fit_text,
    render_reply,
    render_transfer_json,
)
from tests.bot.wire import NOW, OPENID, SAFE, text_xml

MESSAGE = read_push(read_xml(text_xml()), "main")
EVENT = read_push(
    {
        "ToUserName": SAFE.original_id,
        "FromUserName": OPENID,
        "CreateTime": str(NOW),
        "MsgType": "event",
        "Event": "CLICK",
        "EventKey": "news",
    },
    "main",
)
ARTICLE = Article("标题", "摘要", "https://p/1.png", "https://p/1")


def rendered(reply: Reply, push: Push = MESSAGE) -> Fields:
    return read_xml(render_reply(reply, push, now_seconds=NOW + 1).encode())


def test_sender_and_receiver_are_swapped():
    assert rendered(TextReply("100 积分")) == {
        "ToUserName": OPENID,
        "FromUserName": SAFE.original_id,
        "CreateTime": str(NOW + 1),
        "MsgType": "text",
        "Content": "100 积分",
    }


@pytest.mark.parametrize(
    "text",
    [
        "]]>",
        "a]]>b]]]]>c",
        "]]><MsgType>image</MsgType>",
        '<a href="https://a/?b=1&c=2">x</a>',
        "好\n😀",
    ],
)
def test_a_text_can_neither_break_nor_forge_the_reply(text):
    fields = rendered(TextReply(text))
    assert fields["Content"] == text
    assert fields["MsgType"] == "text"


def test_a_control_character_does_not_spoil_the_reply():
    assert rendered(TextReply("a\x00\x08b\ud83d"))["Content"] == "ab"


def test_a_long_text_is_cut_between_characters():
    content = rendered(TextReply("好" * 1000))["Content"]
    assert content == "好" * 682
    assert fit_text("a😀", 4) == "a"


def test_a_text_of_exactly_2048_bytes_stays_whole():
    assert fit_text("a" * 2048) == "a" * 2048


@pytest.mark.parametrize(
    ("reply", "kind", "name", "content"),
    [
        (ImageReply("m"), "image", "Image", {"MediaId": "m"}),
        (VoiceReply("m"), "voice", "Voice", {"MediaId": "m"}),
        (VideoReply("m", "t"), "video", "Video", {"MediaId": "m", "Title": "t"}),
        (
            MusicReply("th", url="u"),
            "music",
            "Music",
            {"MusicUrl": "u", "ThumbMediaId": "th"},
        ),
        (TransferToAgents("a@b"), "transfer_customer_service", "TransInfo", {"KfAccount": "a@b"}),
    ],
)
def test_every_kind_of_reply_has_its_element(reply, kind, name, content):
    fields = rendered(reply)
    assert fields["MsgType"] == kind
    assert fields[name] == content


def test_a_transfer_to_any_agent_names_none():
    fields = rendered(TransferToAgents())
    assert fields["MsgType"] == "transfer_customer_service"
    assert "TransInfo" not in fields


@pytest.mark.parametrize(("push", "count"), [(MESSAGE, 1), (EVENT, 8)])
def test_a_message_gets_one_article_and_an_event_up_to_eight(push, count):
    fields = rendered(NewsReply((ARTICLE,) * 9), push)
    assert fields["ArticleCount"] == str(count)
    articles = fields["Articles"]
    assert isinstance(articles, dict)
    items = articles["item"]
    assert (len(items) if isinstance(items, list) else 1) == count


def test_a_json_account_can_hand_over_to_agents():
    fields = json.loads(render_transfer_json(MESSAGE, now_seconds=NOW))
    assert fields["ToUserName"] == OPENID
    assert fields["MsgType"] == "transfer_customer_service"

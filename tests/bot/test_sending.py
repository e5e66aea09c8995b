"""Sending (发送): each kind of content by its channel, pictures uploaded no more than needed."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.delivery_errors import DeliveryFailed, failure_for
from bot.sending import Sender, key_at_platform
from bot.wechat import WeChatGateway
from loyalty.messages import Channel
from loyalty.notice_forms import FilledForm, Offer
from tests.bot.sending import FakeGateway, Row
from tests.bot.wire import MINI, SAFE

PICTURE = {"kind": "image", "account": "main", "media_id": "m1"}
SECOND = replace(SAFE, name="second")


def sender_of(*gateways: FakeGateway) -> Sender:
    return Sender({one.account.name: cast(WeChatGateway, one) for one in gateways})


async def test_a_picture_goes_as_it_is_where_it_came_from() -> None:
    gateway = FakeGateway()
    await sender_of(gateway).send(Row(1, content=PICTURE))
    assert (gateway.sent, gateway.pictures) == ([("o1", "m1")], [])


async def test_a_picture_is_carried_over_to_another_account_once() -> None:
    main, second = FakeGateway(), FakeGateway(account=SECOND)
    sender = sender_of(main, second)
    rows = [Row(n, account="second", openid=f"o{n}", content=PICTURE) for n in range(20)]
    await asyncio.gather(*(sender.send(row) for row in rows))
    assert second.pictures == [b"picture m1"]
    assert {media_id for _, media_id in second.sent} == {"media-1"}


async def test_an_upload_that_failed_is_made_again_by_the_next() -> None:
    main, second = FakeGateway(), FakeGateway(account=SECOND, upload_faults=[failure_for(-1, "")])
    sender = sender_of(main, second)
    row = Row(1, account="second", content=PICTURE)
    with pytest.raises(DeliveryFailed):
        await sender.send(row)
    await sender.send(row)
    assert len(second.pictures) == 1


async def test_the_quota_of_uploads_closes_no_other_way() -> None:
    gateway = FakeGateway(upload_faults=[failure_for(45009, "quota")])
    with pytest.raises(DeliveryFailed) as failed:
        await sender_of(gateway).send(Row(1, content={"kind": "qr", "value": "66"}))
    assert failed.value.errcode is None


async def test_an_offer_does_not_leave_as_a_template_even_if_it_came_so_far() -> None:
    content = {"kind": "form", "notice": Offer(FilledForm("t", {}))}
    row = Row(1, content=content, channel=Channel.TEMPLATE)
    with pytest.raises(DeliveryFailed, match="an offer is no notice"):
        await sender_of(FakeGateway()).send(row)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"kind": "mini_card", "title": "点单", "path": "a"}, "no mini-program"),
        ({"kind": "pigeon"}, "no way to say pigeon"),
        ({**PICTURE, "account": "gone"}, "not configured"),
    ],
)
async def test_what_cannot_be_said_fails_for_good(content: dict[str, Any], why: str) -> None:
    with pytest.raises(DeliveryFailed, match=why) as failed:
        await sender_of(FakeGateway()).send(Row(1, content=content))
    assert failed.value.kind == "permanent"


async def test_a_card_of_the_mini_program_has_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, str]] = []

    async def send_mini_card(gateway: Any, openid: str, card: dict[str, str]) -> None:
        told.append(card)

    monkeypatch.setattr("bot.sending.send_mini_card", send_mini_card)
    gateway = FakeGateway()
    sender = sender_of(gateway, FakeGateway(account=MINI))
    for _ in range(2):
        await sender.send(Row(1, content={"kind": "mini_card", "title": "点单", "path": "a/b"}))
    wanted = {"title": "点单", "appid": MINI.appid, "pagepath": "a/b", "thumb_media_id": "media-1"}
    assert told == [wanted, wanted]


def test_the_key_is_the_same_for_every_try_and_for_no_other_message() -> None:
    keys = {key_at_platform(Row(1, attempt=attempt)) for attempt in (1, 2)}
    assert len(keys) == 1
    assert key_at_platform(Row(2)) not in keys
    assert all(len(key) == 32 for key in keys)

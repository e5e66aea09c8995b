"""Every way to send, from our gateway to the sandbox's platform: one side checks the other."""

from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.accounts import Account
from bot.notice_forms import load_notice_forms
from bot.wechat import WeChatGateway
from bot.wechat_mass import (
    MassContent,
    create_tag,
    delete_tag,
    mass_preview,
    mass_send,
    mass_send_all,
    mass_state,
    tag_people,
)
from bot.wechat_sends import (
    send_article,
    send_menu,
    send_mini_card,
    send_mini_subscription,
    send_once,
    send_subscription,
    send_template,
)
from loyalty.messages import Channel
from loyalty.notice_forms import FilledForm, Offer, ServiceNotice, filled_form
from sandbox.config import Account as SandboxAccount
from sandbox.config import PlatformRules
from sandbox.subscribing import confirm_one_time
from tests.bot.fake_wechat import MemoryTokens
from tests.sandbox.forms import ACTIVITY, ACTIVITY_AT_MINI, ONE_TIME, told_of
from tests.sandbox.rig import MINI, Rig, Rigging

FACTS = {"name": "手冲课", "starts": "2027-03-01 18:30", "place": "春熙路店"}


@pytest.fixture
async def rigging(tmp_path: Path) -> AsyncIterator[Rigging]:
    made = Rigging(tmp_path)
    yield made
    await made.stop()


@pytest.fixture
async def rig(rigging: Rigging) -> Rig:
    rig = await rigging.rig(platform=PlatformRules(outcome_seconds=0.01, mass_seconds=0.01))
    for phone in ("p1", "p2"):
        await rig.tell(f"phones/{phone}/follow?settled=1", account="main")
    return rig


async def gateway_of(rig: Rig, session: ClientSession) -> WeChatGateway:
    base = str(rig.client.make_url("")).rstrip("/")
    account = ours(rig.shop.account)
    return WeChatGateway(
        account, session, api_base=base, tokens=MemoryTokens(), now_seconds=lambda: 1e6
    )


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as opened:
        yield opened


@pytest.fixture
async def gateway(rig: Rig, session: ClientSession) -> AsyncIterator[WeChatGateway]:
    made = await gateway_of(rig, session)
    yield made
    await made.close()


def ours(account: SandboxAccount) -> Account:
    shared = {field.name for field in fields(Account)} & set(account.__slots__)
    facts: dict[str, Any] = {name: getattr(account, name) for name in shared}
    return Account(**facts, aes_key_previous=None)


def reminder(channel: Channel, kind: str) -> FilledForm:
    form = load_notice_forms().form_for("activities/reminder", channel, kind)
    assert form is not None
    return filled_form(form, FACTS)


def both(rig: Rig) -> list[str]:
    return [rig.world.contact(rig.shop.account, phone).openid for phone in ("p1", "p2")]


async def newest(rig: Rig) -> dict[str, Any]:
    return (await rig.chat())[-1]


async def test_a_template_is_told_with_the_platforms_id(rig: Rig, gateway: WeChatGateway) -> None:
    notice = ServiceNotice(reminder(Channel.TEMPLATE, "service"))
    first = await send_template(gateway, rig.openid, notice, key="k1")
    assert await send_template(gateway, rig.openid, notice, key="k1") == first
    (event,) = await told_of(rig, "TEMPLATESENDJOBFINISH")
    assert event["MsgID"] == first
    assert (await newest(rig))["fields"][0]["value"] == "手冲课"


async def test_a_subscription_is_spent(rig: Rig, gateway: WeChatGateway) -> None:
    await rig.act("subscribe", accepted=[ACTIVITY])
    await send_subscription(gateway, rig.openid, Offer(reminder(Channel.SUBSCRIPTION, "service")))
    assert (await newest(rig))["via"] == "subscribe"
    assert rig.world.contact(rig.shop.account, "p1").subscriptions[ACTIVITY] == 0


async def test_a_one_time_subscription_is_spent(rig: Rig, gateway: WeChatGateway) -> None:
    contact = rig.world.contact(rig.shop.account, "p1")
    confirm_one_time(rig.world, contact, number=ONE_TIME, scene="1")
    await send_once(gateway, rig.openid, Offer(reminder(Channel.ONE_TIME, "service")))
    assert ((await newest(rig))["title"], contact.one_time) == ("活动提醒", [])


async def test_a_mini_program_sends_what_was_subscribed(
    rigging: Rigging, session: ClientSession
) -> None:
    rig = await rigging.rig(MINI)
    gateway = await gateway_of(rig, session)
    await rig.act("subscribe", accepted=[ACTIVITY_AT_MINI])
    notice = ServiceNotice(reminder(Channel.MINI, "mini"))
    await send_mini_subscription(gateway, rig.openid, notice)
    assert len((await rig.ask("phones/p1/chat?account=notices"))["messages"]) == 1
    await gateway.close()


async def test_cards_and_choices_reach_the_chat(rig: Rig, gateway: WeChatGateway) -> None:
    await rig.act("text", text="在吗")
    card = {
        "title": "周年庆",
        "description": "八折",
        "url": "http://a/",
        "picture_url": "http://b/",
    }
    await send_article(gateway, rig.openid, card)
    assert (await newest(rig))["articles"][0]["image_url"] == "http://b/"
    choices = [{"id": "1", "content": "好"}]
    await send_menu(gateway, rig.openid, {"head_content": "?", "list": choices})
    assert (await newest(rig))["items"] == choices
    shelf = rig.world.media
    picture = shelf.put(rig.shop.account, "image", b"x", content_type="image/png", file_name="x")
    mini = {"title": "会员卡", "appid": MINI.appid, "pagepath": "p", "thumb_media_id": picture.id}
    await send_mini_card(gateway, rig.openid, mini)
    assert (await newest(rig))["kind"] == "miniprogrampage"


async def test_a_mass_send_reaches_everybody_named(rig: Rig, gateway: WeChatGateway) -> None:
    words = MassContent("text", "周年庆")
    await mass_preview(gateway, rig.openid, words)
    assert (await newest(rig))["via"] == "preview"
    number = await mass_send(gateway, both(rig), words, key="b1")
    await told_of(rig, "MASSSENDJOBFINISH")
    assert number is not None
    assert await mass_state(gateway, number) == "SEND_SUCCESS"
    assert (await newest(rig))["via"] == "mass"


async def test_a_mass_send_goes_by_a_tag(rig: Rig, gateway: WeChatGateway) -> None:
    tag = await create_tag(gateway, "群发 1")
    await tag_people(gateway, tag, both(rig)[:1])
    picture = rig.world.media.put(
        rig.shop.account, "image", b"x", content_type="image/png", file_name="x"
    )
    await mass_send_all(gateway, tag, MassContent("image", picture.id), key="b2")
    (event,) = await told_of(rig, "MASSSENDJOBFINISH")
    assert event["TotalCount"] == "1"
    assert (await newest(rig))["kind"] == "image"
    await delete_tag(gateway, tag)
    assert rig.world.record(rig.shop.account).tags == {}

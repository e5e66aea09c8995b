"""The whole way of a picture before the sandbox: sent by phone, fetched, kept, shown to staff."""

from base64 import b64encode
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.accounts import Account
from bot.app import delivery_for
from bot.delivery import Delivery
from bot.pushes import ImageMessage
from bot.qr_image import qr_png
from bot.ticket_pictures import fetching_courier, showing_courier
from bot.wechat import WeChatGateway
from services.tickets.pictures import (
    LARGEST_PICTURE,
    keep_picture,
    lose_picture,
    picture_bytes,
    wanted_media,
)
from storage.sql import change, rows
from tests.bot.fake_wechat import MemoryTokens
from tests.sandbox.rig import MAIN, Rig, Rigging
from tests.shop import ShopUnderTest


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rigging(tmp_path)
    yield await made.rig()
    await made.stop()


@pytest.fixture
async def delivery(shop_under_test: ShopUnderTest, rig: Rig) -> AsyncIterator[Delivery]:
    account = Account(
        name=MAIN.name,
        kind="service",
        appid=MAIN.appid,
        original_id=MAIN.original_id,
        token=MAIN.token,
        aes_key=MAIN.aes_key,
        aes_key_previous=None,
        mode="safe",
        secret=MAIN.secret,
    )
    shop = shop_under_test.shop
    keep, lose = partial(keep_picture, shop), partial(lose_picture, shop)
    couriers = {
        "picture": fetching_courier(wanted_media, keep, lose, most_bytes=LARGEST_PICTURE),
        "ticket_picture": showing_courier(partial(picture_bytes, shop)),
    }
    async with ClientSession() as session:
        base = str(rig.client.make_url("")).rstrip("/")
        gateway = WeChatGateway(
            account, session, api_base=base, tokens=MemoryTokens(), now_seconds=lambda: 1e6
        )
        yield delivery_for(shop, {"main": gateway}, couriers)
        await gateway.close()


async def deliver(delivery: Delivery, keys: str, rig: Rig) -> None:
    """Only what has such a key, and to the one phone of the sandbox."""
    await change("UPDATE outbox SET state = 'sent' WHERE key NOT LIKE $1", keys)
    await change("UPDATE outbox SET openid = $1 WHERE key LIKE $2", rig.openid, keys)
    assert await delivery.deliver_due() == 1


async def picture_states() -> list[str]:
    found = await rows("SELECT state FROM ticket_pictures ORDER BY id")
    return [line["state"] for line in found]


async def send_by_phone(shop: ShopUnderTest, rig: Rig, picture: bytes) -> None:
    """小王's phone sends it to the sandbox, whose push reaches the shop as 小李's."""
    await rig.act("image", image_base64=b64encode(picture).decode())
    message = rig.shop.pushes[-1].message
    body = ImageMessage(message["MediaId"], message["PicUrl"])
    await shop.receive(shop.push("小李", body))


async def test_a_picture_comes_from_the_members_phone_to_the_staffs(
    shop_under_test: ShopUnderTest, rig: Rig, delivery: Delivery
) -> None:
    await rig.act("follow")
    await shop_under_test.hear("小李", "反馈 春熙路店 有虫")
    picture = qr_png("bug")
    await send_by_phone(shop_under_test, rig, picture)
    await deliver(delivery, "fetch:%", rig)
    assert await picture_states() == ["kept"]
    await shop_under_test.hear("店长", "看图 1")
    await deliver(delivery, "show:%", rig)
    shown = (await rig.chat())[-1]
    assert shown["from"] != "me"
    assert await rig.bytes_at(shown["image_url"]) == picture


async def test_a_film_is_no_picture(
    shop_under_test: ShopUnderTest, rig: Rig, delivery: Delivery
) -> None:
    await rig.act("follow")
    await shop_under_test.hear("小李", "反馈 春熙路店 有虫")
    await rig.act("video", media_base64=b64encode(b"film").decode())
    body = ImageMessage(rig.shop.pushes[-1].message["MediaId"], "")
    await shop_under_test.receive(shop_under_test.push("小李", body))
    await deliver(delivery, "fetch:%", rig)
    assert await picture_states() == ["lost"]

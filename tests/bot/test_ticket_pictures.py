"""工单图片: fetched once from the platform, lost when it is gone, shown under a name of ours."""

from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from bot.accounts import Account
from bot.delivery import ATTEMPTS
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.scene_codes import scene_courier
from bot.ticket_pictures import fetching_courier, showing_courier
from bot.wechat import QrTicket, WeChatGateway
from tests.bot.sending import Row
from tests.bot.wire import MINI, SAFE

ROW = Row(1, content={"kind": "picture", "value": "7"})
GONE = DeliveryFailed("permanent", 40007, "invalid media_id")


@dataclass
class Gateway:
    account: Account = SAFE
    fault: Exception | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)
    sent: list[tuple[str, bytes, str]] = field(default_factory=list)
    scenes: list[str] = field(default_factory=list)

    async def get_media(self, media_id: str, *, most_bytes: int) -> bytes:
        self.asked.append((media_id, most_bytes))
        if self.fault is not None:
            raise self.fault
        return b"content"

    async def upload_image(self, content: bytes, filename: str) -> str:
        if self.fault is not None:
            raise self.fault
        self.sent.append(("", content, filename))
        return "uploaded"

    async def send_image(self, openid: str, media_id: str) -> None:
        assert media_id == "uploaded"
        self.sent[-1] = (openid, *self.sent[-1][1:])

    async def create_qr(self, scene: str) -> QrTicket:
        self.scenes.append(scene)
        if self.fault is not None:
            raise self.fault
        return QrTicket("ticket", "http://weixin.qq.com/q/box", None)


@dataclass
class Desk:
    media_id: str | None = "m1"
    keeps: bool = True
    kept: list[tuple[int, bytes]] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)

    async def wanted(self, picture_id: int) -> str | None:
        return self.media_id

    async def keep(self, picture_id: int, content: bytes) -> bool:
        self.kept.append((picture_id, content))
        return self.keeps

    async def lose(self, picture_id: int) -> None:
        self.lost.append(picture_id)

    async def fetch(self, gateway: Gateway, row: Row = ROW) -> None:
        courier = fetching_courier(self.wanted, self.keep, self.lose, most_bytes=9)
        await courier(cast(WeChatGateway, gateway), row)


async def refused(desk: Desk, gateway: Gateway, row: Row = ROW) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await desk.fetch(gateway, row)
    return failed.value


async def test_a_picture_is_fetched_up_to_its_size_and_kept() -> None:
    desk, gateway = Desk(), Gateway()
    await desk.fetch(gateway)
    assert (gateway.asked, desk.kept, desk.lost) == ([("m1", 9)], [(7, b"content")], [])


async def test_what_is_wanted_no_more_is_not_asked_for() -> None:
    desk, gateway = Desk(media_id=None), Gateway()
    await desk.fetch(gateway)
    assert (gateway.asked, desk.kept) == ([], [])


async def test_what_the_platform_has_no_more_is_lost() -> None:
    desk = Desk()
    assert await refused(desk, Gateway(fault=GONE)) is GONE
    assert desk.lost == [7]


async def test_a_question_without_an_answer_is_asked_again_until_the_last_try() -> None:
    desk, silent = Desk(), Gateway(fault=DeliveryUncertain("timeout"))
    assert (await refused(desk, silent)).kind == "try_again"
    assert desk.lost == []
    await refused(desk, silent, replace(ROW, attempt=ATTEMPTS))
    assert desk.lost == [7]


async def test_what_we_do_not_keep_is_a_failure() -> None:
    assert (await refused(Desk(keeps=False), Gateway())).mark == "no_picture"


async def show(gateway: Gateway, found: tuple[str, bytes] | None) -> None:
    async def content_of(picture_id: int) -> tuple[str, bytes] | None:
        assert picture_id == 7
        return found

    await showing_courier(content_of)(cast(WeChatGateway, gateway), ROW)


async def test_a_picture_is_shown_under_a_name_of_ours() -> None:
    gateway = Gateway()
    await show(gateway, ("jpeg", b"content"))
    assert gateway.sent == [("o1", b"content", "picture.jpeg")]


async def test_an_erased_picture_is_shown_to_nobody() -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await show(Gateway(), None)
    assert failed.value.mark == "erased"


async def test_a_lost_upload_is_made_again() -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await show(Gateway(fault=DeliveryUncertain("timeout")), ("png", b""))
    assert failed.value.kind == "try_again"


BOX = Row(1, content={"kind": "box", "value": "box_cd01"})


async def test_the_code_of_a_box_is_drawn_from_the_platforms() -> None:
    gateway = Gateway()
    await scene_courier()(cast(WeChatGateway, gateway), BOX)
    assert gateway.scenes == ["box_cd01"]
    [(openid, content, name)] = gateway.sent
    assert (openid, name) == ("o1", "box.png")
    assert content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("gateway", "kind"),
    [(Gateway(account=MINI), "permanent"), (Gateway(fault=DeliveryUncertain("x")), "try_again")],
    ids=["no service account", "no answer"],
)
async def test_a_code_that_cannot_be_made_is_not_sent(gateway: Gateway, kind: str) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await scene_courier()(cast(WeChatGateway, gateway), BOX)
    assert failed.value.kind == kind
    assert gateway.sent == []

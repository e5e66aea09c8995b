"""导出送达: the link of a list goes to whoever asked, or the list is refused for good."""

from dataclasses import dataclass, field
from typing import cast

import pytest

from bot.delivery_errors import DeliveryFailed
from bot.exporting import export_courier
from bot.wechat import WeChatGateway
from services.people.export_files import ExportGone
from tests.bot.sending import Row

ROW = Row(1, openid="o1", content={"kind": "export", "value": "7"})


@dataclass
class Gateway:
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def send_text(self, openid: str, text: str) -> None:
        self.sent.append((openid, text))


async def test_what_was_made_is_sent_to_whoever_asked() -> None:
    gateway = Gateway()

    async def made(number: int) -> str:
        return f"list {number}"

    await export_courier(made)(cast(WeChatGateway, gateway), ROW)
    assert gateway.sent == [("o1", "list 7")]


async def test_a_refused_list_is_never_tried_again() -> None:
    gateway = Gateway()

    async def refused(number: int) -> str:
        raise ExportGone

    with pytest.raises(DeliveryFailed) as failed:
        await export_courier(refused)(cast(WeChatGateway, gateway), ROW)
    assert failed.value.kind == "permanent"
    assert gateway.sent == []

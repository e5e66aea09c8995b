"""查身份: the unionid of who follows is asked for once, and kept."""

from dataclasses import dataclass
from typing import cast

import pytest

from bot.accounts import Account
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.wechat import PlatformUser, WeChatGateway
from bot.who import who_courier
from tests.bot.sending import Row
from tests.bot.wire import MINI, SAFE

ROW = Row(1, openid="o1", content={"kind": "who", "value": ""})


@dataclass
class Gateway:
    unionid: str | None = "u1"
    account: Account = SAFE
    fault: Exception | None = None

    async def get_user(self, openid: str) -> PlatformUser:
        if self.fault is not None:
            raise self.fault
        return PlatformUser(openid, True, self.unionid, 1, "", "")


async def kept_of(gateway: Gateway) -> list[tuple[str, str, str]]:
    kept: list[tuple[str, str, str]] = []

    async def record(account: str, openid: str, unionid: str) -> None:
        kept.append((account, openid, unionid))

    await who_courier(record)(cast(WeChatGateway, gateway), ROW)
    return kept


async def test_what_the_platform_tells_is_kept() -> None:
    assert await kept_of(Gateway()) == [("main", "o1", "u1")]
    assert await kept_of(Gateway(unionid=None)) == []


async def test_a_mini_program_has_nobody_to_ask_about() -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await kept_of(Gateway(account=MINI))
    assert failed.value.kind == "permanent"


async def test_a_question_without_an_answer_is_asked_again() -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await kept_of(Gateway(fault=DeliveryUncertain("timeout")))
    assert failed.value.kind == "try_again"

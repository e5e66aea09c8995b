"""短信: how a code reaches a phone, and what every outcome of the provider means."""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.delivery_errors import DeliveryFailed
from bot.sms import FileSms, HttpSms, Sms, sms_courier
from bot.wechat import WeChatGateway
from tests.bot.sending import Row

NOW = datetime(2027, 1, 11, 2, 0, tzinfo=UTC)
SECRET = "9f3c1e7ab2d84650"
ROW = Row(12, content={"kind": "sms", "value": "7"})
NO_GATEWAY = cast(WeChatGateway, None)


@dataclass
class ShortText:
    to: str = "+8613800138000"
    text: str = "山茶咖啡会员验证码 123456"


def now() -> datetime:
    return NOW


async def seven(code_id: int) -> Sms | None:
    return ShortText() if code_id == 7 else None


async def test_in_the_sandbox_a_message_is_a_line_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "var" / "sms.jsonl"
    carry = sms_courier(FileSms(file, now), seven)
    for _ in range(2):
        await carry(NO_GATEWAY, ROW)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert lines[0] == lines[1]
    assert lines[0] == {
        "to": "+8613800138000",
        "text": "山茶咖啡会员验证码 123456",
        "at": "2027-01-11T02:00:00+00:00",
        "id": "sms-12",
    }
    assert file.stat().st_mode & 0o077 == 0


async def test_what_is_not_wanted_any_more_is_not_sent(tmp_path: Path) -> None:
    file = tmp_path / "sms.jsonl"
    carry = sms_courier(FileSms(file, now), seven)
    with pytest.raises(DeliveryFailed) as failed:
        await carry(NO_GATEWAY, Row(12, content={"kind": "sms", "value": "8"}))
    assert (failed.value.kind, failed.value.mark) == ("permanent", "code_over")
    assert not file.exists()


@dataclass
class Provider:
    status: int = 200
    seen: tuple[bytes, Any] | None = None

    async def take(self, request: web.Request) -> web.Response:
        self.seen = (await request.read(), request.headers)
        headers = {"Location": "/elsewhere"} if self.status == 302 else None
        return web.Response(status=self.status, headers=headers)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/send", self.take)
        return app


async def test_a_provider_gets_a_signed_request() -> None:
    provider = Provider()
    async with TestServer(provider.app()) as server:
        port = HttpSms(str(server.make_url("/send")), SECRET, now)
        await port.send(ShortText(), message_id="sms-12")
    assert provider.seen is not None
    body, headers = provider.seen
    assert json.loads(body) == {
        "id": "sms-12",
        "to": "+8613800138000",
        "text": "山茶咖啡会员验证码 123456",
    }
    signed = headers["X-Timestamp"].encode() + b"\n" + body
    expected = hmac.digest(SECRET.encode(), signed, "sha256").hex()
    assert headers["X-Signature"] == expected
    assert headers["X-Timestamp"] == str(int(NOW.timestamp()))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, "permanent"),
        (400, "permanent"),
        (401, "permanent"),
        (408, "try_again"),
        (429, "try_again"),
        (500, "try_again"),
        (503, "try_again"),
    ],
)
async def test_what_a_providers_refusal_means(status: int, kind: str) -> None:
    async with TestServer(Provider(status).app()) as server:
        port = HttpSms(str(server.make_url("/send")), SECRET, now)
        with pytest.raises(DeliveryFailed) as failed:
            await port.send(ShortText(), message_id="sms-12")
    assert failed.value.kind == kind
    assert "138" not in str(failed.value)


async def test_a_provider_that_is_away_is_asked_again() -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await HttpSms("http://127.0.0.1:9/send", SECRET, now).send(ShortText(), message_id="a")
    assert failed.value.kind == "try_again"

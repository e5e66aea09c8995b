"""The SMS provider: signed orders reach the phone with the number, once."""

import hmac
import json
from typing import Any

import pytest

from sandbox.config import SmsSettings
from sandbox.identifiers import number_of
from tests.sandbox.rig import Rig, Rigging

SECRET = "sandbox-sms-secret"


@pytest.fixture
async def sms_rig(rigging: Rigging) -> Rig:
    return await rigging.rig(sms=SmsSettings(secret=SECRET))


async def order(rig: Rig, *, secret: str = SECRET, **message: str) -> int:
    body = json.dumps(message, ensure_ascii=False).encode()
    signature = hmac.digest(secret.encode(), b"1799632800\n" + body, "sha256").hex()
    headers = {"X-Timestamp": "1799632800", "X-Signature": signature}
    async with rig.client.post("/sms/send", data=body, headers=headers) as response:
        return response.status


async def newest(rig: Rig, phone: str = "p1") -> Any:
    return (await rig.ask(f"phones/{phone}/chat?account=main"))["sms"]


async def test_a_message_reaches_whoever_has_the_number(sms_rig: Rig) -> None:
    [wang, _] = (await sms_rig.ask("state"))["phones"]
    assert wang["number"] == number_of("p1")
    assert await order(sms_rig, id="sms-1", to=f"+86{wang['number']}", text="验证码 123456") == 200
    assert (await newest(sms_rig))["text"] == "验证码 123456"
    assert await newest(sms_rig, "p2") is None


async def test_an_order_made_again_is_sent_once(sms_rig: Rig) -> None:
    for _ in range(2):
        await order(sms_rig, id="sms-1", to=f"+86{number_of('p1')}", text="一")
    assert (await newest(sms_rig))["n"] == 1


async def test_a_number_nobody_has_is_taken_and_stands_in_the_journal(sms_rig: Rig) -> None:
    assert await order(sms_rig, id="sms-1", to="+8613900000000", text="一") == 200
    row = (await sms_rig.ask("journal"))["rows"][-1]
    assert (row["direction"], row["verdict"], row["summary"]) == ("sms", "nobody", "13900000000")


async def test_an_order_signed_by_another_secret_is_refused(sms_rig: Rig, rig: Rig) -> None:
    message = {"id": "sms-1", "to": "+8613900000000", "text": "一"}
    assert await order(sms_rig, secret="another", **message) == 401
    assert await order(rig, secret="", **message) == 401


async def test_an_order_that_lacks_a_part_is_refused(sms_rig: Rig) -> None:
    assert await order(sms_rig, id="sms-1", text="一") == 400


async def test_a_chat_that_waits_hears_of_a_message(sms_rig: Rig) -> None:
    await order(sms_rig, id="sms-1", to=f"+86{number_of('p1')}", text="一")
    answer = await sms_rig.ask("phones/p1/chat?account=main&wait=30&sms=0")
    assert answer["sms"]["text"] == "一"

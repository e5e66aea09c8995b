"""SMS (短信): how a code reaches a phone: by a provider, or in the sandbox into a file.

A code that arrives twice does no harm, so a send without an answer is made again, under the same
id, until the code is over.
"""

import asyncio
import hmac
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.delivery import Courier, Message
from bot.delivery_errors import DeliveryFailed
from bot.wechat import WeChatGateway
from bot.wechat_http import json_body

TIMEOUT = ClientTimeout(total=8, connect=3)
BUSY = frozenset({408, 425, 429})


class Sms(Protocol):
    """What is to be sent; in full, so it is never logged."""

    @property
    def to(self) -> str: ...
    @property
    def text(self) -> str: ...


class SmsPort(Protocol):
    """`message_id` is the same for every try of one message."""

    async def send(self, sms: Sms, *, message_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class FileSms:
    """Appends a line of JSON a message, for the sandbox."""

    file: Path
    now: Callable[[], datetime]

    async def send(self, sms: Sms, *, message_id: str) -> None:
        line = {"to": sms.to, "text": sms.text, "at": self.now().isoformat(), "id": message_id}
        await asyncio.to_thread(self._append, json.dumps(line, ensure_ascii=False))

    def _append(self, line: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with open(self.file, "a", encoding="utf-8", opener=_for_owner_alone) as file:
            file.write(line + "\n")


@dataclass(frozen=True, slots=True)
class HttpSms:
    """Posts {id, to, text} to a provider, or to a small program in front of one.

    X-Signature is the hex HMAC-SHA-256 of timestamp, line feed and body.
    """

    url: str
    secret: str
    now: Callable[[], datetime]

    async def send(self, sms: Sms, *, message_id: str) -> None:
        body = json_body({"id": message_id, "to": sms.to, "text": sms.text})
        try:
            async with (
                ClientSession(timeout=TIMEOUT) as session,
                session.post(
                    self.url, data=body, headers=self._headers(body), allow_redirects=False
                ) as response,
            ):
                _check(response.status)
        except (ClientError, TimeoutError, OSError) as error:
            raise DeliveryFailed("try_again", None, f"sms {type(error).__name__}") from None

    def _headers(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(self.now().timestamp()))
        signed = timestamp.encode() + b"\n" + body
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-Timestamp": timestamp,
            "X-Signature": hmac.digest(self.secret.encode(), signed, "sha256").hex(),
        }


def sms_courier(port: SmsPort, find: Callable[[int], Awaitable[Sms | None]]) -> Courier:
    """`find` gives the message of an outbox row, None when it is not wanted any more."""

    async def carry(gateway: WeChatGateway, message: Message) -> None:
        sms = await find(int(message.content["value"]))
        if sms is None:
            raise DeliveryFailed("permanent", None, "sms", mark="code_over")
        await port.send(sms, message_id=f"sms-{message.id}")

    return carry


def _for_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _check(status: int) -> None:
    if 200 <= status < 300:
        return
    is_final = 300 <= status < 500 and status not in BUSY
    raise DeliveryFailed("permanent" if is_final else "try_again", None, f"sms status {status}")

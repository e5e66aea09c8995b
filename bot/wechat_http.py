"""One call to WeChat (接口调用): one HTTP exchange, and what its outcome proves.

Nothing reached the platform: DeliveryFailed. Something may have: DeliveryUncertain.
Causes are not chained: their texts may hold the address, and the address holds the token.
"""

import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlencode

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
)

from bot.delivery_errors import ALREADY_SO, DeliveryFailed, DeliveryUncertain, failure_for

TIMEOUT = ClientTimeout(total=5, connect=2, sock_connect=2)
COME_AGAIN_STATUSES = frozenset({408, 425, 429})
JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
BINARY_TYPES = ("image/", "audio/", "video/", "voice/", "application/octet-stream")

SAYING = json.JSONEncoder(ensure_ascii=False)
# The platform lets control characters stand in its texts.
READING = json.JSONDecoder(strict=False)

Answer: TypeAlias = dict[str, Any] | bytes


@dataclass(frozen=True, slots=True)
class Upload:
    field: str
    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class ApiCall:
    """What to ask; may be made more than once, so nothing in it is used up."""

    method: str
    url: str
    params: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    upload: Upload | None = None
    form: dict[str, str] = field(default_factory=dict)
    # What is larger is not read to its end (reliability B41).
    most_bytes: int | None = None

    def payload(self) -> bytes | FormData | None:
        if self.upload is None:
            return self.body
        form = FormData(self.form)
        form.add_field(
            self.upload.field,
            self.upload.content,
            filename=self.upload.filename,
            content_type=self.upload.content_type,
        )
        return form


def json_body(value: object) -> bytes:
    """Raw UTF-8: WeChat shows \\u escapes to members as they stand (40033)."""
    return SAYING.encode(value).encode()


async def exchange(session: ClientSession, call: ApiCall, **params: str) -> Answer:
    """Make the call once. A business error of the platform is raised as DeliveryFailed."""
    try:
        async with session.request(
            call.method,
            # As text, because the library keeps addresses it has parsed: with a token they are few.
            f"{call.url}?{urlencode(params)}" if params else call.url,
            params=call.params or None,
            data=call.payload(),
            headers=JSON_HEADERS if call.body is not None else None,
            timeout=TIMEOUT,
            allow_redirects=False,
        ) as response:
            _check_status(response)
            return _answer(await _body(response, call.most_bytes), response.content_type)
    except (ClientConnectorError, ConnectionTimeoutError) as error:
        raise DeliveryFailed("try_again", None, type(error).__name__) from None
    except (ClientError, TimeoutError, OSError) as error:
        raise DeliveryUncertain(type(error).__name__) from None


async def _body(response: ClientResponse, most_bytes: int | None) -> bytes:
    if most_bytes is None:
        return await response.read()
    body = bytearray()
    async for part in response.content.iter_any():
        body += part
        if len(body) > most_bytes:
            raise DeliveryFailed("permanent", None, "too large", mark="too_large")
    return bytes(body)


def _check_status(response: ClientResponse) -> None:
    status = response.status
    if status in COME_AGAIN_STATUSES:
        raise DeliveryFailed("try_again", None, f"status {status}")
    if 400 <= status < 500:
        raise DeliveryFailed("stop", None, f"status {status}")
    if status != 200:
        raise DeliveryUncertain(f"status {status}")


def _answer(data: bytes, content_type: str) -> Answer:
    """Some calls answer a file on success and JSON on failure, and the charset may lie."""
    if content_type.startswith(BINARY_TYPES):
        return data
    try:
        value = READING.decode(data.decode(errors="replace"))
        errcode = int(value.get("errcode") or 0)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise DeliveryUncertain("not_json") from None
    if errcode not in ALREADY_SO:
        raise failure_for(errcode, str(value.get("errmsg", "")))
    return dict(value)

"""The web doors' tools (网页): strict JSON in, JSON and Jinja pages out."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.qr_image import qr_png
from loyalty.refusals import CODES

FOLDER = Path(__file__).parent.parent / "templates" / "pages"
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
LONGEST_NUMBER = 18
BODY_SECONDS = 10.0


class BadJson(Exception):
    """The body is not the JSON we take; the text says why, for the till's programmer."""


class JsonFault(Exception):
    """Ends a request with a JSON error of contract §6."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def response(self, request_id: str) -> web.Response:
        error = {"code": CODES[self.status], "message": self.message, "request_id": request_id}
        return json_answer({"error": error}, status=self.status)


def new_request_id() -> str:
    return secrets.token_hex(8)


def json_answer(
    data: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    text = json.dumps(data, ensure_ascii=False)
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")


async def read_body(request: web.Request, *, most_kb: int) -> bytes:
    """Not for ever: aiohttp itself waits for slow clients (reliability P10). Raises JsonFault."""
    too_large = JsonFault(413, f"the body is larger than {most_kb} kB")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise too_large from None
    except TimeoutError:
        raise JsonFault(400, "the body did not arrive in time") from None
    if len(body) > most_kb * 1024:
        raise too_large
    return body


def read_strict_json(body: bytes) -> Any:
    """JSON without floats, NaN, duplicate keys, huge numbers, NUL or lone surrogates."""
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text,
            parse_float=_refuse_float,
            parse_int=_short_int,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_duplicates,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except BadJson:
        raise
    except (ValueError, RecursionError):
        raise BadJson("the body is not valid JSON in UTF-8") from None
    if "\\u0000" in text or "\x00" in text:
        raise BadJson("NUL characters are not accepted")
    return value


class Pages:
    """The H5 pages: what members typed is data, escaped by Jinja."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
        )

    def page(self, name: str, *, status: int = 200, **facts: object) -> web.Response:
        text = self._environment.get_template(f"{name}.html").render(facts)
        return web.Response(
            text=text, status=status, content_type="text/html", headers=PAGE_HEADERS
        )

    async def qr_picture(self, text: str) -> web.Response:
        picture = await asyncio.to_thread(qr_png, text)
        return web.Response(body=picture, content_type="image/png", headers=PAGE_HEADERS)


def _refuse_float(text: str) -> NoReturn:
    raise BadJson(f"{text[:20]} is not a whole number; money is in fen")


def _short_int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise BadJson("a number is too large")
    return int(text)


def _refuse_constant(name: str) -> NoReturn:
    raise BadJson(f"{name} is not JSON")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson("a key stands twice in one object")
    return found

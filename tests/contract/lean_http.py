"""A lean web server (轻量服务端): keep-alive HTTP/1.1 with as little between the lines as possible.

It answers several times as many calls a second as a client makes, so that it measures the client.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl

HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
MOST_HEAD_BYTES = 64 * 1024
REASONS = {200: b"OK", 400: b"Bad Request", 404: b"Not Found", 411: b"Length Required"}
JSON_TYPE = b"application/json; encoding=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    raw_query: str
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))


# Answers now or later, once: with a body and a status, or by cutting the line.
Serve = Callable[[Request, "Line"], None]


class Line(asyncio.Protocol):
    """One connection; a client asks again only when it has its answer."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._got = b""
        self._transport: asyncio.Transport | None = None
        self._is_busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, _fault: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._got = self._got + data if self._got else data
        self._take()

    def answer(self, body: bytes, status: int = 200, kind: bytes = JSON_TYPE) -> None:
        """A client that has hung up hears nothing."""
        self._is_busy = False
        if self._transport is None:
            return
        reason = REASONS.get(status, b"Error")
        head = b"HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % (status, reason, kind, len(body)) + body)
        if self._got:
            self._take()

    def cut(self) -> None:
        self._is_busy = False
        if self._transport is not None:
            self._transport.abort()

    def _take(self) -> None:
        if self._is_busy:
            return
        end = self._got.find(HEAD_END)
        if end < 0:
            if len(self._got) > MOST_HEAD_BYTES:
                self.cut()
            return
        head = self._got[:end]
        if CHUNKED.search(head):
            self._got = b""
            return self.answer(b"", 411)
        length = CONTENT_LENGTH.search(head)
        stop = end + 4 + (int(length[1]) if length else 0)
        if len(self._got) >= stop:
            body, self._got = self._got[end + 4 : stop], self._got[stop:]
            self._is_busy = True
            self._serve(_request(head, body), self)
        elif EXPECTS.search(head) and len(self._got) == end + 4 and self._transport:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def _request(head: bytes, body: bytes) -> Request:
    method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    path, _, query = rest.partition(" ")[0].partition("?")
    return Request(method, path, query, body)

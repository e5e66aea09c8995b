"""The WeChat door (微信入口), steps *receive* and *answer*.

Authenticates and opens a push, hands it to the inbox, answers within the deadline. What cannot
be answered in time, and what comes after the first text, leaves through the outbox.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.accounts import Account
from bot.chat import Content
from bot.crypto import BadPush
from bot.envelope import OpenedPush, open_push, seal_reply, verify_address
from bot.inbox import Inbox
from bot.logs import message_id
from bot.metrics import ANSWER_SECONDS, PUSHES
from bot.pushes import Push, UnknownPush, UselessPush, read_push
from bot.replies import TextReply, render_reply

log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024
BODY_SECONDS = 4.0
NO_REPLY = b"success"

Dispatch = Callable[[Push], Awaitable[list[Content]]]
QueueReplies = Callable[[Push, str, list[dict[str, Any]]], Awaitable[None]]


class Webhook:
    def __init__(
        self,
        accounts: Mapping[str, Account],
        inbox: Inbox,
        *,
        dispatch: Dispatch,
        queue_replies: QueueReplies,
        is_outage: Callable[[BaseException], bool],
        apology: str,
        now_seconds: Callable[[], float],
    ) -> None:
        self._accounts = accounts
        self._inbox = inbox
        self._dispatch = dispatch
        self._queue_replies = queue_replies
        self._is_outage = is_outage
        self._apology = apology
        self._now_seconds = now_seconds

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/wechat/{account}", self.verify)
        app.router.add_post("/wechat/{account}", self.receive)

    async def verify(self, request: web.Request) -> web.Response:
        account = self._account(request)
        try:
            echo = verify_address(
                request.query.items(), account=account, now_seconds=int(self._now_seconds())
            )
        except BadPush as bad:
            return self._refuse(account, bad)
        return web.Response(text=echo, headers={"X-Content-Type-Options": "nosniff"})

    async def receive(self, request: web.Request) -> web.Response:
        account = self._account(request)
        begun_at = self._now_seconds()
        body = await _read_body(request)
        try:
            opened = open_push(
                request.query.items(),
                body,
                request.headers.get("Content-Type", ""),
                account=account,
                now_seconds=int(self._now_seconds()),
            )
            push = read_push(opened.fields, account.name)
        except BadPush as bad:
            return self._refuse(account, bad)
        except UselessPush as useless:
            return self._ignore(account, useless.reason)
        if push.to != account.original_id:
            return self._ignore(account, "other_account")
        message_id.set(push.key)
        if isinstance(push.body, UnknownPush):
            self._note_unknown(account, push.body)
        response = await self._answer(opened, push)
        ANSWER_SECONDS.observe(self._now_seconds() - begun_at)
        return response

    async def _answer(self, opened: OpenedPush, push: Push) -> web.Response:
        try:
            reply = await self._inbox.run(
                push.key,
                f"{push.account}:{push.openid}",
                lambda: self._work(opened, push),
                late=lambda text: self._say_late(push, text),
                apology=self._apology.encode(),
            )
        except Exception as error:  # noqa: BLE001 - the door's edge: bugs become one apology
            return self._failed(opened, push, error)
        PUSHES.labels(push.account, "late" if reply is None else "answered").inc()
        if not reply:
            return web.Response(body=NO_REPLY)
        return _sealed(opened, push, reply.decode())

    async def _work(self, opened: OpenedPush, push: Push) -> bytes:
        """Act; the first text is the reply, the rest is queued. Mini-programs get all by API."""
        said = await self._dispatch(push)
        passive = b""
        if said and said[0].kind == "text" and not opened.account.is_mini:
            passive = said.pop(0).value.encode()
        if said:
            await self._queue_replies(push, "", [content.as_data() for content in said])
        return passive

    async def _say_late(self, push: Push, text: bytes) -> None:
        content = Content("text", text.decode()).as_data()
        await self._queue_replies(push, "late", [content])

    def _failed(self, opened: OpenedPush, push: Push, error: Exception) -> web.Response:
        PUSHES.labels(push.account, "failed").inc()
        log.error(
            "push_failed", exc_info=error, extra={"facts": {"kind": type(push.body).__name__}}
        )
        if self._is_outage(error):
            # No 200: the platform delivers the push again (reliability F09).
            return web.Response(status=503)
        if opened.account.is_mini:
            return web.Response(body=NO_REPLY)
        return _sealed(opened, push, self._apology)

    def _account(self, request: web.Request) -> Account:
        account = self._accounts.get(request.match_info["account"])
        if account is None:
            raise web.HTTPNotFound
        return account

    def _note_unknown(self, account: Account, body: UnknownPush) -> None:
        PUSHES.labels(account.name, "unknown").inc()
        kind = f"{body.type} {body.event}".strip()[:80]
        log.info("push_unknown", extra={"facts": {"account": account.name, "kind": kind}})

    def _refuse(self, account: Account, bad: BadPush) -> web.Response:
        PUSHES.labels(account.name, "refused").inc()
        log.warning(
            "push_refused", extra={"facts": {"account": account.name, "reason": bad.reason}}
        )
        return web.Response(status=403)

    def _ignore(self, account: Account, reason: str) -> web.Response:
        PUSHES.labels(account.name, "useless").inc()
        log.info("push_useless", extra={"facts": {"account": account.name, "reason": reason}})
        return web.Response(body=NO_REPLY)


def _sealed(opened: OpenedPush, push: Push, text: str) -> web.Response:
    # The push's own second, so that a repeat gets the first answer to the letter.
    reply = render_reply(TextReply(text), push, now_seconds=push.created_at)
    sealed = seal_reply(reply, opened)
    return web.Response(body=sealed.body, content_type=sealed.content_type, charset="utf-8")


async def _read_body(request: web.Request) -> bytes:
    """At most 64 kB, and not for ever: aiohttp itself waits for slow clients (reliability P10)."""
    size = request.content_length or 0
    if size <= LARGEST_BODY:
        # Usually it came with the headers, and then no timer is needed.
        arrived = request.content.is_eof()
        body = await (request.read() if arrived else _read_slowly(request))
        if len(body) <= LARGEST_BODY:
            return body
        size = len(body)
    raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, size)


async def _read_slowly(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None

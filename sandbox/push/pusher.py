"""The pusher (推送器): tells a shop's server what happened, three times at most."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.clock import machine_unix
from sandbox.config import Account
from sandbox.identifiers import new_message_id, new_nonce
from sandbox.journal import Attempt, JournalRow, shortened
from sandbox.push.envelope import Posted, greeting_query, sealed
from sandbox.push.replies import show_reply
from sandbox.push.verdict import Answer, Verdict, judge
from sandbox.records import Contact, JsonObject
from sandbox.wording import say
from sandbox.world import World

# Nobody waits for an answer to these: a failure leaves no tip in the chat.
QUIET_EVENTS = (
    "unsubscribe",
    "LOCATION",
    "VIEW",
    "view_miniprogram",
    "user_enter_tempsession",
    "TEMPLATESENDJOBFINISH",
    "MASSSENDJOBFINISH",
    "subscribe_msg_popup_event",
    "subscribe_msg_change_event",
    "subscribe_msg_sent_event",
)


@dataclass(slots=True)
class Pusher:
    world: World
    session: ClientSession
    under_way: set[asyncio.Task[JournalRow]] = field(default_factory=set)
    # Jobs of the platform that end in a push.
    jobs: set[asyncio.Task[None]] = field(default_factory=set)

    def start(
        self, account: Account, contact: Contact, body: JsonObject, *, after_seconds: float = 0
    ) -> "asyncio.Task[JournalRow]":
        """The push goes its way; who needs its outcome awaits the task."""
        task = asyncio.create_task(self._deliver(account, contact, body, after_seconds))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return task

    async def stop(self) -> None:
        tasks: list[asyncio.Task[Any]] = [*self.under_way, *self.jobs]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def verify(self, account: Account) -> JournalRow:
        """The check an operator starts in the console: the echo must come back unchanged."""
        row = self._row(account, "GET verification")
        echo = new_nonce() + new_nonce()[:9]
        query = greeting_query(account, unix=machine_unix(), echo=echo)
        begun = time.monotonic()
        answer = await self._exchange(account, Posted(query, "", ""), method="GET")
        is_good = answer.status == 200 and answer.body == echo.encode()
        verdict = "verified" if is_good else answer.failure or "refused"
        row.attempts.append(Attempt(answer.status, time.monotonic() - begun, verdict))
        row.request, row.answer = dict(query), _readable(answer)
        row.verdict = "nothing" if is_good else "fault tip"
        return row

    async def _deliver(
        self, account: Account, contact: Contact, body: JsonObject, after_seconds: float
    ) -> JournalRow:
        if after_seconds:
            await asyncio.sleep(after_seconds)
        push = self._addressed(account, contact, body)
        row = self._row(account, _summary(push))
        row.request = push
        if not account.webhook:
            row.verdict, row.answer = "nothing", "no webhook is configured"
            return row
        verdict = await self._try(account, push, row)
        self._show(contact, push, verdict, row=row)
        self.world.journal.bell.ring()
        return row

    async def _try(self, account: Account, push: JsonObject, row: JournalRow) -> Verdict:
        verdict = Verdict("fault tip", "no attempt")
        for _ in range(self.world.config.platform.attempts):
            begun = time.monotonic()
            posted = sealed(account, push, unix=machine_unix())
            answer = await self._exchange(account, posted)
            verdict = judge(self.world, account, push, answer=answer)
            told = f"{verdict.seen}: {verdict.detail}" if verdict.detail else verdict.seen
            row.attempts.append(Attempt(answer.status, time.monotonic() - begun, told))
            row.answer = verdict.reply or _readable(answer)
            if not verdict.again:
                break
        return verdict

    async def _exchange(self, account: Account, posted: Posted, *, method: str = "POST") -> Answer:
        limit = ClientTimeout(total=self.world.config.platform.answer_seconds)
        try:
            async with self.session.request(
                method,
                account.webhook,
                params=posted.query,
                data=posted.body.encode() or None,
                headers={"Content-Type": posted.content_type} if posted.body else {},
                timeout=limit,
                allow_redirects=False,
            ) as response:
                return Answer(response.status, await response.read())
        except TimeoutError:
            return Answer(None, b"", "cut: no answer in time")
        except (ClientError, OSError) as fault:
            return Answer(None, b"", f"not reached: {type(fault).__name__}")

    def _show(
        self, contact: Contact, push: JsonObject, verdict: Verdict, *, row: JournalRow
    ) -> None:
        row.verdict = verdict.seen
        if verdict.reply is not None:
            if show_reply(self.world, contact, verdict.reply, push=push):
                return
            self.world.add_message(contact, "system", "tip", text=say("transferred_tip"))
        elif verdict.seen == "fault tip" and push.get("Event") not in QUIET_EVENTS:
            self.world.add_message(contact, "system", "tip", text=say("fault_tip"))
        elif verdict.seen == "fault tip":
            row.verdict = "nothing"

    def _addressed(self, account: Account, contact: Contact, body: JsonObject) -> JsonObject:
        push = {
            "ToUserName": account.original_id,
            "FromUserName": contact.openid,
            "CreateTime": self.world.clock.unix(),
            **body,
        }
        if "List" in push:
            # The platform writes these with a time in quotes.
            push["CreateTime"] = str(push["CreateTime"])
        # Events carry no MsgId.
        return push if body["MsgType"] == "event" else {**push, "MsgId": new_message_id()}

    def _row(self, account: Account, summary: str) -> JournalRow:
        journal = self.world.journal
        return journal.add("push", account.name, summary, at=self.world.clock.now())


def _summary(push: JsonObject) -> str:
    if push["MsgType"] == "event":
        return " ".join(["event", str(push["Event"]), str(push.get("EventKey", ""))]).strip()
    return " ".join([str(push["MsgType"]), shortened(str(push.get("Content", "")))]).strip()


def _readable(answer: Answer) -> str:
    return shortened(answer.body.decode("utf-8", "replace")) or answer.failure

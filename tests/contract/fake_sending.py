"""What the fake platform lets an account send (发送规则), and what it remembers of it."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.contract.fake_tokens import Refused
from tests.contract.send_journal import Accepted, SendJournal

CHINA = timezone(timedelta(hours=8))
TEMPLATE_ID_SECONDS = 10 * 60
MASS_ID_SECONDS = 24 * 3600
LONGEST_MASS_ID_BYTES = 32
FEWEST, MOST = 2, 10_000
MOST_A_MONTH = 4
MOST_TEXT_BYTES = 2048
TO_ONE = {
    "message/custom/send": "custom",
    "message/template/send": "template",
    "message/subscribe/bizsend": "form",
    "message/template/subscribe": "form",
    "message/subscribe/send": "form",
}
TO_MANY = ("message/mass/send", "message/mass/sendall")
SENDING = frozenset({*TO_ONE, *TO_MANY})


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came: who asks, the body as bytes and as read."""

    api: str
    appid: str
    raw: bytes
    body: dict[str, Any]
    at: float


@dataclass(frozen=True, slots=True)
class Taken:
    """`entry` is None for a repeat of what was taken before."""

    answer: dict[str, Any]
    msg_id: int = 0
    entry: Accepted | None = None


@dataclass(slots=True)
class Sending:
    """`refusals` (api or `*`, openid) → errcode; `held` counts only while `counts_held` is set."""

    journal: SendJournal
    refusals: dict[tuple[str, str], int] = field(default_factory=dict)
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts_held: bool = False
    mass_received: dict[str, Counter[str]] = field(default_factory=dict)
    own_ids: dict[str, tuple[float, int]] = field(default_factory=dict)
    tags: dict[int, set[str]] = field(default_factory=dict)
    tag_names: dict[int, str] = field(default_factory=dict)
    mass_jobs: dict[int, tuple[str, float]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    repeats: Counter[str] = field(default_factory=Counter)
    next_id: int = 2_400_000_000_000_000_001

    def take(self, call: Call) -> Taken:
        """Raises Refused; what is taken stands in the journal, not yet on the disk."""
        if b"\\u" in call.raw:
            raise Refused(40033, "invalid charset. please check your request")
        return self._to_many(call) if call.api in TO_MANY else self._to_one(call)

    def _to_one(self, call: Call) -> Taken:
        body, openid = call.body, call.body.get("touser")
        if not isinstance(openid, str) or not openid:
            raise Refused(40003, "invalid openid")
        self._refuse_person(call.api, openid)
        kind = TO_ONE[call.api]
        if kind == "custom":
            _check_custom(body)
            return self._noted(call, (openid,), {})
        if not body.get("template_id"):
            raise Refused(40037, "invalid template_id")
        if kind == "form":
            self._spend(openid, str(body["template_id"]))
            return self._noted(call, (openid,), {})
        own_id = body.get("client_msg_id")
        name = f"{call.appid} {openid} {own_id}"
        if own_id and (known := self._known(name, call.at, TEMPLATE_ID_SECONDS)):
            self.repeats[call.api] += 1
            return Taken(_ok(msgid=known), known)
        taken = self._noted(call, (openid,), {"msgid": self.next_id})
        if own_id:
            self.own_ids[name] = (call.at, taken.msg_id)
        return taken

    def _to_many(self, call: Call) -> Taken:
        openids = self._receivers(call)
        if call.body.get("msgtype") not in ("text", "image", "mpnews", "voice"):
            raise Refused(45162, "invalid msgtype")
        own_id = call.body.get("clientmsgid")
        name = f"{call.appid} mass {own_id}"
        if own_id:
            if len(str(own_id).encode()) > LONGEST_MASS_ID_BYTES:
                raise Refused(45067, "clientmsgid size out of limit")
            if known := self._known(name, call.at, MASS_ID_SECONDS):
                self.repeats[call.api] += 1
                raise Refused(45065, "clientmsgid exist", msg_id=known)
        reached = self._count_month(call, openids)
        words = "send job submission success"
        taken = self._noted(call, reached, {"errmsg": words, "msg_id": self.next_id})
        self.mass_jobs[taken.msg_id] = ("SENDING", call.at)
        if own_id:
            self.own_ids[name] = (call.at, taken.msg_id)
        return taken

    def _receivers(self, call: Call) -> list[str]:
        if call.api == "message/mass/send":
            openids = call.body.get("touser")
            if not isinstance(openids, list) or len(set(openids)) < FEWEST:
                raise Refused(40130, "invalid openid list size, at least two openid")
            if len(openids) > MOST:
                raise Refused(40032, "invalid openid list size")
            return list(dict.fromkeys(openids))
        chosen = call.body.get("filter") or {}
        if chosen.get("is_to_all") is True:
            return sorted({openid for people in self.tags.values() for openid in people})
        if chosen.get("tag_id") not in self.tags:
            raise Refused(40152, "invalid group_id")
        return sorted(self.tags[chosen["tag_id"]])

    def _count_month(self, call: Call, openids: list[str]) -> tuple[str, ...]:
        """Nobody gets more than four in a calendar month; whom it cannot reach is passed by."""
        month = datetime.fromtimestamp(call.at, CHINA).strftime("%Y-%m")
        received = self.mass_received.setdefault(f"{call.appid} {month}", Counter())
        reached = tuple(
            openid
            for openid in openids
            if received[openid] < MOST_A_MONTH and not self._refusal(call.api, openid)
        )
        if openids and not reached:
            raise Refused(45028, "has no masssend quota")
        received.update(reached)
        return reached

    def _noted(self, call: Call, openids: tuple[str, ...], more: dict[str, Any]) -> Taken:
        msg_id = self.next_id
        self.next_id += 1
        number = len(self.journal.accepted) + 1
        head = {
            "n": number,
            "at": round(call.at, 6),
            "api": call.api,
            "appid": call.appid,
            "msg_id": msg_id,
        }
        if call.api == "message/mass/sendall":
            head["reached"] = list(openids)
        start = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()[:-1]
        line = start + b',"body":' + call.raw.replace(b"\n", b" ") + b"}\n"
        entry = Accepted(number, call.at, call.api, call.appid, openids, line)
        self.journal.note(entry)
        return Taken(_ok(**more), msg_id, entry)

    def _spend(self, openid: str, template_id: str) -> None:
        if not self.counts_held:
            return
        if self.held[openid, template_id] < 1:
            raise Refused(43101, "user refuse to accept the msg")
        self.held[openid, template_id] -= 1

    def _refusal(self, api: str, openid: str) -> int:
        if not self.refusals:
            return 0
        return self.refusals.get((api, openid)) or self.refusals.get(("*", openid), 0)

    def _refuse_person(self, api: str, openid: str) -> None:
        if code := self._refusal(api, openid):
            raise Refused(code, WORDS.get(code, "refused"))

    def _known(self, name: str, at: float, seconds: float) -> int | None:
        sent_at, msg_id = self.own_ids.get(name, (0.0, 0))
        return msg_id if msg_id and at - sent_at < seconds else None


def _check_custom(body: dict[str, Any]) -> None:
    kind = body.get("msgtype")
    if not isinstance(kind, str) or kind not in CUSTOM:
        raise Refused(40008, "invalid message type")
    branch = body.get(kind)
    if not isinstance(branch, dict):
        raise Refused(47001, "data format error")
    if (check := CUSTOM[kind]) is not None:
        check(branch)


def _check_text(branch: dict[str, Any]) -> None:
    content = branch.get("content")
    if not isinstance(content, str) or not content:
        raise Refused(44004, "empty content")
    if len(content.encode()) > MOST_TEXT_BYTES:
        raise Refused(45002, "content size out of limit")


def _check_articles(branch: dict[str, Any]) -> None:
    if len(branch.get("articles") or []) != 1:
        raise Refused(45008, "article size out of limit")


def _ok(**more: Any) -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", **more}


CUSTOM: dict[str, Callable[[dict[str, Any]], None] | None] = {
    "text": _check_text,
    "news": _check_articles,
    "image": None,
    "voice": None,
    "video": None,
    "msgmenu": None,
    "miniprogrampage": None,
    "mpnewsarticle": None,
    "link": None,
}
WORDS = {
    40003: "invalid openid",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    48002: "api forbidden, user has refused",
}

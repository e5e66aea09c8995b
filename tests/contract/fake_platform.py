"""The fake platform (假微信): one desk for every call that sends, and for those who plan and ask.

It shares no code with the product and none with the sandbox.
"""

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.contract.fake_callbacks import Callbacks
from tests.contract.fake_faults import Fault, FaultPlan
from tests.contract.fake_sending import SENDING, TO_MANY, Call, Sending, Taken
from tests.contract.fake_tags import DESK, TAGGING, TAGGING_SECONDS, tag_call
from tests.contract.fake_tokens import Refused, TokenDesk
from tests.contract.lean_http import Line, Request
from tests.contract.send_journal import SendJournal
from tests.contract.wire import Account

API = "/cgi-bin/"
RID = " rid: 00000000-0-0"


@dataclass(slots=True)
class FakePlatform:
    """`quotas`: how many calls of an API are still taken today; `calls`: (when, api, errcode)."""

    accounts: dict[str, Account]
    journal: SendJournal
    tokens: TokenDesk = field(init=False)
    sending: Sending = field(init=False)
    callbacks: Callbacks = field(init=False)
    faults: FaultPlan = field(default_factory=FaultPlan)
    quotas: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[float, str, int]] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    outcome_seconds: float = 0.2
    is_tagging: bool = False
    control: Callable[["FakePlatform", Request], Any] | None = None

    def __post_init__(self) -> None:
        self.tokens = TokenDesk(self.accounts)
        self.sending = Sending(self.journal)
        self.callbacks = Callbacks(self.accounts)

    def serve(self, request: Request, line: Line) -> None:
        if request.path.startswith("/fake/") and self.control is not None:
            line.answer(json.dumps(self.control(self, request), ensure_ascii=False).encode())
            return
        api = request.path.removeprefix(API)
        fault = self.faults.take(api)
        if fault is None:
            self._run(request, line, api)
        elif fault.delay_before:
            loop = asyncio.get_running_loop()
            loop.call_later(fault.delay_before, self._run, request, line, api, fault)
        else:
            self._run(request, line, api, fault)

    def _run(self, request: Request, line: Line, api: str, fault: Fault | None = None) -> None:
        if fault is not None and _spoilt(line, fault):
            self.calls.append((self.tokens.now(), api, fault.status or 0))
            return
        try:
            taken = self._taken(request, api, fault)
        except Refused as refusal:
            self.calls.append((self.tokens.now(), api, refusal.errcode))
            body = {"errcode": refusal.errcode, "errmsg": refusal.words + RID, **refusal.more}
            _finish(line, body, fault)
            return
        self.calls.append((self.tokens.now(), api, 0))
        if api in TAGGING:
            self._end_tagging(line, taken.answer)
        elif api in SENDING:
            self._tell_outcome(taken, api, fault)
            self.journal.then(lambda: _finish(line, taken.answer, fault))
        else:
            _finish(line, taken.answer, fault)

    def _taken(self, request: Request, api: str, fault: Fault | None) -> Taken:
        if fault is not None and fault.errcode is not None:
            raise Refused(fault.errcode, "planned")
        if api == "stable_token":
            return Taken(self.tokens.fetch(json.loads(request.body)))
        appid = self.tokens.appid_of(_token_in(request))
        if (left := self.quotas.get(api)) is not None:
            if left < 1:
                raise Refused(45009, "reach max api daily quota limit")
            self.quotas[api] = left - 1
        if api not in SENDING and api not in DESK:
            return Taken(self._small_service(request, api))
        call = Call(api, appid, request.body, _read(request.body), self.tokens.now())
        if api in SENDING:
            return self.sending.take(call)
        if api in TAGGING:
            if self.is_tagging:
                raise Refused(45159, "invalid tag id")
            self.is_tagging = True
            try:
                return Taken(tag_call(self.sending, call))
            except Refused:
                self.is_tagging = False
                raise
        return Taken(tag_call(self.sending, call))

    def _small_service(self, request: Request, api: str) -> dict[str, Any]:
        if api == "user/info":
            return {"subscribe": 1, "openid": request.query.get("openid", "")}
        if api == "media/upload":
            kind = request.query.get("type", "image")
            return {"type": kind, "media_id": secrets.token_urlsafe(24), "created_at": 1}
        if api == "draft/add":
            return {"media_id": secrets.token_urlsafe(24)}
        if api == "message/mass/preview":
            return {"errcode": 0, "errmsg": "preview success"}
        if api == "message/mass/get":
            number = int(_read(request.body).get("msg_id", 0))
            status, _ = self.sending.mass_jobs.get(number, ("", 0.0))
            if not status:
                raise Refused(40059, "invalid msg id")
            return {"msg_id": number, "msg_status": status}
        self.unknown[f"{request.method} {request.path}"] += 1
        raise Refused(40066, "invalid url")

    def _end_tagging(self, line: Line, answer: dict[str, Any]) -> None:
        def end() -> None:
            self.is_tagging = False
            _finish(line, answer, None)

        asyncio.get_running_loop().call_later(TAGGING_SECONDS, end)

    def _tell_outcome(self, taken: Taken, api: str, fault: Fault | None) -> None:
        entry = taken.entry
        if entry is None:
            return
        planned = fault.outcome if fault else ""
        if api == "message/template/send":
            facts = {"FromUserName": entry.openids[0], "MsgID": taken.msg_id}
            facts["Status"] = planned or "success"
            self.callbacks.tell(
                entry.appid, "TEMPLATESENDJOBFINISH", facts, after=self.outcome_seconds
            )
        elif api in TO_MANY:
            is_sent = planned in ("", "send success")
            self.sending.mass_jobs[taken.msg_id] = (
                "SEND_SUCCESS" if is_sent else "SEND_FAIL",
                entry.at,
            )
            reached = len(entry.openids)
            facts = {
                "MsgID": taken.msg_id,
                "Status": planned or "send success",
                "TotalCount": reached,
                "FilterCount": reached,
                "SentCount": reached if is_sent else 0,
                "ErrorCount": 0 if is_sent else reached,
            }
            self.callbacks.tell(entry.appid, "MASSSENDJOBFINISH", facts, after=self.outcome_seconds)


def _spoilt(line: Line, fault: Fault) -> bool:
    if fault.cut_before:
        line.cut()
    elif fault.status is not None:
        line.answer(b"<html>502 Bad Gateway</html>", fault.status, b"text/html")
    return fault.cut_before or fault.status is not None


def _finish(line: Line, body: dict[str, Any], fault: Fault | None) -> None:
    if fault is not None and fault.cut:
        line.cut()
    elif fault is not None and fault.delay_after:
        asyncio.get_running_loop().call_later(fault.delay_after, line.answer, _told(body))
    else:
        line.answer(_told(body))


def _told(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _token_in(request: Request) -> str:
    """The usual query has the token alone."""
    name, _, value = request.raw_query.partition("=")
    if name == "access_token" and "&" not in value and "%" not in value:
        return value
    return request.query.get("access_token", "")


def _read(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise Refused(47001, "data format error") from None
    if not isinstance(body, dict):
        raise Refused(47001, "data format error")
    return body

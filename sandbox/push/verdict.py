"""The verdict (判定) on one answer to a push: a reply, nothing, or a fault the member hears of."""

from dataclasses import dataclass
from typing import Literal

from sandbox.config import Account
from sandbox.push.envelope import opened
from sandbox.push.replies import HANDED_OVER, BadReply, check_content, check_envelope
from sandbox.push.wire import Malformed
from sandbox.records import JsonObject
from sandbox.world import World

Seen = Literal["reply", "nothing", "fault tip"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`again`: no valid answer yet, the push is worth another attempt."""

    seen: Seen
    detail: str = ""
    reply: JsonObject | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; no status where the connection failed or the time was over."""

    status: int | None
    body: bytes
    failure: str = ""


def judge(world: World, account: Account, push: JsonObject, *, answer: Answer) -> Verdict:
    if answer.status is None:
        return Verdict("fault tip", answer.failure, again=True)
    if answer.status != 200:
        return Verdict("fault tip", f"HTTP {answer.status}", again=True)
    # Exactly empty or exactly `success`, also in safe mode: both mean "no reply".
    if answer.body in (b"", b"success"):
        return Verdict("nothing", answer.body.decode())
    return _judge_content(world, account, push, text=answer.body)


def _judge_content(world: World, account: Account, push: JsonObject, *, text: bytes) -> Verdict:
    try:
        reply = opened(account, text.decode("utf-8"))
        check_envelope(reply, push)
        if account.is_mini:
            return _judge_mini(reply)
        check_content(world, account, reply)
    except (Malformed, BadReply, UnicodeDecodeError) as fault:
        return Verdict("fault tip", f"malformed: {fault}")
    if reply["MsgType"] in HANDED_OVER:
        return Verdict("nothing", str(reply["MsgType"]), reply)
    return Verdict("reply", str(reply["MsgType"]), reply)


def _judge_mini(reply: JsonObject) -> Verdict:
    if reply["MsgType"] in HANDED_OVER:
        return Verdict("nothing", str(reply["MsgType"]), reply)
    return Verdict("nothing", "a mini-program shows no passive reply")

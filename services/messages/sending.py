"""Pausing (暂停发送) and resuming (恢复发送): an owner's word over everything that leaves us.

After a restore, and on a machine that the database does not know, sending is paused by itself:
what waits may have been sent by the installation the copy was taken of.
"""

from dataclasses import dataclass
from datetime import datetime

from loyalty.confirmations import Confirmed, Proposal
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.send_gate_values import Held
from loyalty.staff import Right
from services.counter.kinds import Done, Kind, Request, read_reason
from services.messages.telling import tell_staff
from services.org.staff import NotYourStore, reach_of, where_of
from services.shop import Shop
from storage.sending import (
    drop_waiting,
    messages_waiting,
    pause_sending,
    resume_sending,
    sending_pause,
)

DROP = "作废"
# Reasons that the program writes itself; others are an owner's words.
OWN_REASONS = frozenset({"restored", "cloned"})


class SendingPaused(Refusal):
    wording = "custody/paused_already"


class SendingGoesOn(Refusal):
    wording = "custody/not_paused"


class ResumeNotRead(Refusal):
    """Behind 恢复发送 stood something else than the word that drops what waits."""

    wording = "custody/usage_resume"


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when nothing is sent, and why, in words."""

    since: datetime
    why: str


async def current_pause(shop: Shop) -> Pause | None:
    found = await sending_pause()
    if found is None:
        return None
    since, why = found
    return Pause(since, shop.phrase(f"custody/why_{why}", {}) if why in OWN_REASONS else why)


async def is_sending_paused() -> bool:
    return await sending_pause() is not None


async def propose_pause(shop: Shop, request: Request) -> Proposal:
    refuse_part_owner(shop, request.person)
    if await is_sending_paused():
        raise SendingPaused
    reason = read_reason(request.argument(0)) or shop.phrase("custody/why_unsaid", {})
    facts = {"waiting": await messages_waiting(), "reason": reason}
    return Proposal({"reason": reason}, shop.phrase("custody/pause_summary", facts))


async def perform_pause(shop: Shop, confirmed: Confirmed) -> Done:
    if not await pause_sending(confirmed.content["reason"], shop.now()):
        raise SendingPaused
    return Done(shop.phrase("custody/pause_done", {}))


async def propose_resume(shop: Shop, request: Request) -> Proposal:
    refuse_part_owner(shop, request.person)
    pause = await current_pause(shop)
    if pause is None:
        raise SendingGoesOn
    wish = request.argument(0)
    if wish not in ("", DROP):
        raise ResumeNotRead
    facts = {
        "since": f"{shop.clock.local(pause.since):%Y-%m-%d %H:%M}",
        "why": pause.why,
        "waiting": await messages_waiting(),
    }
    wording = "custody/resume_drop_summary" if wish else "custody/resume_summary"
    return Proposal({"drops": bool(wish)}, shop.phrase(wording, facts))


async def perform_resume(shop: Shop, confirmed: Confirmed) -> Done:
    """The other owners hear of it: somebody's copy may be talking to the members by mistake."""
    if not await resume_sending():
        raise SendingGoesOn
    waiting = await messages_waiting()
    facts: dict[str, object] = {"waiting": waiting}
    wording = "custody/resume_done"
    if confirmed.content["drops"]:
        waiting = await drop_waiting(reason=Held.DROPPED, now=shop.clock.machine_now())
        wording, facts = "custody/resume_drop_done", {"waiting": waiting}
    text = shop.phrase("custody/somebody_resumed", facts)
    key = f"resumed:{confirmed.id}"
    await tell_staff(shop, None, Right.PAUSE_SENDING, text, key=key, store_id=None)
    return Done(shop.phrase(wording, facts), facts={"waiting": waiting})


def refuse_part_owner(shop: Shop, person: Person) -> None:
    """What concerns the whole brand is not for an owner of one store or region."""
    if reach_of(shop, person) is not None:
        raise NotYourStore(store=where_of(shop, person))


PAUSE = Kind(Right.PAUSE_SENDING, propose_pause, perform_pause)
RESUME = Kind(Right.PAUSE_SENDING, propose_resume, perform_resume)

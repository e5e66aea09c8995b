"""Counter actions (柜台操作): what staff do by chat: proposed, confirmed, and undone once.

What happens happens inside the confirming transaction, and the member is told of it.
"""

import json
from dataclasses import replace
from datetime import timedelta

from loyalty.confirmations import (
    AnotherPersonNeeded,
    Asked,
    ConfirmationUnknown,
    Confirmed,
    Proposal,
    Told,
    WrongCode,
)
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right, roles_with
from services.activities.desk import CANCEL_ACTIVITY
from services.audiences.segment_saving import DROP_SEGMENT, SAVE_SEGMENT
from services.broadcasts.starts import BROADCAST
from services.campaigns.orders import CAMPAIGN_BUDGET, CAMPAIGN_OPEN, CAMPAIGN_STOP
from services.counter.audit import audit_confirmed, audit_proposed
from services.counter.coupons import REDEEM
from services.counter.kinds import Action, CannotUndo, Done, Kind, Request, read_reason
from services.counter.merges import MERGE, PARTING
from services.counter.points import ADJUST
from services.counter.receipts import RECEIPT
from services.counter.wallet import CARD_REFUND, TOP_UP
from services.counter.withdrawals import WITHDRAWAL
from services.coupons.checks import CouponUnknown
from services.details.stale_details import CHECK_DETAILS
from services.messages.sending import PAUSE, RESUME
from services.messages.telling import tell_member
from services.org.approvals import APPROVE, APPROVE_WORD
from services.org.confirmations import (
    asked_before,
    keep_answer_told,
    open_confirmation,
    take_confirmation,
)
from services.org.second_persons import is_second_person, tell_second_persons
from services.org.staff import allow
from services.org.staff_changes import INVITE, STOP
from services.people.exports import EXPORT
from services.shop import Shop
from services.tickets.announcements import ANNOUNCE
from services.tickets.remedies import REMEDY
from storage.limits import (
    CONFIRMATION_FAILURES,
    COUPON_FAILURES_A_MINUTE,
    COUPON_FAILURES_AN_HOUR,
    is_spent,
    is_within,
)
from storage.people import lock_follower
from storage.staff import add_action, newest_action, undo_action
from storage.transactions import transactional

ASKED_AS = "asked_as"
UNDO_WITHIN = timedelta(minutes=10)
GUESSES = (COUPON_FAILURES_A_MINUTE, COUPON_FAILURES_AN_HOUR)


class NothingToUndo(Refusal):
    """This person did nothing in the last minutes that is not undone."""

    wording = "staff/nothing_to_undo"


class NotYoursToConfirm(Refusal):
    """The second person has to have the right itself, and in that store."""

    wording = "staff/not_yours_to_confirm"
    audited_as = "refused.confirm"


async def propose_action(
    shop: Shop, person: Person, kind: str, arguments: tuple[str, ...], *, key: str
) -> Asked:
    """Say what would be done, and with which code; the same message again says the same.

    Whoever tries codes that no coupon has hears the same of every code after a while.
    """
    subject = str(person.follower_id)
    if kind == "redeem" and any([await is_spent(shop.cache, limit, subject) for limit in GUESSES]):
        raise CouponUnknown
    try:
        return await ask_to_confirm(shop, person, kind, arguments, key=key)
    except CouponUnknown:
        for limit in GUESSES:
            await is_within(shop.cache, limit, subject)
        raise


@transactional
async def ask_to_confirm(
    shop: Shop, person: Person, kind: str, arguments: tuple[str, ...], *, key: str
) -> Asked:
    allow(person, KINDS[kind].right)
    await lock_follower(person.follower_id)
    known = await asked_before(shop, person, key)
    if known is not None:
        return known
    proposal = _asked_as(person, await KINDS[kind].propose(shop, Request(person, arguments, key)))
    if proposal.by_another:
        right = KINDS[kind].right_to_confirm(by_another=True)
        await tell_second_persons(shop, person, right, proposal, key=key)
    asked = await open_confirmation(shop, person, kind, proposal, key=key)
    await audit_proposed(shop, person, kind, proposal, key=key)
    return asked


def who_confirms(shop: Shop, kind: str) -> str:
    """The roles one of which a second person has, in words."""
    right = KINDS[kind].right_to_confirm(by_another=True)
    *others, last = [shop.phrase(f"staff/role_{role}", {}) for role in roles_with(right)]
    if not others:
        return last
    return shop.phrase("staff/one_of", {"others": "、".join(others), "last": last})


def _asked_as(person: Person, proposal: Proposal) -> Proposal:
    """Keep as whom it was asked: it is not done for somebody who is another by then."""
    asker = [person.role, person.store_id, person.region_id]
    return replace(proposal, content={**proposal.content, ASKED_AS: asker})


async def confirm_action(shop: Shop, person: Person, code: str, *, key: str) -> Told:
    """Do what the code stands for, once; the same message or code again tells the same.

    Raises what forbids it by now, and for a wrong code how many tries are left.
    """
    allow(person, Right.CONFIRM)
    subject = str(person.follower_id)
    if await is_spent(shop.cache, CONFIRMATION_FAILURES, subject):
        raise ConfirmationUnknown
    told = await do_confirmed(shop, person, code, key=key)
    if isinstance(told, WrongCode):
        await is_within(shop.cache, CONFIRMATION_FAILURES, subject)
        raise told.refusal()
    return told


@transactional
async def do_confirmed(shop: Shop, person: Person, code: str, *, key: str) -> Told | WrongCode:
    try:
        confirmed = await take_confirmation(shop, person, code, key=key)
    except AnotherPersonNeeded as needed:
        raise AnotherPersonNeeded(who=who_confirms(shop, str(needed.facts["word"]))) from None
    if not isinstance(confirmed, Confirmed):
        return confirmed
    kind = KINDS[confirmed.word]
    await _refuse_out_of_scope(shop, person, confirmed)
    done = await kind.perform(shop, confirmed)
    await add_action(
        confirmation_id=confirmed.id,
        staff_id=confirmed.staff_id,
        word=confirmed.word,
        member_id=done.member_id,
        content={**confirmed.content, **done.facts},
        now=shop.now(),
    )
    if done.member_id is not None and done.member_text:
        await tell_member(shop, done.member_id, done.member_text, key=confirmed.key)
    told = Told(done.text, done.qr, confirmed.id if done.invites else 0)
    await keep_answer_told(confirmed, told)
    await audit_confirmed(shop, person, confirmed, done)
    return told


async def _refuse_out_of_scope(shop: Shop, person: Person, confirmed: Confirmed) -> None:
    """Rights are those of this moment, of both; whoever asked must still be who asked."""
    asker = [confirmed.role, confirmed.store_id, confirmed.region_id]
    right = KINDS[confirmed.word].right_to_confirm(by_another=confirmed.by_another)
    if not person.may(right) or confirmed.content[ASKED_AS] != asker:
        raise NotYoursToConfirm
    if not await is_second_person(shop, person, confirmed):
        raise NotYoursToConfirm


async def propose_undo(shop: Shop, request: Request) -> Proposal:
    assert request.person.staff_id is not None, "only staff undo"
    since = shop.now() - UNDO_WITHIN
    newest = await newest_action(request.person.staff_id, since=since, besides=UNDO_WORD)
    if newest is None:
        raise NothingToUndo(minutes=UNDO_WITHIN // timedelta(minutes=1))
    if KINDS[newest["word"]].undo is None:
        raise CannotUndo
    reason = read_reason(request.argument(0))
    summary = shop.phrase("staff/undo_summary", {"summary": newest["summary"]})
    content = {"action_id": newest["id"], "reason": reason}
    return Proposal(content, summary + _because(shop, reason))


def _because(shop: Shop, reason: str) -> str:
    """A line of its own, where a reason was given."""
    return "\n" + shop.phrase("staff/undo_reason", {"reason": reason}) if reason else ""


async def perform_undo(shop: Shop, confirmed: Confirmed) -> Done:
    since = shop.now() - UNDO_WITHIN
    row = await undo_action(confirmed.content["action_id"], since=since, now=shop.now())
    if row is None:
        raise NothingToUndo(minutes=UNDO_WITHIN // timedelta(minutes=1))
    undo = KINDS[row["word"]].undo
    assert undo is not None, row["word"]
    done = await undo(shop, confirmed, Action(json.loads(row["content"]), row["member_id"]))
    if not done.member_text:
        return done
    because = _because(shop, confirmed.content["reason"])
    return replace(done, member_text=done.member_text + because)


UNDO_WORD = "undo"
KINDS: dict[str, Kind] = {
    "redeem": REDEEM,
    "receipt": RECEIPT,
    "adjust": ADJUST,
    "top_up": TOP_UP,
    "card_refund": CARD_REFUND,
    "withdraw": WITHDRAWAL,
    "check_details": CHECK_DETAILS,
    "remedy": REMEDY,
    "announce": ANNOUNCE,
    "cancel_activity": CANCEL_ACTIVITY,
    "segment": SAVE_SEGMENT,
    "drop_segment": DROP_SEGMENT,
    "broadcast": BROADCAST,
    "invite": INVITE,
    "export": EXPORT,
    "campaign_stop": CAMPAIGN_STOP,
    "campaign_open": CAMPAIGN_OPEN,
    "campaign_budget": CAMPAIGN_BUDGET,
    "merge": MERGE,
    "part": PARTING,
    "pause": PAUSE,
    "resume": RESUME,
    "stop": STOP,
    APPROVE_WORD: APPROVE,
    UNDO_WORD: Kind(Right.UNDO, propose_undo, perform_undo),
}

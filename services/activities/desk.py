"""Staff at activities (活动名单、成绩、取消): who comes, what came of it, and calling one off."""

from dataclasses import dataclass

from loyalty.activities import ActivityCancelled, ActivityOver, ActivityUnknown, SignupState
from loyalty.confirmations import Confirmed, Proposal
from loyalty.people import mask_name
from loyalty.person import Person
from services.activities.whats_on import Activity, activity_numbered, facts_of, stores_of
from services.counter.kinds import Done, Kind, Request, read_reason
from services.custody.auditing import Act, audit
from services.details.keeping import unsealed
from services.org.staff import Right, allow, covers, overlaps, reach_of, reach_within
from services.shop import Shop
from storage.activities import cancel_activity
from storage.activity_signups import counts_of, roster
from storage.activity_tasks import bought_after, drop_tasks, figures_of, put_task
from storage.transactions import transactional

MOST_LISTED = 30
DAYS_AFTER = 30


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who comes, waits or came, as staff see members."""

    member_no: str
    name_masked: str
    state: SignupState


@dataclass(frozen=True, slots=True)
class GuestList:
    """`counts` are of everybody; `guests` those within reach, and no more than fit a message."""

    activity: Activity
    counts: dict[str, int]
    guests: tuple[Guest, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an activity; `bought` and what follows within 30 days, of who attended."""

    activity: Activity
    signed: int
    attended: int
    no_show: int
    scores: int
    score_sum: int
    answers: int
    again: int
    bought: int
    purchases: int
    paid_fen: int


@transactional
async def guest_list(shop: Shop, person: Person, number: int, *, key: str) -> GuestList:
    """Raises ActivityUnknown. It is a look at members, and audited."""
    activity = await activity_at_desk(shop, person, Right.CHECK_IN, number)
    found = await roster(activity.id, reach_of(shop, person), limit=MOST_LISTED)
    guests = tuple(
        Guest(line["member_no"], _masked(shop, line), SignupState(line["state"])) for line in found
    )
    act = Act("activity.list", subject=f"activity:{activity.id}", facts={"shown": len(guests)})
    await audit(shop, person, act, key=key)
    return GuestList(activity, await counts_of(activity.id), guests)


async def outcome_of(shop: Shop, person: Person, number: int) -> Outcome:
    """Raises ActivityUnknown."""
    activity = await activity_at_desk(shop, person, Right.ACTIVITY, number)
    counts, figures = await counts_of(activity.id), await figures_of(activity.id)
    bought = await bought_after(activity.id, activity.starts_at, DAYS_AFTER)
    came, missing = counts.get("attended", 0), counts.get("no_show", 0)
    return Outcome(
        activity,
        signed=came + missing + counts.get("seated", 0) + counts.get("waiting", 0),
        attended=came,
        no_show=missing,
        scores=int(figures["scores"]),
        score_sum=int(figures["score_sum"] or 0),
        answers=int(figures["answers"]),
        again=int(figures["again"] or 0),
        bought=int(bought["people"]),
        purchases=int(bought["purchases"]),
        paid_fen=int(bought["paid_fen"]),
    )


async def activity_at_desk(
    shop: Shop, person: Person, right: Right, number: int, *, whole: bool = False
) -> Activity:
    """An activity of this person's stores; `whole`: of no others besides.

    Raises ActivityUnknown, for what is out of reach, too.
    """
    allow(person, right)
    activity = await activity_numbered(shop, number)
    reach, held_for = reach_of(shop, person), stores_of(shop, activity.terms)
    if not (covers(reach, held_for) if whole else overlaps(reach, held_for)):
        raise ActivityUnknown
    return activity


async def propose_cancelling(shop: Shop, request: Request) -> Proposal:
    """`3 reason`. Raises ActivityUnknown, ActivityCancelled, ActivityOver, ReasonTooLong."""
    number, reason = read_activity_number(request.argument(0)), read_reason(request.argument(1))
    activity = await activity_at_desk(shop, request.person, Right.ACTIVITY, number, whole=True)
    _refuse_ended(shop, activity)
    counts = await counts_of(activity.id)
    people = counts.get("seated", 0) + counts.get("waiting", 0) + counts.get("attended", 0)
    facts = {**facts_of(shop, activity), "people": people, "reason": reason}
    content = {"activity_id": activity.id, "reason": reason, "people": people}
    return Proposal(content, shop.phrase("activities/cancel_summary", facts))


async def perform_cancelling(shop: Shop, confirmed: Confirmed) -> Done:
    """Whoever signed up is told by the task that is put here."""
    content = confirmed.content
    activity = await activity_numbered(shop, content["activity_id"])
    reach = reach_within(shop, confirmed.store_id, confirmed.region_id)
    if not covers(reach, stores_of(shop, activity.terms)):
        raise ActivityUnknown
    if not await cancel_activity(activity.id, content["reason"], shop.now()):
        _refuse_ended(shop, activity)
        raise ActivityCancelled(name=activity.terms.name)
    await drop_tasks(activity.id, shop.now())
    await put_task(activity.id, "cancelled", turn=0, due_at=shop.now())
    return Done(shop.phrase("activities/cancel_done", facts_of(shop, activity)))


def read_activity_number(text: str) -> int:
    """Raises ActivityUnknown."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ActivityUnknown
    return int(text)


def _refuse_ended(shop: Shop, activity: Activity) -> None:
    if activity.is_cancelled:
        raise ActivityCancelled(name=activity.terms.name)
    if shop.now() > activity.ends_at:
        raise ActivityOver(name=activity.terms.name)


def _masked(shop: Shop, line: dict[str, object]) -> str:
    sealed, member_id = line["name_sealed"], line["id"]
    name = ""
    if isinstance(sealed, bytes) and isinstance(member_id, int):
        name = mask_name(unsealed(shop, member_id, "name", sealed))
    return name or shop.phrase("staff/no_name", {})


CANCEL_ACTIVITY = Kind(Right.ACTIVITY, propose_cancelling, perform_cancelling)

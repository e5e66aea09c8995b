"""补偿: points or a coupon for what went wrong, within limits alone, above them by two.

A ticket of one's own always needs a second person. Whom the ticket is about hears of nothing.
"""

from dataclasses import dataclass

from loyalty.confirmations import Confirmed, Proposal
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.remedies import (
    COUPON_WORTH_POINTS,
    LARGEST_REMEDY_POINTS,
    alone_in_a_day,
    alone_on_a_ticket,
)
from loyalty.staff import Right
from loyalty.tickets import Ticket, TicketStep, TicketUnknown, read_ticket_number
from services.counter.kinds import Action, Done, Kind, Request
from services.counter.points import PointsUnreadable, read_points
from services.coupons.issuing import issue_coupon
from services.ledger.adjustments import adjust_points
from services.org.staff import known_member
from services.shop import Shop
from services.tickets.opening import add_words
from services.tickets.own_tickets import owns_ticket
from services.tickets.reach import seen_ticket
from services.tickets.telling import facts_of_ticket
from storage.counters import give_back_to_counter, take_amount, used_of
from storage.coupons import void_coupons_of
from storage.ticket_sight import subject_followers
from storage.tickets import ticket_of_id

POINTS, COUPON = "points", "coupon"
NO_LIMIT = 10**9


class RemedyForNobody(Refusal):
    """Who wants to stay unnamed, or is no member, has no account to give to."""

    wording = "tickets/remedy_nobody"


class RemedyTooLarge(Refusal):
    wording = "tickets/remedy_too_much"


class RemedyLimitReached(Refusal):
    """Something else was given meanwhile: ask again for a second person."""

    wording = "tickets/remedy_limit"


class CouponKindUnknown(Refusal):
    wording = "tickets/coupon_kind_unknown"


class CouponNotLeft(Refusal):
    wording = "tickets/coupon_not_left"


class RemedyCouponUsed(Refusal):
    wording = "tickets/remedy_coupon_used"


@dataclass(frozen=True, slots=True)
class Gift:
    """Either points or a coupon of this kind; `name` as people read it."""

    points: int
    coupon: str
    name: str

    @property
    def worth_points(self) -> int:
        return self.points or COUPON_WORTH_POINTS


async def propose_remedy(shop: Shop, request: Request) -> Proposal:
    """`N points 200` or `N coupon KIND`."""
    ticket = await seen_ticket(shop, request.person, read_ticket_number(request.argument(0)))
    if ticket.member_id is None:
        raise RemedyForNobody(number=ticket.id)
    gift = _read_gift(shop, request.argument(1), request.argument(2))
    member = await known_member(shop, ticket.member_id)
    facts = {
        **facts_of_ticket(shop, ticket),
        "what": gift.name,
        "member": member.name_masked,
        "member_no": member.member_no,
    }
    content = {
        "ticket_id": ticket.id,
        "member_id": member.id,
        "points": gift.points,
        "coupon": gift.coupon,
        "what": gift.name,
        # Accounts that are neither told of it nor may say yes.
        "without": await subject_followers(ticket.id),
    }
    needs_another = await _needs_another(shop, request.person, ticket, gift)
    summary = shop.phrase("tickets/remedy_summary", facts)
    return Proposal(content, summary, by_another=needs_another)


async def perform_remedy(shop: Shop, confirmed: Confirmed) -> Done:
    content = confirmed.content
    gift = Gift(content["points"], content["coupon"], content["what"])
    ticket = await ticket_of_id(content["ticket_id"])
    if ticket is None or ticket.member_id != content["member_id"]:
        raise TicketUnknown
    if confirmed.follower_id in await subject_followers(ticket.id):
        raise TicketUnknown  # Named since it was asked.
    day = _day_counter(shop, confirmed.staff_id)
    await _count(confirmed, ticket, gift, day)
    await _give(shop, confirmed, ticket, gift)
    await _note(shop, confirmed, ticket, gift.name)
    facts = {**facts_of_ticket(shop, ticket), "what": gift.name}
    return Done(
        shop.phrase("tickets/remedied", facts),
        member_id=content["member_id"],
        member_text=shop.phrase("tickets/told_remedy", facts),
        facts={"key": confirmed.key, "day": "" if confirmed.by_another else day},
    )


async def undo_remedy(shop: Shop, confirmed: Confirmed, action: Action) -> Done:
    """Points spent meanwhile, or a coupon used, cannot be taken back: then nothing is."""
    content = action.facts
    gift = Gift(content["points"], content["coupon"], content["what"])
    ticket = await ticket_of_id(content["ticket_id"])
    assert ticket is not None, content["ticket_id"]
    await _take_back(shop, confirmed, gift, action)
    for counter in filter(None, (_ticket_counter(ticket), content["day"])):
        await give_back_to_counter(counter, gift.worth_points)
    facts = {**facts_of_ticket(shop, ticket), "what": gift.name}
    await _note(shop, confirmed, ticket, shop.phrase("tickets/remedy_taken_back", facts))
    return Done(
        shop.phrase("tickets/remedy_undone", facts),
        member_id=content["member_id"],
        member_text=shop.phrase("tickets/told_remedy_undone", facts),
    )


def _read_gift(shop: Shop, what: str, value: str) -> Gift:
    if what == POINTS:
        points = read_points(value)
        if points < 0:
            raise PointsUnreadable
        if points > LARGEST_REMEDY_POINTS:
            raise RemedyTooLarge(maximum=LARGEST_REMEDY_POINTS)
        return Gift(points, "", shop.phrase("tickets/remedy_points", {"points": points}))
    kind = shop.rules.coupon_kinds.get(value)
    if kind is None:
        kinds = " ".join(sorted(shop.rules.coupon_kinds))
        raise CouponKindUnknown(kinds=kinds)
    return Gift(0, kind.code, shop.phrase("tickets/remedy_coupon", {"name": kind.name}))


async def _needs_another(shop: Shop, person: Person, ticket: Ticket, gift: Gift) -> bool:
    assert person.role is not None, "only staff give"
    given = await used_of(_ticket_counter(ticket)) + gift.worth_points
    today = await used_of(_day_counter(shop, person.staff_id)) + gift.worth_points
    is_much = given > alone_on_a_ticket(person.role) or today > alone_in_a_day(person.role)
    return owns_ticket(person, ticket) or is_much


async def _count(confirmed: Confirmed, ticket: Ticket, gift: Gift, day: str) -> None:
    """What two have agreed on counts on the ticket, too."""
    limit = NO_LIMIT if confirmed.by_another else alone_on_a_ticket(confirmed.role)
    counted = await take_amount(_ticket_counter(ticket), gift.worth_points, limit)
    if counted and not confirmed.by_another:
        counted = await take_amount(day, gift.worth_points, alone_in_a_day(confirmed.role))
    if not counted:
        raise RemedyLimitReached


async def _give(shop: Shop, confirmed: Confirmed, ticket: Ticket, gift: Gift) -> None:
    member_id = confirmed.content["member_id"]
    if gift.points:
        reason = shop.phrase("tickets/remedy_reason", {"number": ticket.id})
        await adjust_points(
            shop,
            member_id,
            gift.points,
            reason=reason,
            key=confirmed.key,
            actor=confirmed.actor,
        )
        return
    cause = {"ticket": ticket.id}
    key = _coupon_key(confirmed.key)
    if await issue_coupon(shop, member_id, gift.coupon, key=key, cause=cause) is None:
        raise CouponNotLeft


async def _note(shop: Shop, confirmed: Confirmed, ticket: Ticket, text: str) -> None:
    step, staff_id = TicketStep.REMEDY, confirmed.staff_id
    await add_words(shop, ticket.id, step, text, key=confirmed.key, staff_id=staff_id)


async def _take_back(shop: Shop, confirmed: Confirmed, gift: Gift, action: Action) -> None:
    member_id = action.facts["member_id"]
    if not gift.points:
        key = _coupon_key(action.facts["key"])
        if await void_coupons_of([key], member_id, shop.now()) != 1:
            raise RemedyCouponUsed
        return
    reason = shop.phrase("tickets/remedy_reason", {"number": action.facts["ticket_id"]})
    await adjust_points(
        shop,
        member_id,
        -gift.points,
        reason=reason,
        key=confirmed.key,
        actor=confirmed.actor,
    )


def _ticket_counter(ticket: Ticket) -> str:
    return f"remedy:ticket:{ticket.id}"


def _day_counter(shop: Shop, staff_id: int | None) -> str:
    return f"remedy:staff:{staff_id}:{shop.today()}"


def _coupon_key(key: str) -> str:
    return f"{key}:coupon:"


# Above its limits a manager or owner agrees, whoever asks.
REMEDY = Kind(Right.REMEDY, propose_remedy, perform_remedy, undo_remedy, second_right=Right.ADJUST)

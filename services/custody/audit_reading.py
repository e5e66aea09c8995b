"""Reading the audit trail (审计查询): who looked at a member, and what staff did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from loyalty.person import Person
from services.clock import SHOP_ZONE
from services.custody.auditing import MEMBER, OPERATOR, SYSTEM, Act, audit_in_its_own
from services.org.reach import reachable_member, staff_label
from services.org.staff import (
    KnownMember,
    MemberUnknown,
    Right,
    allow,
    known_member,
    reach_of,
)
from services.shop import Shop
from storage.audit_reading import newest_acts, newest_looks
from storage.closing import member_who_left
from storage.instants import from_ms, to_ms
from storage.sql import Row

LOOKS = ("member.view", "member.unmask", "member.export", "ticket.view", "ticket.pictures")
NEWEST_LOOKS = 20
NEWEST_ACTS = 15


@dataclass(frozen=True, slots=True)
class AuditLine:
    """`who` and `what` are words already; the numbers are empty where none was touched."""

    at: datetime
    who: str
    what: str
    member_no: str
    ticket_no: str


async def who_looked(
    shop: Shop, person: Person, text: str, *, key: str
) -> tuple[KnownMember, Sequence[AuditLine]]:
    """Views and unmaskings of a member, the newest first; also of one who has left.

    Raises MemberUnknown.
    """
    allow(person, Right.AUDIT)
    member = await _looked_at(shop, person, text)
    await audit_in_its_own(shop, person, Act("audit.looks", member.id), key=key)
    found = await newest_looks(member.id, LOOKS, limit=NEWEST_LOOKS)
    return member, _lines(shop, found)


async def _looked_at(shop: Shop, person: Person, text: str) -> KnownMember:
    """Whoever has left belongs to no store any more: only the whole brand takes them in."""
    try:
        return await reachable_member(shop, person, text)
    except MemberUnknown:
        has_left = reach_of(shop, person) is None and await member_who_left(text.strip())
        if not has_left:
            raise
        return await known_member(shop, has_left)


async def newest_of_staff(
    shop: Shop, person: Person, *, day: date | None = None, staff_id: int | None = None, key: str
) -> Sequence[AuditLine]:
    """What was done within this person's reach, on a day or by one of the staff, newest first."""
    allow(person, Right.AUDIT)
    found = await newest_acts(
        reader_id=person.follower_id,
        between_ms=_bounds(day) if day else None,
        staff_id=staff_id,
        stores=reach_of(shop, person),
        region_id=person.region_id if person.store_id is None else None,
        limit=NEWEST_ACTS,
    )
    await audit_in_its_own(shop, person, Act("audit.read"), key=key)
    return _lines(shop, found)


def _bounds(day: date) -> tuple[int, int]:
    midnight = datetime.combine(day, time(), SHOP_ZONE)
    return to_ms(midnight), to_ms(midnight + timedelta(days=1))


def _lines(shop: Shop, found: Sequence[Row]) -> Sequence[AuditLine]:
    words = dict(line.split(maxsplit=1) for line in shop.phrase("audit/acts", {}).splitlines())
    return [
        AuditLine(
            at=shop.clock.local(from_ms(row["at"])),
            who=_who(shop, row),
            what=_words_for(row["what"], words),
            member_no=row["member_no"] or "",
            ticket_no=_ticket_in(row["subject"]),
        )
        for row in found
    ]


def _who(shop: Shop, row: Row) -> str:
    if row["staff_id"] is not None:
        return staff_label(shop, row["staff_id"], row["role"], row["store_id"], row["region_id"])
    known = {OPERATOR: "audit/operator", SYSTEM: "audit/system", MEMBER: "audit/member"}
    return shop.phrase(known.get(row["actor"], "audit/no_staff"), {})


def _ticket_in(subject: str) -> str:
    kind, _, number = subject.partition(":")
    return number if kind == "ticket" else ""


def _words_for(what: str, words: dict[str, str]) -> str:
    """In the shop's words for member_view, else for member, else as it is written down."""
    kind = what.partition(".")[0]
    return words.get(what.replace(".", "_"), words.get(kind, what))

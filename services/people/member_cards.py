"""查会员: the short card staff see of a member; no more of a person than the counter needs."""

from dataclasses import dataclass
from datetime import date

from loyalty.person import Person
from services.clock import day_of
from services.coupons.issuing import usable_coupons
from services.custody.auditing import Act, audit_alone
from services.ledger.points import points_balance
from services.org.reach import reachable_member
from services.org.staff import KnownMember, Right, allow
from services.people.member_tags import member_tags
from services.shop import Shop
from services.tiers.rungs import tier_of
from services.wallet.balance import stored_value
from storage.instants import from_ms
from storage.staff import last_paid_at


@dataclass(frozen=True, slots=True)
class MemberCard:
    member: KnownMember
    tier: str
    points: int
    stored_fen: int
    coupons: int
    # The day of the newest purchase.
    last_visit: date | None
    tags: tuple[str, ...] = ()


async def member_card(shop: Shop, person: Person, text: str, *, key: str) -> MemberCard:
    """By number within reach, or by the code on the member's screen; the look is kept.

    Raises MemberUnknown.
    """
    allow(person, Right.LOOK_UP)
    member = await reachable_member(shop, person, text)
    await audit_alone(shop, person, Act("member.view", member.id), key=key)
    tier = await tier_of(shop, member.id)
    points = await points_balance(shop, member.id)
    stored = await stored_value(shop, member.id)
    coupons = await usable_coupons(shop, member.id)
    paid_at = await last_paid_at(member.id)
    return MemberCard(
        member=member,
        tier=tier.name,
        points=points.points,
        stored_fen=stored.available_fen,
        coupons=len(coupons),
        last_visit=day_of(from_ms(paid_at)) if paid_at is not None else None,
        tags=tuple(tag.name for tag in await member_tags(member.id)),
    )

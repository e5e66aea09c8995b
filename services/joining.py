"""Joining (入会): one consent turns a follower into a member, with number and welcome pack.

Nothing personal is stored before it, and the consent rows say which text was agreed to.
"""

from dataclasses import dataclass

from loyalty.campaigns import GiveCoupon, GivePoints, PlannedAction, actions_for
from loyalty.member_numbers import member_number
from loyalty.people import Purpose
from loyalty.person import Person
from services.claim_steps import ClaimAnswer, settle_reserved
from services.consents import record_consents
from services.coupons import IssuedCoupon, issue_coupon
from services.identities import link_same_person
from services.points import earn_points, points_balance
from services.shop import Shop
from storage.consents import was_asked_before
from storage.models import Member
from storage.people import add_member, link_member, lock_follower, set_member_no
from storage.transactions import transactional

JOIN = "join"


@dataclass(frozen=True, slots=True)
class Joined:
    """What the new member is told; joining twice tells the same."""

    member_no: str
    points: int
    coupons: tuple[IssuedCoupon, ...]
    claims: tuple[ClaimAnswer, ...]
    balance: int

    @property
    def claimed_points(self) -> int:
        return sum(claim.points for claim in self.claims if claim.state == "credited")

    @property
    def pending_claims(self) -> int:
        return sum(claim.state == "pending" for claim in self.claims)


@transactional
async def join_member(
    shop: Shop, person: Person, *, subscribes: bool, shown_text: str, key: str
) -> Joined:
    """Make the follower a member. `shown_text` is the text agreed to, kept as its hash.

    The same message again returns the same membership and gives nothing twice; so does a
    second message of somebody who has joined meanwhile.
    """
    member_id = await lock_follower(person.follower_id)
    if member_id is None:
        member_id = await _new_member(shop, person, key=key)
        given = {Purpose.PROGRAMME: True, Purpose.MARKETING: subscribes}
        await record_consents(shop, person, member_id, given, shown_text=shown_text, key=key)
    member = await Member.get(id=member_id)
    assert member.member_no is not None
    claims = await settle_reserved(shop, person.follower_id, member_id, member.joined_at)
    points, coupons = await _give_welcome_pack(shop, person, member_id)
    balance = await points_balance(shop, member_id)
    return Joined(member.member_no, points, tuple(coupons), tuple(claims), balance.points)


async def _new_member(shop: Shop, person: Person, *, key: str) -> int:
    member_id = await add_member(join_key=key, joined_at=shop.now())
    await set_member_no(member_id, member_number(member_id))
    await link_member(person.follower_id, member_id)
    await link_same_person(shop, person.follower_id, member_id)
    return member_id


async def _give_welcome_pack(
    shop: Shop, person: Person, member_id: int
) -> tuple[int, list[IssuedCoupon]]:
    points, coupons = 0, list[IssuedCoupon]()
    if await was_asked_before(person.follower_id, member_id, Purpose.PROGRAMME):
        return points, coupons  # Whoever left and came back had the pack the first time.
    for planned in actions_for(shop.rules.campaigns, JOIN, person_id=person.follower_id):
        if isinstance(planned.action, GivePoints):
            points += await _give_points(shop, member_id, planned, planned.action.points)
        elif isinstance(planned.action, GiveCoupon):
            kind = planned.action.coupon_kind
            cause = {"by": JOIN, "campaign": planned.campaign_code}
            coupon = await issue_coupon(shop, member_id, kind, key=planned.key, cause=cause)
            coupons += [coupon] if coupon else []
    return points, coupons


async def _give_points(shop: Shop, member_id: int, planned: PlannedAction, points: int) -> int:
    cause = {"what": "join", "campaign": planned.campaign_code, "rules": shop.rules.version}
    await earn_points(shop, member_id, points, key=planned.key, cause=cause, occurred_at=shop.now())
    return points

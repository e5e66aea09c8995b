"""Joining (入会): one consent turns a follower into a member, with number and welcome pack.

Nothing personal is stored before it, and the consent rows say which text was agreed to.
"""

from dataclasses import dataclass

from loyalty.campaign_terms import JOIN
from loyalty.member_numbers import member_number
from loyalty.people import Purpose
from loyalty.person import Person
from services.campaigns.cues import in_force
from services.campaigns.treating import treat_all_in
from services.campaigns.turns import Given, Turn
from services.coupons.issuing import IssuedCoupon
from services.ledger.points import points_balance
from services.people.consents import record_consents
from services.people.identities import link_same_person
from services.purchases.claim_steps import ClaimAnswer, settle_reserved
from services.shop import Shop
from storage.consents import was_asked_before
from storage.models import Member
from storage.people import add_member, link_member, lock_follower, set_member_no, source_of
from storage.transactions import transactional


@dataclass(frozen=True, slots=True)
class Joined:
    """What the new member is told; joining twice tells the same."""

    member_no: str
    points: int
    coupons: tuple[IssuedCoupon, ...]
    claims: tuple[ClaimAnswer, ...]
    balance: int
    lines: tuple[str, ...] = ()

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
    pack = await _give_welcome_pack(shop, person, member_id)
    balance = await points_balance(shop, member_id)
    return Joined(
        member.member_no,
        sum(given.points for given in pack),
        tuple(coupon for given in pack for coupon in given.coupons),
        tuple(claims),
        balance.points,
        lines=tuple(line for given in pack for line in given.lines),
    )


async def _new_member(shop: Shop, person: Person, *, key: str) -> int:
    member_id = await add_member(join_key=key, joined_at=shop.now())
    await set_member_no(member_id, member_number(member_id))
    await link_member(person.follower_id, member_id)
    await link_same_person(shop, person.follower_id, member_id)
    return member_id


async def _give_welcome_pack(shop: Shop, person: Person, member_id: int) -> list[Given]:
    """Also what the code brings by which the person has found us."""
    if await was_asked_before(person.follower_id, member_id, Purpose.PROGRAMME):
        return []  # Whoever left and came back had the pack the first time.
    triggers = [JOIN]
    if any(campaign.terms.kind == "code" for campaign in shop.rules.campaigns):
        triggers.append(f"code:{await source_of(person.follower_id) or ''}")
    return await treat_all_in(
        shop,
        [
            Turn(
                campaign,
                member_id,
                name=JOIN,
                happened_at=shop.now(),
                in_reply=True,
                person_id=person.follower_id,
            )
            for trigger in triggers
            for campaign in in_force(shop, trigger)
        ],
    )

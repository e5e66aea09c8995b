"""Partners (异业伙伴): a member's data goes to one only if this member agreed to just that.

Each partner is a consent of its own, to a text that names who, what for, which data and whom to
ask. Where the shop file changes one of these, it is another text and has to be agreed to anew.
"""

from dataclasses import dataclass

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.shop_file.reading import Partner
from services.people.consents import hash_of, record_consents
from services.shop import Shop
from storage.consents import members_who_agreed, newest_consents
from storage.instants import from_ms
from storage.people import lock_follower
from storage.transactions import transactional


class PartnerUnknown(Refusal):
    """No partner of the shop has this code or name."""

    wording = "rights/partner_unknown"


@dataclass(frozen=True, slots=True)
class PartnerState:
    """`agreed_on` is the day of the consent in force; None where there is none."""

    partner: Partner
    agreed_on: str | None


def purpose_of(partner: Partner) -> str:
    return f"partner:{partner.code}"


def partner_named(shop: Shop, text: str) -> Partner:
    """Raises PartnerUnknown."""
    wanted = text.strip().casefold()
    for partner in shop.rules.partners:
        if wanted in (partner.code, partner.name.casefold()):
            return partner
    raise PartnerUnknown


def partner_text(shop: Shop, partner: Partner) -> str:
    """What is shown and kept: who, what for, which data, whom to ask."""
    kinds = "、".join(shop.phrase(f"rights/kind_{kind}", {}) for kind in partner.kinds)
    facts = {
        "brand": shop.rules.brand_name,
        "name": partner.name,
        "contact": partner.contact,
        "purpose": partner.purpose,
        "kinds": kinds,
    }
    return shop.phrase("rights/partner_text", facts)


async def partners_of(shop: Shop, member_id: int) -> list[PartnerState]:
    given = {line["purpose"]: line for line in await newest_consents(member_id) if line["given"]}
    states = []
    for partner in shop.rules.partners:
        line = given.get(purpose_of(partner))
        is_this_text = line is not None and line["text_hash"] == _hash(shop, partner)
        day = shop.clock.local(from_ms(line["recorded_at"])).date() if line else None
        states.append(PartnerState(partner, str(day) if is_this_text else None))
    return states


@transactional
async def agree_to_partner(shop: Shop, person: Person, code: str, *, key: str) -> Partner:
    """From now on this partner may be handed what its text says."""
    return await _say(shop, person, code, given=True, key=key)


@transactional
async def withdraw_partner(shop: Shop, person: Person, code: str, *, key: str) -> Partner:
    """Nothing more is handed out; the same message again changes nothing."""
    return await _say(shop, person, code, given=False, key=key)


async def _say(shop: Shop, person: Person, code: str, *, given: bool, key: str) -> Partner:
    member_id = await lock_follower(person.follower_id)
    partner = partner_named(shop, code)
    await record_consents(
        shop,
        person,
        member_id,
        {purpose_of(partner): given},
        shown_text=partner_text(shop, partner),
        key=key,
    )
    return partner


async def partner_members(
    shop: Shop, partner: Partner, *, after: int = 0, limit: int = 1000
) -> list[int]:
    """Whose data this partner may be handed now, by number; there is no other way to a list."""
    text_hash = _hash(shop, partner)
    return await members_who_agreed(purpose_of(partner), text_hash, after=after, limit=limit)


def _hash(shop: Shop, partner: Partner) -> str:
    return hash_of(partner_text(shop, partner))

"""Invitations (员工邀请): the only way to become staff, by a code good once and for minutes.

A claimed name or phone number binds nobody (reliability B55).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.short_codes import INVITATION_BYTES, invitation_code, read_invitation_code
from loyalty.staff import IN_ONE_STORE, Right, Role
from services.shop import Shop
from services.telling import tell_staff
from storage.instants import from_ms
from storage.limits import INVITATION_FAILURES, is_spent, is_within
from storage.people import lock_follower
from storage.staff import (
    active_staff,
    add_invitation,
    add_staff,
    invitation_used_by,
    stop_staff_of,
    stop_staff_row,
    take_invitation,
)
from storage.transactions import transactional

INVITATION_LIFE = timedelta(minutes=15)


class StoreMissing(Exception):
    """A clerk or manager works in one store: name it."""


class StoreNotThere(Exception):
    """No store has this code."""


class InvitationRefused(Refusal):
    """Unknown, used, too old, or tried too often: one answer for all."""

    wording = "staff/invitation_refused"


class OwnerStaysOwner(Refusal):
    """Nobody can trick an owner into a smaller role by sending them an invitation."""

    wording = "staff/owner_stays"


@dataclass(frozen=True, slots=True)
class Bound:
    role: str
    # The name of the store, or of the brand.
    store: str


@transactional
async def invite(shop: Shop, role: Role, store: str = "") -> Mapping[str, object]:
    """A new code for one person, shown only here: the database keeps its hash."""
    stores = {place.store: store_id for store_id, place in shop.rules.places.items()}
    if store and store not in stores:
        raise StoreNotThere(store)
    if not store and role in IN_ONE_STORE:
        raise StoreMissing(role)
    code = invitation_code(shop.random_bytes(INVITATION_BYTES))
    expires_at = shop.now() + INVITATION_LIFE
    await add_invitation(
        _hash(code), role.value, stores.get(store), expires_at=expires_at, now=shop.now()
    )
    return {
        "code": code,
        "role": role.value,
        "store": store or None,
        "expires_at": shop.clock.local(expires_at).isoformat(),
    }


def looks_like_invitation(text: str) -> bool:
    return read_invitation_code(text) is not None


async def bind_staff(shop: Shop, person: Person, code: str) -> Bound:
    """Make the person staff; the same person and code again: the same answer.

    Raises InvitationRefused, also after five wrong codes within an hour.
    """
    subject = str(person.follower_id)
    if await is_spent(shop.cache, INVITATION_FAILURES, subject):
        raise InvitationRefused
    try:
        return await bind_genuine(shop, person, code)
    except InvitationRefused:
        await is_within(shop.cache, INVITATION_FAILURES, subject)
        raise


@transactional
async def bind_genuine(shop: Shop, person: Person, code: str) -> Bound:
    await lock_follower(person.follower_id)
    known = await invitation_used_by(_hash(code), person.follower_id)
    if known is not None:
        return _bound(shop, known)
    invitation = await take_invitation(_hash(code), person.follower_id, shop.now())
    if invitation is None:
        raise InvitationRefused
    if person.role == Role.OWNER:
        raise OwnerStaysOwner
    await stop_staff_of(person.follower_id, shop.now())
    await add_staff(
        person.follower_id,
        invitation["id"],
        role=invitation["role"],
        store_id=invitation["store_id"],
        now=shop.now(),
    )
    bound = _bound(shop, invitation)
    await _tell_owners(shop, person, invitation["id"], bound)
    return bound


async def list_staff(shop: Shop) -> list[Mapping[str, object]]:
    """Everybody who is active, by the number that stops them."""
    return [
        {
            "staff": row["id"],
            "role": row["role"],
            "store": shop.rules.places[row["store_id"]].store if row["store_id"] else None,
            "bound_at": shop.clock.local(from_ms(row["bound_at"])).isoformat(),
        }
        for row in await active_staff()
    ]


@transactional
async def stop_staff(shop: Shop, staff_id: int) -> bool:
    """From the next message on this person is a customer; False when nobody was stopped."""
    return await stop_staff_row(staff_id, shop.now())


async def _tell_owners(shop: Shop, person: Person, invitation_id: int, bound: Bound) -> None:
    """Whoever invited hears that the code was used; a stranger's use does not stay hidden."""
    facts = {"role": shop.phrase(f"staff/role_{bound.role}", {}), "store": bound.store}
    text = shop.phrase("staff/somebody_bound", facts)
    key = f"bound:{invitation_id}"
    await tell_staff(shop, person, Right.KNOW_STAFF, text, key=key, store_id=None)


def _bound(shop: Shop, invitation: Mapping[str, object]) -> Bound:
    store_id = invitation["store_id"]
    if store_id is None:
        return Bound(str(invitation["role"]), shop.rules.brand_name)
    assert isinstance(store_id, int)
    return Bound(str(invitation["role"]), shop.rules.places[store_id].store_name)


def _hash(code: str) -> str:
    letters = read_invitation_code(code)
    return hashlib.sha256(f"invitation:{letters}".encode()).hexdigest()

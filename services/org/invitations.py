"""Invitations (员工邀请): the only way to become staff, by a code good once and for minutes.

A claimed name or phone number binds nobody (reliability B55).
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.short_codes import INVITATION_BYTES, invitation_code, read_invitation_code
from loyalty.staff import IN_ONE_STORE, Right, Role
from services.custody.auditing import OPERATOR, Act, audit
from services.messages.telling import tell_staff
from services.org.staff import where_named
from services.shop import Shop
from storage.instants import from_ms
from storage.limits import INVITATION_FAILURES, is_spent, is_within
from storage.people import lock_follower
from storage.sql import Row
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
INVITATION_MINUTES = INVITATION_LIFE // timedelta(minutes=1)


class StoreMissing(Exception):
    """A clerk works in one store: name it."""


class StoreNotThere(Exception):
    """No store, or no region, has this code."""


class InvitationRefused(Refusal):
    """Unknown, used, too old, or tried too often: one answer for all."""

    wording = "staff/invitation_refused"


class OwnerStaysOwner(Refusal):
    """Nobody can trick an owner into a smaller role by sending them an invitation."""

    wording = "staff/owner_stays"


@dataclass(frozen=True, slots=True)
class Bound:
    role: str
    # The name of the store, the region or the brand.
    store: str


@transactional
async def invite(
    shop: Shop, role: Role, store: str = "", *, region: str = ""
) -> Mapping[str, object]:
    """An operator's new code for one person, shown only here: the database keeps its hash."""
    places = shop.rules.places.items()
    stores = {place.store: store_id for store_id, place in places}
    regions = {place.region: place.region_id for _, place in places}
    if (store and store not in stores) or (region and region not in regions):
        raise StoreNotThere(store or region)
    if not store and role in IN_ONE_STORE:
        raise StoreMissing(role)
    code = invitation_code(shop.random_bytes(INVITATION_BYTES))
    where = {"store_id": stores.get(store), "region_id": None if store else regions.get(region)}
    await _add(shop, code, {"role": role.value, **where})
    act = Act("staff.invite", facts={"role": role.value, **where})
    await audit(shop, OPERATOR, act, key=f"invite:{_hash(code)}")
    return {
        "code": code,
        "role": role.value,
        "store": store or None,
        **({"region": region} if region and not store else {}),
        "expires_at": shop.clock.local(shop.now() + INVITATION_LIFE).isoformat(),
    }


async def add_coded_invitation(shop: Shop, number: int, values: Mapping[str, object]) -> None:
    """An invitation whose code is made of a number, so that it can be shown again.

    A helper for use cases.
    """
    await _add(shop, shown_code(shop, number), values)


def shown_code(shop: Shop, number: int) -> str:
    """The code of that invitation, which only our key can make."""
    made_of = f"invitation:{number}".encode()
    secret = hmac.digest(shop.keys.key("session"), made_of, "sha256")
    return invitation_code(secret[:INVITATION_BYTES])


async def _add(shop: Shop, code: str, values: Mapping[str, object]) -> None:
    now = shop.now()
    life = {"expires_at": now + INVITATION_LIFE, "created_at": now}
    await add_invitation(code_hash=_hash(code), **values, **life)


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
    staff_id = await add_staff(person.follower_id, invitation, now=shop.now())
    bound = _bound(shop, invitation)
    await _tell_owners(shop, person, invitation, bound)
    where = {"store_id": invitation["store_id"], "region_id": invitation["region_id"]}
    bound_as = replace(person, staff_id=staff_id, role=bound.role, **where)
    act = Act("staff.bind", subject=f"invitation:{invitation['id']}")
    await audit(shop, bound_as, act, key=f"bind:{invitation['id']}")
    return bound


async def list_staff(shop: Shop) -> list[Mapping[str, object]]:
    """Everybody who is active, by the number that stops them."""
    return [
        {
            "staff": row["id"],
            "role": row["role"],
            "store": shop.rules.places[row["store_id"]].store if row["store_id"] else None,
            "region": _region_code(shop, row["region_id"]),
            "bound_at": shop.clock.local(from_ms(row["bound_at"])).isoformat(),
        }
        for row in await active_staff()
    ]


@transactional
async def stop_staff(shop: Shop, staff_id: int) -> bool:
    """From the next message on this person is a customer; False when nobody was stopped."""
    was_active = await stop_staff_row(staff_id, shop.now())
    if was_active:
        act = Act("staff.stop", subject=f"staff:{staff_id}")
        await audit(shop, OPERATOR, act, key=f"stop:{staff_id}")
    return was_active


async def _tell_owners(shop: Shop, person: Person, invitation: Row, bound: Bound) -> None:
    """Whoever invited hears that the code was used; a stranger's use does not stay hidden."""
    facts = {"role": shop.phrase(f"staff/role_{bound.role}", {}), "store": bound.store}
    await tell_staff(
        shop,
        person,
        Right.KNOW_STAFF,
        shop.phrase("staff/somebody_bound", facts),
        key=f"bound:{invitation['id']}",
        store_id=invitation["store_id"],
        region_id=invitation["region_id"],
    )


def _bound(shop: Shop, invitation: Row) -> Bound:
    where = where_named(shop, invitation["store_id"], invitation["region_id"])
    return Bound(str(invitation["role"]), where)


def _region_code(shop: Shop, region_id: int | None) -> str | None:
    places = shop.rules.places.values()
    return next((place.region for place in places if place.region_id == region_id), None)


def _hash(code: str) -> str:
    letters = read_invitation_code(code)
    return hashlib.sha256(f"invitation:{letters}".encode()).hexdigest()

"""邀请员工、停用: an owner brings people in and sends them away, within the owner's own reach.

Whatever makes or unmakes an owner takes two of them, where there are two.
"""

import re
from dataclasses import dataclass

from loyalty.confirmations import Confirmed, Proposal
from loyalty.refusals import Refusal
from loyalty.staff import IN_ONE_STORE, Right, Role
from services.counter.kinds import Done, Kind, Request
from services.messages.telling import staff_with, tell_follower
from services.org.invitations import INVITATION_MINUTES, add_coded_invitation
from services.org.reach import staff_label
from services.org.staff import (
    NotYourStore,
    StoreNeeded,
    covers,
    reach_of,
    reach_within,
    where_named,
    where_of,
)
from services.shop import Shop
from storage.sql import Row
from storage.staff import active_staff_of_id, brand_owners, lock_brand_owners, stop_staff_row

STAFF_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class RoleUnknown(Refusal):
    wording = "staff/role_unknown"


class PlaceUnknown(Refusal):
    """No store and no region has this code."""

    wording = "staff/place_unknown"


class StaffUnknown(Refusal):
    """Nobody active within reach has this number."""

    wording = "staff/staff_unknown"


class LastOwner(Refusal):
    """Somebody has to be left who can invite others."""

    wording = "staff/last_owner"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where somebody works: a store, else a region, else the whole brand."""

    store_id: int | None = None
    region_id: int | None = None


async def propose_invitation(shop: Shop, request: Request) -> Proposal:
    role, scope = _role_named(shop, request.argument(0)), scope_named(shop, request.argument(1))
    if role in IN_ONE_STORE and scope.store_id is None:
        raise StoreNeeded(example=min(place.store for place in shop.rules.places.values()))
    if not _is_within_reach(shop, request, scope):
        raise NotYourStore(store=where_of(shop, request.person))
    facts = {
        "role": shop.phrase(f"staff/role_{role}", {}),
        "where": where_named(shop, scope.store_id, scope.region_id),
        "minutes": INVITATION_MINUTES,
    }
    content = {"role": role.value, "store_id": scope.store_id, "region_id": scope.region_id}
    needs_another = role == Role.OWNER and await _has_another_owner(request.person.follower_id)
    summary = shop.phrase("staff/invite_summary", facts)
    return Proposal(content, summary, by_another=needs_another)


async def perform_invitation(shop: Shop, confirmed: Confirmed) -> Done:
    """The answer shows the code; the database keeps its hash."""
    content = confirmed.content
    values = {name: content[name] for name in ("role", "store_id", "region_id")}
    await add_coded_invitation(shop, confirmed.id, {**values, "invited_by": confirmed.staff_id})
    facts = {
        "role": shop.phrase(f"staff/role_{content['role']}", {}),
        "where": where_named(shop, content["store_id"], content["region_id"]),
        "minutes": INVITATION_MINUTES,
    }
    return Done(shop.phrase("staff/invite_done", facts), invites=True)


async def propose_stop(shop: Shop, request: Request) -> Proposal:
    row = await _reachable_staff(shop, request)
    is_owner = row["role"] == Role.OWNER
    if is_owner and _is_of_the_brand(row) and len(await brand_owners()) == 1:
        raise LastOwner
    needs_another = is_owner and await _has_another_owner(request.person.follower_id)
    summary = shop.phrase("staff/stop_summary", {"staff": _label(shop, row)})
    return Proposal({"staff_id": row["id"]}, summary, by_another=needs_another)


async def perform_stop(shop: Shop, confirmed: Confirmed) -> Done:
    """From their next message on they are a customer like any other."""
    owners = await lock_brand_owners()
    row = await active_staff_of_id(confirmed.content["staff_id"])
    if row is not None and [owner["id"] for owner in owners] == [row["id"]]:
        raise LastOwner
    if row is None or not await stop_staff_row(row["id"], shop.now()):
        raise StaffUnknown
    await _tell_stopped(shop, row, besides=confirmed.follower_id)
    return Done(shop.phrase("staff/stop_done", {"staff": _label(shop, row)}))


async def _tell_stopped(shop: Shop, row: Row, *, besides: int) -> None:
    """Whoever was stopped hears it, and so do all others who know the staff."""
    key = f"stopped:{row['id']}"
    label = {"staff": _label(shop, row)}
    await tell_follower(shop, row, shop.phrase("staff/you_were_stopped", label), key=key)
    reach = reach_within(shop, row["store_id"], row["region_id"])
    text = shop.phrase("staff/somebody_stopped", label)
    for other in await staff_with(shop, Right.KNOW_STAFF, reach):
        if other["id"] != besides:
            await tell_follower(shop, other, text, key=f"{key}:{other['id']}")


def scope_named(shop: Shop, code: str) -> Scope:
    """A store's code before a region's; nothing is the whole brand. Raises PlaceUnknown."""
    if not code:
        return Scope()
    wanted = code.casefold()
    for store_id, place in shop.rules.places.items():
        if place.store.casefold() == wanted:
            return Scope(store_id=store_id)
    for place in shop.rules.places.values():
        if place.region.casefold() == wanted:
            return Scope(region_id=place.region_id)
    raise PlaceUnknown(code=code)


def _role_named(shop: Shop, text: str) -> Role:
    """By the shop's own words for its roles."""
    named = {shop.phrase(f"staff/role_{role}", {}).casefold(): role for role in Role}
    if text not in named:
        raise RoleUnknown(roles=" ".join(named))
    return named[text]


def _is_within_reach(shop: Shop, request: Request, scope: Scope) -> bool:
    reach = reach_within(shop, scope.store_id, scope.region_id)
    return covers(reach_of(shop, request.person), reach)


async def _reachable_staff(shop: Shop, request: Request) -> Row:
    text = request.argument(0)
    row = await active_staff_of_id(int(text)) if STAFF_NUMBER.fullmatch(text) else None
    if row is None or not _is_within_reach(shop, request, Scope(row["store_id"], row["region_id"])):
        raise StaffUnknown
    return row


async def _has_another_owner(follower_id: int) -> bool:
    return any(owner["follower_id"] != follower_id for owner in await brand_owners())


def _is_of_the_brand(row: Row) -> bool:
    return row["store_id"] is None and row["region_id"] is None


def _label(shop: Shop, row: Row) -> str:
    return staff_label(shop, row["id"], row["role"], row["store_id"], row["region_id"])


INVITE = Kind(Right.MANAGE_STAFF, propose_invitation, perform_invitation)
STOP = Kind(Right.MANAGE_STAFF, propose_stop, perform_stop)

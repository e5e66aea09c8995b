"""导出: a list of members for whoever may have it, said yes to by an owner, fetched once by link.

The list is made after the confirmation and outside of it: a hundred thousand names take seconds.
"""

import json
from dataclasses import dataclass

from loyalty.confirmations import Confirmed, Proposal
from loyalty.refusals import Refusal
from loyalty.staff import Right
from services.counter.kinds import Done, Kind, Request
from services.messages.queueing import queue_message
from services.org.partners import partner_members, partner_named
from services.org.staff import NotYourStore, counter_of, reach_of, where_of
from services.shop import Shop
from storage.counters import take_from_counter, used_of
from storage.exports import count_members, insert_export
from storage.tickets import follower_of

A_DAY_MOST = 3
LARGEST = 100_000
PARTNER_WORD = "伙伴"


class NothingToExport(Refusal):
    wording = "rights/export_empty"


class ExportTooLarge(Refusal):
    """Larger lists are split by store."""

    wording = "rights/export_too_large"


class TooManyExports(Refusal):
    wording = "rights/export_too_often"
    status = 429


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members: of these stores, None for the whole brand, or those for a partner."""

    where: str
    members: int
    stores: tuple[int, ...] | None = None
    partner: str | None = None


async def propose_export(shop: Shop, request: Request) -> Proposal:
    """Whose list, how many, and that an owner has to say yes."""
    assert request.person.staff_id is not None, "only staff export"
    if await used_of(_counter(shop, request.person.staff_id)) >= A_DAY_MOST:
        raise TooManyExports(times=A_DAY_MOST)
    wanted = await _wanted(shop, request)
    if not wanted.members:
        raise NothingToExport
    if wanted.members > LARGEST:
        raise ExportTooLarge(largest=LARGEST)
    facts = {"where": wanted.where, "members": wanted.members}
    kind = "export_partner_summary" if wanted.partner else "export_summary"
    content = {
        "stores": list(wanted.stores) if wanted.stores is not None else None,
        "partner": wanted.partner,
        "members": wanted.members,
    }
    return Proposal(content, shop.phrase(f"rights/{kind}", facts), by_another=True)


async def _wanted(shop: Shop, request: Request) -> Wanted:
    person = request.person
    if request.argument(0) == PARTNER_WORD:
        if reach_of(shop, person) is not None:
            raise NotYourStore(store=where_of(shop, person))
        partner = partner_named(shop, request.argument(1))
        members = len(await partner_members(shop, partner, limit=LARGEST + 1))
        return Wanted(partner.name, members, partner=partner.code)
    if request.argument(0):
        counter = counter_of(shop, person, request.argument(0))
        stores: tuple[int, ...] | None = (counter.store_id,)
        where = counter.place.store_name
    else:
        reach, where = reach_of(shop, person), where_of(shop, person)
        stores = None if reach is None else tuple(sorted(reach))
    return Wanted(where, await count_members(stores), stores=stores)


async def perform_export(shop: Shop, confirmed: Confirmed) -> Done:
    """Note the list and have it made; the link goes to whoever asked, not to who said yes."""
    if not await take_from_counter(_counter(shop, confirmed.staff_id), A_DAY_MOST):
        raise TooManyExports(times=A_DAY_MOST)
    content = confirmed.content
    export_id = await insert_export(
        key=confirmed.key,
        staff_id=confirmed.staff_id,
        follower_id=confirmed.follower_id,
        stores=json.dumps(content["stores"]),
        partner=content["partner"],
        members=content["members"],
        asked_at=shop.now(),
    )
    asker = await follower_of(confirmed.follower_id)
    await queue_message(
        shop,
        key=f"export:{export_id}",
        account=asker["account"],
        openid=asker["openid"],
        content={"kind": "export", "value": str(export_id)},
    )
    return Done(shop.phrase("rights/export_approved", {"members": content["members"]}))


def _counter(shop: Shop, staff_id: int) -> str:
    return f"export:{staff_id}:{shop.today()}"


EXPORT = Kind(Right.EXPORT, propose_export, perform_export, second_right=Right.APPROVE)

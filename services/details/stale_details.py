"""Stale details (待核资料): what staff confirm with members of their stores, and how far they are.

The list shows masks only, and that somebody looked at it is kept.
"""

import re
from dataclasses import dataclass
from datetime import date

from loyalty.confirmations import Confirmed, Proposal
from loyalty.details import CHECKED
from loyalty.people import mask_name
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right, Role
from loyalty.standings import months_later
from services.counter.kinds import Done, Kind, Request
from services.custody.auditing import Act, audit
from services.details.keeping import unsealed
from services.details.readers import mask
from services.org.reach import reachable_member
from services.org.staff import allow, reach_of
from services.shop import Shop
from storage.details import filled_details, freshness_of, log_detail_change, mark_verified
from storage.sql import Row
from storage.stale_details import stale_members, verified_by_store
from storage.transactions import transactional

PAGE = 10
# So that a page fits into one message.
SHOWN_OF_A_MEMBER = 2
STORES_SHOWN = 5
LEADERS = {Role.OWNER, Role.MANAGER}
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


class PageUnreadable(Refusal):
    wording = "details/page_unreadable"


class NothingToCheck(Refusal):
    """Nothing is filled in that could have changed."""

    wording = "details/nothing_to_check"


@dataclass(frozen=True, slots=True)
class StaleDetail:
    name: str
    masked: str
    has_bounced: bool


@dataclass(frozen=True, slots=True)
class StaleMember:
    member_no: str
    # Empty without a name.
    name_masked: str
    details: tuple[StaleDetail, ...]


@dataclass(frozen=True, slots=True)
class StoreShare:
    """Of `total` members with something to confirm, nothing of `verified` is stale."""

    store_name: str
    verified: int
    total: int

    @property
    def percent(self) -> int:
        return self.verified * 100 // self.total


@dataclass(frozen=True, slots=True)
class StalePage:
    members: tuple[StaleMember, ...]
    has_more: bool
    # For managers and owners: of stores within reach, those with most to do.
    shares: tuple[StoreShare, ...]


def read_page(text: str) -> int:
    if PAGE_NUMBER.fullmatch(text) is None:
        raise PageUnreadable
    return int(text)


@transactional
async def stale_page(shop: Shop, person: Person, page: int, *, key: str) -> StalePage:
    """A page of the list within this person's reach."""
    allow(person, Right.CHECK_DETAILS)
    reach, since = reach_of(shop, person), _since(shop)
    found = await stale_members(reach, since=since, offset=(page - 1) * PAGE, limit=PAGE + 1)
    members = await _with_details(shop, found[:PAGE], since)
    shares: tuple[StoreShare, ...] = ()
    if person.role in LEADERS and page == 1:
        counted = await verified_by_store(reach, since=since, limit=STORES_SHOWN)
        shares = tuple(_share(shop, line) for line in counted)
    await _keep_looks(shop, person, [line["id"] for line in found[:PAGE]], page, key=key)
    return StalePage(members, len(found) > PAGE, shares)


async def _keep_looks(
    shop: Shop, person: Person, member_ids: list[int], page: int, *, key: str
) -> None:
    """A look at the list is one at each member on the page."""
    await audit(shop, person, Act("details.stale_list", facts={"page": page}), key=key)
    for member_id in member_ids:
        look = Act("member.view", member_id, subject="details:stale")
        await audit(shop, person, look, key=f"{key}:{member_id}")


async def propose_check(shop: Shop, request: Request) -> Proposal:
    """What the summary names is confirmed, and nothing else."""
    member = await reachable_member(shop, request.person, request.argument(0))
    found = [line for line in await filled_details([member.id]) if line["name"] in CHECKED]
    if not found:
        raise NothingToCheck
    shown = [_shown(shop, line) for line in sorted(found, key=_place)]
    lines = "\n".join(
        shop.phrase("details/stale_old", {"what": name_of(shop, one.name), "value": one.masked})
        for one in shown
    )
    facts = {"member": member.name_masked, "member_no": member.member_no, "lines": lines}
    content = {"member_id": member.id, "member_no": member.member_no}
    names = [one.name for one in shown]
    return Proposal({**content, "names": names}, shop.phrase("details/check_summary", facts))


async def perform_check(shop: Shop, confirmed: Confirmed) -> Done:
    content, now = confirmed.content, shop.now()
    by, key = f"staff:{confirmed.staff_id}", confirmed.key
    for name in content["names"]:
        await log_detail_change(content["member_id"], name, "confirmed", by=by, key=key, now=now)
    await mark_verified(content["member_id"], content["names"], shop.today())
    text = shop.phrase("details/checked", {"member_no": content["member_no"]})
    return Done(text, member_id=content["member_id"])


CHECK_DETAILS = Kind(Right.CHECK_DETAILS, propose_check, perform_check)


def name_of(shop: Shop, name: str) -> str:
    return shop.phrase(f"details/name_{name}", {})


async def _with_details(shop: Shop, found: list[Row], since: date) -> tuple[StaleMember, ...]:
    stale: dict[int, list[Row]] = {}
    for line in await filled_details([member["id"] for member in found]):
        if freshness_of(line).is_stale(since):
            stale.setdefault(line["member_id"], []).append(line)
    return tuple(_stale_member(shop, member, stale.get(member["id"], [])) for member in found)


def _stale_member(shop: Shop, member: Row, lines: list[Row]) -> StaleMember:
    sealed = member["name_sealed"]
    name = unsealed(shop, member["id"], "name", sealed) if sealed is not None else ""
    details = tuple(_shown(shop, line) for line in sorted(lines, key=_place))
    return StaleMember(member["member_no"], mask_name(name), details)


def _shown(shop: Shop, line: Row) -> StaleDetail:
    value = unsealed(shop, line["member_id"], line["name"], line["value"])
    return StaleDetail(line["name"], mask(line["name"], value), line["bounced_on"] is not None)


def _place(line: Row) -> int:
    return CHECKED.index(line["name"])


def _share(shop: Shop, line: Row) -> StoreShare:
    total, stale = int(line["total"]), int(line["stale"])
    return StoreShare(shop.rules.places[line["store_id"]].store_name, total - stale, total)


def _since(shop: Shop) -> date:
    return months_later(shop.today(), -shop.rules.profile.stale_months)

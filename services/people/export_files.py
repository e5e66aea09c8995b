"""Member lists as files (会员名单): masked for staff, for a partner what each has agreed to.

Every line says who took it, so that a list that turns up somewhere tells where it came from.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from loyalty.csv_text import BYTE_ORDER_MARK, csv_line
from loyalty.people import mask_name, mask_phone
from loyalty.refusals import Refusal
from loyalty.shop_file.reading import Partner
from services.org.partners import partner_members, partner_named
from services.org.reach import staff_label
from services.people.downloads import put_download
from services.shop import Shop
from storage.downloads import is_download_made
from storage.exports import export_of_active_staff, members_listed, members_numbered
from storage.instants import from_ms
from storage.sealing import unseal
from storage.sql import Row
from storage.transactions import transactional

PAGE = 500
CHINA = "+86"


class ExportGone(Refusal):
    """Whoever asked is staff no more, or the partner is none any more."""

    wording = "rights/export_gone"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the first line, above the columns, and what a member's line is."""

    head: str
    columns: list[str]
    line: Callable[[Row], list[object]]
    mark: str


async def export_text(shop: Shop, export_id: int) -> str:
    """Make the list and say where it is; again the same link. Raises ExportGone."""
    export = await export_of_active_staff(export_id)
    if export is None:
        raise ExportGone
    key = f"export:{export_id}"
    content = b"-" if await is_download_made(key) else await _content(shop, export)
    link = await keep_list(shop, export["follower_id"], content, key=key)
    return shop.phrase("rights/export_ready", {"link": link})


@transactional
async def keep_list(shop: Shop, follower_id: int, content: bytes, *, key: str) -> str:
    return await put_download(shop, follower_id, {"members.csv": content}, key=key)


async def _content(shop: Shop, export: Row) -> bytes:
    partner = partner_named(shop, export["partner"]) if export["partner"] else None
    sheet = _sheet(shop, export, partner)
    lines = [csv_line([sheet.head]), csv_line(sheet.columns)]
    members = 0
    async for page in _pages(shop, json.loads(export["stores"]), partner):
        lines += [csv_line([*sheet.line(row), sheet.mark]) for row in page]
        members += len(page)
    return (BYTE_ORDER_MARK + "".join(lines)).encode()


async def _pages(
    shop: Shop, stores: list[int] | None, partner: Partner | None
) -> AsyncIterator[list[Row]]:
    last_id = 0
    while True:
        if partner is None:
            page = await members_listed(stores, after=last_id, limit=PAGE)
        else:
            agreed = await partner_members(shop, partner, after=last_id, limit=PAGE)
            page = await members_numbered(agreed)
        if not page:
            return
        yield page
        last_id = page[-1]["id"]


def _sheet(shop: Shop, export: Row, partner: Partner | None) -> Sheet:
    label = staff_label(
        shop, export["staff_id"], export["role"], export["store_id"], export["region_id"]
    )
    day = shop.clock.local(from_ms(export["asked_at"])).strftime("%Y-%m-%d %H:%M")
    mark = shop.phrase("rights/export_mark", {"label": label, "number": export["id"]})
    head = {"brand": shop.rules.brand_name, "label": label, "day": day}
    if partner is not None:
        columns = [shop.phrase(f"rights/kind_{kind}", {}) for kind in (*partner.kinds, "mark")]
        text = shop.phrase("rights/export_partner_head", {**head, "partner": partner.name})
        return Sheet(text, columns, lambda row: _in_full(shop, row, partner), mark)
    columns = shop.phrase("rights/export_columns", {}).split()
    text = shop.phrase("rights/export_head", head)
    return Sheet(text, columns, lambda row: _masked(shop, row), mark)


def _masked(shop: Shop, row: Row) -> list[object]:
    name, phone = _opened(shop, row, "name"), _opened(shop, row, "phone")
    bought = row["bought_at"]
    return [
        row["member_no"],
        mask_name(name) if name else "",
        mask_phone(phone) if phone else "",
        _tier(shop, row),
        int(row["points"]),
        row["home_store"] or "",
        _day(shop, row["joined_at"]),
        _day(shop, bought) if bought is not None else "",
    ]


def _in_full(shop: Shop, row: Row, partner: Partner) -> list[object]:
    """Exactly the kinds of data that were agreed to."""
    return [_kind(shop, row, kind) for kind in partner.kinds]


def _kind(shop: Shop, row: Row, kind: str) -> str:
    if kind == "member_no":
        return str(row["member_no"])
    if kind == "tier":
        return _tier(shop, row)
    return (_opened(shop, row, kind) or "").removeprefix(CHINA)


def _tier(shop: Shop, row: Row) -> str:
    tier = shop.rules.tier(row["tier"] or shop.rules.base_tier)
    return tier.name if tier else ""


def _day(shop: Shop, milliseconds: int) -> str:
    return shop.clock.local(from_ms(milliseconds)).date().isoformat()


def _opened(shop: Shop, row: Row, name: str) -> str | None:
    sealed = row[f"{name}_sealed"]
    if sealed is None:
        return None
    return unseal(shop.keys, sealed, table="members", column=f"{name}_sealed", row=row["id"])

"""Rows of merges (合并): which memberships became one, what became whose, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import Row, change, insert, row, rows


@dataclass(frozen=True, slots=True)
class Following:
    """Rows that go with their member; `comes` and `goes` say of rows `x` which do not stay.

    On the way back $2 is the merged member, $3 the kept one.
    """

    table: str
    column: str = "member_id"
    name: str = ""
    comes: str = ""
    goes: str = ""

    @property
    def what(self) -> str:
        return self.name or f"{self.table}.{self.column}"


NOT_GIVEN_TWICE = """
AND NOT EXISTS (SELECT 1 FROM tier_gifts mine WHERE mine.member_id = $3 AND mine.tier = x.tier
  AND mine.given_on = x.given_on AND mine.taken_back_on IS NULL AND x.taken_back_on IS NULL)
"""
NOT_TAGGED_TWICE = """
AND NOT EXISTS (SELECT 1 FROM member_tags mine WHERE mine.member_id = $3 AND mine.tag = x.tag)
"""
OF_THEIR_PURCHASE = """
AND (x.purchase_id IS NULL OR EXISTS
  (SELECT 1 FROM purchases p WHERE p.id = x.purchase_id AND p.member_id = $2))
"""
NOT_TREATED_TWICE = """
AND NOT EXISTS (SELECT 1 FROM campaign_effects mine WHERE mine.member_id = $3
  AND mine.campaign = x.campaign AND mine.period = x.period)
"""
NOT_VIEWED_TWICE = """
AND NOT EXISTS (SELECT 1 FROM product_views mine WHERE mine.member_id = $3 AND mine.sku = x.sku
  AND mine.category = x.category AND mine.viewed_on = x.viewed_on)
"""
NOT_SIGNED_UP_TWICE = """
AND NOT EXISTS (SELECT 1 FROM activity_signups mine WHERE mine.member_id = $3
  AND mine.activity_id = x.activity_id)
"""
NOT_ON_OFFER = """
AND NOT EXISTS (SELECT 1 FROM coupon_gifts g
  WHERE g.coupon_id = x.id AND g.state = 'open' AND g.giver_id = $3)
"""
# In this order, also on the way back: claims go with their purchases, coupons with their gifts.
FOLLOWING = (
    Following("members", "merged_into"),
    Following("followers"),
    Following("purchases", comes="AND x.points_standing IS NOT NULL"),
    # What is credited between is booked on the kept member's accounts, and stays there.
    Following(
        "purchases",
        name="purchases.pending",
        comes="AND x.points_standing IS NULL",
        goes="AND x.points_standing IS NULL",
    ),
    Following("claims", goes=OF_THEIR_PURCHASE),
    Following("coupon_gifts", "giver_id"),
    Following("coupon_gifts", "taker_id"),
    Following("coupons", goes=NOT_ON_OFFER),
    Following("exchanges"),
    Following("topups"),
    Following("wallet_holds"),
    Following("tier_gifts", comes=NOT_GIVEN_TWICE),
    Following("member_tags", comes=NOT_TAGGED_TWICE),
    Following("outbox"),
    Following("campaign_effects", comes=NOT_TREATED_TWICE),
    Following("campaign_cues"),
    Following("campaign_answers"),
    Following("product_views", comes=NOT_VIEWED_TWICE),
    Following("activity_signups", comes=NOT_SIGNED_UP_TWICE),
    Following("message_replies"),
    Following("tickets"),
)


async def lock_followers_of(member_ids: Sequence[int]) -> None:
    """Whoever scans or joins as one of them waits; in the order that everybody takes them in."""
    lock = "FOR UPDATE" if is_postgres() else ""
    await rows(
        f"SELECT id FROM followers WHERE member_id IN ($1, $2) ORDER BY id {lock}", *member_ids
    )


async def followers_of_both(one_id: int, other_id: int) -> list[int]:
    """Whoever may be one of the two, whether they follow us or not."""
    found = await rows(
        "SELECT id FROM followers WHERE member_id IN ($1, $2) ORDER BY id", one_id, other_id
    )
    return [line["id"] for line in found]


async def members_to_merge(member_ids: Sequence[int]) -> dict[int, Row]:
    """Both as they are now, by id."""
    found = await rows(
        "SELECT id, member_no, state, merged_into, home_store_id, region_id, phone_verified_at"
        " FROM members WHERE id IN ($1, $2)",
        *member_ids,
    )
    return {line["id"]: line for line in found}


async def has_open_hold(member_ids: Sequence[int]) -> bool:
    return bool(
        await row(
            "SELECT 1 AS one FROM wallet_holds WHERE state = 'open' AND member_id IN ($1, $2)",
            *member_ids,
        )
    )


async def insert_merge(**values: Any) -> int:
    """Raises IntegrityError where the merged member is merged already: both are locked."""
    merge_id = await insert("member_merges", values)
    assert merge_id is not None
    return merge_id


async def merge_by_key(key: str) -> Row | None:
    return await row("SELECT * FROM member_merges WHERE key = $1", key)


async def merge_by_undone_key(key: str) -> Row | None:
    return await row("SELECT * FROM member_merges WHERE undone_key = $1", key)


async def merge_by_id(merge_id: int) -> Row | None:
    return await row("SELECT * FROM member_merges WHERE id = $1", merge_id)


async def standing_merge_of(member_no: str) -> Row | None:
    """The newest that stands, by the number of the merged member, else of the kept one."""
    return await row(
        "SELECT g.* FROM member_merges g JOIN members k ON k.id = g.kept_id"
        " JOIN members m ON m.id = g.merged_id WHERE g.undone_at IS NULL"
        " AND (m.member_no = $1 OR k.member_no = $1)"
        " ORDER BY CASE WHEN m.member_no = $1 THEN 0 ELSE 1 END, g.id DESC LIMIT 1",
        member_no,
    )


async def keep_figures(merge_id: int, *, came: str, kept_before: str) -> None:
    await change(
        "UPDATE member_merges SET came = $1, kept_before = $2 WHERE id = $3",
        came,
        kept_before,
        merge_id,
    )


async def end_merge(merge_id: int, *, went: str, by: str, key: str, now: datetime) -> bool:
    """False when they were parted before."""
    return bool(
        await change(
            "UPDATE member_merges SET undone_at = $1, undone_by = $2, undone_key = $3, went = $4"
            " WHERE id = $5 AND undone_at IS NULL",
            to_ms(now),
            by,
            key,
            went,
            merge_id,
        )
    )


async def close_merged(merged_id: int, kept_id: int) -> bool:
    """False where one of the two is no member by now. A proven number is free for the other."""
    closed = await change(
        "UPDATE members SET state = 'closed', merged_into = $2, phone_verified_at = NULL"
        " WHERE id = $1 AND state = 'active'"
        " AND EXISTS (SELECT 1 FROM members k WHERE k.id = $2 AND k.state = 'active')",
        merged_id,
        kept_id,
    )
    await change("UPDATE ledger_accounts SET closed = TRUE WHERE member_id = $1", merged_id)
    return bool(closed)


async def open_accounts(member_id: int) -> None:
    """Locks them, too."""
    await change("UPDATE ledger_accounts SET closed = FALSE WHERE member_id = $1", member_id)


async def reopen_merged(merged_id: int, kept_id: int) -> bool:
    return bool(
        await change(
            "UPDATE members SET state = 'active', merged_into = NULL"
            " WHERE id = $1 AND merged_into = $2 AND state = 'closed'"
            " AND EXISTS (SELECT 1 FROM members k WHERE k.id = $2 AND k.state = 'active')",
            merged_id,
            kept_id,
        )
    )


async def verify_phone_again(member_id: int, verified_at: int) -> None:
    """Unless somebody else has proven the number since."""
    await change(
        "UPDATE members SET phone_verified_at = $2 WHERE id = $1 AND phone_sealed IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM members o WHERE o.phone_index = members.phone_index"
        " AND o.phone_verified_at IS NOT NULL)",
        member_id,
        verified_at,
    )


async def fill_places(kept_id: int, merged_id: int) -> None:
    """Home store and region, where the kept member has none."""
    columns = ", ".join(
        f"{name} = COALESCE({name}, (SELECT m.{name} FROM members m WHERE m.id = $2))"
        for name in ("home_store_id", "region_id")
    )
    await change(f"UPDATE members SET {columns} WHERE id = $1", kept_id, merged_id)


async def empty_places(kept_id: int, names: Sequence[str]) -> None:
    for name in names:
        assert name in ("home_store_id", "region_id"), name
        await change(f"UPDATE members SET {name} = NULL WHERE id = $1", kept_id)


async def move_rows(merge_id: int, merged_id: int, kept_id: int) -> dict[str, int]:
    """Make the kept member's what was the merged one's, and note each row; how many of each."""
    moved = {}
    for following in FOLLOWING:
        await change(
            "INSERT INTO merge_moves (merge_id, what, row_id)"
            f" SELECT CAST($1 AS BIGINT), '{following.what}', x.id FROM {following.table} x"
            f" WHERE x.{following.column} = $2 AND CAST($3 AS BIGINT) <> $2 {following.comes}"
            " ON CONFLICT (merge_id, what, row_id) DO NOTHING",
            merge_id,
            merged_id,
            kept_id,
        )
        moved[following.what] = await _hand(following, merge_id, kept_id, merged_id)
    return moved


async def move_rows_back(merge_id: int, merged_id: int, kept_id: int) -> dict[str, int]:
    """What came then and is the kept member's still; how many of each."""
    return {
        following.what: await _hand(following, merge_id, merged_id, kept_id, which=following.goes)
        for following in FOLLOWING
    }


async def _hand(
    following: Following, merge_id: int, taker_id: int, giver_id: int, *, which: str = ""
) -> int:
    found = (
        f"SELECT x.id FROM merge_moves moved JOIN {following.table} x ON x.id = moved.row_id"
        f" WHERE moved.merge_id = $1 AND moved.what = '{following.what}'"
        f" AND x.{following.column} = $3 {which}"
    )
    return await change(
        f"UPDATE {following.table} SET {following.column} = $2 WHERE id IN ({found})",
        merge_id,
        taker_id,
        giver_id,
    )


async def limited_purchases_of(merge_id: int, kept_id: int) -> list[Row]:
    """Purchases that came with a merge and earned within the limit of a day."""
    return await rows(
        "SELECT p.paid_at, p.points_standing, p.earning FROM merge_moves moved"
        " JOIN purchases p ON p.id = moved.row_id WHERE moved.merge_id = $1"
        " AND moved.what = 'purchases.member_id' AND p.member_id = $2 AND p.points_standing > 0"
        """ AND p.earning LIKE '%"day_allowance"%' AND p.earning NOT LIKE"""
        """ '%"day_allowance": null%'""",
        merge_id,
        kept_id,
    )

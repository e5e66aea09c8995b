"""What a group send says to each (群发变量): read for many members in a few statements."""

from collections.abc import Sequence
from datetime import date, datetime

from storage.bulk import among, as_list
from storage.instants import to_ms
from storage.sql import Row, rows

OF_MEMBER = "a.name = 'member' AND a.unit"


async def names_and_homes(member_ids: Sequence[int]) -> list[Row]:
    return await rows(
        f"SELECT id, name_sealed, home_store_id FROM members m WHERE {among('m.id', '$1')}",
        as_list(member_ids),
    )


async def points_of_many(member_ids: Sequence[int], today: date) -> list[Row]:
    """Free points by member; lots past their last day no longer count, booked out or not."""
    whose = among("a.member_id", "$1")
    return await rows(
        "SELECT member_id, CAST(SUM(amount) AS BIGINT) AS amount FROM ("
        "SELECT a.member_id, a.balance - a.held AS amount FROM ledger_accounts a"
        f" WHERE {whose} AND {OF_MEMBER} = 'points' UNION ALL"
        " SELECT a.member_id, -l.remaining FROM ledger_accounts a"
        f" JOIN lots l ON l.account_id = a.id WHERE {whose} AND {OF_MEMBER} = 'points'"
        " AND l.remaining > 0 AND l.expires_on < $2) AS parts GROUP BY member_id",
        as_list(member_ids),
        today.isoformat(),
    )


async def stored_of_many(member_ids: Sequence[int], *, today: date, now: datetime) -> list[Row]:
    """What is free to spend, in fen: without ended bonus, with what overdue holds keep."""
    whose, stored = among("a.member_id", "$1"), f"{OF_MEMBER} IN ('principal', 'bonus')"
    return await rows(
        "SELECT member_id, CAST(SUM(amount) AS BIGINT) AS amount FROM ("
        "SELECT a.member_id, a.balance - a.held AS amount FROM ledger_accounts a"
        f" WHERE {whose} AND {stored} UNION ALL"
        " SELECT a.member_id, l.held - l.remaining FROM ledger_accounts a"
        f" JOIN lots l ON l.account_id = a.id WHERE {whose} AND {OF_MEMBER} = 'bonus'"
        " AND l.remaining > l.held AND l.expires_on < $2 UNION ALL"
        " SELECT a.member_id, d.amount FROM ledger_accounts a JOIN lots l ON l.account_id = a.id"
        " JOIN hold_draws d ON d.lot_id = l.id JOIN wallet_holds h ON h.id = d.hold_id"
        f" WHERE {whose} AND {stored} AND h.state = 'open' AND h.expires_at <= $3"
        " AND (l.expires_on IS NULL OR l.expires_on >= $2)) AS parts GROUP BY member_id",
        as_list(member_ids),
        today.isoformat(),
        to_ms(now),
    )

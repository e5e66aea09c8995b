"""Points that end soon (将到期积分): whose they are, and who was told of them already."""

from collections.abc import Sequence
from datetime import date

from storage.bulk import among, as_list
from storage.sql import Row, rows

ENDING = (
    "FROM lots l JOIN ledger_accounts a ON a.id = l.account_id"
    " WHERE l.remaining > 0 AND a.unit = 'points'"
)


async def points_ending(
    first: date, last: date, *, until: date, after: int, members: int
) -> list[Row]:
    """What ends from the first of these days until `until`, of so many members, by number after
    `after`, some of whose points end by the last."""
    return await rows(
        f"SELECT a.member_id, l.expires_on, l.remaining, l.opened_at {ENDING}"
        " AND l.expires_on BETWEEN $1 AND $3 AND a.member_id IN"
        f" (SELECT DISTINCT a.member_id {ENDING} AND l.expires_on BETWEEN $1 AND $2"
        " AND a.member_id > $4 ORDER BY a.member_id LIMIT $5)"
        " ORDER BY a.member_id, l.expires_on, l.id",
        first.isoformat(),
        last.isoformat(),
        until.isoformat(),
        after,
        members,
    )


async def keys_in_use(keys: Sequence[str]) -> set[str]:
    """Those of these keys under which a message was put in."""
    found = await rows(f"SELECT key FROM outbox WHERE {among('key', '$1')}", as_list(keys))
    return {line["key"] for line in found}

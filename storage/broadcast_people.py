"""The audience of a group send (群发人群): written down once, put into the outbox by chunks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.bulk import copy_in
from storage.database import is_postgres
from storage.instants import to_ms
from storage.name_locks import number_of
from storage.outbox_claims import IN_LINE, LINE, ONE_BY_ONE
from storage.sql import Part, Row, Values, change, row, rows

COLUMNS = (
    *("key", "account", "openid", "class", "content", "state", "reason", "due_at", "created_at"),
    *("finished_at", "follower_id", "member_id", "broadcast_id", "topic", "lane", "channel"),
    *("wait_until", "useless_after"),
)


def best_account(values: Values, kinds: Mapping[str, str]) -> str:
    """Of member `m`: a followed service account first, then any that is followed, then any."""
    service = [name for name, kind in kinds.items() if kind == "service"] or [""]
    among = ", ".join(values(name) for name in service)
    return (
        "(SELECT f.id FROM followers f WHERE f.member_id = m.id ORDER BY"
        f" CASE WHEN f.follows AND f.account IN ({among}) THEN 0 WHEN f.follows THEN 1 ELSE 2 END,"
        " f.id LIMIT 1)"
    )


async def people_after(
    part: Part, kinds: Mapping[str, str], *, after: int, limit: int
) -> list[Row]:
    """Members of an audience as it is now, in order, each with the account to write to."""
    values = Values()
    account = best_account(values, kinds)
    return await rows(
        f"SELECT m.id AS member_id, {account} AS follower_id FROM members m"
        f" WHERE m.id > {values.number(after)} AND ({part(values)})"
        f" ORDER BY m.id LIMIT {values.number(limit)}",
        *values.all,
    )


async def may_write_down(broadcast_id: int) -> bool:
    """Whether it is for this transaction to do; False at once where another one is at it."""
    if is_postgres():
        name = number_of(f"broadcast:{broadcast_id}")
        found = await row("SELECT pg_try_advisory_xact_lock($1) AS mine", name)
        assert found is not None
        if not found["mine"]:
            return False
        # A million people take longer than any statement of a door may.
        await rows("SET LOCAL statement_timeout = '300s'")
    wanted = await row(
        "SELECT 1 AS one FROM broadcasts WHERE id = $1 AND people IS NULL AND state = 'running'",
        broadcast_id,
    )
    return wanted is not None


async def write_down(broadcast_id: int, part: Part, kinds: Mapping[str, str]) -> int:
    """The whole audience in one statement; how many."""
    values = Values()
    number, account = values.number(broadcast_id), best_account(values, kinds)
    return await change(
        "INSERT INTO broadcast_people (broadcast_id, member_id, follower_id)"
        f" SELECT {number}, m.id, {account} FROM members m WHERE {part(values)}"
        " ORDER BY m.id",
        *values.all,
    )


async def keep_count(broadcast_id: int, people: int) -> bool:
    """False when it was cancelled meanwhile, with nobody in its audience."""
    return bool(
        await change(
            "UPDATE broadcasts SET people = $1 WHERE id = $2 AND people IS NULL",
            people,
            broadcast_id,
        )
    )


async def chunk_after(broadcast_id: int, after: int, limit: int) -> list[Row]:
    """The next people in order. `member_id` is who they are by now: after a merge the kept one,
    unless that one stands in the list, too; NULL for who has left."""
    return await rows(
        "SELECT p.id, p.member_id AS was, p.follower_id, f.account, f.openid,"
        " CASE WHEN f.member_id = p.member_id OR NOT EXISTS (SELECT 1 FROM broadcast_people k"
        "  WHERE k.broadcast_id = p.broadcast_id AND k.member_id = f.member_id)"
        "  THEN f.member_id END AS member_id"
        " FROM broadcast_people p LEFT JOIN followers f ON f.id = p.follower_id"
        " WHERE p.broadcast_id = $1 AND p.id > $2 ORDER BY p.id LIMIT $3",
        broadcast_id,
        after,
        limit,
    )


async def queued_now(broadcast_id: int, now: datetime, *, enough: int) -> int:
    """How many could leave at once, were there more hands; nobody counts beyond twice `enough`."""
    mine = f"SELECT 1 FROM outbox WHERE {LINE} = $1 AND state = 'queued' AND wait_until <= $2"
    found = await row(
        f"SELECT (SELECT COUNT(*) FROM ({mine} AND {ONE_BY_ONE} ORDER BY {IN_LINE} LIMIT $3)"
        " AS alone)"
        f" + (SELECT COUNT(*) FROM ({mine} AND channel = 'mass' ORDER BY account, wait_until, id"
        " LIMIT $3) AS together) AS n",
        broadcast_id,
        to_ms(now),
        enough,
    )
    assert found is not None
    return int(found["n"])


async def move_cursor(broadcast_id: int, *, after: int, through: int) -> bool:
    """Whoever gets True puts these people into the outbox; two processes never both do."""
    return bool(
        await change(
            "UPDATE broadcasts SET queued_through = $1"
            " WHERE id = $2 AND queued_through = $3 AND state = 'running'",
            through,
            broadcast_id,
            after,
        )
    )


async def put_many(messages: Sequence[dict[str, Any]]) -> None:
    """Rows of the outbox, each with what it needs of COLUMNS."""
    lines = [[message.get(name) for name in COLUMNS] for message in messages]
    await copy_in("outbox", COLUMNS, lines)


async def end_queued(broadcast_id: int, *, limit: int, now: datetime) -> int:
    """What was cancelled does not leave; how many rows, at most `limit`."""
    return await change(
        "UPDATE outbox SET state = 'suppressed', reason = 'cancelled', finished_at = $1"
        " WHERE id IN (SELECT id FROM outbox WHERE broadcast_id = $2 AND state = 'queued'"
        " LIMIT $3) AND state = 'queued'",
        to_ms(now),
        broadcast_id,
        limit,
    )


async def finish_if_done(broadcast_id: int, now: datetime) -> Row | None:
    """The broadcast, when it was this call that ended it."""
    return await row(
        "UPDATE broadcasts SET state = 'finished', ended_at = $1 WHERE id = $2"
        " AND state = 'running' AND people IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM broadcast_people p WHERE p.broadcast_id = broadcasts.id"
        "  AND p.id > broadcasts.queued_through)"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.broadcast_id = broadcasts.id"
        "  AND o.state IN ('queued', 'sending')) RETURNING *",
        to_ms(now),
        broadcast_id,
    )

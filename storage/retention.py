"""Rows past their time (到期数据): counted, and erased in batches that disturb nobody."""

from dataclasses import dataclass
from datetime import datetime

from storage.closing import MESSAGE_BLANKED, NOTHING_SAID, PICTURE_ERASED
from storage.instants import to_ms
from storage.sql import change, row

FINISHED = "state IN ('sent', 'failed', 'suppressed', 'unknown')"
TICKET_ENDED = (
    "(SELECT t.closed_at FROM tickets t WHERE t.id = ticket_messages.ticket_id"
    " AND t.state = 'closed')"
)
PICTURE_ENDED = TICKET_ENDED.replace("ticket_messages", "ticket_pictures")

# Once nothing of it is on the way, what came of it stands beside it.
BROADCAST_ENDED = (
    "(SELECT b.ended_at FROM broadcasts b WHERE b.id = {}.broadcast_id AND b.figures IS NOT NULL"
    " AND b.state IN ('finished', 'cancelled'))"
)


@dataclass(frozen=True, slots=True)
class Rows:
    """`since` is the instant the time counts from; `sets` blanks a row that has to stay.

    Without either it is only counted.
    """

    table: str
    since: str
    where: str = "1 = 1"
    sets: str = ""
    key: str = "id"
    counted_only: bool = False


# By the names of loyalty.retention; those left out are not kept by time.
BY_TIME: dict[str, tuple[Rows, ...]] = {
    "dialogues": (Rows("dialogues", "changed_at", key="follower_id"),),
    "messages": (
        # Of a group send the figures stay; its rows are many, and go with its audience.
        Rows("broadcast_people", BROADCAST_ENDED.format("broadcast_people")),
        Rows(
            "outbox",
            BROADCAST_ENDED.format("outbox"),
            f"broadcast_id IS NOT NULL AND campaign IS NULL AND {FINISHED}",
        ),
        Rows(
            "outbox",
            "created_at",
            f"{FINISHED} AND content <> '{NOTHING_SAID}'",
            sets=MESSAGE_BLANKED,
        ),
    ),
    "replies": (
        Rows("message_replies", "written_at", "text_sealed IS NOT NULL", sets="text_sealed = NULL"),
    ),
    "waiting_lines": (Rows("waiting_lines", "COALESCE(told_at, created_at)"),),
    "contacts": (Rows("contacts", "at"),),
    "quotes": (Rows("quotes", "created_at", "purchase_id IS NULL"),),
    # What came from the platform has to be known for ever: it may be withdrawn there.
    "phone_codes": (
        Rows("phone_codes", "created_at", "NOT (purpose = 'platform' AND state = 'used')"),
    ),
    "logins": (Rows("mini_sessions", "expires_at"),),
    "downloads": (
        Rows(
            "download_files",
            "(SELECT d.expires_at FROM downloads d WHERE d.id = download_files.download_id)",
        ),
        Rows("downloads", "expires_at"),
    ),
    "confirmations": (
        Rows(
            "confirmations",
            "created_at",
            "summary <> ''",
            sets="summary = '', told = NULL, content = '{}'",
        ),
    ),
    "tickets": (
        Rows(
            "ticket_messages",
            TICKET_ENDED,
            "text_sealed IS NOT NULL",
            sets="text_sealed = NULL",
        ),
        Rows(
            "ticket_pictures",
            PICTURE_ENDED,
            "state <> 'erased'",
            sets=PICTURE_ERASED,
        ),
    ),
    "views": (Rows("product_views", "viewed_at"),),
    "job_runs": (Rows("job_runs", "planned_at", "state <> 'running'"),),
    "inactive": (
        Rows(
            "members",
            "joined_at",
            "state = 'active' AND NOT EXISTS (SELECT 1 FROM purchases p"
            " WHERE p.member_id = members.id AND p.paid_at >= $1)"
            " AND NOT EXISTS (SELECT 1 FROM claims c"
            " WHERE c.member_id = members.id AND c.claimed_at >= $1)",
            counted_only=True,
        ),
    ),
}


async def past_due(part: Rows, before: datetime) -> tuple[int, int | None]:
    """How many rows are past their time, and since when the oldest has been kept, in ms."""
    found = await row(
        f"SELECT COUNT(*) AS due, MIN({part.since}) AS oldest FROM {part.table}"
        f" WHERE {part.since} < $1 AND {part.where}",
        to_ms(before),
    )
    assert found is not None
    return int(found["due"]), found["oldest"]


async def erase_some(part: Rows, before: datetime, limit: int) -> int:
    """The next batch; how many rows it was. What is only counted is never erased."""
    if part.counted_only:
        return 0
    doing = f"UPDATE {part.table} SET {part.sets}" if part.sets else f"DELETE FROM {part.table}"
    return await change(
        f"{doing} WHERE {part.key} IN (SELECT {part.key} FROM {part.table}"
        f" WHERE {part.since} < $1 AND {part.where} LIMIT {limit})",
        to_ms(before),
    )

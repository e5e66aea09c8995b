"""Rows of announcements (改进告知): whom an improvement is for, and what came of each message."""

from collections.abc import Sequence
from datetime import datetime

from storage.sql import Row, Values, change, insert, places, rows
from storage.ticket_sight import SAME_PERSON, Sight


async def tickets_linked(
    sight: Sight, *, numbers: Sequence[int] = (), topic: str = "", limit: int
) -> list[Row]:
    """The newest first, each with whom it is of; those who left are told nothing more."""
    values = Values()
    seen = sight.condition(values)
    which = (
        f"t.id IN ({', '.join(map(values, numbers))})" if numbers else f"t.topic = {values(topic)}"
    )
    return await rows(
        "SELECT t.id, t.store_id, t.member_id AS named, COALESCE(f.member_id, t.member_id)"
        " AS member_id, f.id AS follower_id, f.account, f.openid, f.follows"
        " FROM tickets t JOIN followers f ON f.id = t.follower_id"
        f" WHERE {which} AND NOT t.asker_left AND {seen} ORDER BY t.id DESC"
        f" LIMIT {values.number(limit)}",
        *values.all,
    )


async def subjects_of(ticket_ids: Sequence[int]) -> list[int]:
    """By which accounts those are staff now whom any of these tickets is about."""
    found = await rows(
        "SELECT DISTINCT me.id FROM staff s JOIN followers me ON me.id = s.follower_id"
        f" JOIN ticket_subjects ts ON ts.ticket_id IN ({places(len(ticket_ids))})"
        " JOIN staff a ON a.id = ts.staff_id"
        f" JOIN followers x ON x.id = a.follower_id AND {SAME_PERSON} WHERE s.state = 'active'",
        *ticket_ids,
    )
    return [line["id"] for line in found]


async def add_announcement(*, key: str, staff_id: int, text: str, now: datetime) -> int:
    values = {"key": key, "staff_id": staff_id, "text": text, "created_at": now}
    number = await insert("announcements", values)
    assert number is not None, key
    return number


async def link_ticket(announcement_id: int, ticket_id: int, *, message_key: str) -> None:
    await change(
        "INSERT INTO announcement_tickets (announcement_id, ticket_id, message_key)"
        " VALUES ($1, $2, $3) ON CONFLICT (announcement_id, ticket_id) DO NOTHING",
        announcement_id,
        ticket_id,
        message_key,
    )


async def newest_announcements(staff_id: int | None, *, limit: int) -> list[Row]:
    """By one of the staff, or by anybody."""
    values = Values()
    by = "1 = 1" if staff_id is None else f"staff_id = {values(staff_id)}"
    return await rows(
        f"SELECT id, text, created_at FROM announcements WHERE {by} ORDER BY id DESC"
        f" LIMIT {values.number(limit)}",
        *values.all,
    )


async def message_states(announcement_ids: Sequence[int]) -> list[Row]:
    """How many people each message state stands for, told or not at a later contact.

    Whoever is not known by name counts once a ticket, so that no figure tells whose two are one's.
    """
    if not announcement_ids:
        return []
    return await rows(
        "SELECT a.announcement_id, o.state, CASE WHEN w.id IS NULL THEN 'no'"
        " WHEN w.told_at IS NULL THEN 'waits' ELSE 'told' END AS later,"
        " COUNT(DISTINCT COALESCE(t.member_id, -t.id)) AS n"
        " FROM announcement_tickets a JOIN tickets t ON t.id = a.ticket_id"
        " JOIN outbox o ON o.key = a.message_key LEFT JOIN waiting_lines w ON w.key = a.message_key"
        f" WHERE a.announcement_id IN ({places(len(announcement_ids))}) GROUP BY 1, 2, 3",
        *announcement_ids,
    )

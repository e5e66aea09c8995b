"""Rows of what came of it (成效): replies to what was sent, and purchases after it."""

from datetime import datetime, timedelta
from typing import Any

from loyalty.lift import Group
from storage.instants import to_ms
from storage.sql import Row, change, insert, row, rows

# Everybody with the moment that counts and the group they are in; values from $1 on.
TREATED = """
SELECT member_id, done_at AS since, what AS kind FROM campaign_effects
WHERE campaign = $1 AND what IN ('treated', 'held_out')
"""
REACHED = """
SELECT member_id, left_at AS since, 'treated' AS kind FROM outbox
WHERE broadcast_id = $1 AND state IN ('sent', 'unknown') AND left_at IS NOT NULL
"""
BOUGHT = """
FROM purchases p WHERE p.member_id = g.member_id AND p.paid_fen > p.refunded_fen
AND p.paid_at >= g.since AND p.paid_at < g.since + $2
"""
TAPPED = """
FROM campaign_effects e JOIN campaign_answers a ON a.effect_id = e.id WHERE e.campaign = $1
"""


async def newest_message_to(member_id: int, since: datetime) -> Row | None:
    """What of care or promotion was sent to this member last, not before `since`."""
    return await row(
        "SELECT broadcast_id, campaign FROM outbox WHERE member_id = $1 AND left_at >= $2"
        " AND lane = 2 AND state IN ('sent', 'unknown')"
        " AND (broadcast_id IS NOT NULL OR campaign IS NOT NULL)"
        " ORDER BY left_at DESC, id DESC LIMIT 1",
        member_id,
        to_ms(since),
    )


async def add_reply(**values: Any) -> bool:
    """False when this very message is there."""
    conflict = "ON CONFLICT (key) DO NOTHING"
    return await insert("message_replies", values, conflict=conflict) is not None


async def reply_by_key(key: str) -> Row | None:
    return await row(
        "SELECT broadcast_id, campaign, is_unhappy, ticket_id FROM message_replies WHERE key = $1",
        key,
    )


async def link_reply(key: str, ticket_id: int) -> None:
    await change("UPDATE message_replies SET ticket_id = $1 WHERE key = $2", ticket_id, key)


async def count_replies(column: str, which: int | str) -> tuple[int, int]:
    """How many people wrote back or tapped an answer, and how many of them were unhappy."""
    said = f"SELECT member_id, is_unhappy FROM message_replies WHERE {column} = $1"
    if column == "campaign":
        said += f" UNION ALL SELECT a.member_id, a.is_bad {TAPPED}"
    found = await row(
        "SELECT COUNT(DISTINCT member_id) AS people,"
        " COUNT(DISTINCT CASE WHEN is_unhappy THEN member_id END) AS unhappy"
        f" FROM ({said}) AS said",
        which,
    )
    assert found is not None
    return int(found["people"]), int(found["unhappy"])


async def count_answers(campaign: str) -> dict[str, int]:
    """How often each answer to a campaign's question was tapped."""
    found = await rows(f"SELECT a.answer, COUNT(*) AS n {TAPPED} GROUP BY a.answer", campaign)
    return {line["answer"]: int(line["n"]) for line in found}


async def newest_replies(column: str, which: int | str, *, limit: int) -> list[Row]:
    return await rows(
        "SELECT key, text_sealed, is_unhappy, ticket_id, written_at FROM message_replies"
        f" WHERE {column} = $1 AND text_sealed IS NOT NULL ORDER BY id DESC LIMIT $2",
        which,
        limit,
    )


async def count_messages(campaign: str) -> list[Row]:
    """How the messages of a campaign ended, in one look, so that they add up."""
    return await rows(
        "SELECT state AS what, reason, COUNT(*) AS n FROM outbox WHERE campaign = $1"
        " GROUP BY state, reason",
        campaign,
    )


async def groups_of(
    people: str, which: int | str, *, length: timedelta, now: datetime
) -> dict[str, Group]:
    """By group those whose days are over. `people` is TREATED or REACHED."""
    length_ms = length // timedelta(milliseconds=1)
    found = await rows(
        "SELECT kind, COUNT(*) AS people, COUNT(CASE WHEN spent > 0 THEN 1 END) AS buyers,"
        " CAST(COALESCE(SUM(spent), 0) AS BIGINT) AS spent_fen FROM"
        " (SELECT g.kind, (SELECT COALESCE(SUM(p.paid_fen - p.refunded_fen), 0)"
        f" {BOUGHT}) AS spent FROM ({people}) AS g WHERE g.since + $2 <= $3) AS counted"
        " GROUP BY kind",
        which,
        length_ms,
        to_ms(now),
    )
    return {
        line["kind"]: Group(line["people"], line["buyers"], line["spent_fen"]) for line in found
    }

"""Rows of topics (话题): what tickets are about, in a few words, and how often in which store."""

from datetime import datetime

from storage.instants import to_ms
from storage.sql import Row, Values, change, rows
from storage.ticket_sight import Sight


async def set_topic_of(ticket_id: int, topic: str | None) -> None:
    await change("UPDATE tickets SET topic = $1 WHERE id = $2", topic, ticket_id)


async def topic_counts(sight: Sight, since: datetime, *, limit: int) -> list[Row]:
    """The most frequent pairs of topic and store, as far as somebody sees their tickets."""
    values = Values()
    seen = sight.condition(values)
    return await rows(
        "SELECT t.topic, t.store_id, COUNT(*) AS n, MAX(t.id) AS newest FROM tickets t"
        f" WHERE t.topic IS NOT NULL AND t.created_at >= {values(to_ms(since))} AND {seen}"
        " GROUP BY t.topic, t.store_id ORDER BY COUNT(*) DESC, MAX(t.id) DESC"
        f" LIMIT {values.number(limit)}",
        *values.all,
    )

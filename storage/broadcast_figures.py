"""Figures of group sends (群发统计): one look at all rows of one, so that they add up."""

from storage.sql import Row, change, row, rows

# One statement sees one moment: people move on between two.
COUNTED = """
SELECT o.state AS what, o.reason, COUNT(*) AS n FROM outbox o
 WHERE o.broadcast_id = $1 GROUP BY o.state, o.reason
UNION ALL
SELECT 'behind', NULL, COUNT(*) FROM broadcast_people p JOIN broadcasts b ON b.id = p.broadcast_id
 WHERE p.broadcast_id = $1 AND p.follower_id IS NOT NULL AND p.id > b.queued_through
UNION ALL
SELECT 'no_account', NULL, COUNT(*) FROM broadcast_people p
 WHERE p.broadcast_id = $1 AND p.follower_id IS NULL
UNION ALL
SELECT 'state', b.state, COALESCE(b.people, 0) FROM broadcasts b WHERE b.id = $1
"""


async def count_rows(broadcast_id: int) -> list[Row]:
    """By `what` and reason; the audience stands beside the state."""
    return await rows(COUNTED, broadcast_id)


async def keep_figures(broadcast_id: int, figures: str) -> None:
    await change("UPDATE broadcasts SET figures = $1 WHERE id = $2", figures, broadcast_id)


async def people_are_kept(broadcast_id: int) -> bool:
    """False where what was counted is past its time: the figures at the end are what is left."""
    found = await row(
        "SELECT 1 AS one FROM broadcast_people WHERE broadcast_id = $1 LIMIT 1", broadcast_id
    )
    return found is not None


async def batches_of(broadcast_id: int) -> list[Row]:
    """What the platform itself has counted of the calls for many."""
    return await rows(
        "SELECT id, state, people, counts FROM mass_batches WHERE broadcast_id = $1 ORDER BY id",
        broadcast_id,
    )

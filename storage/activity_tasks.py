"""Rows of what is due for an activity (活动任务), and figures of what came of one."""

from datetime import datetime, timedelta

from storage.database import is_postgres
from storage.instants import from_ms, to_ms
from storage.sql import Part, Row, Values, change, row, rows

FIGURES = """
SELECT COUNT(*) AS came, COUNT(s.score) AS scores, SUM(s.score) AS score_sum,
  COUNT(s.comes_again) AS answers, SUM(CASE WHEN s.comes_again THEN 1 ELSE 0 END) AS again
FROM activity_signups s WHERE s.activity_id = $1 AND s.state = 'attended'
"""
BOUGHT_AFTER = """
SELECT COUNT(DISTINCT p.member_id) AS people, COUNT(*) AS purchases,
  COALESCE(SUM(p.paid_fen - p.refunded_fen), 0) AS paid_fen
FROM activity_signups s JOIN purchases p ON p.member_id = s.member_id
WHERE s.activity_id = $1 AND s.state = 'attended' AND p.paid_at >= $2 AND p.paid_at < $3
"""


async def put_task(activity_id: int, what: str, *, turn: int, due_at: datetime) -> None:
    """One a turn; what an earlier turn has left undone is done by this one."""
    await change(
        "UPDATE activity_tasks SET done_at = due_at"
        " WHERE activity_id = $1 AND what = $2 AND turn < $3 AND done_at IS NULL",
        activity_id,
        what,
        turn,
    )
    await change(
        "INSERT INTO activity_tasks (activity_id, what, turn, due_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (activity_id, what, turn) DO UPDATE SET due_at = excluded.due_at"
        " WHERE activity_tasks.done_at IS NULL",
        activity_id,
        what,
        turn,
        to_ms(due_at),
    )


async def drop_tasks(activity_id: int, now: datetime) -> None:
    """Nothing of it is to be done any more."""
    await change(
        "UPDATE activity_tasks SET done_at = $2 WHERE activity_id = $1 AND done_at IS NULL",
        activity_id,
        to_ms(now),
    )


async def due_tasks(now: datetime) -> list[Row]:
    return await rows(
        "SELECT id, activity_id, what, turn, after_id FROM activity_tasks"
        " WHERE done_at IS NULL AND due_at <= $1 ORDER BY due_at, id",
        to_ms(now),
    )


async def lock_task(task_id: int) -> Row | None:
    """How far it has come; None when it is done."""
    lock = "FOR UPDATE" if is_postgres() else ""
    return await row(
        "SELECT id, activity_id, what, turn, due_at, after_id FROM activity_tasks"
        f" WHERE id = $1 AND done_at IS NULL {lock}",
        task_id,
    )


async def keep_place(task_id: int, after_id: int) -> None:
    await change("UPDATE activity_tasks SET after_id = $2 WHERE id = $1", task_id, after_id)


async def end_task(task_id: int, now: datetime) -> None:
    await change(
        "UPDATE activity_tasks SET done_at = $2 WHERE id = $1 AND done_at IS NULL",
        task_id,
        to_ms(now),
    )


async def earliest_task() -> datetime | None:
    found = await row("SELECT MIN(due_at) AS at FROM activity_tasks WHERE done_at IS NULL")
    return None if found is None or found["at"] is None else from_ms(found["at"])


async def invited(activity_id: int, audience: Part, *, after: int, limit: int) -> list[int]:
    """The next of the audience who have not signed up by themselves, by number."""
    values = Values()
    mine, behind = values.number(activity_id), values.number(after)
    found = await rows(
        f"SELECT m.id FROM members m WHERE {audience(values)} AND m.id > {behind}"
        " AND NOT EXISTS (SELECT 1 FROM activity_signups s"
        f" WHERE s.activity_id = {mine} AND s.member_id = m.id)"
        f" ORDER BY m.id LIMIT {values.number(limit)}",
        *values.all,
    )
    return [line["id"] for line in found]


async def figures_of(activity_id: int) -> Row:
    found = await row(FIGURES, activity_id)
    assert found is not None
    return found


async def bought_after(activity_id: int, starts_at: datetime, days: int) -> Row:
    """What those who came bought within so many days."""
    until = starts_at + timedelta(days=days)
    found = await row(BOUGHT_AFTER, activity_id, to_ms(starts_at), to_ms(until))
    assert found is not None
    return found

"""The pause of sending (暂停发送): one mark of the whole installation, and what waits behind it."""

from datetime import datetime

from storage.instants import from_ms, to_ms
from storage.sql import change, row


async def sending_pause() -> tuple[datetime, str] | None:
    """Since when nothing is sent and why, or None."""
    found = await row(
        "SELECT sending_paused_at, sending_paused_why FROM installation WHERE id = 1"
        " AND sending_paused_at IS NOT NULL"
    )
    if found is None:
        return None
    return from_ms(found["sending_paused_at"]), found["sending_paused_why"] or ""


async def pause_sending(why: str, now: datetime) -> bool:
    """False when it is paused already: the first reason stays."""
    return bool(
        await change(
            "UPDATE installation SET sending_paused_at = $1, sending_paused_why = $2"
            " WHERE id = 1 AND sending_paused_at IS NULL",
            to_ms(now),
            why,
        )
    )


def pausing_statement(why: str, now: datetime) -> str:
    """The same for a connection that is not ours; `why` is a word of the program."""
    assert why.isalpha(), why
    return f"UPDATE installation SET sending_paused_at = {to_ms(now)}, sending_paused_why = '{why}'"


async def resume_sending() -> bool:
    return bool(
        await change(
            "UPDATE installation SET sending_paused_at = NULL, sending_paused_why = NULL"
            " WHERE id = 1 AND sending_paused_at IS NOT NULL"
        )
    )


async def messages_waiting() -> int:
    found = await row("SELECT COUNT(*) AS number FROM outbox WHERE state = 'queued'")
    assert found is not None
    return int(found["number"])


async def drop_waiting(*, reason: str, now: datetime) -> int:
    """What waits is not sent any more; how many messages."""
    return await change(
        "UPDATE outbox SET state = 'suppressed', reason = $1, finished_at = $2"
        " WHERE state = 'queued'",
        reason,
        to_ms(now),
    )

"""Rows of campaign runs (营销进度): how far a campaign by the calendar has come."""

from datetime import datetime

from storage.instants import from_ms, to_ms
from storage.sql import Row, change, row


async def begin_run(campaign: str, planned_at: datetime) -> Row:
    """A new one, or where the one before left off."""
    await change(
        "INSERT INTO campaign_runs (campaign, planned_at) VALUES ($1, $2)"
        " ON CONFLICT (campaign, planned_at) DO NOTHING",
        campaign,
        to_ms(planned_at),
    )
    found = await row(
        "SELECT id, after_id, tries, done_at FROM campaign_runs"
        " WHERE campaign = $1 AND planned_at = $2",
        campaign,
        to_ms(planned_at),
    )
    assert found is not None, campaign
    return found


async def keep_place(run_id: int, after_id: int, *, tries: int | None = None) -> None:
    await change(
        "UPDATE campaign_runs SET after_id = $2, tries = COALESCE($3, tries) WHERE id = $1",
        run_id,
        after_id,
        tries,
    )


async def end_run(run_id: int, now: datetime) -> None:
    await change(
        "UPDATE campaign_runs SET done_at = $2 WHERE id = $1 AND done_at IS NULL",
        run_id,
        to_ms(now),
    )


async def last_planned_before(campaign: str, planned_at: datetime) -> datetime | None:
    """The newest planned time before this one that was gone through."""
    found = await row(
        "SELECT MAX(planned_at) AS planned_at FROM campaign_runs"
        " WHERE campaign = $1 AND planned_at < $2 AND done_at IS NOT NULL",
        campaign,
        to_ms(planned_at),
    )
    return from_ms(found["planned_at"]) if found and found["planned_at"] is not None else None

"""Rows of campaigns (营销活动): whom each treated in which period, and what staff have said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.instants import from_ms, to_ms
from storage.sql import Row, change, insert, places, row, rows

OPEN_COMPLAINT = (
    "EXISTS (SELECT 1 FROM tickets t WHERE t.member_id = m.id AND t.kind = 'complaint'"
    " AND t.state NOT IN ('resolved', 'closed'))"
)
# Everything that decides about one member and one campaign; one read.
STANDING = f"""
SELECT m.id, m.state, m.home_store_id, m.region_id, s.stopped_at, s.approved, s.extra_fen,
       {OPEN_COMPLAINT} AS complains,
       (SELECT COUNT(*) FROM campaign_effects e
        WHERE e.campaign = $2 AND e.member_id = m.id) AS earlier,
       (SELECT MAX(e.done_at) FROM campaign_effects e
        WHERE e.campaign = $2 AND e.member_id = m.id
          AND e.what IN ('treated', 'held_out', 'waiting')) AS last_at,
       (SELECT MAX(p.paid_at) FROM purchases p
        WHERE p.member_id = m.id AND p.refunded_fen < p.paid_fen) AS bought_at
FROM members m LEFT JOIN campaign_states s ON s.campaign = $2 WHERE m.id = $1
"""


async def standing_of(member_id: int, campaign: str) -> Row | None:
    return await row(STANDING, member_id, campaign)


async def add_effect(**values: Any) -> int | None:
    """None when the member has had this campaign in this period."""
    return await insert(
        "campaign_effects",
        values,
        conflict="ON CONFLICT (campaign, member_id, period) DO NOTHING",
    )


async def effect_of(campaign: str, member_id: int, period: str) -> Row | None:
    return await row(
        "SELECT id, what FROM campaign_effects"
        " WHERE campaign = $1 AND member_id = $2 AND period = $3",
        campaign,
        member_id,
        period,
    )


async def effect_by_id(effect_id: int) -> Row | None:
    return await row(
        "SELECT id, campaign, member_id, period, what FROM campaign_effects WHERE id = $1",
        effect_id,
    )


async def settle_effect(effect_id: int, *, was: str, what: str, cost_fen: int) -> bool:
    """False when somebody else has settled it."""
    return bool(
        await change(
            "UPDATE campaign_effects SET what = $3, cost_fen = $4 WHERE id = $1 AND what = $2",
            effect_id,
            was,
            what,
            cost_fen,
        )
    )


async def waiting_effects(campaign: str, *, after: int, limit: int) -> list[Row]:
    return await rows(
        "SELECT id, campaign, member_id, period FROM campaign_effects"
        " WHERE campaign = $1 AND what = 'waiting' AND id > $2 ORDER BY id LIMIT $3",
        campaign,
        after,
        limit,
    )


async def first_waiting() -> datetime | None:
    found = await row("SELECT MIN(done_at) AS since FROM campaign_effects WHERE what = 'waiting'")
    return from_ms(found["since"]) if found and found["since"] is not None else None


async def counts_of(campaigns: Sequence[str]) -> list[Row]:
    """How many came to what, and what it has cost, by campaign."""
    if not campaigns:
        return []
    return await rows(
        "SELECT campaign, what, COUNT(*) AS people, SUM(cost_fen) AS cost_fen"
        f" FROM campaign_effects WHERE campaign IN ({places(len(campaigns))})"
        " GROUP BY campaign, what",
        *campaigns,
    )


async def states_of(campaigns: Sequence[str]) -> dict[str, Row]:
    if not campaigns:
        return {}
    found = await rows(
        "SELECT campaign, extra_fen, stopped_at, approved, asked_at_fen FROM campaign_states"
        f" WHERE campaign IN ({places(len(campaigns))})",
        *campaigns,
    )
    return {line["campaign"]: line for line in found}


async def stop_campaign(campaign: str, now: datetime) -> bool:
    """False when it was stopped before."""
    await _ensure(campaign)
    return bool(
        await change(
            "UPDATE campaign_states SET stopped_at = $2 WHERE campaign = $1 AND stopped_at IS NULL",
            campaign,
            to_ms(now),
        )
    )


async def suppress_queued(campaign: str, now: datetime) -> int:
    """What a campaign has waiting to be sent does not leave any more, nor is it said at the next
    contact; how many messages."""
    await change(
        "DELETE FROM waiting_lines WHERE told_at IS NULL AND key IN"
        " (SELECT o.key FROM outbox o WHERE o.campaign = $1 AND o.otherwise IS NOT NULL)",
        campaign,
    )
    return await change(
        "UPDATE outbox SET state = 'suppressed', reason = 'stopped', finished_at = $2"
        " WHERE campaign = $1 AND state = 'queued'",
        campaign,
        to_ms(now),
    )


async def open_campaign(campaign: str, *, approved: str | None) -> None:
    """Go on, by the terms that were said yes to where they need a yes."""
    await _ensure(campaign)
    await change(
        "UPDATE campaign_states SET stopped_at = NULL, approved = COALESCE($2, approved)"
        " WHERE campaign = $1",
        campaign,
        approved,
    )


async def raise_budget(campaign: str, fen: int) -> None:
    await _ensure(campaign)
    await change(
        "UPDATE campaign_states SET extra_fen = extra_fen + $2 WHERE campaign = $1", campaign, fen
    )


async def note_asked(campaign: str, budget_fen: int) -> bool:
    """False when staff were asked at this budget before."""
    await _ensure(campaign)
    return bool(
        await change(
            "UPDATE campaign_states SET asked_at_fen = $2"
            " WHERE campaign = $1 AND (asked_at_fen IS NULL OR asked_at_fen <> $2)",
            campaign,
            budget_fen,
        )
    )


async def is_returned(purchase_id: int) -> bool:
    """Whether everything of this purchase came back."""
    found = await row("SELECT paid_fen, refunded_fen FROM purchases WHERE id = $1", purchase_id)
    return found is not None and 0 < found["paid_fen"] <= found["refunded_fen"]


async def _ensure(campaign: str) -> None:
    await change(
        "INSERT INTO campaign_states (campaign) VALUES ($1) ON CONFLICT (campaign) DO NOTHING",
        campaign,
    )

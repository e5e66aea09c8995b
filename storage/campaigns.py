"""Rows of campaigns (营销活动): whom each treated in which period, and what staff have said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.gate import COMPLAINS
from storage.instants import from_ms, to_ms
from storage.sql import Row, change, insert, places, row, rows

# The question of the send gate: of the person, so that a complaint without a name counts as well.
OPEN_COMPLAINT = (
    "EXISTS (SELECT 1 FROM tickets WHERE follower_id IN"
    f" (SELECT f.id FROM followers f WHERE f.member_id = m.id) AND {COMPLAINS})"
)
TOOK_PLACE = "e.what IN ('treated', 'held_out', 'waiting')"
# Everything that decides about one member and one campaign; one read. Of a person also what an
# earlier membership had.
STANDING = f"""
SELECT m.id, m.state, m.home_store_id, m.region_id, s.stopped_at, s.approved, s.extra_fen,
       {OPEN_COMPLAINT} AS complains,
       (SELECT COUNT(*) FROM campaign_effects e
        WHERE e.campaign = $2 AND e.member_id = m.id)
       + (SELECT COUNT(*) FROM campaign_effects e
          WHERE e.campaign = $2 AND e.person_id = $3 AND e.member_id <> m.id) AS earlier,
       (SELECT MAX(e.done_at) FROM campaign_effects e
        WHERE e.campaign = $2 AND e.member_id = m.id AND {TOOK_PLACE}) AS last_at,
       (SELECT MAX(e.done_at) FROM campaign_effects e
        WHERE e.campaign = $2 AND e.person_id = $3 AND {TOOK_PLACE}) AS last_of_person_at,
       (SELECT MAX(p.paid_at) FROM purchases p
        WHERE p.member_id = m.id AND p.refunded_fen < p.paid_fen) AS bought_at
FROM members m LEFT JOIN campaign_states s ON s.campaign = $2 WHERE m.id = $1
"""


async def standing_of(member_id: int, campaign: str, *, person_id: int | None = None) -> Row | None:
    return await row(STANDING, member_id, campaign, person_id)


async def add_effect(**values: Any) -> int | None:
    """None when the member, or the person as another member, has had this campaign in this
    period."""
    return await insert("campaign_effects", values, conflict="ON CONFLICT DO NOTHING")


async def effect_of(campaign: str, member_id: int, period: str) -> Row | None:
    return await row(
        "SELECT id, what, version FROM campaign_effects"
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


async def hold_waiting(effect_id: int) -> bool:
    """Until the transaction ends; False when somebody else was faster."""
    return bool(
        await change(
            "UPDATE campaign_effects SET what = what WHERE id = $1 AND what = 'waiting'", effect_id
        )
    )


async def settle_effect(effect_id: int, *, was: str, what: str, cost_fen: int) -> None:
    settled = await change(
        "UPDATE campaign_effects SET what = $3, cost_fen = $4 WHERE id = $1 AND what = $2",
        effect_id,
        was,
        what,
        cost_fen,
    )
    assert settled == 1, "the effect is held"


async def end_effects_of(purchase_id: int, now: datetime) -> list[Row]:
    """What this purchase set off is taken back, each once: numbers and campaigns."""
    found = await rows(
        "UPDATE campaign_effects SET taken_back_at = $2 WHERE purchase_id = $1"
        " AND what = 'treated' AND taken_back_at IS NULL RETURNING id, campaign",
        purchase_id,
        to_ms(now),
    )
    return sorted(found, key=lambda line: int(line["id"]))


async def waiting_effects(campaign: str, *, after: int, limit: int) -> list[Row]:
    return await rows(
        "SELECT id, member_id, done_at, purchase_id FROM campaign_effects"
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


async def void_if_taken_back(coupon: Row) -> bool:
    """End a coupon whose effect was taken back with its purchase while it was in use, unless a
    friend has it by now; ask with the coupon locked."""
    kind, *numbers = coupon["key"].split(":")
    if kind != "effect":
        return False
    return bool(
        await change(
            "UPDATE coupons SET state = 'void', uses_left = 0 WHERE id = $1 AND state = 'issued'"
            " AND member_id = (SELECT member_id FROM campaign_effects"
            " WHERE id = $2 AND taken_back_at IS NOT NULL)",
            coupon["id"],
            int(numbers[0]),
        )
    )


async def people_without_channel(campaigns: Sequence[str]) -> dict[str, int]:
    """How many could not be told something when it was due, by campaign."""
    if not campaigns:
        return {}
    found = await rows(
        "SELECT campaign, COUNT(DISTINCT member_id) AS people FROM outbox"
        f" WHERE campaign IN ({places(len(campaigns))}) AND state = 'suppressed'"
        " AND reason = 'no_channel' GROUP BY campaign",
        *campaigns,
    )
    return {line["campaign"]: int(line["people"]) for line in found}


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


async def suppress_said(keys: Sequence[str], now: datetime) -> None:
    """What was queued under these keys is not said any more, nor at the next contact."""
    among_keys = f"key IN ({places(len(keys), first=2)})"
    await change(
        f"DELETE FROM waiting_lines WHERE told_at IS NULL AND key IN ({places(len(keys))})", *keys
    )
    await change(
        "UPDATE outbox SET state = 'suppressed', reason = 'stopped', finished_at = $1"
        f" WHERE {among_keys} AND state = 'queued'",
        to_ms(now),
        *keys,
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


async def _ensure(campaign: str) -> None:
    await change(
        "INSERT INTO campaign_states (campaign) VALUES ($1) ON CONFLICT (campaign) DO NOTHING",
        campaign,
    )

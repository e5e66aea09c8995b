"""Tags of mass sends (群发标签): subscription accounts send to a tag, which each call gets anew."""

from datetime import datetime

from storage.instants import to_ms
from storage.sql import change, rows


async def is_tagging(account: str, now: datetime) -> bool:
    """A living worker has a call of this account in hand."""
    return bool(
        await rows(
            "SELECT 1 AS one FROM mass_batches WHERE account = $1 AND state = 'sending'"
            " AND lease_until >= $2 LIMIT 1",
            account,
            to_ms(now),
        )
    )


async def worn_tags(account: str, batch_id: int, ended_before: datetime) -> dict[int, int]:
    """By batch: of calls that ended then, and of an earlier try of this one."""
    found = await rows(
        "SELECT id, platform_tag FROM mass_batches WHERE account = $1 AND platform_tag IS NOT NULL"
        " AND (id = $2 OR state <> 'sending' AND finished_at < $3) ORDER BY id",
        account,
        batch_id,
        to_ms(ended_before),
    )
    return {line["id"]: line["platform_tag"] for line in found}


async def keep_batch_tag(batch_id: int, tag_id: int | None) -> None:
    """None once the platform has it no more."""
    await change("UPDATE mass_batches SET platform_tag = $1 WHERE id = $2", tag_id, batch_id)

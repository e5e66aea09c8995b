"""Tags of mass sends (群发标签): subscription accounts send to a tag, which each try gets anew."""

from collections.abc import Sequence
from datetime import datetime

from storage.bulk import among, as_list
from storage.instants import to_ms
from storage.mass_batches import NOBODY
from storage.sql import change, insert, rows


async def accounts_in_hand(accounts: Sequence[str], now: datetime) -> set[str]:
    """Those of which a living worker has a call in hand, and may be tagging people."""
    found = await rows(
        "SELECT DISTINCT account FROM mass_batches WHERE state = 'sending' AND lease_until >= $1"
        f" AND worker <> '{NOBODY}' AND {among('account', '$2')}",
        to_ms(now),
        as_list(accounts),
    )
    return {line["account"] for line in found}


async def add_tag(batch_id: int, account: str, tag_id: int, now: datetime) -> int:
    """The id of its row."""
    tag = {"batch_id": batch_id, "account": account, "tag_id": tag_id, "made_at": now}
    row_id = await insert("mass_tags", tag)
    assert row_id is not None
    return row_id


async def worn_tags(account: str, made_before: datetime, limit: int) -> dict[int, int]:
    """The oldest by their row: made before that, or of a call that was certainly not taken."""
    found = await rows(
        "SELECT t.id, t.tag_id FROM mass_tags t JOIN mass_batches b ON b.id = t.batch_id"
        " WHERE t.account = $1 AND (t.made_at < $2 OR b.state = 'failed') ORDER BY t.id LIMIT $3",
        account,
        to_ms(made_before),
        limit,
    )
    return {line["id"]: line["tag_id"] for line in found}


async def tags_written_down(account: str) -> set[int]:
    """By the platform's numbers."""
    found = await rows("SELECT tag_id FROM mass_tags WHERE account = $1", account)
    return {line["tag_id"] for line in found}


async def forget_tag(row_id: int) -> None:
    await change("DELETE FROM mass_tags WHERE id = $1", row_id)

"""News of mass sends (群发结果先到): WeChat may tell how one ended before we know its number.

It tells so once. Whatever else the account sends by hand is told as well, and soon forgotten.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from storage.instants import to_ms
from storage.mass_batches import MASS_KEY_LIFE
from storage.name_locks import lock_name
from storage.sql import Row, change, insert, row


async def lock_job(account: str, platform_id: str) -> None:
    """Hold what is known of a job, so that its number and its news meet whichever comes first."""
    await lock_name(f"mass job:{account}:{platform_id}")


async def keep_news(
    account: str, platform_id: str, *, counts: Mapping[str, int], failed: str | None, now: datetime
) -> None:
    """Kept as long as a call can still be made again."""
    await change("DELETE FROM mass_news WHERE heard_at < $1", to_ms(now - MASS_KEY_LIFE))
    news = {
        "account": account,
        "platform_id": platform_id,
        "counts": json.dumps(counts),
        "failed": failed,
        "heard_at": now,
    }
    await insert("mass_news", news, conflict="ON CONFLICT DO NOTHING")


async def news_of_job(account: str, platform_id: str) -> Row | None:
    return await row(
        "SELECT counts, failed FROM mass_news WHERE account = $1 AND platform_id = $2",
        account,
        platform_id,
    )

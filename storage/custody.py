"""Rows of custody (保管): backups that were made, and machines that may send."""

from datetime import datetime

from storage.instants import to_ms
from storage.sql import Row, insert, row


async def add_backup(
    *, key: str, name: str, made_at: datetime, size_bytes: int, row_count: int, digest: str
) -> int | None:
    """None when one was kept under this key before."""
    values = {
        "key": key,
        "name": name,
        "made_at": made_at,
        "size_bytes": size_bytes,
        "row_count": row_count,
        "digest": digest,
    }
    return await insert("backups", values, conflict="ON CONFLICT (key) DO NOTHING")


async def newest_backup() -> Row | None:
    return await row("SELECT * FROM backups ORDER BY id DESC LIMIT 1")


async def backup_of_key(key: str) -> Row | None:
    return await row("SELECT * FROM backups WHERE key = $1", key)


async def knows_machine(mark_hash: str) -> bool:
    found = await row("SELECT 1 AS one FROM installation_marks WHERE mark_hash = $1", mark_hash)
    return found is not None


async def knows_any_machine() -> bool:
    return await row("SELECT 1 AS one FROM installation_marks LIMIT 1") is not None


async def add_machine(mark_hash: str, now: datetime) -> bool:
    """False when another process of the same machine was quicker."""
    values = {"mark_hash": mark_hash, "first_seen_at": to_ms(now)}
    kept_out = "ON CONFLICT (mark_hash) DO NOTHING"
    return await insert("installation_marks", values, conflict=kept_out) is not None

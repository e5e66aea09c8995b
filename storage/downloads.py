"""Rows of downloads (下载): pages with files, each file fetched once."""

from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import Row, change, insert, row, rows


async def insert_download(**values: Any) -> int | None:
    """None when this message has made its download before."""
    return await insert("downloads", values, conflict="ON CONFLICT (key) DO NOTHING")


async def is_download_made(key: str) -> bool:
    return await row("SELECT 1 AS one FROM downloads WHERE key = $1", key) is not None


async def insert_file(**values: Any) -> None:
    await insert("download_files", values)


async def live_download(token_hash: str, now: datetime) -> Row | None:
    return await row(
        "SELECT id, follower_id, expires_at FROM downloads"
        " WHERE token_hash = $1 AND expires_at > $2",
        token_hash,
        to_ms(now),
    )


async def files_of(download_id: int) -> list[Row]:
    return await rows(
        "SELECT name, taken_at FROM download_files WHERE download_id = $1 ORDER BY id", download_id
    )


async def lock_file(download_id: int, name: str) -> Row | None:
    """A file nobody has fetched, held until the transaction ends."""
    return await row(
        "UPDATE download_files SET name = name"
        " WHERE download_id = $1 AND name = $2 AND taken_at IS NULL RETURNING id, content_sealed",
        download_id,
        name,
    )


async def empty_file(file_id: int, now: datetime) -> None:
    """The caller holds it."""
    await change(
        "UPDATE download_files SET content_sealed = NULL, taken_at = $1 WHERE id = $2",
        to_ms(now),
        file_id,
    )

"""Rows of ticket pictures (工单图片): wanted from the platform, then kept or lost."""

from datetime import datetime

from storage.instants import to_ms
from storage.personal import MY_TICKETS, PERSON
from storage.sql import Row, change, row, rows


async def add_picture_row(ticket_id: int, media_id: str, *, key: str, now: datetime) -> int | None:
    """Its number, with the step of the ticket that this message took; None for a repeat."""
    added = await row(
        "INSERT INTO ticket_pictures (key, ticket_id, media_id, state, created_at)"
        " VALUES ($1, $2, $3, 'wanted', $4) ON CONFLICT (key) DO NOTHING RETURNING id",
        key,
        ticket_id,
        media_id,
        to_ms(now),
    )
    if added is None:
        return None
    await change("UPDATE ticket_messages SET picture_id = $1 WHERE key = $2", added["id"], key)
    picture_id: int = added["id"]
    return picture_id


async def picture_by_key(key: str) -> Row | None:
    return await row("SELECT id, ticket_id FROM ticket_pictures WHERE key = $1", key)


async def count_pictures(ticket_id: int) -> int:
    found = await row("SELECT COUNT(*) AS n FROM ticket_pictures WHERE ticket_id = $1", ticket_id)
    return int(found["n"]) if found else 0


async def wanted_media(picture_id: int) -> str | None:
    """None for what needs no fetching any more."""
    found = await row(
        "SELECT media_id FROM ticket_pictures WHERE id = $1 AND state = 'wanted'", picture_id
    )
    return found["media_id"] if found else None


async def picture_of_id(picture_id: int) -> Row | None:
    return await row("SELECT * FROM ticket_pictures WHERE id = $1", picture_id)


async def pictures_of(ticket_id: int, *, limit: int, offset: int) -> list[Row]:
    """Newest first, without their bytes."""
    return await rows(
        "SELECT id, state FROM ticket_pictures WHERE ticket_id = $1"
        " ORDER BY id DESC LIMIT $2 OFFSET $3",
        ticket_id,
        limit,
        offset,
    )


async def pictures_of_person(member_id: int | None, follower_id: int, *, limit: int) -> list[Row]:
    """Newest first, of all tickets they opened, with their bytes."""
    return await rows(
        f"{PERSON} SELECT id, key, kind, bytes_sealed FROM ticket_pictures"
        f" WHERE state = 'kept' AND ticket_id IN ({MY_TICKETS}) ORDER BY id DESC LIMIT $3",
        member_id,
        follower_id,
        limit,
    )


async def settle_picture(picture_id: int, kind: str | None, bytes_sealed: bytes | None) -> bool:
    """Kept with its bytes, or lost without; False for what is wanted no more."""
    return bool(
        await change(
            "UPDATE ticket_pictures SET state = $1, kind = $2, bytes_sealed = $3, media_id = ''"
            " WHERE id = $4 AND state = 'wanted'",
            "lost" if bytes_sealed is None else "kept",
            kind,
            bytes_sealed,
            picture_id,
        )
    )

"""Rows of notices (通知): what somebody should be told, once a key."""

from datetime import datetime

from storage.sql import insert


async def insert_notice(
    member_id: int,
    *,
    wording: str,
    facts: str,
    key: str,
    due_at: datetime,
    message_class: str,
    created_at: datetime,
) -> bool:
    """False when this key has its notice already."""
    values = {
        "key": key,
        "member_id": member_id,
        "class": message_class,
        "wording": wording,
        "facts": facts,
        "due_at": due_at,
        "created_at": created_at,
    }
    return await insert("notices", values, conflict="ON CONFLICT (key) DO NOTHING") is not None

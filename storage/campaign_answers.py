"""Rows of answers (回访回答): the first one to each question counts."""

from typing import Any

from storage.sql import Row, insert, row


async def add_answer(**values: Any) -> bool:
    """False when the question was answered before, or this message has answered one."""
    return await insert("campaign_answers", values, conflict="ON CONFLICT DO NOTHING") is not None


async def answer_to(effect_id: int) -> Row | None:
    return await row("SELECT answer, is_bad FROM campaign_answers WHERE effect_id = $1", effect_id)

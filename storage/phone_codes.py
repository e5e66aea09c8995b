"""Rows of phone codes (验证码): asked once a message, proven once, settled once."""

from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import Row, change, insert, row

WAITING = "state IN ('open', 'proven')"


async def phone_code_of_id(code_id: int) -> Row | None:
    return await row("SELECT * FROM phone_codes WHERE id = $1", code_id)


async def phone_code_asked_by(key: str) -> Row | None:
    return await row("SELECT * FROM phone_codes WHERE key = $1", key)


async def phone_code_done_by(key: str) -> Row | None:
    return await row("SELECT * FROM phone_codes WHERE done_key = $1", key)


async def phone_code_chosen_by(key: str) -> Row | None:
    return await row("SELECT * FROM phone_codes WHERE chosen_key = $1", key)


async def phone_code_tried_by(member_id: int, key: str) -> Row | None:
    return await row(
        "SELECT * FROM phone_codes WHERE member_id = $1 AND try_key = $2 ORDER BY id DESC LIMIT 1",
        member_id,
        key,
    )


async def waiting_phone_code(member_id: int, state: str, now: datetime) -> Row | None:
    return await row(
        "SELECT * FROM phone_codes WHERE member_id = $1 AND state = $2 AND expires_at >= $3",
        member_id,
        state,
        to_ms(now),
    )


async def add_phone_code(**values: Any) -> int:
    code_id = await insert("phone_codes", values)
    assert code_id is not None, "no conflict was allowed for"
    return code_id


async def end_waiting_phone_codes(member_id: int) -> None:
    """What was asked before and not answered is void."""
    await change(
        f"UPDATE phone_codes SET state = 'dead' WHERE member_id = $1 AND {WAITING}", member_id
    )


async def finish_phone_code(code_id: int, *, done_key: str, now: datetime) -> bool:
    """Whoever gets True has proven the number; everybody else came too late."""
    return bool(
        await change(
            "UPDATE phone_codes SET state = 'used', done_key = $1"
            " WHERE id = $2 AND state = 'open' AND expires_at >= $3",
            done_key,
            code_id,
            to_ms(now),
        )
    )


async def let_person_choose(code_id: int, *, until: datetime) -> None:
    await change(
        "UPDATE phone_codes SET state = 'proven', expires_at = $1 WHERE id = $2",
        to_ms(until),
        code_id,
    )


async def choose_phone_code(code_id: int, *, chosen_key: str, now: datetime) -> bool:
    return bool(
        await change(
            "UPDATE phone_codes SET state = 'used', chosen_key = $1"
            " WHERE id = $2 AND state = 'proven' AND expires_at >= $3",
            chosen_key,
            code_id,
            to_ms(now),
        )
    )


async def keep_phone_told(code_id: int, told: str) -> None:
    await change("UPDATE phone_codes SET told = $1 WHERE id = $2", told, code_id)


async def count_wrong_phone_code(code_id: int, key: str, *, tries: int) -> int:
    """Count one wrong code; the last one allowed kills it. How many were tried by now."""
    await change(
        "UPDATE phone_codes SET tries = tries + 1, try_key = $1,"
        " state = CASE WHEN tries + 1 >= $2 THEN 'dead' ELSE state END"
        " WHERE id = $3 AND state = 'open' AND (try_key IS NULL OR try_key <> $1)",
        key,
        tries,
        code_id,
    )
    found = await row("SELECT tries FROM phone_codes WHERE id = $1", code_id)
    assert found is not None, code_id
    return int(found["tries"])


async def codes_sent_since(column: str, value: object, *, hour: datetime, day: datetime) -> Row:
    """How many codes went out for one number or one member, and when the newest did."""
    assert column in ("phone_index", "member_id"), column
    found = await row(
        "SELECT MAX(created_at) AS newest_at, COUNT(*) AS in_a_day,"
        " COALESCE(SUM(CASE WHEN created_at > $2 THEN 1 ELSE 0 END), 0) AS in_an_hour"
        f" FROM phone_codes WHERE {column} = $1 AND purpose = 'sms' AND created_at > $3",
        value,
        to_ms(hour),
        to_ms(day),
    )
    assert found is not None, "a sum is one row"
    return found

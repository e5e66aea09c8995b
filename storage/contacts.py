"""Rows of contacts (会员动作) and held subscriptions: what we may still send to somebody."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from loyalty.contacts import Contact
from storage.bulk import repeat
from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import change, rows

COLUMNS = ("follower_id", "kind", "at", "ends_at", "left_over")
FROM_JSON = {
    True: "json_to_recordset(CAST($1 AS JSON)) AS made"
    " (follower_id BIGINT, kind TEXT, at BIGINT, ends_at BIGINT, left_over INTEGER)",
    False: "(SELECT "
    + ", ".join(f"value ->> '$.{name}' AS {name}" for name in COLUMNS)
    + " FROM json_each($1)) AS made",
}
# More than anybody uses; a number that only grows would be no sign of anything.
MOST_HELD = 1000
MINE = "(SELECT id FROM followers WHERE account = $1 AND openid = $2)"


async def keep_contacts(contacts: Mapping[int, Sequence[tuple[Contact, datetime]]]) -> int:
    """By follower, each with when it was; all in one statement. An older one changes nothing."""
    made = [
        {
            "follower_id": follower_id,
            "kind": contact.kind,
            "at": to_ms(at),
            "ends_at": to_ms(contact.ends_at),
            "left_over": contact.left_over,
        }
        for follower_id, mine in sorted(contacts.items())
        for contact, at in mine
    ]
    return await change(
        f"INSERT INTO contacts ({', '.join(COLUMNS)})"
        f" SELECT {', '.join(f'made.{name}' for name in COLUMNS)} FROM {FROM_JSON[is_postgres()]}"
        " WHERE EXISTS (SELECT 1 FROM followers f WHERE f.id = made.follower_id)"
        " ON CONFLICT (follower_id, kind) DO UPDATE SET at = excluded.at,"
        " ends_at = excluded.ends_at, left_over = excluded.left_over"
        " WHERE excluded.at > contacts.at",
        json.dumps(made),
    )


async def spend_left_over(spent: Mapping[tuple[int, str], int]) -> None:
    """By follower and kind so many messages fewer, down to none; where the platform does not
    count, nothing."""
    await repeat(
        "UPDATE contacts SET left_over = CASE WHEN left_over >= $3 THEN left_over - $3 ELSE 0 END"
        " WHERE follower_id = $1 AND kind = $2 AND left_over IS NOT NULL",
        [(*place, count) for place, count in sorted(spent.items())],
    )


async def give_left_over_back(given: Sequence[tuple[int, str, int]]) -> None:
    """By follower and kind one more again, up to so many, unless the person has opened a new
    window meanwhile, which is full."""
    await repeat(
        "UPDATE contacts SET left_over = left_over + 1"
        " WHERE follower_id = $1 AND kind = $2 AND left_over < $3",
        sorted(given),
    )


async def spend_held(spent: Mapping[tuple[int, str, str], int]) -> None:
    """By follower, channel and template."""
    await repeat(
        "UPDATE held_subscriptions"
        " SET left_over = CASE WHEN left_over >= $4 THEN left_over - $4 ELSE 0 END"
        " WHERE follower_id = $1 AND channel = $2 AND template_id = $3",
        [(*place, count) for place, count in sorted(spent.items())],
    )


async def give_held_back(given: Sequence[tuple[int, str, str]]) -> None:
    await repeat(
        "UPDATE held_subscriptions SET left_over = left_over + 1"
        " WHERE follower_id = $1 AND channel = $2 AND template_id = $3",
        sorted(given),
    )


async def close_windows(account: str, openid: str, now: datetime) -> None:
    """Whoever left, or whose window the platform calls closed, is not written to in one."""
    await change(
        f"UPDATE contacts SET ends_at = $3 WHERE follower_id = {MINE} AND ends_at > $3",
        account,
        openid,
        to_ms(now),
    )


async def use_up_windows(account: str, openid: str) -> None:
    await change(f"UPDATE contacts SET left_over = 0 WHERE follower_id = {MINE}", account, openid)


async def use_up_held(account: str, openid: str, template_id: str) -> None:
    await change(
        f"UPDATE held_subscriptions SET left_over = 0 WHERE follower_id = {MINE}"
        " AND template_id = $3",
        account,
        openid,
        template_id,
    )


async def note_refusal(account: str, openid: str, why: str, now: datetime) -> None:
    await change(
        "UPDATE followers SET refused_why = $3, refused_at = $4 WHERE account = $1 AND openid = $2",
        account,
        openid,
        why,
        to_ms(now),
    )


async def hold_one_more(
    follower_id: int, channel: str, template_id: str, *, most: int | None, key: str, now: datetime
) -> bool:
    """False when this very message was heard before."""
    return bool(
        await change(
            "INSERT INTO held_subscriptions"
            " (follower_id, channel, template_id, left_over, changed_key, changed_at)"
            " VALUES ($1, $2, $3, 1, $4, $5)"
            " ON CONFLICT (follower_id, channel, template_id) DO UPDATE SET"
            " left_over = CASE WHEN held_subscriptions.left_over < $6"
            " THEN held_subscriptions.left_over + 1 ELSE held_subscriptions.left_over END,"
            " changed_key = excluded.changed_key, changed_at = excluded.changed_at"
            " WHERE held_subscriptions.changed_key IS NULL"
            " OR held_subscriptions.changed_key <> excluded.changed_key",
            follower_id,
            channel,
            template_id,
            key,
            to_ms(now),
            MOST_HELD if most is None else most,
        )
    )


async def hold_none(
    follower_id: int, channel: str, template_id: str, *, key: str, now: datetime
) -> None:
    await change(
        "UPDATE held_subscriptions SET left_over = 0, changed_key = $4, changed_at = $5"
        " WHERE follower_id = $1 AND channel = $2 AND template_id = $3",
        follower_id,
        channel,
        template_id,
        key,
        to_ms(now),
    )


async def is_held(follower_id: int, channel: str, template_id: str) -> bool:
    return bool(
        await rows(
            "SELECT 1 AS one FROM held_subscriptions WHERE follower_id = $1 AND channel = $2"
            " AND template_id = $3 AND left_over > 0",
            follower_id,
            channel,
            template_id,
        )
    )

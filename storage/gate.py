"""Facts for the send gate (发送闸): of many people at once, a statement for each kind of fact."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from loyalty.tickets import UNFINISHED
from storage.bulk import among, as_list
from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import Row, rows

FOLLOWERS = "SELECT f.id, f.account, f.openid, f.member_id, f.follows FROM followers f"
# What is being sent counts: whoever claimed it has written down that it left.
COUNTED = "state IN ('sending', 'sent', 'unknown')"
OPEN_STATES = ", ".join(f"'{state}'" for state in UNFINISHED)


async def lock_members(member_ids: Sequence[int]) -> None:
    """Whoever judges the same members waits; in one order, and without stopping their purchases."""
    if is_postgres() and member_ids:
        await rows(
            f"SELECT id FROM members WHERE {among('id', '$1')} ORDER BY id FOR NO KEY UPDATE",
            as_list(sorted(set(member_ids))),
        )


async def followers_to_judge(
    member_ids: Sequence[int], follower_ids: Sequence[int], addresses: Iterable[tuple[str, str]]
) -> list[Row]:
    """All accounts of the members, these followers, and whoever has such an account and openid."""
    pairs = sorted(set(addresses))
    asked = [
        (among("f.member_id", "$1"), as_list(member_ids)),
        (among("f.id", "$2"), as_list(follower_ids)),
        # By the index of both; a pair more than was asked for does no harm.
        (among("f.account", "$3"), as_list(sorted({account for account, _ in pairs}))),
        (among("f.openid", "$4"), as_list([openid for _, openid in pairs])),
    ]
    members, followers, accounts, openids = (condition for condition, _ in asked)
    found = await rows(
        f"{FOLLOWERS} WHERE {members} UNION {FOLLOWERS} WHERE {followers}"
        f" UNION {FOLLOWERS} WHERE {accounts} AND {openids}",
        *(values for _, values in asked),
    )
    return sorted(found, key=lambda line: int(line["id"]))


async def newest_words(member_ids: Sequence[int], purposes: Sequence[str]) -> list[Row]:
    """What each member last said to each of these purposes."""
    return await rows(
        "SELECT member_id, purpose, given FROM consents WHERE id IN"
        f" (SELECT MAX(id) FROM consents WHERE {among('member_id', '$1')}"
        f" AND {among('purpose', '$2')} GROUP BY member_id, purpose)",
        as_list(member_ids),
        as_list(purposes),
    )


async def choices_of(member_ids: Sequence[int]) -> list[Row]:
    return await rows(
        "SELECT member_id, topics_off, weekly, paused_until FROM contact_choices"
        f" WHERE {among('member_id', '$1')}",
        as_list(member_ids),
    )


# Of rows of tickets: somebody waits for an answer to a complaint.
COMPLAINS = f"kind = 'complaint' AND state IN ({OPEN_STATES})"


async def who_complains(follower_ids: Sequence[int]) -> frozenset[int]:
    """Followers who wait for an answer to a complaint, also to one without a name."""
    found = await rows(
        f"SELECT DISTINCT follower_id FROM tickets WHERE {COMPLAINS}"
        f" AND {among('follower_id', '$1')}",
        as_list(follower_ids),
    )
    return frozenset(line["follower_id"] for line in found)


async def complains(follower_id: int) -> bool:
    """Whether this person does, by any account."""
    accounts = await rows(
        "SELECT b.id FROM followers a JOIN followers b ON b.id = a.id OR b.member_id = a.member_id"
        " WHERE a.id = $1",
        follower_id,
    )
    return bool(await who_complains([line["id"] for line in accounts]))


async def ways_to(follower_ids: Sequence[int], now: datetime) -> list[Row]:
    """Open contacts, which end, and subscriptions that are left, which have a template."""
    mine = among("follower_id", "$1")
    return await rows(
        "SELECT follower_id, kind, NULL AS template_id, ends_at, left_over FROM contacts"
        f" WHERE {mine} AND ends_at > $2"
        " UNION ALL SELECT follower_id, channel, template_id, NULL, left_over"
        f" FROM held_subscriptions WHERE {mine} AND left_over > 0",
        as_list(follower_ids),
        to_ms(now),
    )


async def marketing_left(
    member_ids: Sequence[int], since: datetime, *, without: Sequence[int]
) -> list[Row]:
    """Care and promotion that left since then, but for these messages themselves."""
    return await rows(
        "SELECT member_id, follower_id, class AS message_class, channel, left_at FROM outbox"
        f" WHERE lane = 2 AND left_at > $2 AND {COUNTED} AND {among('member_id', '$1')}"
        f" AND NOT ({among('id', '$3')})",
        as_list(member_ids),
        to_ms(since),
        as_list(without),
    )

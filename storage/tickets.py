"""Rows of tickets (工单): opened once a message, moved step by step, seen by who may see them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from loyalty.tickets import AFTER, UNFINISHED, Ticket, TicketKind, TicketState, TicketStep
from storage.instants import from_ms, to_ms
from storage.sql import Row, Values, change, insert, places, row, rows

OPEN_STATES = ", ".join(f"'{state}'" for state in UNFINISHED)
Guard = Callable[[Values], str]


def ticket_from(found: Row) -> Ticket:
    return Ticket(
        id=found["id"],
        kind=TicketKind(found["kind"]),
        state=TicketState(found["state"]),
        follower_id=found["follower_id"],
        member_id=found["member_id"],
        store_id=found["store_id"],
        is_anonymous=bool(found["is_anonymous"]),
        owner_staff_id=found["owner_staff_id"],
        tier_rank=found["tier_rank"],
        promise_at=from_ms(found["promise_at"]),
        due_at=_instant(found["due_at"]),
        first_reply_at=_instant(found["first_reply_at"]),
        resolved_at=_instant(found["resolved_at"]),
        rating=found["rating"],
        reopened=found["reopened"],
        created_at=from_ms(found["created_at"]),
        asker_left=bool(found["asker_left"]),
    )


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_ms(milliseconds)


async def ticket_by_key(key: str) -> Ticket | None:
    found = await row("SELECT * FROM tickets WHERE key = $1", key)
    return ticket_from(found) if found else None


async def ticket_of_id(ticket_id: int) -> Ticket | None:
    found = await row("SELECT * FROM tickets WHERE id = $1", ticket_id)
    return ticket_from(found) if found else None


async def add_ticket(**values: object) -> int:
    ticket_id = await insert("tickets", values)
    assert ticket_id is not None, "nothing keeps it out"
    return ticket_id


async def count_tickets_since(follower_id: int, since: datetime) -> int:
    found = await row(
        "SELECT COUNT(*) AS n FROM tickets WHERE follower_id = $1 AND created_at > $2",
        follower_id,
        to_ms(since),
    )
    return int(found["n"]) if found else 0


async def move_ticket(
    ticket_id: int,
    step: TicketStep,
    changes: Mapping[str, object],
    *,
    once: Mapping[str, object] | None = None,
    guard: Guard | None = None,
) -> Ticket | None:
    """Take a step where the state allows it; None where it does not, or the guard says no.

    `once` are columns set only where they are empty.
    """
    values = Values()
    moves = AFTER[step]
    cases = " ".join(f"WHEN '{was}' THEN '{now}'" for was, now in moves.items())
    sets = [f"state = CASE state {cases} END"]
    sets += [f"{name} = {values(_plain(value))}" for name, value in changes.items()]
    sets += [
        f"{name} = COALESCE({name}, {values(_plain(value))})"
        for name, value in (once or {}).items()
    ]
    states = ", ".join(f"'{state}'" for state in moves)
    if step is TicketStep.REOPEN:
        sets.append("reopened = reopened + 1")
    where = f"id = {values(ticket_id)} AND state IN ({states})"
    if guard is not None:
        where += f" AND {guard(values)}"
    found = await row(
        f"UPDATE tickets SET {', '.join(sets)} WHERE {where} RETURNING *", *values.all
    )
    return ticket_from(found) if found else None


def not_anothers(staff_id: int) -> Guard:
    """Nobody's ticket, one's own, or one of somebody who is staff no more."""

    def guard(values: Values) -> str:
        active = "SELECT 1 FROM staff s WHERE s.id = owner_staff_id AND s.state = 'active'"
        own = f"owner_staff_id = {values(staff_id)}"
        return f"(owner_staff_id IS NULL OR {own} OR NOT EXISTS ({active}))"

    return guard


def not_rated(values: Values) -> str:
    return "rating IS NULL"


def resolved_since(since: datetime) -> Guard:
    return lambda values: f"resolved_at >= {values(to_ms(since))}"


def _plain(value: object) -> object:
    return to_ms(value) if isinstance(value, datetime) else value


async def close_resolved(before: datetime, now: datetime, *, limit: int) -> int:
    """Close so many of those resolved by then; how many it were."""
    return await change(
        "UPDATE tickets SET state = 'closed', closed_at = $1 WHERE state = 'resolved' AND id IN"
        " (SELECT id FROM tickets WHERE state = 'resolved' AND resolved_at <= $2"
        " ORDER BY resolved_at LIMIT $3)",
        to_ms(now),
        to_ms(before),
        limit,
    )


async def newest_tickets_of(follower_id: int, member_id: int | None, *, limit: int) -> list[Ticket]:
    """A person's own, the anonymous ones of this account included, newest first."""
    found = await rows(
        "SELECT * FROM tickets WHERE (follower_id = $1 OR member_id = $2) AND NOT asker_left"
        " ORDER BY id DESC LIMIT $3",
        follower_id,
        -1 if member_id is None else member_id,
        limit,
    )
    return [ticket_from(line) for line in found]


async def newest_open_ticket_of(follower_id: int, member_id: int | None) -> Ticket | None:
    """What a picture or a word without a number is about."""
    found = await row(
        "SELECT * FROM tickets WHERE (follower_id = $1 OR member_id = $2)"
        f" AND state IN ({OPEN_STATES}) ORDER BY id DESC LIMIT 1",
        follower_id,
        -1 if member_id is None else member_id,
    )
    return ticket_from(found) if found else None


async def name_subjects(ticket_id: int, staff_ids: Iterable[int]) -> None:
    """Numbers that nobody of the staff has are left out; who is named owns the ticket no more."""
    wanted = list(staff_ids)
    if wanted:
        await change(
            "INSERT INTO ticket_subjects (ticket_id, staff_id) SELECT CAST($1 AS BIGINT), id"
            f" FROM staff WHERE id IN ({places(len(wanted), first=2)}) ON CONFLICT DO NOTHING",
            ticket_id,
            *wanted,
        )
        await change(
            "UPDATE tickets SET owner_staff_id = NULL,"
            " state = CASE WHEN state = 'taken' THEN 'new' ELSE state END"
            " WHERE id = $1 AND owner_staff_id IN (SELECT own.id FROM staff own JOIN staff a"
            " ON a.follower_id = own.follower_id JOIN ticket_subjects ts ON ts.staff_id = a.id"
            " WHERE ts.ticket_id = $1)",
            ticket_id,
        )


async def place_ticket(ticket_id: int, store_id: int, *, key: str) -> None:
    """Let the first words decide, sent by this message, where nobody else did: neither the box
    that the ticket came from nor staff who have it.
    """
    await change(
        "UPDATE tickets SET store_id = $1 WHERE id = $2 AND owner_staff_id IS NULL"
        " AND (store_id IS NULL OR store_id = (SELECT m.home_store_id FROM members m"
        " WHERE m.id = tickets.member_id)) AND NOT EXISTS (SELECT 1 FROM ticket_messages tm"
        " WHERE tm.ticket_id = tickets.id AND tm.text_sealed IS NOT NULL AND tm.key <> $3)",
        store_id,
        ticket_id,
        key,
    )


async def home_store_of(member_id: int) -> int | None:
    found = await row("SELECT home_store_id FROM members WHERE id = $1", member_id)
    return found["home_store_id"] if found else None


async def follower_of(follower_id: int) -> Row:
    """Where somebody can be written to, and whether they still follow."""
    found = await row(
        "SELECT id, account, openid, follows FROM followers WHERE id = $1", follower_id
    )
    assert found is not None, follower_id
    return found

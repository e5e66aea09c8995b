"""Writing a posting (记账): all rows of one ledger transaction, each guard by its row count.

PostgreSQL takes the parts as one statement, because each further one is a round trip that a member
at the counter waits for; SQLite, where only a SELECT may stand in a WITH, takes them one by one.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import NamedTuple

from storage.database import is_postgres
from storage.ledger import BalanceMoved
from storage.sql import Part, Values, change, change_each, row, rows


class Move(NamedTuple):
    """What happens to a member's balance, and to the debt kept beside it."""

    account_id: int
    amount: int
    debt: int


class EntryLine(NamedTuple):
    """`account_id` where the account is locked; else it is found by its name."""

    account_id: int | None
    member_id: int | None
    unit: str
    name: str
    amount: int


class NewLot(NamedTuple):
    account_id: int
    amount: int
    expires_on: date | None
    opened_ms: int


class NewAllocation(NamedTuple):
    account_id: int
    lot_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class NewPosting:
    """`head` is the transaction's own row, instants in milliseconds; an account is moved once.

    `beside` it one row each changes of what the posting is about, by names; `following` statements
    touch as many rows as there are.
    """

    head: Mapping[str, str | int | None]
    moves: Sequence[Move]
    entries: Sequence[EntryLine]
    opened: Sequence[NewLot] = ()
    allocations: Sequence[NewAllocation] = ()
    beside: Mapping[str, Part] = field(default_factory=dict)
    following: Mapping[str, Part] = field(default_factory=dict)


class References(NamedTuple):
    """How a part names what the parts before it made: the transaction, an account's entry."""

    transaction: Callable[[Values], str]
    entry: Callable[[Values, int], str]


IN_THE_SAME_STATEMENT = References(
    lambda values: "(SELECT id FROM written)",
    lambda values, account_id: (
        f"(SELECT id FROM entered WHERE account_id = {values.number(account_id)})"
    ),
)


async def write_posting(posting: NewPosting) -> int:
    """The id of the new transaction. Raises IntegrityError for a key that exists (the caller
    looked before, under the lock) and BalanceMoved for what a guard refused."""
    return await (_at_once(posting) if is_postgres() else _one_by_one(posting))


async def _at_once(posting: NewPosting) -> int:
    values = Values()
    parts = {
        "written": f"{_transaction(posting, values)} RETURNING id",
        "entered": f"{_entries(posting, IN_THE_SAME_STATEMENT, values)} RETURNING id, account_id",
    }
    changes = _changes(posting, IN_THE_SAME_STATEMENT)
    parts |= {name: f"{part(values)} RETURNING 1" for name, (_, part) in changes.items()}
    parts |= {name: f"{part(values)} RETURNING 1" for name, part in posting.following.items()}
    body = ", ".join(f"{name} AS ({statement})" for name, statement in parts.items())
    counts = "".join(f", (SELECT COUNT(*) FROM {name}) AS {name}" for name in changes)
    found = await row(f"WITH {body} SELECT id{counts} FROM written", *values.all)
    assert found is not None
    for name, (wanted, _) in changes.items():
        _guard(posting, name, touched=found[name], wanted=wanted)
    return int(found["id"])


async def _one_by_one(posting: NewPosting) -> int:
    values = Values()
    written = await row(f"{_transaction(posting, values)} RETURNING id", *values.all)
    assert written is not None
    here = References(lambda values: values(written["id"]), lambda values, account: "")
    values = Values()
    entered = await rows(f"{_entries(posting, here, values)} RETURNING id, account_id", *values.all)
    entry_ids = {line["account_id"]: line["id"] for line in entered}
    here = here._replace(entry=lambda values, account_id: values(entry_ids[account_id]))
    for name, (wanted, part) in _changes(posting, here).items():
        values = Values()
        touched = await change(part(values), *values.all)
        _guard(posting, name, touched=touched, wanted=wanted)
    await change_each(posting.following.values())
    return int(written["id"])


def _guard(posting: NewPosting, name: str, *, touched: int, wanted: int) -> None:
    if touched != wanted:
        raise BalanceMoved(name, touched, posting)


def _changes(posting: NewPosting, references: References) -> dict[str, tuple[int, Part]]:
    """What follows the entries: how many rows each part has to touch, and its statement."""
    draws: defaultdict[int, int] = defaultdict(int)
    for allocation in posting.allocations:
        draws[allocation.lot_id] += allocation.amount
    parts: dict[str, tuple[int, Part]] = {
        "moved": (len(posting.moves), partial(_balances, posting.moves)),
        "opened": (len(posting.opened), partial(_lots, posting.opened, references)),
        "drawn": (len(draws), partial(_draws, draws)),
        "allocated": (
            len(posting.allocations),
            partial(_allocations, posting.allocations, references),
        ),
        **{name: (1, part) for name, part in posting.beside.items()},
    }
    return {name: part for name, part in parts.items() if part[0]}


def _transaction(posting: NewPosting, values: Values) -> str:
    names, places = ", ".join(posting.head), ", ".join(map(values, posting.head.values()))
    return f"INSERT INTO ledger_transactions ({names}) VALUES ({places})"


def _entries(posting: NewPosting, references: References, values: Values) -> str:
    transaction = references.transaction(values)
    lines = " UNION ALL ".join(
        f"SELECT {_account(line, values)} AS account_id, {values.number(line.amount)} AS amount"
        for line in posting.entries
    )
    return (
        "INSERT INTO ledger_entries (transaction_id, account_id, amount)"
        f" SELECT {transaction}, account_id, amount FROM ({lines}) AS lines"
    )


def _account(line: EntryLine, values: Values) -> str:
    if line.account_id is not None:
        return values.number(line.account_id)
    owner = "IS NULL" if line.member_id is None else f"= {values.number(line.member_id)}"
    name = f"unit = {values(line.unit)} AND name = {values(line.name)}"
    return f"(SELECT id FROM ledger_accounts WHERE member_id {owner} AND {name})"


def _balances(moves: Sequence[Move], values: Values) -> str:
    """Never below what is held, never below zero."""
    return (
        "UPDATE ledger_accounts SET balance = balance + moves.amount, debt = debt + moves.debt_more"
        f" FROM ({_table(('account_id', 'amount', 'debt_more'), moves, values)}) AS moves"
        " WHERE ledger_accounts.id = moves.account_id AND name = 'member'"
        " AND balance + moves.amount >= held AND debt + moves.debt_more >= 0"
    )


def _lots(lots: Sequence[NewLot], references: References, values: Values) -> str:
    lines = []
    for lot in lots:
        entry, amount = references.entry(values, lot.account_id), values(lot.amount)
        until = values(lot.expires_on.isoformat() if lot.expires_on else None)
        opened_at = values(lot.opened_ms)
        account = values(lot.account_id)
        lines.append(f"({account}, {entry}, {amount}, {amount}, {until}, {until}, {opened_at})")
    columns = "account_id, entry_id, amount, remaining, expires_on, opened_until, opened_at"
    return f"INSERT INTO lots ({columns}) VALUES {', '.join(lines)}"


def _draws(draws: Mapping[int, int], values: Values) -> str:
    """Below zero they take from a lot, else they give back; what is held of it stays in it."""
    return (
        "UPDATE lots SET remaining = remaining + draws.drawn"
        f" FROM ({_table(('lot_id', 'drawn'), sorted(draws.items()), values)}) AS draws"
        " WHERE lots.id = draws.lot_id AND remaining + draws.drawn BETWEEN held AND amount"
    )


def _allocations(
    allocations: Sequence[NewAllocation], references: References, values: Values
) -> str:
    lines = [
        f"({references.entry(values, line.account_id)}, {values(line.lot_id)},"
        f" {values(line.amount)})"
        for line in allocations
    ]
    return f"INSERT INTO lot_allocations (entry_id, lot_id, amount) VALUES {', '.join(lines)}"


def _table(names: Sequence[str], lines: Sequence[Sequence[int]], values: Values) -> str:
    """Numbers as a table inside a statement."""
    selects = [
        ", ".join(
            f"{values.number(value)} AS {name}" for name, value in zip(names, line, strict=True)
        )
        for line in lines
    ]
    return " UNION ALL ".join(f"SELECT {select}" for select in selects)

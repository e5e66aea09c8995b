"""Earners (得分人): who gets the points of a purchase, and what a credit has to know of them.

Every further statement is a round trip that a member at the counter waits for.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from storage.database import is_postgres
from storage.ledger import AccountState, account_states, locking_accounts
from storage.locks import receipt_number
from storage.people import lock_follower
from storage.purchases import UNCLAIMED
from storage.sql import Row, places, row, rows
from storage.tiers import Window

# The member of a follower, and of its accounts those there are, by unit.
Scanning = tuple[int | None, Mapping[str, AccountState]]


async def lock_scanning(
    follower_id: int, till_no: int, receipt_seq: int, *, units: Sequence[str]
) -> Scanning:
    """Hold a follower, then a receipt, then the accounts of the follower's member, each as it is
    by then; anything else has to be read after it. SQLite's transaction holds all as it is."""
    if not is_postgres():
        return await lock_follower(follower_id), {}
    receipt = receipt_number(till_no, receipt_seq)
    held = await rows(_locking(len(units)), follower_id, receipt, *units)
    [member_id] = {line.pop("member_id") for line in held}
    return member_id, account_states(line for line in held if line["id"] is not None)


@functools.cache
def _locking(units: int) -> str:
    accounts = locking_accounts("(SELECT member_id FROM receipt)", places(units, first=3))
    return (
        "WITH follower AS MATERIALIZED (SELECT member_id FROM followers WHERE id = $1 FOR UPDATE),"
        " receipt AS MATERIALIZED (SELECT member_id, pg_advisory_xact_lock($2) FROM follower),"
        f" accounts AS MATERIALIZED ({accounts})"
        " SELECT receipt.member_id, accounts.* FROM receipt LEFT JOIN accounts ON TRUE"
    )


@dataclass(frozen=True, slots=True)
class EarnerKeys:
    """A member with the points account that is held, and what counts for a tier."""

    member_id: int
    account_id: int
    today: date
    window: Window
    # No rung asks for more purchases: nobody has to count beyond.
    most_purchases: int

    def values(self) -> tuple[int, int, str, int, int]:
        first_ms, _ = self.window.instants()
        day = self.today.isoformat()
        return self.member_id, self.account_id, day, first_ms, self.most_purchases


async def read_earner(keys: EarnerKeys) -> Row:
    """The rung a member stands on, how many purchases there are since the window's first day, and
    what in the lots of the account is past its last day but awaits tonight's expiry."""
    found = await row(f"SELECT {_earner(1)} WHERE m.id = $1", *keys.values())
    assert found is not None, keys
    return found


async def read_earner_and_unclaimed(
    keys: EarnerKeys, *, till_no: int, epoch: int, receipt_seq: int
) -> tuple[Row, Row | None]:
    """What read_earner and unclaimed_purchase say, in one read."""
    found = await row(
        f"SELECT p.*, {_earner(4)} LEFT JOIN purchases p ON {UNCLAIMED} WHERE m.id = $4",
        till_no,
        receipt_seq,
        epoch,
        *keys.values(),
    )
    assert found is not None, keys
    earner = {name: found.pop(name) for name in ("tier", "growth", "purchases", "lapsed")}
    return earner, found if found["id"] is not None else None


@functools.cache
def _earner(first: int) -> str:
    """Columns and tables of a read whose EarnerKeys are the values from `first` on."""
    member, account, today, first_ms, most = places(5, first=first).split(", ")
    return (
        "s.tier, s.growth,"
        f" (SELECT COUNT(*) FROM (SELECT 1 FROM purchases WHERE member_id = {member}"
        f" AND paid_at >= {first_ms} LIMIT {most}) AS enough) AS purchases,"
        f" CAST((SELECT COALESCE(SUM(remaining), 0) FROM lots WHERE account_id = {account}"
        f" AND remaining > 0 AND expires_on < {today}) AS BIGINT) AS lapsed"
        " FROM members m LEFT JOIN member_tiers s ON s.member_id = m.id"
    )

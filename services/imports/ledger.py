"""Opening balances (期初余额): what members bring along, as ordinary postings written in bulk.

Each member has one transaction against the shop's account `adjusted`, with the digest and the lots
that `services.ledger.posting.post` would write, so that verify reads them like any other.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from loyalty.digests import PostingHead, posting_digest
from loyalty.ledger import UNITS_IN_LOTS, AccountKind, TransactionKind, Unit
from services.imports.rows import MemberRow
from services.ledger.points import last_day
from services.shop import Shop
from storage.bulk import copy_in
from storage.instants import to_ms

# Growth is kept in hundredths.
GROWTH_PARTS = 100
COLUMNS = {
    "ledger_accounts": ("id", "member_id", "unit", "name", "balance"),
    "ledger_transactions": (
        *("id", "key", "kind", "cause", "actor", "occurred_at", "recorded_at", "digest"),
    ),
    "ledger_entries": ("id", "transaction_id", "account_id", "amount"),
    "lots": (
        *("account_id", "entry_id", "amount", "remaining"),
        *("expires_on", "opened_until", "opened_at"),
    ),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """What all postings of a run have in common."""

    cause: str
    actor: str
    at_ms: int
    points_until: str | None
    # The shop's accounts the balances come from, by unit.
    adjusted: dict[str, int]


@dataclass(slots=True)
class Postings:
    """Lines of the ledger's tables, not yet written."""

    lines: dict[str, list[tuple[Any, ...]]] = field(
        default_factory=lambda: {table: [] for table in COLUMNS}
    )

    async def write(self) -> None:
        for table, columns in COLUMNS.items():
            await copy_in(table, columns, self.lines[table])


def opening_of(shop: Shop, run_id: int, store_name: str, adjusted: dict[str, int]) -> Opening:
    cause = {"what": "imported", "store": store_name, "run": run_id, "rules": shop.rules.version}
    until: date | None = last_day(shop, shop.today())
    return Opening(
        cause=json.dumps(cause, sort_keys=True, separators=(",", ":")),
        actor=f"import:{run_id}",
        at_ms=to_ms(shop.now()),
        points_until=until.isoformat() if until else None,
        adjusted=adjusted,
    )


def amounts_of(member: MemberRow) -> dict[Unit, int]:
    amounts = {
        Unit.POINTS: member.points,
        Unit.GROWTH: member.growth * GROWTH_PARTS,
        Unit.PRINCIPAL: member.principal_fen,
    }
    return {unit: amount for unit, amount in amounts.items() if amount}


def add_posting(
    postings: Postings,
    opening: Opening,
    member_id: int,
    amounts: dict[Unit, int],
    ids: dict[str, Iterator[int]],
) -> None:
    """Accounts, transaction, entries and lots of one new member."""
    transaction_id = next(ids["ledger_transactions"])
    said, opened = [], []
    for unit, amount in amounts.items():
        account_id, entry_id = next(ids["ledger_accounts"]), next(ids["ledger_entries"])
        mine = f"{unit.value}:{AccountKind.MEMBER.value}:{member_id}"
        said += [(mine, amount), (f"{unit.value}:{AccountKind.ADJUSTED.value}", -amount)]
        _add_account(postings, account_id, member_id, unit, amount)
        postings.lines["ledger_entries"] += [
            (entry_id, transaction_id, account_id, amount),
            (next(ids["ledger_entries"]), transaction_id, opening.adjusted[unit.value], -amount),
        ]
        if unit in UNITS_IN_LOTS:
            until = opening.points_until if unit == Unit.POINTS else None
            opened.append((mine, amount, until))
            postings.lines["lots"].append(
                (account_id, entry_id, amount, amount, until, until, opening.at_ms)
            )
    _add_head(postings, opening, (transaction_id, member_id), said, opened)


def _add_account(
    postings: Postings, account_id: int, member_id: int, unit: Unit, amount: int
) -> None:
    line = (account_id, member_id, unit.value, AccountKind.MEMBER.value, amount)
    postings.lines["ledger_accounts"].append(line)


def _add_head(
    postings: Postings,
    opening: Opening,
    numbers: tuple[int, int],
    said: list[tuple[str, int]],
    opened: list[tuple[str, int, str | None]],
) -> None:
    transaction_id, member_id = numbers
    head = PostingHead(
        kind=TransactionKind.IMPORT.value,
        cause=opening.cause,
        key=f"import:{member_id}",
        actor=opening.actor,
        reverses_id=None,
        occurred_ms=opening.at_ms,
        recorded_ms=opening.at_ms,
    )
    digest = posting_digest(head, entries=said, allocations=[], opened=opened)
    postings.lines["ledger_transactions"].append(
        (
            *(transaction_id, head.key, head.kind, head.cause, head.actor),
            *(head.occurred_ms, head.recorded_ms, digest),
        )
    )

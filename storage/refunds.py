"""Refunds (退货): their rows, and what of earlier postings can be taken or given back."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from loyalty.points import Draw, Lot
from storage.instants import day_of, from_ms, to_ms
from storage.sql import change, insert, places, row, rows


async def insert_refund(**values: Any) -> int | None:
    """The new row's id; None when the till used this number before."""
    return await insert("refunds", values, conflict="ON CONFLICT (till_id, refund_no) DO NOTHING")


async def refund_by_no(till_no: int, refund_no: str) -> dict[str, Any] | None:
    return await row(
        "SELECT * FROM refunds WHERE till_id = $1 AND refund_no = $2", till_no, refund_no
    )


async def waiting_refunds(till_no: int, receipt_no: str) -> list[dict[str, Any]]:
    """Those that came before their sale, in the order they came."""
    return await rows(
        "SELECT * FROM refunds WHERE till_id = $1 AND receipt_no = $2 AND state = 'waiting'"
        " ORDER BY id",
        till_no,
        receipt_no,
    )


async def refunds_of(purchase_id: int) -> list[dict[str, Any]]:
    return await rows(
        "SELECT id, amount_fen, lines FROM refunds WHERE purchase_id = $1 AND state = 'done'"
        " ORDER BY id",
        purchase_id,
    )


async def end_refund(refund_id: int, *, state: str, answer: str, **values: Any) -> None:
    """A waiting refund is done or refused, once; its answer is kept for ever."""
    changes = {"state": state, "answer": answer, **values}
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(changes, 2))
    changed = await change(
        f"UPDATE refunds SET {sets} WHERE id = $1 AND state = 'waiting'",
        refund_id,
        *changes.values(),
    )
    assert changed == 1, refund_id


async def keep_waiting_answer(refund_id: int, answer: str) -> None:
    await change(
        "UPDATE refunds SET answer = $1 WHERE id = $2 AND state = 'waiting'", answer, refund_id
    )


async def count_waiting_refunds(before: datetime) -> int:
    found = await row(
        "SELECT COUNT(*) AS waiting FROM refunds WHERE state = 'waiting' AND recorded_at < $1",
        to_ms(before),
    )
    return int(found["waiting"]) if found else 0


@dataclass(frozen=True, slots=True)
class Earned:
    """The posting of an earning, and its lot; None where all of it went into debt."""

    transaction_id: int
    lot_id: int | None
    points: int


EARNED = """
SELECT t.id AS transaction_id, MAX(l.id) AS lot_id, CAST(SUM(
    CASE WHEN a.unit = 'points' AND a.member_id IS NOT NULL THEN e.amount ELSE 0 END
) AS BIGINT) AS points
FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
JOIN ledger_accounts a ON a.id = e.account_id LEFT JOIN lots l ON l.entry_id = e.id
WHERE
"""


async def earned_by(key: str) -> Earned | None:
    found = await row(EARNED + "t.key = $1 GROUP BY t.id", key)
    return Earned(**found) if found else None


async def earnings_of(keys: Sequence[str]) -> list[Earned]:
    """The earnings with these keys, as far as there are any."""
    found = await rows(
        f"{EARNED} t.key IN ({places(len(keys))}) GROUP BY t.id ORDER BY t.id", *keys
    )
    return [Earned(**line) for line in found]


LATE_LOTS = """
SELECT r.id, r.cause, l.id AS lot_id FROM lot_allocations d
  JOIN ledger_entries e ON e.id = d.entry_id
  JOIN ledger_transactions r ON r.reverses_id = e.transaction_id
  JOIN ledger_entries n ON n.transaction_id = r.id JOIN lots l ON l.entry_id = n.id
 WHERE d.lot_id = $1 AND d.amount < 0 ORDER BY r.id, l.id
"""


async def lots_of_earning(lot_id: int | None) -> list[int]:
    """Its lot, and the late ones opened for what was spent of it and came back too late for it."""
    found = [] if lot_id is None else [lot_id]
    for one in found:  # what came back late may be spent, and come back late, again
        found += await _late_lots(one)
    return found


async def _late_lots(lot_id: int) -> list[int]:
    opened: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for line in await rows(LATE_LOTS, lot_id):
        opened[line["id"], line["cause"]].append(line["lot_id"])
    return [
        late
        for (_, cause), lots in opened.items()
        for late, (of_lot, _) in zip(lots, json.loads(cause).get("late_of_lots", ()), strict=False)
        if of_lot == lot_id
    ]


async def lapsed_of_lots(lot_ids: list[int]) -> int:
    """What of these lots expired unspent."""
    if not lot_ids:
        return 0
    found = await row(
        "SELECT -COALESCE(SUM(x.amount), 0) AS points FROM lot_allocations x"
        " JOIN ledger_entries e ON e.id = x.entry_id"
        " JOIN ledger_transactions t ON t.id = e.transaction_id"
        f" WHERE x.lot_id IN ({places(len(lot_ids))}) AND t.kind IN ('expire', 'close')",
        *lot_ids,
    )
    return int(found["points"]) if found else 0


async def lots_drawn_by(key: str) -> tuple[list[Draw], list[Lot]]:
    """What a spend took from which lot, in the order it did, and those lots as they are now."""
    found = await rows(
        "SELECT l.id, -d.amount AS drawn, l.remaining, l.opened_at, l.expires_on"
        " FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id"
        " JOIN lot_allocations d ON d.entry_id = e.id JOIN lots l ON l.id = d.lot_id"
        " WHERE t.key = $1 ORDER BY d.id",
        key,
    )
    draws = [Draw(line["id"], line["drawn"]) for line in found]
    lots = [
        Lot(
            id=line["id"],
            points_left=line["remaining"],
            earned_on=day_of(from_ms(line["opened_at"])),
            expires_on=date.fromisoformat(line["expires_on"]) if line["expires_on"] else None,
        )
        for line in found
    ]
    return draws, lots


async def points_given_back(transaction_id: int) -> int:
    """What reversals of a spend have given to its member or taken off a debt."""
    found = await row(
        "SELECT COALESCE(SUM(e.amount), 0) AS points FROM ledger_transactions t"
        " JOIN ledger_entries e ON e.transaction_id = t.id"
        " JOIN ledger_accounts a ON a.id = e.account_id"
        " WHERE t.reverses_id = $1 AND a.unit = 'points' AND a.member_id IS NOT NULL",
        transaction_id,
    )
    return int(found["points"]) if found else 0

"""Rows of stored value (储值): pairs of lots, what is held of them, and top-ups.

Callers hold the lock of the member's accounts; every change is guarded by its row count all the
same (reliability 5.3).
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from loyalty.ledger import Unit
from loyalty.wallet import NO_LOT, Pair, ValueLot
from storage.instants import to_ms
from storage.ledger import BalanceMoved
from storage.sql import Row, change, insert, row, rows

PAIRS = """
SELECT l.id, a.unit, e.transaction_id AS opened_by, l.amount, l.remaining, l.held, l.expires_on
  FROM ledger_entries e JOIN lots l ON l.entry_id = e.id
  JOIN ledger_accounts a ON a.id = l.account_id
 WHERE a.unit IN ('principal', 'bonus') AND e.transaction_id IN
   (SELECT o.transaction_id FROM lots m JOIN ledger_entries o ON o.id = m.entry_id
    WHERE m.account_id IN ($1, $2) AND m.remaining > 0)
 ORDER BY l.id
"""
LAPSED = """
SELECT x.lot_id, -SUM(x.amount) AS lapsed
  FROM lot_allocations x JOIN lots l ON l.id = x.lot_id
  JOIN ledger_entries e ON e.id = x.entry_id
  JOIN ledger_transactions t ON t.id = e.transaction_id
 WHERE l.account_id = $1 AND t.kind IN ('expire', 'close') GROUP BY x.lot_id
"""
# Bonus that came back when its lot had ended, with the lots it was paid from.
LATE = """
SELECT l.id, a.unit, e.transaction_id AS opened_by, l.amount, l.remaining, l.held,
       l.expires_on, t.cause
  FROM lots l JOIN ledger_accounts a ON a.id = l.account_id
  JOIN ledger_entries e ON e.id = l.entry_id JOIN ledger_transactions t ON t.id = e.transaction_id
 WHERE l.account_id = $1 AND t.kind = 'reverse' ORDER BY l.id
"""


async def open_pairs(
    principal_account: int, bonus_account: int, reserved: Mapping[int, int] | None = None
) -> list[Pair]:
    """Pairs of which something is left; `reserved` says by lot what the payment at hand held."""
    found = await rows(PAIRS, principal_account, bonus_account)
    return _pairs(found, reserved or {})


def _pairs(found: list[Row], reserved: Mapping[int, int]) -> list[Pair]:
    pairs: dict[int, Pair] = {}
    for line in found:
        lot = ValueLot(
            id=line["id"],
            amount=line["amount"],
            left=line["remaining"],
            held=line["held"],
            reserved=reserved.get(line["id"], 0),
            expires_on=date.fromisoformat(line["expires_on"]) if line["expires_on"] else None,
        )
        pair = pairs.get(line["opened_by"], Pair(line["opened_by"], NO_LOT, NO_LOT))
        is_bonus = line["unit"] == Unit.BONUS
        filled = replace(pair, bonus=lot) if is_bonus else replace(pair, principal=lot)
        pairs[pair.opened_by] = filled
    return list(pairs.values())


async def late_bonus(account_id: int) -> list[Pair]:
    """All bonus that ever came back late, used up or not, and where it came from."""
    found = await rows(LATE, account_id)
    causes = [json.loads(line["cause"]) for line in found]
    return [
        replace(pair, came_from=tuple((lot, fen) for lot, fen in cause["late_of_lots"]))
        for pair, cause in zip(_pairs(found, {}), causes, strict=True)
    ]


async def lapsed_by_lot(account_id: int) -> dict[int, int]:
    """What expiry took of each lot of an account."""
    return {line["lot_id"]: int(line["lapsed"]) for line in await rows(LAPSED, account_id)}


async def hold_in_lot(lot_id: int, amount: int) -> None:
    await _one(
        "UPDATE lots SET held = held + $1 WHERE id = $2 AND remaining - held >= $1", amount, lot_id
    )


async def release_in_lot(lot_id: int, amount: int) -> None:
    await _one("UPDATE lots SET held = held - $1 WHERE id = $2 AND held >= $1", amount, lot_id)


async def hold_on_account(account_id: int, amount: int) -> None:
    await _one(
        "UPDATE ledger_accounts SET held = held + $1 WHERE id = $2 AND balance - held >= $1",
        amount,
        account_id,
    )


async def release_on_account(account_id: int, amount: int) -> None:
    await _one(
        "UPDATE ledger_accounts SET held = held - $1 WHERE id = $2 AND held >= $1",
        amount,
        account_id,
    )


async def _one(statement: str, amount: int, subject: int) -> None:
    if await change(statement, amount, subject) != 1:
        raise BalanceMoved(subject, amount)


async def accounts_with_ended_bonus(
    today: date, *, after_id: int, limit: int
) -> list[dict[str, Any]]:
    """Accounts with bonus past its last day that no payment under way holds, by id."""
    return await rows(
        "SELECT DISTINCT a.member_id, a.id FROM lots l"
        " JOIN ledger_accounts a ON a.id = l.account_id"
        " WHERE l.remaining > 0 AND l.held = 0 AND l.expires_on < $1 AND a.unit = 'bonus'"
        " AND a.id > $2 ORDER BY a.id LIMIT $3",
        today.isoformat(),
        after_id,
        limit,
    )


async def ended_bonus_lots(account_id: int, today: date) -> list[dict[str, Any]]:
    return await rows(
        "SELECT id, remaining, expires_on FROM lots"
        " WHERE account_id = $1 AND remaining > 0 AND held = 0"
        " AND expires_on < $2 ORDER BY id",
        account_id,
        today.isoformat(),
    )


async def topup_by_number(till_no: int, topup_no: str) -> dict[str, Any] | None:
    return await row(
        "SELECT id, fingerprint, answer FROM topups WHERE till_id = $1 AND topup_no = $2",
        till_no,
        topup_no,
    )


async def insert_topup(**values: Any) -> int | None:
    """None when this till has used the number."""
    return await insert("topups", values, conflict="ON CONFLICT (till_id, topup_no) DO NOTHING")


async def finish_topup(topup_id: int, *, transaction_id: int, answer: str) -> None:
    finished = await change(
        "UPDATE topups SET transaction_id = $1, answer = $2 WHERE id = $3 AND answer IS NULL",
        transaction_id,
        answer,
        topup_id,
    )
    assert finished == 1, topup_id


async def topup_by_id(topup_id: int) -> dict[str, Any] | None:
    return await row("SELECT * FROM topups WHERE id = $1", topup_id)


async def done_topups_of(member_id: int) -> list[Row]:
    """What was neither withdrawn nor refunded, newest first."""
    return await rows(
        "SELECT * FROM topups WHERE member_id = $1 AND state = 'done' ORDER BY id DESC", member_id
    )


async def end_topup(topup_id: int, state: str) -> bool:
    """False when it has ended before."""
    return bool(
        await change(
            "UPDATE topups SET state = $1 WHERE id = $2 AND state = 'done'", state, topup_id
        )
    )


async def end_topups_of(member_id: int, state: str) -> int:
    return await change(
        "UPDATE topups SET state = $1 WHERE member_id = $2 AND state = 'done'", state, member_id
    )


# One statement: what is free, what is held, what lapsed but is not booked out yet, what overdue
# holds keep until they are released, and the next three ends of bonus.
READ_STORED = """
SELECT 'free' AS what, unit, NULL AS expires_on, balance - held AS amount
  FROM ledger_accounts WHERE member_id = $1 AND unit IN ('principal', 'bonus') AND name = 'member'
UNION ALL
SELECT 'held', unit, NULL, held
  FROM ledger_accounts WHERE member_id = $1 AND unit IN ('principal', 'bonus') AND name = 'member'
UNION ALL
SELECT 'overdue', a.unit, l.expires_on, d.amount
  FROM wallet_holds h JOIN hold_draws d ON d.hold_id = h.id JOIN lots l ON l.id = d.lot_id
  JOIN ledger_accounts a ON a.id = l.account_id
  WHERE h.member_id = $1 AND h.state = 'open' AND h.expires_at <= $2
UNION ALL
SELECT 'bonus', a.unit, l.expires_on, l.remaining - l.held
  FROM lots l JOIN ledger_accounts a ON a.id = l.account_id
  WHERE a.member_id = $1 AND a.unit = 'bonus' AND l.remaining > l.held AND l.expires_on IS NOT NULL
"""


async def read_stored(member_id: int, now: datetime) -> list[Row]:
    return await rows(READ_STORED, member_id, to_ms(now))

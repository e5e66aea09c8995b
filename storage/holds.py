"""Rows of holds (冻结): stored value kept for a receipt until captured, voided or overdue."""

from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import change, insert, row, rows

Hold = dict[str, Any]


async def hold_of_receipt(till_no: int, receipt_no: str) -> Hold | None:
    return await row(
        "SELECT * FROM wallet_holds WHERE till_id = $1 AND receipt_no = $2", till_no, receipt_no
    )


async def hold_of_till(till_no: int, hold_id: int) -> Hold | None:
    return await row("SELECT * FROM wallet_holds WHERE till_id = $1 AND id = $2", till_no, hold_id)


async def hold_by_id(hold_id: int) -> Hold | None:
    return await row("SELECT * FROM wallet_holds WHERE id = $1", hold_id)


async def insert_hold(**values: Any) -> int | None:
    """None when there is a hold for this receipt of this till."""
    conflict = "ON CONFLICT (till_id, receipt_no) DO NOTHING"
    return await insert("wallet_holds", values, conflict=conflict)


async def keep_hold_answer(hold_id: int, answer: str) -> None:
    await change("UPDATE wallet_holds SET answer = $1 WHERE id = $2", answer, hold_id)


async def insert_draw(hold_id: int, lot_id: int, amount: int) -> None:
    await insert("hold_draws", {"hold_id": hold_id, "lot_id": lot_id, "amount": amount})


async def draws_of(hold_id: int) -> list[dict[str, Any]]:
    """What a hold keeps of which lot, with the lot's account."""
    return await rows(
        "SELECT d.lot_id, d.amount, l.account_id FROM hold_draws d JOIN lots l ON l.id = d.lot_id"
        " WHERE d.hold_id = $1 ORDER BY d.lot_id",
        hold_id,
    )


async def close_hold(hold_id: int, state: str, now: datetime) -> bool:
    """Open → captured, voided or expired; false when it has ended before."""
    return bool(
        await change(
            "UPDATE wallet_holds SET state = $1, ended_at = $2 WHERE id = $3 AND state = 'open'",
            state,
            to_ms(now),
            hold_id,
        )
    )


async def keep_capture(
    hold_id: int, *, captured_fen: int, captured_bonus_fen: int, transaction_id: int
) -> None:
    kept = await change(
        "UPDATE wallet_holds SET captured_fen = $1, captured_bonus_fen = $2, transaction_id = $3"
        " WHERE id = $4 AND state = 'captured' AND transaction_id IS NULL",
        captured_fen,
        captured_bonus_fen,
        transaction_id,
        hold_id,
    )
    assert kept == 1, hold_id


async def keep_end_answer(hold_id: int, answer: str) -> None:
    await change("UPDATE wallet_holds SET end_answer = $1 WHERE id = $2", answer, hold_id)


async def member_agreed(hold_id: int) -> bool:
    """The member said yes; false when nothing was waiting for it."""
    return bool(
        await change(
            "UPDATE wallet_holds SET awaits_member = FALSE"
            " WHERE id = $1 AND state = 'open' AND awaits_member",
            hold_id,
        )
    )


async def newest_holds_of(member_id: int, limit: int) -> list[Hold]:
    return await rows(
        "SELECT h.*, s.name AS store_name FROM wallet_holds h JOIN tills t ON t.id = h.till_id"
        " JOIN stores s ON s.id = t.store_id WHERE h.member_id = $1 ORDER BY h.id DESC LIMIT $2",
        member_id,
        limit,
    )


async def overdue_holds(now: datetime, *, after_id: int, limit: int) -> list[Hold]:
    return await rows(
        "SELECT id, member_id FROM wallet_holds WHERE state = 'open' AND expires_at <= $1"
        " AND id > $2 ORDER BY id LIMIT $3",
        to_ms(now),
        after_id,
        limit,
    )


async def overdue_holds_of(member_id: int, now: datetime) -> list[Hold]:
    return await rows(
        "SELECT id FROM wallet_holds WHERE member_id = $1 AND state = 'open' AND expires_at <= $2"
        " ORDER BY id",
        member_id,
        to_ms(now),
    )


async def hold_of_purchase(purchase_id: int) -> Hold | None:
    """The captured hold with the receipt number of a purchase."""
    return await row(
        "SELECT h.* FROM wallet_holds h JOIN purchases p"
        " ON p.till_id = h.till_id AND p.receipt_no = h.receipt_no"
        " WHERE p.id = $1 AND h.state = 'captured'",
        purchase_id,
    )


async def is_paid(till_no: int, receipt_no: str) -> bool:
    """Whether the purchase with this receipt number has arrived."""
    return bool(
        await row(
            "SELECT 1 AS one FROM purchases WHERE till_id = $1 AND receipt_no = $2",
            till_no,
            receipt_no,
        )
    )


async def count_return(hold_id: int, returned_fen: int, returned_bonus_fen: int) -> bool:
    """Count what is given back; false when it would be more than was captured."""
    return bool(
        await change(
            "UPDATE wallet_holds SET returned_fen = returned_fen + $1,"
            " returned_bonus_fen = returned_bonus_fen + $2"
            " WHERE id = $3 AND returned_fen + $1 <= captured_fen"
            " AND returned_bonus_fen + $2 <= captured_bonus_fen",
            returned_fen,
            returned_bonus_fen,
            hold_id,
        )
    )


async def drawn_by(transaction_id: int) -> list[dict[str, Any]]:
    """What a payment took from which lots, in the order it took it."""
    return await rows(
        "SELECT x.lot_id, -x.amount AS amount, a.unit, o.transaction_id AS opened_by, l.expires_on"
        " FROM ledger_entries e JOIN lot_allocations x ON x.entry_id = e.id"
        " JOIN lots l ON l.id = x.lot_id JOIN ledger_accounts a ON a.id = l.account_id"
        " JOIN ledger_entries o ON o.id = l.entry_id"
        " WHERE e.transaction_id = $1 ORDER BY x.id",
        transaction_id,
    )

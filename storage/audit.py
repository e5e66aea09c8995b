"""Reading the books (对账读取) page by page: a ledger of any length in a bounded memory."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from loyalty.audit import PostedAllocation, PostedEntry, PostedLot, Posting
from loyalty.digests import PostingHead
from storage.audit_ledger import Truth
from storage.database import is_postgres
from storage.sql import records, row

PAGE = 5_000
# Beyond the last transaction: rows that name one that is not there are read with the last page.
END = 2**63 - 1
HEADS = f"""
SELECT id, kind, cause, key, actor, reverses_id, occurred_at, recorded_at, digest
  FROM ledger_transactions WHERE id > $1 ORDER BY id LIMIT {PAGE}
"""
OF_THE_PAGE = "WHERE e.transaction_id > $1 AND e.transaction_id <= $2 ORDER BY e.transaction_id"
ENTRIES = f"""
SELECT e.transaction_id, e.id, a.unit || ':' || a.name || COALESCE(':' || a.member_id, ''),
       e.account_id, e.amount
  FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id {OF_THE_PAGE}
"""
# A lot that changed hands (storage/merge_lots.py) was another account's until then.
OF_ITS_TIME = """
COALESCE((SELECT CASE WHEN m.transaction_id = e.transaction_id AND x.amount > 0
                      THEN m.to_account_id ELSE m.from_account_id END
            FROM lot_moves m WHERE m.lot_id = x.lot_id AND m.after_id >= e.transaction_id
           ORDER BY m.id LIMIT 1), l.account_id)
"""
AT_OPENING = """
COALESCE((SELECT m.from_account_id FROM lot_moves m WHERE m.lot_id = l.id ORDER BY m.id LIMIT 1),
         l.account_id)
"""
ALLOCATIONS = f"""
SELECT e.transaction_id, x.entry_id, x.lot_id, {OF_ITS_TIME}, x.amount
  FROM ledger_entries e JOIN lot_allocations x ON x.entry_id = e.id
  LEFT JOIN lots l ON l.id = x.lot_id {OF_THE_PAGE}
"""
LOTS = f"""
SELECT e.transaction_id, l.entry_id, {AT_OPENING}, l.amount, l.opened_until, l.opened_at
  FROM ledger_entries e JOIN lots l ON l.entry_id = e.id {OF_THE_PAGE}
"""
# How often the terms of a coupon let it be used.
POSTGRES_COUNT = "CAST(CAST(c.terms AS JSON) ->> 'count' AS BIGINT)"
SQLITE_COUNT = "json_extract(c.terms, '$.count')"
TOLD = 20
TABLES = ("ledger_transactions", "ledger_entries", "lot_allocations", "lots")


async def postings() -> AsyncIterator[Posting]:
    """Every transaction in the order of writing, with its entries, allocations and lots."""
    last_id = 0
    while heads := await records(HEADS, last_id):
        first_id, last_id = last_id, heads[-1][0]
        upto = last_id if len(heads) == PAGE else END
        entries = _grouped(await records(ENTRIES, first_id, upto), PostedEntry)
        allocations = _grouped(await records(ALLOCATIONS, first_id, upto), PostedAllocation)
        lots = _grouped(await records(LOTS, first_id, upto), PostedLot)
        for number, *head, digest in heads:
            mine = entries.get(number, ()), allocations.get(number, ()), lots.get(number, ())
            yield Posting(number, PostingHead(*head), digest, *mine)


def _grouped(found: Iterable[Sequence[Any]], kind: Any) -> Mapping[int, Sequence[Any]]:
    """Rows by the transaction in their first column."""
    groups: dict[int, list[Any]] = {}
    for number, *columns in found:
        groups.setdefault(number, []).append(kind._make(columns))
    return groups


async def row_counts() -> Counter[str]:
    """How many rows the tables of the ledger have."""
    counts = ", ".join(f"(SELECT COUNT(*) FROM {table}) AS {table}" for table in TABLES)
    found = await row(f"SELECT {counts}")
    return Counter(found)


async def answers_to(truth: Truth) -> Sequence[Sequence[Any]]:
    """Subjects and figures that contradict it, if any; the first of many."""
    count = POSTGRES_COUNT if is_postgres() else SQLITE_COUNT
    return await records(f"{truth.question.replace('{count}', count)} LIMIT {TOLD}")

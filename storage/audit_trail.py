"""Rows of the audit trail (审计日志): adding one at the end of the chain, and reading it."""

from collections.abc import AsyncIterator, Callable, Sequence

from loyalty.audit_chain import Head, Link
from storage.database import is_postgres
from storage.sql import change, insert, records, row

PAGE = 5_000
COLUMNS = (
    "id",
    "at",
    "actor",
    "staff_id",
    "role",
    "store_id",
    "what",
    "member_id",
    "subject",
    "facts",
    "approval",
    "key",
)
TEXTS = {"actor", "role", "what", "subject", "facts", "key", "hash"}


async def append(link: Callable[[int], Link], hash_of: Callable[[str, Link], str]) -> bool:
    """Add a row after the newest; False when (key, what) is there already.

    From here on until the transaction ends nobody else adds one.
    """
    lock = "FOR UPDATE" if is_postgres() else ""
    head = await row(f"SELECT last_id, last_hash FROM audit_head WHERE id = 1 {lock}")
    assert head is not None
    added = link(head["last_id"] + 1)
    new_hash = hash_of(head["last_hash"], added)
    values = {**dict(zip(COLUMNS, added, strict=True)), "hash": new_hash}
    if await insert("audit_log", values, conflict="ON CONFLICT (key, what) DO NOTHING") is None:
        return False
    moved = await change(
        "UPDATE audit_head SET last_id = $1, last_hash = $2 WHERE id = 1 AND last_hash = $3",
        added.id,
        new_hash,
        head["last_hash"],
    )
    assert moved == 1, added.id
    return True


async def chain_head() -> Head:
    found = await row("SELECT last_id, last_hash FROM audit_head WHERE id = 1")
    return Head(found["last_id"], found["last_hash"]) if found else Head(0, "")


async def chain() -> AsyncIterator[tuple[Link, str]]:
    """Every row with its hash in the order of writing, page by page."""
    last_id = 0
    while page := await records(page_statement(postgres=is_postgres()), last_id):
        for found in page:
            yield as_link(found)
        last_id = page[-1][0]


def page_statement(*, postgres: bool) -> str:
    columns = (*COLUMNS, "hash")
    read = [column if postgres or column not in TEXTS else _bytes_of(column) for column in columns]
    return f"SELECT {', '.join(read)} FROM audit_log WHERE id > $1 ORDER BY id LIMIT {PAGE}"


def _bytes_of(column: str) -> str:
    """A damaged SQLite file may hold a text that is no UTF-8, or something that is no text."""
    return (
        f"CASE typeof({column}) WHEN 'text' THEN CAST({column} AS BLOB)"
        " WHEN 'null' THEN NULL ELSE 0 END"
    )


def as_link(found: Sequence[object]) -> tuple[Link, str]:
    *columns, stored_hash = map(_text, found)
    return Link._make(columns), str(stored_hash)


def _text(value: object) -> object:
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else value

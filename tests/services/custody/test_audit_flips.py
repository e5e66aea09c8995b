"""Tampering (篡改): every byte of every audit row, changed in a copy of the database, is found."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from loyalty.audit_chain import ChainCheck, Head
from services.custody.auditing import Act, audit_alone
from services.shop import Shop
from storage.audit_trail import COLUMNS, TEXTS, as_link, chain_head, page_statement
from storage.sql import rows
from tests.databases import only_sqlite
from tests.services.staffing import a_staff

ROWS = 20
READ = page_statement(postgres=False).replace("$1", "0")
ALL_COLUMNS = (*COLUMNS, "hash")


# Without triggers and constraints, which whoever owns the file takes off.
BARE = f"""
CREATE TABLE audit_log (id INTEGER PRIMARY KEY, at BIGINT, staff_id BIGINT, store_id BIGINT,
member_id BIGINT, approval BIGINT, {", ".join(f"{name} TEXT" for name in sorted(TEXTS))})
"""


@pytest.fixture
async def trail(shop: Shop) -> tuple[bytes, bytes, Head]:
    """A database file with nothing but a trail, the audit key, and the newest row."""
    person = await a_staff(shop)
    last = await chain_head()
    for number in range(last.last_id, ROWS):
        facts = {"points": number, "reason": "顾客换货"}
        act = Act("points.adjust", number, f"confirmation:{number}", facts)
        await audit_alone(shop, person, act, key=f"message-{number}")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        copy.execute(BARE)
        names = ", ".join(ALL_COLUMNS)
        for row in await rows(f"SELECT {names} FROM audit_log ORDER BY id"):
            copy.execute(
                f"INSERT INTO audit_log ({names}) VALUES ({', '.join('?' * len(row))})",
                list(row.values()),
            )
        return copy.serialize(), shop.keys.key("audit"), await chain_head()


def is_found(connection: sqlite3.Connection, key: bytes, head: Head) -> bool:
    check = ChainCheck(key)
    try:
        links = [as_link(row) for row in connection.execute(READ)]
    except sqlite3.DatabaseError:
        return True
    found = [fault for link, kept in links for fault in check.faults_of(link, kept)]
    return bool(found + list(check.faults_at_end(head)))


def flipped(value: object) -> Iterator[object]:
    """The value with each of its bytes changed in turn; nothing becomes something."""
    if value is None:
        yield 0
    elif isinstance(value, int):
        for place in range(8):
            yield value ^ (1 << 8 * place)
    else:
        written = str(value).encode()
        for place in range(len(written)):
            changed = bytearray(written)
            changed[place] ^= 0x81
            yield bytes(changed)


@only_sqlite
async def test_every_byte_of_every_column_counts(trail: tuple[bytes, bytes, Head]) -> None:
    content, key, head = trail
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(content)
        assert not is_found(connection, key, head)
        tried = [
            is_found_flipped(connection, change, key=key, head=head)
            for row in range(1, ROWS + 1)
            for change in changes_of(connection, row)
        ]
    assert len(tried) > ROWS * 150
    assert all(tried)


def changes_of(connection: sqlite3.Connection, row: int) -> Iterator[tuple[str, object]]:
    """Statements that change one byte of a row, with the new value."""
    for column in ALL_COLUMNS:
        found = connection.execute(f"SELECT {column} FROM audit_log WHERE id = {row}").fetchone()
        new = "CAST(? AS TEXT)" if column in TEXTS else "?"
        for value in flipped(found[0]):
            yield f"UPDATE OR REPLACE audit_log SET {column} = {new} WHERE id = {row}", value


def is_found_flipped(
    connection: sqlite3.Connection, change: tuple[str, object], *, key: bytes, head: Head
) -> bool:
    connection.execute("BEGIN")
    connection.execute(change[0], [change[1]])
    found = is_found(connection, key, head)
    connection.execute("ROLLBACK")
    return found


@only_sqlite
async def test_a_flipped_byte_of_the_file_is_found_or_changes_no_row(
    trail: tuple[bytes, bytes, Head],
) -> None:
    content, key, head = trail
    sound = rows_of(content)
    unnoticed = []
    pages = pages_of_the_trail(content)
    for place in pages:
        changed = bytearray(content)
        changed[place] ^= 0x01
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(bytes(changed))
            if not is_found(connection, key, head) and rows_of(bytes(changed)) != sound:
                unnoticed.append(place)
    assert len(pages) > ROWS * 150
    assert unnoticed == []


def rows_of(content: bytes) -> list[object]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        return connection.execute("SELECT * FROM audit_log ORDER BY id").fetchall()


def pages_of_the_trail(content: bytes) -> list[int]:
    """Where the rows stand in the file: on the pages that hold their hashes."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        hashes = [row[0].encode() for row in connection.execute("SELECT hash FROM audit_log")]
    pages = {content.index(kept) // size for kept in hashes}
    return [place for page in sorted(pages) for place in range(page * size, (page + 1) * size)]

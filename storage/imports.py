"""Rows of imports (导入): runs, who was brought along before, and phone numbers that come twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.bulk import Line, among, as_list, repeat
from storage.instants import to_ms
from storage.reach import reach_filter
from storage.sql import Row, change, insert, row, rows

COUNTED = ("added", "filled", "unchanged", "rejected")
COUNTS = (*COUNTED, "duplicates")
# What of an imported member is empty; of who has left or was merged nothing is to be filled.
KNOWN = """
SELECT i.external_index, i.run_id, m.id AS member_id, m.state,
       m.phone_sealed IS NULL AS phone, m.name_sealed IS NULL AS name,
       m.birthday_sealed IS NULL AS birthday, g.id IS NULL AS gender
  FROM imported_members i JOIN members m ON m.id = i.member_id
  LEFT JOIN member_details g ON g.member_id = m.id AND g.name = 'gender'
 WHERE i.store_id = $1 AND {among}
"""
# With the oldest other membership that has the number; older or newer, each pair has one row.
# `+ 0`: found by the index of numbers, and not by walking through all members in order of id.
SAME_PHONE = """
INSERT INTO duplicate_reviews (member_id, other_id, why, run_id, state, found_at)
SELECT CASE WHEN f.id > f.first_id THEN f.id ELSE f.first_id END,
       CASE WHEN f.id > f.first_id THEN f.first_id ELSE f.id END, 'phone',
       CAST($2 AS BIGINT), 'open', CAST($3 AS BIGINT)
  FROM (SELECT n.id, (SELECT MIN(o.id + 0) FROM members o
          WHERE o.phone_index = n.phone_index AND o.state = 'active' AND o.id <> n.id) AS first_id
          FROM members n WHERE {among} AND n.phone_index IS NOT NULL) f
 WHERE f.first_id IS NOT NULL ORDER BY f.id
ON CONFLICT (member_id, other_id) DO NOTHING
"""
FILLED = {
    "name": "name_sealed = $2 WHERE id = $1 AND name_sealed IS NULL",
    "birthday": "birthday_sealed = $2 WHERE id = $1 AND birthday_sealed IS NULL",
    "phone": "phone_sealed = $2, phone_index = $3 WHERE id = $1 AND phone_sealed IS NULL",
}
BOTH_ACTIVE = "m.state = 'active' AND o.state = 'active'"


class RunReplaced(Exception):
    """Another run of the store was started meanwhile."""


async def replace_runs(store_id: int) -> None:
    """What still runs in this store stops at its next batch, if it has not been stopped already."""
    await change(
        "UPDATE import_runs SET state = 'replaced' WHERE store_id = $1 AND state = 'running'",
        store_id,
    )


async def insert_run(**values: Any) -> int:
    run_id = await insert("import_runs", values)
    assert run_id is not None
    return run_id


async def count_in_run(run_id: int, last_line: int, **more: int) -> bool:
    """Add a batch to the run's figures, once by its last line; False when it was added before.

    Holds the run until the transaction ends. Raises RunReplaced.
    """
    sets = ", ".join(f"{name} = {name} + ${place}" for place, name in enumerate(COUNTED, 3))
    counted = await change(
        f"UPDATE import_runs SET last_line = $2, {sets}"
        " WHERE id = $1 AND state = 'running' AND last_line < $2",
        run_id,
        last_line,
        *[more[name] for name in COUNTED],
    )
    if not counted and not await row(
        "SELECT 1 AS one FROM import_runs WHERE id = $1 AND state = 'running'", run_id
    ):
        raise RunReplaced
    return bool(counted)


async def finish_run(run_id: int, now: datetime) -> Row | None:
    """The run's figures; None when it was replaced meanwhile."""
    return await row(
        "UPDATE import_runs SET state = 'done', finished_at = $2"
        f" WHERE id = $1 AND state = 'running' RETURNING {', '.join(COUNTS)}",
        run_id,
        to_ms(now),
    )


async def known_members(store_id: int, external_indexes: Sequence[str]) -> dict[str, Row]:
    """Those of them who came to the store before, by their index."""
    statement = KNOWN.format(among=among("i.external_index", "$2"))
    found = await rows(statement, store_id, as_list(external_indexes))
    return {line["external_index"]: line for line in found}


async def emptied_details(member_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Details that somebody took out by hand: no file puts them back."""
    found = await rows(
        "SELECT DISTINCT member_id, name FROM detail_changes"
        f" WHERE what = 'emptied' AND {among('member_id', '$1')}",
        as_list(member_ids),
    )
    return {(line["member_id"], line["name"]) for line in found}


async def adjusted_accounts() -> dict[str, int]:
    """The shop's accounts that opening balances come from, by unit."""
    found = await rows(
        "SELECT unit, id FROM ledger_accounts WHERE member_id IS NULL AND name = 'adjusted'"
    )
    return {line["unit"]: line["id"] for line in found}


async def review_same_phones(member_ids: Sequence[int], run_id: int, now: datetime) -> None:
    """Keep the pairs that come to light, and count them in the run."""
    if not member_ids:
        return
    statement = SAME_PHONE.format(among=among("n.id", "$1"))
    pairs = await change(statement, as_list(member_ids), run_id, to_ms(now))
    if pairs:
        await change(
            "UPDATE import_runs SET duplicates = duplicates + $2 WHERE id = $1", run_id, pairs
        )


async def fill_in(name: str, lines: Sequence[Line]) -> None:
    """Basics that are empty to this very moment; (member, sealed) each, a phone with its index."""
    await repeat(f"UPDATE members SET {FILLED[name]} AND state = 'active'", lines)


async def log_fills(lines: Sequence[Line]) -> None:
    """(member, name, by, at, key) each."""
    await repeat(
        "INSERT INTO detail_changes (member_id, name, what, changed_by, changed_at, key)"
        " VALUES ($1, $2, 'set', $3, $4, $5) ON CONFLICT (key, name) DO NOTHING",
        lines,
    )


async def fill_extras(lines: Sequence[Line]) -> None:
    """(member, name, sealed, at, by) each."""
    await repeat(
        "INSERT INTO member_details (member_id, name, value_sealed, changed_at, changed_by)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (member_id, name) DO NOTHING",
        lines,
    )


async def origins_of_member(member_id: int) -> list[Row]:
    """From which stores' older systems a member came, those merged into it included."""
    return await rows(
        "SELECT i.store_id, r.started_at, t.text FROM imported_members i"
        " JOIN members m ON m.id = i.member_id JOIN import_runs r ON r.id = i.run_id"
        " JOIN consent_texts t ON t.text_hash = r.basis_hash"
        " WHERE m.id = $1 OR m.merged_into = $1 ORDER BY i.id",
        member_id,
    )


async def open_reviews(stores: frozenset[int] | None, *, offset: int, limit: int) -> list[Row]:
    """Pairs both of whom are in that reach; to tell of one alone would tell of the other."""
    mine, values = reach_filter(stores, "m")
    others, more = reach_filter(stores, "o", first=len(values) + 1)
    return await rows(
        "SELECT d.id, d.why, m.id AS member_id, m.member_no, m.home_store_id, m.name_sealed,"
        " o.id AS other_id, o.member_no AS other_no, o.home_store_id AS other_store_id,"
        " o.name_sealed AS other_name_sealed, m.phone_sealed"
        " FROM duplicate_reviews d JOIN members m ON m.id = d.member_id"
        f" JOIN members o ON o.id = d.other_id WHERE d.state = 'open' AND {BOTH_ACTIVE}"
        f" AND {mine} AND {others} ORDER BY d.id LIMIT {limit} OFFSET {offset}",
        *values,
        *more,
    )


async def review_in_reach(review_id: int, stores: frozenset[int] | None) -> Row | None:
    """A pair with both members' numbers, decided or not."""
    mine, values = reach_filter(stores, "m", first=2)
    others, more = reach_filter(stores, "o", first=len(values) + 2)
    return await row(
        "SELECT d.id, d.member_id, d.other_id, d.decided_key, m.member_no, o.member_no AS other_no"
        " FROM duplicate_reviews d JOIN members m ON m.id = d.member_id"
        f" JOIN members o ON o.id = d.other_id WHERE d.id = $1 AND {mine} AND {others}",
        review_id,
        *values,
        *more,
    )


async def dismiss_review(review_id: int, *, staff_id: int, key: str, now: datetime) -> bool:
    """False when it was decided before."""
    return bool(
        await change(
            "UPDATE duplicate_reviews SET state = 'dismissed', decided_by = $2, decided_key = $3,"
            " decided_at = $4 WHERE id = $1 AND state = 'open'",
            review_id,
            staff_id,
            key,
            to_ms(now),
        )
    )

"""Tags (标签) as rows; those of a rule are set and taken for everybody by one statement each."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from storage.counters import counters_of
from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import Part, Row, Values, change, insert, row, rows

RULE = "rule"
TRADE = ("purchases", "claims", "refunds")
MARK = "tags-looked-at:"


async def take_time() -> None:
    """A rule for everybody may take longer than a message's statement, in this transaction."""
    if is_postgres():
        await rows("SET LOCAL statement_timeout = '300s'")


async def set_by_rule(tag: str, people: Part, *, reason: str, now: datetime) -> int:
    """Everybody it means and who has it from nobody; how many."""
    values = Values()
    wanted = f"CAST({values(tag)} AS TEXT), '{RULE}', CAST({values(reason)} AS TEXT)"
    return await change(
        "INSERT INTO member_tags (member_id, tag, source, reason, tagged_at)"
        f" SELECT m.id, {wanted}, {values.number(to_ms(now))} FROM members m"
        f" WHERE {people(values)} ON CONFLICT (member_id, tag) DO NOTHING",
        *values.all,
    )


async def take_by_rule(
    tag: str, people: Part | None = None, member_ids: Sequence[int] | None = None
) -> int:
    """From everybody whom it means no more, as far as a rule gave it; without `people` from all.

    `member_ids`: only these are looked at.
    """
    values = Values()
    held = f"source = '{RULE}' AND tag = {values(tag)}"
    if member_ids is not None:
        held += f" AND {_among('member_id', member_ids, values)}"
    if people is not None:
        # NOT IN would go through all of them for each.
        held += " AND NOT EXISTS (SELECT 1 FROM members m WHERE m.id = member_tags.member_id"
        held += f" AND ({people(values)}))"
    return await change(f"DELETE FROM member_tags WHERE {held}", *values.all)


def only_of(people: Part, member_ids: Sequence[int]) -> Part:
    """The same condition, asked of these members alone."""

    def condition(values: Values) -> str:
        return f"{_among('m.id', member_ids, values)} AND {people(values)}"

    return condition


def _among(column: str, member_ids: Sequence[int], values: Values) -> str:
    return f"{column} IN ({', '.join(map(values.number, member_ids))})"


async def say_reason(tag: str, reason: str) -> int:
    """Where the shop explains its rule in other words by now."""
    return await change(
        f"UPDATE member_tags SET reason = $2 WHERE source = '{RULE}' AND tag = $1 AND reason <> $2",
        tag,
        reason,
    )


async def add_tag(member_id: int, tag: str, *, source: str, reason: str, now: datetime) -> bool:
    """False where the member has it already; from a rule it passes to whoever says so now."""
    values = {"member_id": member_id, "tag": tag, "source": source, "reason": reason}
    added = await insert(
        "member_tags",
        {**values, "tagged_at": now},
        conflict="ON CONFLICT (member_id, tag) DO UPDATE SET source = excluded.source,"
        f" reason = excluded.reason WHERE member_tags.source = '{RULE}'",
    )
    return added is not None


async def drop_tag(member_id: int, tag: str) -> bool:
    """What a rule gave is not to be taken by hand: it would be back by morning."""
    return bool(
        await change(
            f"DELETE FROM member_tags WHERE member_id = $1 AND tag = $2 AND source <> '{RULE}'",
            member_id,
            tag,
        )
    )


async def tags_of(member_id: int) -> list[Row]:
    return await rows(
        "SELECT tag, source, reason FROM member_tags WHERE member_id = $1 ORDER BY id", member_id
    )


async def newest_trade() -> dict[str, int]:
    """The newest number of each table that tells of buying."""
    found = await row(
        "SELECT (SELECT COALESCE(MAX(id), 0) FROM purchases) AS purchases,"
        " (SELECT COALESCE(MAX(id), 0) FROM claims) AS claims,"
        " (SELECT COALESCE(MAX(id), 0) FROM refunds) AS refunds"
    )
    assert found is not None
    return {name: int(number) for name, number in found.items()}


async def who_traded(since: Mapping[str, int], limit: int) -> list[int]:
    """Members whose purchases have been recorded, claimed or given back since these numbers."""
    found = await rows(
        "SELECT DISTINCT member_id FROM ("
        "SELECT member_id FROM purchases WHERE id > $1 UNION ALL"
        " SELECT p.member_id FROM claims c JOIN purchases p ON p.id = c.purchase_id"
        " WHERE c.id > $2 UNION ALL"
        " SELECT p.member_id FROM refunds r JOIN purchases p ON p.id = r.purchase_id"
        " WHERE r.id > $3) traded WHERE member_id IS NOT NULL ORDER BY member_id LIMIT $4",
        since["purchases"],
        since["claims"],
        since["refunds"],
        limit,
    )
    return [line["member_id"] for line in found]


async def marks() -> dict[str, int]:
    """How far buying has been looked at; empty before the first time."""
    found = await counters_of([f"{MARK}{name}" for name in TRADE])
    return {name.removeprefix(MARK): number for name, number in found.items()}


async def move_marks(reached: Mapping[str, int]) -> None:
    for name, number in reached.items():
        await change(
            "INSERT INTO counters (name, used) VALUES ($1, $2) ON CONFLICT (name)"
            " DO UPDATE SET used = excluded.used WHERE counters.used < excluded.used",
            f"{MARK}{name}",
            number,
        )

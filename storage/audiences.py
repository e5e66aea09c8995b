"""Audiences (人群) asked of the database: how many, a few of them, and whether somebody is in."""

from storage.sql import Part, Row, Values, row, rows


async def how_many(people: Part) -> int:
    values = Values()
    found = await row(f"SELECT COUNT(*) AS n FROM members m WHERE {people(values)}", *values.all)
    assert found is not None
    return int(found["n"])


async def newest_of(people: Part, limit: int) -> list[Row]:
    """Those who joined last."""
    values = Values()
    return await rows(
        f"SELECT m.id, m.member_no, m.name_sealed FROM members m WHERE {people(values)}"
        f" ORDER BY m.id DESC LIMIT {limit}",
        *values.all,
    )


async def is_among(people: Part, member_id: int) -> bool:
    values = Values()
    mine = f"m.id = {values.number(member_id)}"
    found = await row(
        f"SELECT 1 AS one FROM members m WHERE {mine} AND {people(values)}", *values.all
    )
    return found is not None

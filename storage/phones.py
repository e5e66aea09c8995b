"""Phone numbers of members (手机号): whose a number is, by its blind index."""

from storage.sql import Row, change, row, rows

IS_FOLLOWED = "EXISTS (SELECT 1 FROM followers f WHERE f.member_id = m.id)"


async def phone_of(member_id: int) -> Row:
    found = await row(
        "SELECT phone_sealed, phone_index, phone_verified_at FROM members WHERE id = $1", member_id
    )
    assert found is not None, member_id
    return found


async def holder_of_number(phone_index: str, member_id: int) -> Row | None:
    """The other member whose verified number it is, and whether anybody writes as this member."""
    return await row(
        f"SELECT m.id, {IS_FOLLOWED} AS is_followed FROM members m"
        " WHERE m.phone_index = $1 AND m.phone_verified_at IS NOT NULL"
        " AND m.state = 'active' AND m.id <> $2",
        phone_index,
        member_id,
    )


async def release_number(phone_index: str, member_id: int) -> None:
    """Nobody but this member has the number verified any more, closed members included."""
    await change(
        "UPDATE members SET phone_sealed = NULL, phone_index = NULL, phone_verified_at = NULL"
        " WHERE phone_index = $1 AND phone_verified_at IS NOT NULL AND id <> $2",
        phone_index,
        member_id,
    )


async def members_known_by_phone_alone(phone_index: str, member_id: int) -> list[int]:
    """Other members with this number as whom nobody writes: registered at a counter, or imported.

    In the order of their numbers.
    """
    found = await rows(
        "SELECT m.id FROM members m WHERE m.phone_index = $1 AND m.state = 'active'"
        f" AND m.id <> $2 AND NOT {IS_FOLLOWED} ORDER BY m.id",
        phone_index,
        member_id,
    )
    return [line["id"] for line in found]

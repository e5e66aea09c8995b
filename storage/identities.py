"""Identities (身份): followers whom the platform knows to be one person, by their unionid."""

from storage.sql import Row, change, row, rows


async def keep_unionid(account: str, openid: str, unionid: str) -> Row | None:
    """The follower, where this is news; None where it was known or nobody has this openid."""
    found = await rows(
        "UPDATE followers SET unionid = $1 WHERE account = $2 AND openid = $3"
        " AND (unionid IS NULL OR unionid <> $1)"
        " RETURNING id, account, openid, member_id, follows",
        unionid,
        account,
        openid,
    )
    return found[0] if found else None


async def unionid_of(follower_id: int) -> str | None:
    found = await row("SELECT unionid FROM followers WHERE id = $1", follower_id)
    return str(found["unionid"]) if found and found["unionid"] is not None else None


async def followers_of_person(unionid: str) -> list[Row]:
    """With the active member each of them is; who followed last stands first."""
    return await rows(
        "SELECT f.id, f.account, f.openid, f.follows, f.member_id, m.id AS active_id"
        " FROM followers f LEFT JOIN members m ON m.id = f.member_id AND m.state = 'active'"
        " WHERE f.unionid = $1 ORDER BY f.changed_at DESC, f.id DESC",
        unionid,
    )


async def become_member(follower_id: int, member_id: int) -> bool:
    """False where the follower has become somebody meanwhile."""
    return bool(
        await change(
            "UPDATE followers SET member_id = $1 WHERE id = $2 AND member_id IS NULL",
            member_id,
            follower_id,
        )
    )


async def other_member_of_person(follower_id: int, member_id: int) -> int | None:
    """Another active member who is the same person by unionid; the one who joined first."""
    found = await row(
        "SELECT m.id FROM followers mine JOIN followers other ON other.unionid = mine.unionid"
        " JOIN members m ON m.id = other.member_id AND m.state = 'active'"
        " WHERE mine.id = $1 AND m.id <> $2 ORDER BY m.id LIMIT 1",
        follower_id,
        member_id,
    )
    return int(found["id"]) if found else None

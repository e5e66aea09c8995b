"""Rows of consents (同意), read: for each purpose the newest one counts."""

from storage.sql import Row, row, rows


async def newest_consents(member_id: int) -> list[Row]:
    """What the member last said to each purpose, in order of purpose, with the text."""
    return await rows(
        "SELECT c.purpose, c.given, c.recorded_at, c.text_version, c.text_hash, t.text"
        " FROM consents c JOIN consent_texts t ON t.text_hash = c.text_hash"
        " WHERE c.id IN (SELECT MAX(id) FROM consents WHERE member_id = $1 GROUP BY purpose)"
        " ORDER BY c.purpose",
        member_id,
    )


async def newest_consent(member_id: int, purpose: str) -> Row | None:
    return await row(
        "SELECT given, text_hash FROM consents WHERE member_id = $1 AND purpose = $2"
        " ORDER BY id DESC LIMIT 1",
        member_id,
        purpose,
    )


async def was_asked_before(follower_id: int, member_id: int, purpose: str) -> bool:
    """Whether this follower agreed to it as another member, who has left since."""
    found = await row(
        "SELECT 1 AS one FROM consents WHERE follower_id = $1 AND purpose = $2 AND given"
        " AND member_id <> $3 LIMIT 1",
        follower_id,
        purpose,
        member_id,
    )
    return found is not None


async def members_who_agreed(purpose: str, text_hash: str, *, after: int, limit: int) -> list[int]:
    """Active members whose last word on a purpose was yes, and to this very text; by number."""
    found = await rows(
        "SELECT m.id FROM consents c JOIN members m ON m.id = c.member_id AND m.state = 'active'"
        " WHERE c.purpose = $1 AND c.text_hash = $2 AND c.given AND c.member_id > $3"
        " AND NOT EXISTS (SELECT 1 FROM consents l WHERE l.member_id = c.member_id"
        " AND l.purpose = $1 AND l.id > c.id) ORDER BY m.id LIMIT $4",
        purpose,
        text_hash,
        after,
        limit,
    )
    return [line["id"] for line in found]

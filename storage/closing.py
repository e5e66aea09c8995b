"""Rows of a membership's end (注销): what is erased, what is detached, what ends with it.

Statements of ERASED take two values like those of storage.personal, and have run when followers
are detached. What is no more here is either gone with them or stays as the ledger does.
"""

from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.personal import ME, ME_OR_MERGED, MERGED_IDS, MINE, MY_TICKETS, PERSON
from storage.sql import Row, change, insert, row, rows

NOTHING_SAID = '{"kind": "text", "value": ""}'
MESSAGE_BLANKED = f"content = '{NOTHING_SAID}', content_sealed = NULL"
BASICS_ERASED = (
    "name_sealed = NULL, phone_sealed = NULL, phone_index = NULL, phone_verified_at = NULL,"
    " birthday_sealed = NULL, birthday_index = NULL"
)
PICTURE_ERASED = "state = 'erased', bytes_sealed = NULL, kind = NULL, media_id = ''"
OTHER = "other_id = (SELECT member_id FROM person)"
KEPT = f"(kept_id = (SELECT member_id FROM person) OR kept_id IN ({MERGED_IDS}))"
MY_DOWNLOADS = f"SELECT id FROM downloads WHERE {MINE}"
UNMATCHED = "member_id = $1 AND state IN ('pending', 'void') AND purchase_id IS NULL"
QUEUED = "UPDATE outbox SET state = 'suppressed', reason = 'left' WHERE state = 'queued'"
MY_OUTBOX = (
    "openid IN (SELECT openid FROM mine) AND EXISTS (SELECT 1 FROM mine"
    " WHERE mine.account = outbox.account AND mine.openid = outbox.openid)"
)
ERASED = (
    f"DELETE FROM member_details WHERE {ME_OR_MERGED}",
    f"DELETE FROM detail_marks WHERE {ME_OR_MERGED}",
    f"DELETE FROM member_tags WHERE {ME_OR_MERGED}",
    f"UPDATE members SET {BASICS_ERASED} WHERE merged_into = (SELECT member_id FROM person)",
    f"DELETE FROM phone_codes WHERE {ME_OR_MERGED} OR {MINE}",
    f"DELETE FROM mini_sessions WHERE {MINE}",
    f"DELETE FROM dialogues WHERE {MINE}",
    f"DELETE FROM waiting_lines WHERE {MINE}",
    f"DELETE FROM download_files WHERE download_id IN ({MY_DOWNLOADS})",
    f"DELETE FROM downloads WHERE {MINE}",
    f"DELETE FROM contact_choices WHERE {ME}",
    f"DELETE FROM contacts WHERE {MINE}",
    f"DELETE FROM held_subscriptions WHERE {MINE}",
    f"DELETE FROM member_tiers WHERE {ME}",
    f"DELETE FROM campaign_cues WHERE {ME_OR_MERGED}",
    f"DELETE FROM campaign_answers WHERE {ME_OR_MERGED}",
    f"DELETE FROM product_views WHERE {ME_OR_MERGED}",
    f"UPDATE message_replies SET text_sealed = NULL WHERE {ME_OR_MERGED} OR {MINE}",
    f"DELETE FROM member_rhythms WHERE {ME_OR_MERGED}",
    f"DELETE FROM rfm_scores WHERE {ME_OR_MERGED}",
    f"UPDATE member_merges SET reason = '' WHERE {KEPT}",
    f"UPDATE duplicate_reviews SET state = 'dismissed' WHERE state = 'open' AND ({ME} OR {OTHER})",
    f"UPDATE ticket_messages SET text_sealed = NULL WHERE ticket_id IN ({MY_TICKETS})",
    f"UPDATE ticket_pictures SET {PICTURE_ERASED} WHERE ticket_id IN ({MY_TICKETS})",
    f"{QUEUED} AND {MY_OUTBOX}",
    f"UPDATE outbox SET {MESSAGE_BLANKED} WHERE state <> 'sending' AND {MY_OUTBOX}",
)


async def closing_by_key(key: str) -> Row | None:
    return await row("SELECT member_id, facts FROM closings WHERE key = $1", key)


async def insert_closing(**values: Any) -> None:
    await insert("closings", values)


async def erase_person(member_id: int | None, follower_id: int) -> None:
    """Everything of the person that is neither the ledger's nor a proof."""
    for statement in ERASED:
        await change(f"{PERSON} {statement}", member_id, follower_id)


async def close_row(member_id: int) -> bool:
    """The member's number stays, nothing of the person; False when it was closed before."""
    return bool(
        await change(
            f"UPDATE members SET state = 'closed', {BASICS_ERASED}, region_id = NULL"
            " WHERE id = $1 AND state = 'active'",
            member_id,
        )
    )


async def detach_followers(member_id: int) -> None:
    await change(
        "UPDATE followers SET member_id = NULL, unionid = NULL, has_waiting = FALSE"
        " WHERE member_id = $1",
        member_id,
    )


async def end_tickets(member_id: int | None, follower_id: int, now: datetime) -> None:
    await change(
        f"{PERSON} UPDATE tickets SET state = 'closed', due_at = NULL, member_id = NULL,"
        f" closed_at = COALESCE(closed_at, {to_ms(now)}), asker_left = TRUE"
        f" WHERE id IN ({MY_TICKETS})",
        member_id,
        follower_id,
    )


async def open_closing_ticket(member_id: int) -> int | None:
    """The ticket that already asks for the money, if there is one."""
    found = await row(
        "SELECT id FROM tickets WHERE member_id = $1 AND kind = 'closing'"
        " AND state NOT IN ('resolved', 'closed') ORDER BY id LIMIT 1",
        member_id,
    )
    return found["id"] if found else None


async def void_coupons(member_id: int, now: datetime) -> int:
    """End what the member still has, also what is on offer; how many coupons."""
    await change(
        "UPDATE coupon_gifts SET state = 'withdrawn', ended_at = $2 WHERE state = 'open'"
        " AND coupon_id IN (SELECT id FROM coupons WHERE member_id = $1)",
        member_id,
        to_ms(now),
    )
    return await change(
        "UPDATE coupons SET state = 'void', uses_left = 0, offered_at = NULL"
        " WHERE member_id = $1 AND state = 'issued'",
        member_id,
    )


async def waiting_receipts(member_id: int) -> list[Row]:
    """Receipts whose points are still to come: claims without an upload, and purchases in their
    return period; in the order in which receipts are locked."""
    return await rows(
        f"SELECT till_id, receipt_seq FROM claims WHERE {UNMATCHED}"
        " UNION SELECT till_id, receipt_seq FROM purchases"
        " WHERE member_id = $1 AND credit_due_at IS NOT NULL AND receipt_seq IS NOT NULL"
        " ORDER BY till_id, receipt_seq",
        member_id,
    )


async def void_waiting(member_id: int) -> None:
    """Nothing is credited to this member any more. The caller holds the receipts."""
    await change(
        # Without the member: an upload that comes after all would credit a void claim, too.
        f"UPDATE claims SET state = 'void', member_id = NULL, points = 0, due_at = NULL"
        f" WHERE {UNMATCHED}",
        member_id,
    )
    await change(
        "UPDATE purchases SET credit_due_at = NULL, points = 0"
        " WHERE member_id = $1 AND credit_due_at IS NOT NULL",
        member_id,
    )


async def follower_named(account: str, openid: str) -> Row | None:
    return await row(
        "SELECT id, member_id FROM followers WHERE account = $1 AND openid = $2", account, openid
    )


async def has_other_followers(member_id: int, follower_id: int) -> bool:
    found = await row(
        "SELECT 1 AS one FROM followers WHERE member_id = $1 AND id <> $2", member_id, follower_id
    )
    return found is not None


async def forget_follower(follower_id: int, account: str, openid: str) -> None:
    """An account that is no more: neither its name nor a link is left."""
    name = f"cancelled:{follower_id}"
    await change(
        f"UPDATE outbox SET openid = $1, {MESSAGE_BLANKED} WHERE account = $2 AND openid = $3",
        name,
        account,
        openid,
    )
    await change(
        "UPDATE followers SET openid = $1, unionid = NULL, member_id = NULL, follows = FALSE,"
        " has_waiting = FALSE, source = NULL, refused_why = NULL, refused_at = NULL WHERE id = $2",
        name,
        follower_id,
    )


async def drop_platform_phone(member_id: int) -> bool:
    """Erase a number that came from the platform; False where there is none."""
    return bool(
        await change(
            "UPDATE members SET phone_sealed = NULL, phone_index = NULL, phone_verified_at = NULL"
            " WHERE id = $1 AND EXISTS (SELECT 1 FROM phone_codes p WHERE p.member_id = members.id"
            " AND p.purpose = 'platform' AND p.state = 'used'"
            " AND p.phone_index = members.phone_index)",
            member_id,
        )
    )


async def drop_logins(follower_id: int) -> None:
    await change("DELETE FROM mini_sessions WHERE follower_id = $1", follower_id)


async def refilled_accounts(*, after: int, limit: int) -> list[Row]:
    """Members who left and have something on their accounts again, by number."""
    return await rows(
        "SELECT m.id, m.member_no FROM closings c JOIN members m ON m.id = c.member_id"
        " WHERE m.id > $1 AND EXISTS (SELECT 1 FROM ledger_accounts a WHERE a.member_id = m.id"
        " AND a.unit IN ('points', 'bonus', 'principal') AND a.balance > 0)"
        " ORDER BY m.id LIMIT $2",
        after,
        limit,
    )


async def closed_card_holder(member_no: str) -> int | None:
    """Who has left under this number and has principal all the same."""
    found = await row(
        "SELECT m.id FROM closings c JOIN members m ON m.id = c.member_id"
        " JOIN ledger_accounts a ON a.member_id = m.id AND a.unit = 'principal'"
        " AND a.name = 'member' WHERE m.member_no = $1 AND a.balance > 0",
        member_no,
    )
    return found["id"] if found else None


async def member_who_left(member_no: str) -> int | None:
    found = await row(
        "SELECT m.id FROM closings c JOIN members m ON m.id = c.member_id WHERE m.member_no = $1",
        member_no,
    )
    return found["id"] if found else None


async def newest_posting_of(member_id: int) -> int:
    """What tells one refilling from the next: the last transaction that moved a lot."""
    found = await row(
        "SELECT MAX(e.transaction_id) AS newest FROM ledger_entries e"
        " JOIN ledger_accounts a ON a.id = e.account_id WHERE a.member_id = $1",
        member_id,
    )
    assert found is not None
    return int(found["newest"])

"""One row in every table (每表一行): a small life by the services, the rest written by hand."""

from services.jobs import begin
from services.messages.outbox import queue_replies
from services.purchases.claims import claim_receipt
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.database import is_postgres
from storage.sql import rows
from tests.shop_parts import a_member, a_receipt, a_report, a_till
from tests.storage.any_row import (
    COUPON,
    FOLLOWER,
    LOT,
    MEMBER,
    MERGE,
    POSTING,
    PURCHASE,
    SEALED,
    TILL,
)
from tests.storage.rows_of_sending import SENDING

AT_A_TILL = {"till_id": TILL, "fingerprint": "'f'", "recorded_at": "1"}

# Table: its columns without a default, each as SQL. In an order that the references allow.
BY_HAND: dict[str, dict[str, str]] = {
    "dialogues": {"follower_id": FOLLOWER, "step_key": "'step'", "changed_at": "1"},
    "lots": {
        "account_id": "(SELECT MIN(account_id) FROM lots)",
        "entry_id": "(SELECT MIN(entry_id) FROM lots)",
        "amount": "50",
        "remaining": "50",
        "opened_at": "1",
    },
    "lot_allocations": {
        "entry_id": "(SELECT MIN(entry_id) FROM lots)",
        "lot_id": LOT,
        "amount": "-1",
    },
    "member_code_uses": {
        "member_id": MEMBER,
        "step": "1",
        "uses": "1",
        "till_id": TILL,
        "purpose": "'purchase'",
        "reference": "'R-1'",
        "used_at": "1",
    },
    "refunds": {
        **AT_A_TILL,
        "refund_no": "'F-1'",
        "receipt_no": "'R-1'",
        "amount_fen": "1",
        "state": "'waiting'",
        "refunded_at": "1",
    },
    "quotes": {
        "quote_id": "'quote'",
        "till_id": TILL,
        "lines": "'[]'",
        "line_fen": "'[]'",
        "coupon_codes": "'[]'",
        "payable_fen": "1",
        "answer": "'{}'",
        "expires_at": "1",
        "purchase_id": PURCHASE,
        "created_at": "1",
    },
    "coupon_uses": {
        "coupon_id": COUPON,
        "state": "'held'",
        "till_id": TILL,
        "receipt_no": "'R-1'",
        "used_at": "1",
    },
    "coupon_gifts": {
        "key": "'gift'",
        "token_hash": "'hash'",
        "coupon_id": COUPON,
        "giver_id": MEMBER,
        "state": "'open'",
        "created_at": "1",
    },
    "exchanges": {
        "key": "'exchange'",
        "member_id": MEMBER,
        "reward": "'cup'",
        "points": "10",
        "coupon_id": COUPON,
        "state": "'done'",
        "exchanged_at": "1",
    },
    "topups": {
        **AT_A_TILL,
        "topup_no": "'T-1'",
        "member_id": MEMBER,
        "paid_fen": "50000",
        "bonus_fen": "5000",
        "transaction_id": POSTING,
        "state": "'done'",
    },
    "wallet_holds": {
        **AT_A_TILL,
        "receipt_no": "'R-1'",
        "member_id": MEMBER,
        "amount_fen": "100",
        "state": "'open'",
        "expires_at": "1",
    },
    "hold_draws": {
        "hold_id": "(SELECT MIN(id) FROM wallet_holds)",
        "lot_id": LOT,
        "amount": "100",
    },
    "member_tiers": {"member_id": MEMBER, "tier": "'base'", "growth": "0", "since_on": "'x'"},
    "tier_changes": {
        "key": "'change'",
        "member_id": MEMBER,
        "from_tier": "'base'",
        "to_tier": "'silver'",
        "reason": "'reached'",
        "facts": "'{}'",
        "changed_at": "1",
    },
    "tier_gifts": {"member_id": MEMBER, "tier": "'silver'", "given_on": "'2027-01-11'"},
    **SENDING,
    "staff_invitations": {
        "code_hash": "'hash'",
        "role": "'clerk'",
        "expires_at": "1",
        "created_at": "1",
    },
    "staff": {
        "follower_id": FOLLOWER,
        "role": "'clerk'",
        "state": "'active'",
        "invitation_id": "(SELECT MIN(id) FROM staff_invitations)",
        "bound_at": "1",
    },
    "confirmations": {
        "key": "'confirmation'",
        "summary": "'…'",
        "done_key": "'done'",
        "code_hash": "'hash'",
        "follower_id": FOLLOWER,
        "word": "'refund'",
        "content": "'{}'",
        "state": "'open'",
        "expires_at": "1",
        "created_at": "1",
    },
    "operator_requests": {
        "code_hash": "'hash'",
        "what": "'keys.rotate'",
        "content_hash": "'hash'",
        "summary": "'…'",
        "state": "'open'",
        "asked_at": "1",
        "expires_at": "1",
    },
    "audit_log": {
        "at": "1",
        "actor": "'operator'",
        "what": "'shop.load'",
        "subject": "''",
        "facts": "'{}'",
        "key": "'load'",
        "hash": "'hash'",
    },
    "member_details": {
        "member_id": MEMBER,
        "name": "'email'",
        "value_sealed": SEALED,
        "changed_at": "1",
        "changed_by": "'member'",
    },
    "detail_marks": {"member_id": MEMBER, "name": "'email'"},
    "segments": {
        "name": "'regulars'",
        "version": "1",
        "text": "'all'",
        "data": "'{}'",
        "staff_id": "(SELECT MIN(id) FROM staff)",
        "key": "'segment'",
        "saved_at": "1",
    },
    "member_tags": {
        "member_id": MEMBER,
        "tag": "'fresh'",
        "source": "'staff'",
        "reason": "'because'",
        "tagged_at": "1",
    },
    "detail_changes": {
        "member_id": MEMBER,
        "name": "'email'",
        "what": "'set'",
        "changed_by": "'member'",
        "changed_at": "1",
        "key": "'m1'",
    },
    "training_passes": {
        "key": "'m1'",
        "staff_id": "(SELECT MIN(id) FROM staff)",
        "quiz_version": "1",
        "score": "100",
        "passed_at": "1",
        "until": "'2027-07-11'",
    },
    "downloads": {
        "key": "'download'",
        "token_hash": "'hash'",
        "follower_id": FOLLOWER,
        "expires_at": "1",
        "created_at": "1",
    },
    "download_files": {
        "download_id": "(SELECT MIN(id) FROM downloads)",
        "name": "'my-data.json'",
        "content_sealed": "(SELECT MIN(key_sealed) FROM till_keys)",
    },
    "closings": {
        "key": "'closing'",
        "member_id": MEMBER,
        "closed_by": "'member'",
        "facts": "'{}'",
        "closed_at": "1",
    },
    "member_exports": {
        "key": "'export'",
        "staff_id": "(SELECT MIN(id) FROM staff)",
        "follower_id": FOLLOWER,
        "stores": "'null'",
        "members": "1",
        "asked_at": "1",
    },
    "phone_codes": {
        "key": "'asked'",
        "follower_id": FOLLOWER,
        "member_id": MEMBER,
        "purpose": "'sms'",
        "phone_index": "'phone'",
        "state": "'open'",
        "done_key": "'done'",
        "chosen_key": "'chosen'",
        "expires_at": "1",
        "created_at": "1",
    },
    "mini_sessions": {
        "follower_id": FOLLOWER,
        "token_hash": "'hash'",
        "expires_at": "1",
        "created_at": "1",
    },
    "members": {"joined_at": "1", "join_key": "'another'"},
    "member_merges": {
        "key": "'merge'",
        "kept_id": MEMBER,
        "merged_id": "(SELECT MAX(id) FROM members)",
        "actor": "'member'",
        "reason": "'own'",
        "came": "'{}'",
        "kept_before": "'{}'",
        "merged_at": "1",
        "undo_until": "1",
        "undone_key": "'undone'",
    },
    "import_runs": {
        "store_id": "(SELECT MIN(id) FROM stores)",
        "file_digest": "'digest'",
        "basis_hash": "(SELECT MIN(text_hash) FROM consent_texts)",
        "state": "'running'",
        "started_at": "1",
    },
    "imported_members": {
        "run_id": "(SELECT MIN(id) FROM import_runs)",
        "store_id": "(SELECT MIN(id) FROM stores)",
        "external_index": "'number'",
        "member_id": MEMBER,
    },
    "duplicate_reviews": {
        "member_id": "(SELECT MAX(id) FROM members)",
        "other_id": MEMBER,
        "why": "'phone'",
        "run_id": "(SELECT MIN(id) FROM import_runs)",
        "state": "'open'",
        "found_at": "1",
        "decided_key": "'decided'",
    },
    "merge_moves": {"merge_id": MERGE, "what": "'coupons.member_id'", "row_id": "1"},
    "lot_moves": {
        "merge_id": MERGE,
        "lot_id": LOT,
        "from_account_id": "(SELECT MIN(account_id) FROM lots)",
        "to_account_id": "(SELECT MIN(id) FROM ledger_accounts)",
        "after_id": POSTING,
    },
    "staff_actions": {
        "confirmation_id": "(SELECT MIN(id) FROM confirmations)",
        "staff_id": "(SELECT MIN(id) FROM staff)",
        "word": "'refund'",
        "content": "'{}'",
        "done_at": "1",
    },
    "tickets": {
        "key": "'ticket'",
        "kind": "'complaint'",
        "state": "'new'",
        "follower_id": FOLLOWER,
        "promise_at": "1",
        "created_at": "1",
    },
    "ticket_messages": {
        "ticket_id": "(SELECT MIN(id) FROM tickets)",
        "key": "'ticket'",
        "step": "'open'",
        "author": "'member'",
        "created_at": "1",
    },
    "ticket_subjects": {
        "ticket_id": "(SELECT MIN(id) FROM tickets)",
        "staff_id": "(SELECT MIN(id) FROM staff)",
    },
    "ticket_pictures": {
        "key": "'picture'",
        "ticket_id": "(SELECT MIN(id) FROM tickets)",
        "media_id": "'media'",
        "state": "'wanted'",
        "created_at": "1",
    },
    "backups": {
        "key": "'backup'",
        "name": "'shuke.backup'",
        "made_at": "1",
        "size_bytes": "1",
        "row_count": "1",
        "digest": "'digest'",
    },
    "installation_marks": {"mark_hash": "'hash'", "first_seen_at": "1"},
    "announcements": {
        "key": "'announcement'",
        "staff_id": "(SELECT MIN(id) FROM staff)",
        "text": "'improved'",
        "created_at": "1",
    },
    "announcement_tickets": {
        "announcement_id": "(SELECT MIN(id) FROM announcements)",
        "ticket_id": "(SELECT MIN(id) FROM tickets)",
        "message_key": "'announcement'",
    },
}


async def fill_every_table(shop: Shop) -> None:
    li, till = await a_member(shop), await a_till(shop)
    await record_purchase(shop, till, a_report(shop))
    await claim_receipt(shop, li, a_receipt(shop, till))
    await queue_replies(shop, account="main", openid="li", key="1", contents=[{}])
    await begin(shop, "job", shop.now(), "worker")
    await rows("UPDATE members SET phone_index = 'phone', phone_verified_at = 1")
    if is_postgres():
        # Audit rows bring their ids; the ones by hand take theirs behind them.
        await rows("SELECT setval(pg_get_serial_sequence('audit_log', 'id'), 1000)")
    for table, values in BY_HAND.items():
        columns, written = ", ".join(values), ", ".join(values.values())
        await rows(f"INSERT INTO {table} ({columns}) VALUES ({written})")

"""What the schema refuses (表的约束): rows kept as written, checks, and what there is once."""

from tests.storage.one_of_each import SEALED

A_TILL = "INSERT INTO tills (id, code, store_id) SELECT {}, 'new', MIN(id) FROM stores"
AN_OWNER = "UPDATE ledger_accounts SET member_id = {} WHERE name = 'sold' AND unit = 'visits'"
AN_ENTRY = """
INSERT INTO ledger_entries (transaction_id, account_id, amount)
SELECT MIN(id), (SELECT MIN(id) FROM ledger_accounts), {} FROM ledger_transactions
"""
AN_EXPORT = """
INSERT INTO member_exports (key, staff_id, follower_id, stores, members, asked_at)
SELECT 'new', staff_id, follower_id, stores, {}, 1 FROM member_exports
"""
AN_ALLOCATION = """
INSERT INTO lot_allocations (entry_id, lot_id, amount) SELECT entry_id, id, {} FROM lots
"""
A_DRAW = """
INSERT INTO hold_draws (hold_id, lot_id, amount) SELECT hold_id, lot_id + 1, {} FROM hold_draws
"""
AN_UNNAMED_TICKET = "UPDATE tickets SET is_anonymous = TRUE, member_id = {}"
A_TIER_CHANGE = """
INSERT INTO tier_changes (key, member_id, from_tier, to_tier, reason, facts, changed_at)
SELECT 'new', member_id, from_tier, to_tier, {}, facts, 1 FROM tier_changes
"""
A_DETAIL_CHANGE = """
INSERT INTO detail_changes (member_id, name, what, changed_by, changed_at, key)
SELECT member_id, name, {}, changed_by, 1, 'new' FROM detail_changes
"""
A_TRAINING_PASS = """
INSERT INTO training_passes (key, staff_id, quiz_version, score, passed_at, until)
SELECT 'new', staff_id, 1, {}, 1, until FROM training_passes
"""
A_BACKUP = """
INSERT INTO backups (key, name, made_at, size_bytes, row_count, digest)
SELECT 'new ' || COUNT(*), 'new', 1, {}, {}, 'new' FROM backups
"""
A_LOT_MOVE = """
INSERT INTO lot_moves
  (merge_id, lot_id, from_account_id, after_id, to_account_id, transaction_id)
SELECT merge_id, lot_id, from_account_id, after_id, {} FROM lot_moves LIMIT 1
"""

APPEND_ONLY = (
    "ledger_transactions",
    "ledger_entries",
    "lot_allocations",
    "consents",
    "hold_draws",
    "tier_changes",
    "closings",
    "member_exports",
    "audit_log",
    "detail_changes",
    "training_passes",
    "merge_moves",
    "lot_moves",
    "imported_members",
    "announcements",
    "announcement_tickets",
    "backups",
    "installation_marks",
)
NOT_DELETED = (
    "tier_gifts",
    "lots",
    "claims",
    "coupons",
    "refunds",
    "coupon_uses",
    "coupon_gifts",
    "exchanges",
    "topups",
    "wallet_holds",
    "staff_invitations",
    "staff",
    "confirmations",
    "staff_actions",
    "tickets",
    "ticket_messages",
    "ticket_subjects",
    "ticket_pictures",
    "audit_head",
    "operator_requests",
    "member_merges",
    "import_runs",
    "duplicate_reviews",
)

LEGAL_AND_NOT = [
    ("UPDATE installation SET id = {}", "1", ["0", "2"]),
    ("UPDATE installation SET clock_offset_ms = {}", "0", ["-1"]),
    ("UPDATE brands SET id = {}", "1", ["0", "2"]),
    ("UPDATE brands SET mode = {}", "'local'", ["'franchise'"]),
    (A_TILL, "16777215", ["0", "16777216"]),
    ("UPDATE till_keys SET epoch = {}", "255", ["-1", "256"]),
    ("UPDATE members SET state = {}", "'closed'", ["'frozen'"]),
    ("UPDATE ledger_accounts SET balance = {} WHERE name = 'member'", "50", ["-1"]),
    ("UPDATE ledger_accounts SET held = {} WHERE name = 'member'", "50", ["-1", "51"]),
    ("UPDATE ledger_accounts SET debt = {} WHERE name = 'member'", "1", ["-1"]),
    ("UPDATE ledger_accounts SET balance = {} WHERE name = 'issued'", "0", ["1"]),
    ("UPDATE ledger_accounts SET debt = {} WHERE name = 'issued'", "0", ["1"]),
    ("UPDATE ledger_accounts SET member_id = {} WHERE name = 'member'", "member_id", ["NULL"]),
    (AN_OWNER, "NULL", ["(SELECT MIN(id) FROM members)"]),
    (AN_ENTRY, "-1", ["0"]),
    ("UPDATE lots SET remaining = 0, amount = {}", "50", ["0", "-1"]),
    ("UPDATE lots SET remaining = {}", "50", ["-1", "51"]),
    ("UPDATE lots SET held = {}", "50", ["-1", "51"]),
    (AN_ALLOCATION, "1", ["0"]),
    ("INSERT INTO counters (name, used) VALUES ('new', {})", "0", ["-1"]),
    ("UPDATE outbox SET class = {}", "'promotion'", ["'spam'"]),
    ("UPDATE outbox SET state = {}", "'unknown'", ["'lost'"]),
    ("UPDATE outbox SET content = {}", "''", ["'in clear'"]),
    ("UPDATE outbox SET otherwise = {}", "'first_line'", ["'letter'"]),
    ("UPDATE job_runs SET state = {}", "'skipped'", ["'lost'"]),
    ("UPDATE claims SET state = {}", "'void'", ["'paid'"]),
    ("UPDATE purchases SET paid_fen = {}", "100", ["-1"]),
    ("UPDATE purchases SET points = {}", "0", ["-1"]),
    ("UPDATE purchases SET refunded_fen = {}", "100", ["-1", "101"]),
    ("UPDATE purchases SET points_standing = {}", "0", ["-1"]),
    ("UPDATE purchases SET growth_standing = {}", "0", ["-1"]),
    ("UPDATE purchases SET points_spent = {}", "100", ["-1"]),
    ("UPDATE purchases SET points_returned = {}", "100", ["-1", "101"]),
    ("UPDATE purchases SET stored_fen = {}", "100", ["-1"]),
    ("UPDATE purchases SET stored_bonus_fen = {}", "100", ["-1", "101"]),
    ("UPDATE purchases SET stored_returned_fen = {}", "100", ["-1", "101"]),
    ("UPDATE refunds SET amount_fen = {}", "1", ["0"]),
    ("UPDATE refunds SET state = {}", "'refused'", ["'lost'"]),
    ("UPDATE refunds SET refunded_fen = {}", "0", ["-1"]),
    ("UPDATE refunds SET lines = {}", "NULL", ["'[]'"]),
    ("UPDATE quotes SET points = {}", "0", ["-1"]),
    ("UPDATE quotes SET payable_fen = {}", "0", ["-1"]),
    ("UPDATE coupons SET state = {}", "'used'", ["'lost'"]),
    ("UPDATE coupons SET uses_left = {}", "0", ["-1"]),
    ("UPDATE coupons SET hops = {}", "0", ["-1"]),
    ("UPDATE coupon_uses SET state = {}", "'returned'", ["'lost'"]),
    ("UPDATE coupon_gifts SET state = {}", "'withdrawn'", ["'lost'"]),
    ("UPDATE exchanges SET points = {}", "1", ["0"]),
    ("UPDATE exchanges SET state = {}", "'returned'", ["'lost'"]),
    ("UPDATE topups SET paid_fen = {}", "1", ["0"]),
    ("UPDATE topups SET bonus_fen = {}", "0", ["-1"]),
    ("UPDATE topups SET state = {}", "'withdrawn'", ["'lost'"]),
    ("UPDATE wallet_holds SET amount_fen = {}", "100", ["0"]),
    ("UPDATE wallet_holds SET state = {}", "'expired'", ["'lost'"]),
    ("UPDATE wallet_holds SET captured_fen = {}", "100", ["-1", "101"]),
    ("UPDATE wallet_holds SET captured_bonus_fen = {}", "100", ["-1", "101"]),
    (A_DRAW, "1", ["0"]),
    (A_TIER_CHANGE, "'grace'", ["'luck'"]),
    ("UPDATE confirmations SET tries = {}", "5", ["-1"]),
    ("UPDATE wallet_holds SET returned_fen = {}", "100", ["-1", "101"]),
    ("UPDATE wallet_holds SET returned_bonus_fen = {}", "100", ["-1", "101"]),
    ("UPDATE notices SET class = {}", "'promotion'", ["'spam'"]),
    ("UPDATE staff SET role = {}", "'auditor'", ["'king'"]),
    ("UPDATE staff SET state = {}", "'stopped'", ["'lost'"]),
    ("UPDATE confirmations SET state = {}", "'dead'", ["'lost'"]),
    ("UPDATE tickets SET kind = {}", "'data'", ["'order'"]),
    ("UPDATE tickets SET state = {}", "'closed'", ["'lost'"]),
    ("UPDATE tickets SET rating = {}", "5", ["0", "6"]),
    ("UPDATE tickets SET reopened = {}", "1", ["-1"]),
    (AN_UNNAMED_TICKET, "NULL", ["(SELECT MIN(id) FROM members)"]),
    ("UPDATE ticket_messages SET author = {}", "'system'", ["'ghost'"]),
    ("UPDATE ticket_pictures SET state = {}", "'lost'", ["'seen'"]),
    ("UPDATE ticket_pictures SET kind = {}", "'png'", ["'gif'"]),
    ("UPDATE ticket_pictures SET bytes_sealed = {}", "NULL", [SEALED]),
    ("UPDATE operator_requests SET state = {}", "'approved'", ["'lost'"]),
    ("UPDATE phone_codes SET purpose = {}", "'platform'", ["'guess'"]),
    ("UPDATE phone_codes SET state = {}", "'proven'", ["'lost'"]),
    ("UPDATE phone_codes SET tries = {}", "5", ["-1"]),
    ("UPDATE download_files SET taken_at = {}", "NULL", ["1"]),
    (AN_EXPORT, "0", ["-1"]),
    ("UPDATE member_details SET name = {}", "'gender'", ["'horoscope'"]),
    (A_DETAIL_CHANGE, "'emptied'", ["'read'"]),
    (A_TRAINING_PASS, "0", ["-1", "101"]),
    ("UPDATE member_merges SET kept_id = {}", "kept_id", ["merged_id"]),
    ("UPDATE import_runs SET state = {}", "'done'", ["'lost'"]),
    ("UPDATE duplicate_reviews SET why = {}", "'phone'", ["'name'"]),
    ("UPDATE duplicate_reviews SET state = {}", "'dismissed'", ["'lost'"]),
    ("UPDATE duplicate_reviews SET other_id = {}", "other_id", ["member_id"]),
    (A_LOT_MOVE, "to_account_id, NULL", ["from_account_id, NULL"]),
    (A_LOT_MOVE, "to_account_id, after_id", ["to_account_id, after_id + 1"]),
    ("UPDATE ledger_accounts SET closed = {} WHERE balance > 0", "FALSE", ["TRUE"]),
    (A_BACKUP.format("{}", 0), "1", ["0"]),
    (A_BACKUP.format(1, "{}"), "0", ["-1"]),
    ("UPDATE audit_head SET id = {}", "1", ["0", "2"]),
    ("UPDATE audit_head SET last_id = {}", "0", ["-1"]),
]

# What makes a row a second one of its kind; what is `changed` keeps other uniques out of the way.
ONCE_FOR_EVER = [
    ("claims", ""),
    ("purchases", "receipt_seq = receipt_seq + 1"),
    ("purchases", "receipt_no = 'R-2'"),
    ("member_code_uses", ""),
    ("refunds", ""),
    ("quotes", "purchase_id = NULL"),
    ("quotes", "quote_id = 'other'"),
    ("ledger_transactions", ""),
    ("ledger_accounts", ""),
    ("ledger_accounts WHERE member_id IS NOT NULL", ""),
    ("outbox", ""),
    ("waiting_lines", ""),
    ("job_runs", ""),
    ("coupons", "code = 'other'"),
    ("coupons", "key = 'other'"),
    ("coupon_uses", ""),
    ("coupon_gifts", "token_hash = 'other', state = 'withdrawn'"),
    ("coupon_gifts", "key = 'other', state = 'withdrawn'"),
    ("coupon_gifts", "key = 'other', token_hash = 'other'"),
    ("exchanges", "coupon_id = -1"),
    ("exchanges", "key = 'other'"),
    ("topups", ""),
    ("wallet_holds", ""),
    ("hold_draws", ""),
    ("tier_changes", ""),
    ("tier_gifts", ""),
    ("notices", ""),
    ("followers", ""),
    ("consents", ""),
    ("members", "join_key = 'other', phone_index = 'other'"),
    ("members", "member_no = 'other', phone_index = 'other'"),
    ("members", "member_no = 'other', join_key = 'other'"),
    ("till_keys", "signs_requests = FALSE"),
    ("till_keys", "epoch = 9"),
    ("tills", ""),
    ("stores", ""),
    ("regions", ""),
    ("rules", ""),
    ("staff_invitations", ""),
    ("staff", "state = 'stopped'"),
    ("staff", "invitation_id = -1"),
    ("confirmations", "done_key = NULL, state = 'done'"),
    ("confirmations", "key = 'other', state = 'done'"),
    ("confirmations", "key = 'other', done_key = NULL"),
    ("staff_actions", ""),
    ("tickets", ""),
    ("ticket_messages", ""),
    ("ticket_subjects", ""),
    ("ticket_pictures", ""),
    ("announcements", ""),
    ("announcement_tickets", ""),
    ("backups", ""),
    ("installation_marks", ""),
    ("phone_codes", "done_key = NULL, chosen_key = NULL, state = 'used'"),
    ("phone_codes", "key = 'other', chosen_key = NULL, state = 'used'"),
    ("phone_codes", "key = 'other', done_key = NULL, state = 'used'"),
    ("phone_codes", "key = 'other', done_key = NULL, chosen_key = NULL"),
    ("mini_sessions", "token_hash = 'other'"),
    ("mini_sessions", "follower_id = -1"),
    ("downloads", "key = 'other'"),
    ("downloads", "token_hash = 'other'"),
    ("download_files", ""),
    ("closings", "member_id = -1"),
    ("closings", "key = 'other'"),
    ("member_exports", ""),
    ("audit_log", ""),
    ("member_details", ""),
    ("detail_marks", ""),
    ("detail_changes", ""),
    ("training_passes", ""),
    ("member_merges", "merged_id = -1, undone_key = NULL"),
    ("member_merges", "key = 'other', undone_key = NULL"),
    ("member_merges", "key = 'other', merged_id = -1"),
    ("merge_moves", ""),
    ("import_runs", ""),
    ("imported_members", "external_index = 'other'"),
    ("imported_members", "member_id = -1"),
    ("duplicate_reviews", "decided_key = NULL"),
    ("duplicate_reviews", "member_id = 999999999"),
]

"""Personal rows (个人数据): table by table, what is told to the person they are about.

Two values go into each statement: the member's number, or NULL, and the follower's. A test asks for
a line in SECTIONS or in NOT_TOLD for every table that names a person.
"""

from dataclasses import dataclass, field

from storage.sealed_columns import SEALED_COLUMNS
from storage.sql import Row, rows

# The person as both databases read it: everything of the member, and of all accounts they follow.
PERSON = """
WITH person AS (SELECT CAST($1 AS BIGINT) AS member_id, CAST($2 AS BIGINT) AS follower_id),
mine AS (SELECT f.id, f.account, f.openid FROM followers f
         WHERE f.id = (SELECT follower_id FROM person)
            OR f.member_id = (SELECT member_id FROM person))
"""
ME = "member_id = (SELECT member_id FROM person)"
# What was written down of a member who was merged into this one stays with that number. Details
# kept there while both can be parted are not told: somebody may have merged the wrong two.
MERGED_IDS = "SELECT id FROM members WHERE merged_into = (SELECT member_id FROM person)"
ME_OR_MERGED = f"({ME} OR member_id IN ({MERGED_IDS}))"
MINE = "follower_id IN (SELECT id FROM mine)"
MY_MESSAGES = (
    "o.openid IN (SELECT openid FROM mine) AND EXISTS"
    " (SELECT 1 FROM mine WHERE mine.account = o.account AND mine.openid = o.openid)"
)
# Those of a membership that has ended are nobody's, though the same person may be back.
MY_TICKETS = f"SELECT id FROM tickets WHERE ({ME} OR {MINE}) AND NOT asker_left"
BOUGHT = "JOIN tills t ON t.id = p.till_id JOIN stores s ON s.id = t.store_id"


@dataclass(frozen=True, slots=True)
class Section:
    """One table as it is told: `sealed` columns are opened first, `json` ones read as data."""

    name: str
    columns: str
    source: str
    whose: str
    sealed: tuple[str, ...] = ()
    order: str = "id"
    json: tuple[str, ...] = field(default=())

    @property
    def table(self) -> str:
        return self.source.split()[0]


SECTIONS = (
    Section(
        "member",
        "m.id, member_no, state, joined_at, s.name AS home_store, r.name AS region,"
        " phone_verified_at, name_sealed, phone_sealed, birthday_sealed",
        "members m LEFT JOIN stores s ON s.id = m.home_store_id"
        " LEFT JOIN regions r ON r.id = m.region_id",
        "m.id = (SELECT member_id FROM person)",
        sealed=("name_sealed", "phone_sealed", "birthday_sealed"),
        order="m.id",
    ),
    Section(
        "details",
        "id, name, changed_at, changed_by, value_sealed",
        "member_details",
        ME,
        sealed=("value_sealed",),
    ),
    Section("detail_marks", "name, verified_on, asked_on, bounced_on", "detail_marks", ME),
    Section("detail_changes", "name, what, changed_by, changed_at", "detail_changes", ME_OR_MERGED),
    Section(
        "accounts",
        "account, openid, unionid, follows, source, first_seen_at, refused_why, refused_at",
        "followers",
        "id IN (SELECT id FROM mine)",
    ),
    Section(
        "consents",
        "purpose, given, recorded_at, channel, text_version, text",
        "consents c JOIN consent_texts t ON t.text_hash = c.text_hash",
        f"({ME_OR_MERGED} OR {MINE})",
    ),
    Section(
        "ledger",
        "t.occurred_at, t.kind, a.unit, a.name AS account, e.amount, t.cause",
        "ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id"
        " JOIN ledger_transactions t ON t.id = e.transaction_id",
        f"(a.{ME} OR a.member_id IN ({MERGED_IDS}))",
        order="e.id",
        json=("cause",),
    ),
    Section("balances", "unit, name, balance, held, debt", "ledger_accounts", ME),
    Section(
        "lots",
        "a.unit, l.amount, l.remaining, l.opened_at, l.expires_on",
        "lots l JOIN ledger_accounts a ON a.id = l.account_id",
        f"a.{ME}",
        order="l.id",
    ),
    Section(
        "purchases",
        "p.receipt_no, s.name AS store, p.paid_at, p.paid_fen, p.refunded_fen,"
        " p.points, p.points_spent, p.stored_fen, p.lines",
        f"purchases p {BOUGHT}",
        f"p.{ME}",
        order="p.id",
        json=("lines",),
    ),
    Section(
        "refunds",
        "r.refund_no, r.receipt_no, r.refunded_at, r.refunded_fen, r.state",
        "refunds r JOIN purchases p ON p.till_id = r.till_id AND p.receipt_no = r.receipt_no",
        f"p.{ME}",
        order="r.id",
    ),
    Section(
        "claims", "state, amount_fen, paid_at, points, claimed_at", "claims", f"({ME} OR {MINE})"
    ),
    Section(
        "coupons",
        "code, kind, state, uses_left, starts_on, ends_on, issued_at, terms, cause",
        "coupons",
        ME,
        json=("terms", "cause"),
    ),
    Section(
        "coupon_uses",
        "c.code, u.receipt_no, u.state, u.used_at, u.ended_at",
        "coupon_uses u JOIN coupons c ON c.id = u.coupon_id",
        f"c.{ME}",
        order="u.id",
    ),
    Section(
        "coupon_gifts",
        "g.state, g.created_at, g.ended_at, CASE WHEN g.giver_id ="
        " (SELECT member_id FROM person) THEN 'given' ELSE 'taken' END AS side",
        "coupon_gifts g",
        "(g.giver_id = (SELECT member_id FROM person)"
        " OR g.taker_id = (SELECT member_id FROM person))",
    ),
    Section("exchanges", "reward, points, state, exchanged_at", "exchanges", ME),
    Section("topups", "topup_no, paid_fen, bonus_fen, state, recorded_at", "topups", ME),
    Section(
        "payments",
        "receipt_no, amount_fen, state, captured_fen, captured_bonus_fen, returned_fen,"
        " expires_at, recorded_at, ended_at",
        "wallet_holds",
        ME,
    ),
    Section("code_uses", "purpose, reference, used_at", "member_code_uses", ME_OR_MERGED),
    Section(
        "tier", "tier, since_on, until_on, pinned_until", "member_tiers", ME, order="member_id"
    ),
    Section(
        "tier_changes",
        "from_tier, to_tier, reason, facts, changed_at",
        "tier_changes",
        ME_OR_MERGED,
        json=("facts",),
    ),
    Section("tier_gifts", "tier, given_on, undone_on, taken_back_on", "tier_gifts", ME),
    Section(
        "messages",
        # What staff are told is about others.
        "o.account, o.class, o.state, o.created_at, o.finished_at, CASE WHEN EXISTS"
        f" (SELECT 1 FROM staff WHERE {MINE}) THEN NULL ELSE o.content END AS content,"
        f" CASE WHEN EXISTS (SELECT 1 FROM staff WHERE {MINE}) THEN NULL"
        " ELSE o.content_sealed END AS content_sealed",
        "outbox o",
        MY_MESSAGES,
        sealed=("content_sealed",),
        order="o.id",
        json=("content",),
    ),
    Section(
        "waiting_lines",
        "id, created_at, told_at, text_sealed",
        "waiting_lines",
        MINE,
        sealed=("text_sealed",),
    ),
    Section(
        "tickets",
        "id, kind, state, is_anonymous, promise_at, first_reply_at, resolved_at, closed_at,"
        " rating, reopened, topic, created_at",
        "tickets",
        f"id IN ({MY_TICKETS})",
    ),
    Section(
        "ticket_messages",
        "id, ticket_id, step, author, created_at, text_sealed",
        "ticket_messages",
        # Notes between staff may tell of others; what was said to the person is theirs.
        f"ticket_id IN ({MY_TICKETS}) AND step <> 'note'",
        sealed=("text_sealed",),
    ),
    Section(
        "ticket_pictures",
        "id, ticket_id, state, kind, created_at",
        "ticket_pictures",
        f"ticket_id IN ({MY_TICKETS})",
    ),
    Section("contacts", "kind, at AS contacted_at, ends_at, left_over", "contacts", MINE),
    Section("subscriptions", "channel, left_over, changed_at", "held_subscriptions", MINE),
    Section(
        "message_choices",
        "topics_off, weekly, paused_until, changed_at",
        "contact_choices",
        ME,
        order="member_id",
        json=("topics_off",),
    ),
    Section(
        "group_sends",
        "b.started_at, b.topic, b.content",
        "broadcast_people p JOIN broadcasts b ON b.id = p.broadcast_id",
        f"p.{ME}",
        order="p.id",
        json=("content",),
    ),
    Section(
        "rhythm",
        "visits, first_on, last_on, back_on, median_days, stage, stage_since",
        "member_rhythms",
        ME,
        order="member_id",
    ),
    Section(
        "stage_changes",
        "from_stage, to_stage, cause, facts, changed_at",
        "stage_changes",
        ME_OR_MERGED,
        json=("facts",),
    ),
    Section("tags", "tag, source, reason, tagged_at", "member_tags", ME_OR_MERGED),
    Section("rfm", "r, f, m, name, scored_on", "rfm_scores", ME, order="member_id"),
    Section(
        "message_replies",
        "id, broadcast_id, campaign, is_unhappy, written_at, text_sealed",
        "message_replies",
        f"({ME} OR {MINE})",
        sealed=("text_sealed",),
    ),
    Section(
        "campaigns",
        "campaign, period, what, done_at, taken_back_at",
        "campaign_effects",
        ME_OR_MERGED,
    ),
    Section("campaign_cues", "campaign, happened_at, due_at", "campaign_cues", ME_OR_MERGED),
    Section("campaign_answers", "answer, answered_at", "campaign_answers", ME_OR_MERGED),
    Section(
        "activities",
        "a.code, s.state, s.signed_at, s.attended_at, s.score, s.comes_again",
        "activity_signups s JOIN activities a ON a.id = s.activity_id",
        f"(s.{ME} OR s.member_id IN ({MERGED_IDS}))",
        order="s.id",
    ),
    Section("product_views", "sku, category, viewed_on", "product_views", ME_OR_MERGED),
    Section("phone_codes", "purpose, state, tries, created_at, expires_at", "phone_codes", ME),
    Section("logins", "created_at, expires_at", "mini_sessions", MINE),
    Section("questions", "progress, changed_at", "dialogues", MINE, order="follower_id"),
    Section("downloads", "created_at, expires_at", "downloads", MINE),
    Section("staff_roles", "role, state, bound_at, stopped_at", "staff", MINE),
    Section("staff_acts", "word, done_at, undone_at", "staff_actions", ME),
    Section(
        "merges",
        "merged_at, undone_at, reason",
        "member_merges",
        "(kept_id = (SELECT member_id FROM person) OR merged_id = (SELECT member_id FROM person))",
    ),
    Section(
        "imports",
        "s.name AS store, r.started_at AS imported_at, t.text AS basis",
        "imported_members i JOIN import_runs r ON r.id = i.run_id"
        " JOIN stores s ON s.id = i.store_id JOIN consent_texts t ON t.text_hash = r.basis_hash",
        "i.member_id IN (SELECT m.id FROM members m WHERE m.id = (SELECT member_id FROM person)"
        " OR m.merged_into = (SELECT member_id FROM person))",
        order="i.id",
    ),
    Section(
        "duplicates",
        "why, state, found_at, decided_at",
        "duplicate_reviews",
        f"({ME} OR other_id = (SELECT member_id FROM person))",
    ),
    # Who looked: the day and the role. Whose eyes it were is between the shop and its staff.
    Section("looks", "at AS seen_at, role, what", "audit_log", ME_OR_MERGED),
    Section("closing", "closed_by, closed_at, facts", "closings", ME, json=("facts",)),
)

# Tables that name a person and are told elsewhere, or are about the person's work as staff.
NOT_TOLD = {
    "lifecycle_marks": "how far a night's work has come, nobody's",
    "quotes": "prices asked for at a till; what was paid stands with the purchase",
    "staff_invitations": "the shop's, about work",
    "confirmations": "the shop's, about work",
    "member_exports": "about the work of who asked; members stand in it by their number only",
}


async def rows_of(section: Section, member_id: int | None, follower_id: int) -> list[Row]:
    """Everything of one section, oldest first; of sealed columns also what they are bound to."""
    bound = [f"({_row_of(section.table, name)}) AS row_of_{name}" for name in section.sealed]
    columns = ", ".join([section.columns, *bound])
    return await rows(
        f"{PERSON} SELECT {columns} FROM {section.source} WHERE {section.whose}"
        f" ORDER BY {section.order}",
        member_id,
        follower_id,
    )


def _row_of(table: str, column: str) -> str:
    place = next(one for one in SEALED_COLUMNS if (one.table, one.column) == (table, column))
    return f"m.{place.row}" if table == "members" else place.row

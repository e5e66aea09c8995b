"""What somebody has and heard (持有与触达条件), as SQL: balances, coupons, messages, activities."""

from loyalty.audiences.preferences import counted_from
from storage.audience_parts import Asked, Question, comparison, midnight_ms, tally

MINE_IN_LEDGER = "a.name = 'member' AND a.member_id IS NOT NULL"


def points(question: Question) -> str:
    return _balance(question, "points")


def growth(question: Question) -> str:
    return _balance(question, "growth")


def stored(question: Question) -> str:
    """Principal and bonus that is free to spend, in fen."""
    source = (
        f"SELECT a.member_id FROM ledger_accounts a WHERE {MINE_IN_LEDGER}"
        f" AND a.unit IN ('principal', 'bonus'){question.one('a')} GROUP BY a.member_id"
    )
    return tally(question, source, "SUM(a.balance - a.held)")


def points_debt(question: Question) -> str:
    return _account(question, "points", "a.debt")


def expiring_points(question: Question) -> str:
    today, until = question.moment.today.isoformat(), question.until
    source = (
        "SELECT a.member_id FROM lots l JOIN ledger_accounts a ON a.id = l.account_id"
        f" WHERE {MINE_IN_LEDGER} AND a.unit = 'points' AND l.remaining > 0"
        f" AND l.expires_on >= {question.values(today)} AND l.expires_on <="
        f" {question.values(until)}{question.one('a')} GROUP BY a.member_id"
    )
    return tally(question, source, "SUM(l.remaining)")


def coupon(question: Question) -> str:
    return _coupon(question, "")


def expiring_coupon(question: Question) -> str:
    return _coupon(question, f" AND k.ends_on <= {question.values(question.until)}")


def used_coupon(question: Question) -> str:
    where = f"k.member_id = {question.member}.id AND u.state = 'used'{_kind(question)}"
    if question.condition.days is not None:
        where += f" AND u.used_at >= {question.values.number(question.since_ms)}"
    source = "coupons k JOIN coupon_uses u ON u.coupon_id = k.id"
    return question.has(source, where, no=question.no)


def preference(question: Question) -> str:
    """More coupons used of one sort than of the other; who is even prefers neither."""
    since = question.values.number(midnight_ms(counted_from(question.moment.today)))
    used = f"u.coupon_id = k.id AND u.state = 'used' AND u.used_at >= {since}"
    kinds = {
        meaning: question.among(question.moment.names.found("preferences", (meaning,)))
        for meaning in ("discount", "gift")
    }
    more = (
        f"SUM(CASE WHEN k.kind {kinds['discount']} THEN 1"
        f" WHEN k.kind {kinds['gift']} THEN -1 ELSE 0 END)"
    )
    signs = {"discount": ">", "gift": "<"}
    having = " OR ".join(f"{more} {signs[meaning]} 0" for meaning in question.meanings())
    found = (
        f"(SELECT k.member_id FROM coupons k WHERE {question.has('coupon_uses u', used)}"
        f"{question.one('k')} GROUP BY k.member_id HAVING {having}) found"
    )
    return question.has(found, f"found.member_id = {question.member}.id", no=question.no)


def received(question: Question) -> str:
    return _left(question, no=question.no)


def not_received(question: Question) -> str:
    return _left(question, no="" if question.condition.operator == "≠" else "NOT ")


def complaint(question: Question) -> str:
    return question.has(
        "tickets w",
        f"w.member_id = {question.member}.id AND w.kind = 'complaint'"
        " AND w.state IN ('new', 'taken', 'waiting')",
    )


def signed_up(question: Question) -> str:
    return _activity(question, "x.state IN ('seated', 'waiting', 'attended', 'no_show')")


def attended(question: Question) -> str:
    return _activity(question, "x.state = 'attended'")


def _balance(question: Question, unit: str) -> str:
    return _account(question, unit, "a.balance")


def _account(question: Question, unit: str, column: str) -> str:
    """A member without an account has zero; nobody has two of a unit."""
    mine = f"a.member_id = {question.member}.id AND a.unit = '{unit}' AND a.name = 'member'"
    compared, no = comparison(question, column)
    return question.has("ledger_accounts a", f"{mine} AND {compared}", no=no)


def _coupon(question: Question, more: str) -> str:
    today = question.values(question.moment.today.isoformat())
    usable = (
        f"k.member_id = {question.member}.id AND k.state = 'issued' AND k.uses_left > 0"
        f" AND k.offered_at IS NULL AND k.starts_on <= {today} AND k.ends_on >= {today}"
    )
    return question.has("coupons k", f"{usable}{more}{_kind(question)}", no=question.no)


def _kind(question: Question) -> str:
    return f" AND k.kind {question.among(question.known())}" if question.condition.names else ""


def _left(question: Question, *, no: str) -> str:
    """Of what has left for somebody; replies and what is owed to a person are not meant."""
    classes = question.meanings() or ["promotion", "care"]
    since = question.values.number(question.since_ms)
    where = (
        f"o.member_id = {question.member}.id AND o.lane = 2 AND o.left_at IS NOT NULL"
        f" AND o.left_at >= {since} AND o.state = 'sent' AND o.class {question.among(classes)}"
    )
    return question.has("outbox o", where, no=no)


def _activity(question: Question, state: str) -> str:
    where = f"x.member_id = {question.member}.id AND {state}"
    if question.condition.names:
        where += f" AND x.activity_id {question.among(question.known())}"
    return question.has("activity_signups x", where, no=question.no)


HOLDINGS: dict[str, Asked] = {
    "points": points,
    "growth": growth,
    "points_debt": points_debt,
    "expiring_points": expiring_points,
    "stored": stored,
    "coupon": coupon,
    "expiring_coupon": expiring_coupon,
    "used_coupon": used_coupon,
    "preference": preference,
    "received": received,
    "not_received": not_received,
    "complaint": complaint,
    "signed_up": signed_up,
    "attended": attended,
}

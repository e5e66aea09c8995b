"""What somebody bought (消费条件), as SQL; refunds are taken off, as tiers count it."""

from loyalty.audiences.words import BY_KEY
from storage.audience_parts import Asked, Question, compared_day, is_on_day, tally

# A visit is a day in a store, however many receipts; one number a store and day.
VISIT = "p.store_id * 100000 + (p.paid_at + 28800000) / 86400000"


def spend(question: Question) -> str:
    if not question.condition.operator:
        return bought_at_all(question)
    amount = "SUM(c.amount_fen)" if question.condition.of else "SUM(p.paid_fen - p.refunded_fen)"
    return tally(question, _grouped(question), amount)


def bought_at_all(question: Question) -> str:
    return _bought(question, question.condition.of, no="")


def bought_nothing(question: Question) -> str:
    return _bought(question, question.condition.of, no="NOT ")


def visits(question: Question) -> str:
    if (question.condition.operator, question.condition.number) in ((">=", 1), (">", 0)):
        return bought_at_all(question)
    return tally(question, _grouped(question), f"COUNT(DISTINCT {VISIT})")


def bought(question: Question) -> str:
    return _bought(question, question.condition.names, no=question.no)


def not_bought(question: Question) -> str:
    no = "" if question.condition.operator == "≠" else "NOT "
    return _bought(question, question.condition.names, no=no)


def last_bought(question: Question) -> str:
    return _edge(question, "MAX(p.paid_at)")


def first_bought(question: Question) -> str:
    return _edge(question, "MIN(p.paid_at)")


def _edge(question: Question, instant: str) -> str:
    """Who never bought has no such day: only ≠ is true of them."""
    source = _grouped(question)
    having = is_on_day(question, instant) if question.no else compared_day(question, instant)
    found = f"({source} HAVING {having}) found"
    return question.has(found, f"found.member_id = {question.member}.id", no=question.no)


def _bought(question: Question, categories: tuple[str, ...], *, no: str) -> str:
    source, where = _purchases(question, categories)
    return question.has(source, f"p.member_id = {question.member}.id AND {where}", no=no)


def _grouped(question: Question) -> str:
    source, where = _purchases(question, question.condition.of)
    where = f"p.member_id IS NOT NULL AND {where}{question.one('p')}"
    return f"SELECT p.member_id FROM {source} WHERE {where} GROUP BY p.member_id"


def _purchases(question: Question, categories: tuple[str, ...]) -> tuple[str, str]:
    """Purchases that were not given back, within the window, in these stores, of these goods."""
    source, asked = "purchases p", ["p.refunded_fen < p.paid_fen"]
    condition = question.condition
    if condition.days is not None:
        asked.append(f"p.paid_at >= {question.values.number(question.since_ms)}")
    if condition.at:
        stores = question.moment.names.found(BY_KEY["store"].known_as, condition.at)
        asked.append(f"p.store_id {question.among(stores)}")
    if categories:
        source += " JOIN purchase_categories c ON c.purchase_id = p.id"
        asked.append(f"c.category {question.among(categories)} AND c.amount_fen > 0")
    return source, " AND ".join(asked)


PURCHASES: dict[str, Asked] = {
    "spend": spend,
    "unspent": bought_nothing,
    "visits": visits,
    "bought": bought,
    "not_bought": not_bought,
    "last_bought": last_bought,
    "first_bought": first_bought,
}

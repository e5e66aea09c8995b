"""Actions (动作) in the shop file: points, coupons, tags, messages, questions, tickets."""

from collections.abc import Sequence

from loyalty.campaign_terms import ActionTerm, CampaignMessage, CampaignQuestion
from loyalty.messages import MARKETING, Topic
from loyalty.shop_file.scope import texts
from loyalty.shop_file.table import CODE, Table, readable, shown

ACTIONS = ("points", "coupon", "tag", "message", "form", "ticket")
# Actions whose value is the code of something else.
CODED = frozenset({"coupon", "form"})
LARGEST_GIFT_POINTS = 1_000_000
LONGEST_TEXT = {"tag": 32, "message": 600, "ticket": 200}
LONGEST_QUESTION, LONGEST_ANSWER = 200, 12
MOST_ANSWERS = 5
MOST_ACTIONS = 20

Plain = tuple[str, int | str]


def read_actions(table: Table, key: str, known: Sequence[str]) -> tuple[Plain, ...]:
    """A list of what is done, each one name with its value."""
    return tuple(
        _read_plain(table, place, name, value)
        for place, name, value in _named(table, key, known=known)
    )


def read_campaign_actions(table: Table) -> tuple[ActionTerm, ...]:
    """Also messages and questions that say more than a text does."""
    return tuple(
        _read_table(table, place, name, value)
        if name in ("message", "form") and isinstance(value, dict)
        else _read_plain(table, place, name, value)
        for place, name, value in _named(table, "actions", known=ACTIONS)
    )


def _named(table: Table, key: str, *, known: Sequence[str]) -> list[tuple[str, str, object]]:
    """Place, name and value; an action after a fault is empty, but keeps its place."""
    items = table.value(key)
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ACTIONS:
        problem = f"is not a list of 1 to {MOST_ACTIONS} actions"
        table.fault(key, problem, f"write {key} = [{{points = 50}}]")
        return []
    return [_one_named(table, f"{key}[{index}]", item, known) for index, item in enumerate(items)]


def _one_named(
    table: Table, place: str, item: object, known: Sequence[str]
) -> tuple[str, str, object]:
    if not isinstance(item, dict) or len(item) != 1:
        table.fault(place, "is not one name with its value", "write {points = 50}")
        return place, "", ""
    [(name, value)] = item.items()
    if name not in known:
        problem, remedy = "is no action", f"write one of {', '.join(known)}"
        table.fault(f"{place}.{shown(str(name))}", problem, remedy)
        return place, "", ""
    return place, name, value


def _read_plain(table: Table, place: str, name: str, value: object) -> Plain:
    if not name:
        return ("", "")
    wanted, found = _plain_value(name, value)
    if found is None:
        table.fault(f"{place}.{name}", f"is not {wanted}", "write one")
        return ("", "")
    return (name, found)


def _plain_value(name: str, value: object) -> tuple[str, int | str | None]:
    """What an action wants, in words, and the value where it is that."""
    if name == "points":
        is_good = type(value) is int and 1 <= value <= LARGEST_GIFT_POINTS
        points = value if isinstance(value, int) and is_good else None
        return f"a whole number from 1 to {LARGEST_GIFT_POINTS}", points
    if name in CODED:
        code = value if isinstance(value, str) and CODE.fullmatch(value) else None
        return "a code of 1 to 32 of a-z, 0-9 and -", code
    longest = LONGEST_TEXT[name]
    return f"a text of 1 to {longest} characters", readable(value, longest=longest)


def _read_table(
    table: Table, place: str, name: str, value: dict[str, object]
) -> tuple[str, CampaignMessage | CampaignQuestion]:
    inner = Table(f"{table.place(place)}.{name}", value, table.faults)
    read = _read_message(inner) if name == "message" else _read_question(inner)
    inner.refuse_unknown_keys()
    return (name, read)


def _read_message(table: Table) -> CampaignMessage:
    text = readable(table.value("text"), longest=LONGEST_TEXT["message"])
    if text is None:
        table.fault("text", "is not a text of 1 to 600 characters", "write one")
    return CampaignMessage(
        text=text or "",
        message_class=_one_of(table, "message_class", tuple(MARKETING)),
        topic=_one_of(table, "topic", tuple(Topic)),
    )


def _one_of(table: Table, key: str, options: tuple[str, ...]) -> str | None:
    return table.choice(key, options) or None if table.offers(key) else None


def _read_question(table: Table) -> CampaignQuestion:
    question = CampaignQuestion(
        question=table.text("question", longest=LONGEST_QUESTION),
        answers=texts(table, "answers"),
        bad=texts(table, "bad"),
    )
    if not 2 <= len(question.answers) <= MOST_ANSWERS:
        table.fault("answers", f"are not 2 to {MOST_ANSWERS} words", 'write ["…", "…"]')
    for answer in question.answers:
        if len(answer) > LONGEST_ANSWER or not answer.isalnum():
            table.fault("answers", "are to be tapped", f"write words of up to {LONGEST_ANSWER}")
    if set(question.bad) - set(question.answers):
        table.fault("bad", "names what stands not in answers", "write some of the answers")
    return question

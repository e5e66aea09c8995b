"""Campaigns (营销活动) in the shop file: the words for what sets them off and what they do."""

import re
from collections.abc import Sequence

from loyalty.shop_file_cron import is_cron
from loyalty.shop_file_table import CODE, Table, readable, shown
from loyalty.shop_file_terms import CampaignTerms

TRIGGER = re.compile(
    r"join|purchase|birthday|tier_up"
    r"|dormant:[1-9][0-9]{0,3}d"
    r"|code:[A-Za-z0-9_-]{1,32}"
    r"|schedule:(?P<cron>.+)"
)
TRIGGER_REMEDY = (
    "write join, purchase, birthday, tier_up, dormant:90d, code:CHANNEL "
    'or schedule: and five fields such as "schedule:0 10 * * mon"'
)
ACTIONS = ("points", "coupon", "tag", "message", "form", "ticket")
# Actions whose value is the code of something else.
CODED = frozenset({"coupon", "form"})
LARGEST_GIFT_POINTS = 1_000_000
LONGEST_TEXT = {"tag": 32, "message": 600, "ticket": 64}
MOST_ACTIONS = 20

Action = tuple[str, int | str]


def read_campaign(table: Table) -> CampaignTerms:
    return CampaignTerms(
        code=table.code(), trigger=_read_trigger(table), actions=read_actions(table, "actions")
    )


def _read_trigger(table: Table) -> str:
    trigger = table.matching("trigger", TRIGGER, TRIGGER_REMEDY)
    match = TRIGGER.fullmatch(trigger)
    if match and match["cron"] and not is_cron(match["cron"]):
        table.fault("trigger", "has no schedule of five fields", TRIGGER_REMEDY)
    return trigger


def read_actions(table: Table, key: str, known: Sequence[str] = ACTIONS) -> tuple[Action, ...]:
    """A list of what is done, each one name with its value."""
    items = table.value(key)
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ACTIONS:
        problem = f"is not a list of 1 to {MOST_ACTIONS} actions"
        table.fault(key, problem, f"write {key} = [{{points = 50}}]")
        return ()
    return tuple(
        _read_action(table, f"{key}[{index}]", item, known) for index, item in enumerate(items)
    )


def _read_action(table: Table, place: str, item: object, known: Sequence[str]) -> Action:
    """An action after a fault is empty, but keeps its place in the list."""
    if not isinstance(item, dict) or len(item) != 1:
        table.fault(place, "is not one name with its value", "write {points = 50}")
        return ("", "")
    [(name, value)] = item.items()
    if name not in known:
        problem, remedy = "is no action", f"write one of {', '.join(known)}"
        table.fault(f"{place}.{shown(str(name))}", problem, remedy)
        return ("", "")
    wanted, found = _action_value(name, value)
    if found is None:
        table.fault(f"{place}.{name}", f"is not {wanted}", "write one")
        return ("", "")
    return (name, found)


def _action_value(name: str, value: object) -> tuple[str, int | str | None]:
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

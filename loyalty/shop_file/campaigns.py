"""Campaigns (营销活动) in the shop file: what sets them off, for whom, and their limits."""

import re
from collections.abc import Callable

from loyalty.campaign_terms import TRIGGER, CampaignTerms, says_alike
from loyalty.messages import MARKETING, Topic
from loyalty.shop_file.actions import read_campaign_actions
from loyalty.shop_file.cron import is_cron
from loyalty.shop_file.scope import codes
from loyalty.shop_file.table import CODE, LARGEST_NUMBER, Table

DAYS = re.compile(r"[1-9][0-9]{0,2}d")
CHANNEL = re.compile(r"[A-Za-z0-9_-]{1,32}")
STAGES = ("prospect", "new", "active", "cooling", "dormant", "lost", "regained")
# What may stand behind the colon; "" is nothing at all.
ABOUT: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(
        ("dormant", "after_purchase", "viewed"), lambda about: bool(DAYS.fullmatch(about))
    ),
    "stage": STAGES.__contains__,
    "code": lambda about: bool(CHANNEL.fullmatch(about)),
    "schedule": is_cron,
    "attended": lambda about: not about or bool(CODE.fullmatch(about)),
}
TRIGGER_REMEDY = (
    "write join, purchase, refund, birthday, tier_up, tier_down, attended, attended:CODE, "
    "dormant:90d, after_purchase:3d, viewed:2d, stage:cooling, code:CHANNEL "
    'or schedule: and five fields such as "schedule:0 10 * * mon"'
)
PERIOD = re.compile(r"once|year|month|every|[1-9][0-9]{0,2}d")
TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
LONGEST_AUDIENCE = 500
MOST_HELD_OUT = 50


def read_campaign(table: Table) -> CampaignTerms:
    trigger = _read_trigger(table)
    first_day, last_day = table.period("from", "until")
    terms = CampaignTerms(
        code=table.code(),
        trigger=trigger,
        actions=read_campaign_actions(table),
        name=table.optional_text("name"),
        audience=table.text("audience", longest=LONGEST_AUDIENCE) or None
        if table.offers("audience")
        else None,
        message_class=_optional(table, "message_class", tuple(MARKETING)),
        topic=_optional(table, "topic", tuple(Topic)),
        otherwise=_optional(table, "otherwise", ("first_line",)),
        first_day=first_day,
        last_day=last_day,
        stores=codes(table, "stores"),
        regions=codes(table, "regions"),
        per_person=_matching(table, "per_person", PERIOD, "write once, year, month, every or 30d"),
        stock=table.optional_number("stock", lowest=1, highest=LARGEST_NUMBER),
        budget_fen=table.optional_number("budget_fen", lowest=1, highest=LARGEST_NUMBER * 100),
        at_budget=table.choice("at_budget", ("stop", "ask"), "stop"),
        cost_fen=table.optional_number("cost_fen", lowest=0, highest=LARGEST_NUMBER),
        hold_out=table.number("hold_out", 0, lowest=0, highest=MOST_HELD_OUT),
        hold_out_group=_matching(table, "hold_out_group", CODE, "write a code such as comeback"),
        approval=table.switch("approval", default=False),
        at=_matching(table, "at", TIME, 'write a time such as "09:00"'),
        useful_days=_read_window(table),
        rhythm=table.switch("rhythm", default=False),
        stop=_optional(table, "stop", ("purchase",)),
        pause_on_complaint=table.switch("pause_on_complaint", default=False),
        leap_day=_optional(table, "leap_day", ("feb28", "mar1")),
        mass=table.switch("mass", default=False),
        ended=table.switch("ended", default=False),
    )
    _check(table, terms)
    return terms


def _read_trigger(table: Table) -> str:
    value = table.value("trigger")
    match = TRIGGER.fullmatch(value) if isinstance(value, str) else None
    if match is None or not _is_about(match["kind"], match["about"] or ""):
        problem = "is no trigger" if table.has("trigger") else "is missing"
        table.fault("trigger", problem, TRIGGER_REMEDY)
        return ""
    return match[0]


def _is_about(kind: str, about: str) -> bool:
    return ABOUT[kind](about) if kind in ABOUT else not about


def _optional(table: Table, key: str, options: tuple[str, ...]) -> str | None:
    return table.choice(key, options) or None if table.offers(key) else None


def _matching(table: Table, key: str, shape: re.Pattern[str], remedy: str) -> str | None:
    return table.matching(key, shape, remedy) or None if table.offers(key) else None


def _read_window(table: Table) -> int | None:
    text = _matching(table, "window", DAYS, 'write days such as "7d"')
    return int(text.removesuffix("d")) if text else None


def _check(table: Table, terms: CampaignTerms) -> None:
    """What cannot work together is refused, so that nobody waits for what never comes."""
    if terms.rhythm and terms.kind != "dormant":
        table.fault("rhythm", "belongs to dormant only", "remove it")
    if terms.leap_day and terms.kind != "birthday":
        table.fault("leap_day", "belongs to birthday only", "remove it")
    if terms.kind == "birthday" and terms.per_person not in (None, "year"):
        table.fault("per_person", "is not year, and a birthday is once a year", "remove it")
    if terms.per_person == "every" and terms.kind == "dormant":
        table.fault("per_person", "would be every day", 'write days of rest such as "365d"')
    if terms.at_budget == "ask" and terms.budget_fen is None:
        table.fault("at_budget", "needs budget_fen", "write budget_fen, or remove it")
    if terms.mass and not says_alike(terms):
        table.fault(
            "mass",
            "needs a schedule or dormant trigger, and promotion texts without anything in braces",
            "remove it, or what is said to each by name",
        )
    if terms.hold_out_group and not terms.hold_out:
        table.fault("hold_out_group", "needs hold_out", "write hold_out, or remove it")
    if terms.kind == "join" and terms.audience:
        table.fault("audience", "is of members, who had to be members before joining", "remove it")

"""Checks of campaigns (营销检查) that are loaded: what never acts, or would be said as written.

Not made of what was stored before: the program goes on with what it has taken once.
"""

from collections.abc import Iterator

from loyalty.broadcast_contents import IN_BRACES, PLACES, WIDE
from loyalty.campaign_terms import (
    COUPON_PLACE,
    JOIN,
    ActionValue,
    CampaignMessage,
    CampaignQuestion,
    CampaignTerms,
)
from loyalty.shop_file.cron import has_day
from loyalty.shop_file.table import Table

KNOWN_PLACES = (*PLACES, COUPON_PLACE)


def check_new_campaigns(top: Table, campaigns: tuple[CampaignTerms, ...]) -> None:
    for index, terms in enumerate(campaigns):
        _check_occasion(top, f"campaigns[{index}]", terms)
        for number, (name, value) in enumerate(terms.actions):
            _check_places(top, f"campaigns[{index}].actions[{number}].{name}", name, value)


def _check_occasion(top: Table, place: str, terms: CampaignTerms) -> None:
    for key in ("stores", "regions"):
        if terms.kind == JOIN and getattr(terms, key):
            problem = "is where somebody is at home, and at joining nobody is so"
            top.fault(f"{place}.{key}", problem, 'remove it, or write a trigger "code:CHANNEL"')
    if terms.kind == "schedule" and not has_day(terms.about):
        problem = "names a day that none of its months has"
        top.fault(f"{place}.trigger", problem, "write another day or month")


def _check_places(top: Table, place: str, name: str, value: ActionValue) -> None:
    known = " ".join(f"{{{one}}}" for one in KNOWN_PLACES)
    for text in _said(name, value):
        for found in IN_BRACES.findall(text.translate(WIDE)):
            if found not in KNOWN_PLACES:
                top.fault(place, f"says {{{found}}}, which nothing is put into", f"write {known}")


def _said(name: str, value: ActionValue) -> Iterator[str]:
    """The texts that members read."""
    if isinstance(value, CampaignMessage):
        yield value.text
    elif isinstance(value, CampaignQuestion):
        yield value.question
    elif name == "message":
        yield str(value)

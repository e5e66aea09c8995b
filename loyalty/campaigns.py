"""Campaigns (营销活动): what happens by itself when something else happens, as the shop wrote it.

The welcome pack (新人礼) is a campaign with the trigger "join".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

JOIN = "join"


@dataclass(frozen=True, slots=True)
class GivePoints:
    points: int


@dataclass(frozen=True, slots=True)
class GiveCoupon:
    coupon_kind: str


@dataclass(frozen=True, slots=True)
class AddTag:
    tag: str


@dataclass(frozen=True, slots=True)
class SendMessage:
    message: str


@dataclass(frozen=True, slots=True)
class AskForm:
    form: str


@dataclass(frozen=True, slots=True)
class OpenTicket:
    ticket: str


Action = GivePoints | GiveCoupon | AddTag | SendMessage | AskForm | OpenTicket

NAMED_ACTIONS: dict[str, type[GiveCoupon | AddTag | SendMessage | AskForm | OpenTicket]] = {
    "coupon": GiveCoupon,
    "tag": AddTag,
    "message": SendMessage,
    "form": AskForm,
    "ticket": OpenTicket,
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """A trigger and what it sets off, in order."""

    code: str
    trigger: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One action for one person, with the key that lets it happen once in that person's life."""

    campaign_code: str
    action: Action
    key: str


def campaign_from(code: str, trigger: str, actions: Iterable[Mapping[str, object]]) -> Campaign:
    """Read a campaign as the shop file says it. Raises ValueError saying what to write."""
    return Campaign(code, trigger, tuple(action_from(action) for action in actions))


def action_from(data: Mapping[str, object]) -> Action:
    if len(data) != 1:
        raise ValueError('an action has one name, such as {points = 50} or {coupon = "welcome10"}')
    [(name, value)] = data.items()
    if name == "points":
        return _give_points(value)
    if name not in NAMED_ACTIONS:
        known = ", ".join(["points", *NAMED_ACTIONS])
        raise ValueError(f"no action is named {name!r}; write one of {known}")
    if not isinstance(value, str) or not value:
        raise ValueError(f'the action {name} needs a text, such as {{{name} = "…"}}')
    return NAMED_ACTIONS[name](value)


def actions_for(
    campaigns: Iterable[Campaign], trigger: str, *, person_id: int
) -> list[PlannedAction]:
    """Everything a trigger sets off for a person, in the order of the campaigns."""
    return [
        PlannedAction(campaign.code, action, once_key(campaign.code, ordinal, person_id=person_id))
        for campaign in campaigns
        if campaign.trigger == trigger
        for ordinal, action in enumerate(campaign.actions, start=1)
    ]


def once_key(campaign_code: str, ordinal: int, *, person_id: int) -> str:
    """Bound to the person, not the membership: leaving and joining again earns no second pack."""
    return f"campaign:{person_id}:{ordinal}:{campaign_code}"


def _give_points(value: object) -> GivePoints:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError("points are given as a whole number above zero, such as {points = 50}")
    return GivePoints(value)

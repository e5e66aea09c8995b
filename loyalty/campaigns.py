"""Campaigns (营销活动): what happens by itself when something else happens, as the shop wrote it.

The welcome pack (新人礼) is a campaign with the trigger "join".
"""

from dataclasses import dataclass

from loyalty.campaign_terms import (
    JOIN,
    ActionTerm,
    CampaignMessage,
    CampaignQuestion,
    CampaignTerms,
)

__all__ = ["JOIN", "Campaign", "CampaignTerms", "campaign_of"]


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
    """Class and topic are those of the campaign where they are None."""

    text: str
    message_class: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class AskForm:
    """One question answered by a tap. `bad` answers are for staff to look after."""

    question: str
    answers: tuple[str, ...]
    bad: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenTicket:
    text: str


Action = GivePoints | GiveCoupon | AddTag | SendMessage | AskForm | OpenTicket
# What costs the shop something comes first: what is not to be had is not announced either.
ORDER: tuple[type[Action], ...] = (
    GiveCoupon,
    GivePoints,
    AddTag,
    OpenTicket,
    SendMessage,
    AskForm,
)


@dataclass(frozen=True, slots=True)
class Campaign:
    """The terms with what they stand for."""

    terms: CampaignTerms
    actions: tuple[Action, ...]

    @property
    def code(self) -> str:
        return self.terms.code

    @property
    def coupon_kinds(self) -> list[str]:
        return [action.coupon_kind for action in self.actions if isinstance(action, GiveCoupon)]

    def in_order(self) -> list[tuple[int, Action]]:
        """Each action with its place in the terms, from 1, in the order in which it is done."""
        numbered = list(enumerate(self.actions, start=1))
        return sorted(numbered, key=lambda item: ORDER.index(type(item[1])))


def campaign_of(terms: CampaignTerms) -> Campaign:
    return Campaign(terms, tuple(action_of(action) for action in terms.actions))


def action_of(term: ActionTerm) -> Action:
    match term:
        case ("points", int(points)):
            return GivePoints(points)
        case ("coupon", str(kind)):
            return GiveCoupon(kind)
        case ("tag", str(tag)):
            return AddTag(tag)
        case ("ticket", str(text)):
            return OpenTicket(text)
        case ("message", str(text)):
            return SendMessage(text)
        case ("message", CampaignMessage(text, message_class, topic)):
            return SendMessage(text, message_class, topic)
        case ("form", CampaignQuestion(question, answers, bad)):
            return AskForm(question, answers, bad)
        case ("form", str(code)):
            # From before questions could be written down: nobody could have been asked.
            return AskForm(code, ())
    raise ValueError(f"no action: {term!r}")

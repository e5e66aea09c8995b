"""Turns (轮次): one campaign set off for one member, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from loyalty.campaigns import Campaign
from loyalty.fingerprints import fingerprint
from loyalty.shop_file.actions import MOST_ACTIONS
from services.clock import day_of, end_of
from services.coupons.issuing import IssuedCoupon
from services.shop import Shop


class Outcome(StrEnum):
    """What became of a member in a period; `skipped` leaves no trace and may come again."""

    TREATED = "treated"
    HELD_OUT = "held_out"
    WAITING = "waiting"
    OUT_OF_STOCK = "out_of_stock"
    OVER_BUDGET = "over_budget"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Turn:
    """`name` tells it from every other turn of the campaign.

    `period` where the campaign's own rule does not say it, such as a birthday's year. After
    `fresh_until` what is said waits for the next contact. With `in_reply` the person is being
    answered, and messages are part of the answer.
    """

    campaign: Campaign
    member_id: int
    name: str
    happened_at: datetime
    store_id: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    period: str | None = None
    useless_after: datetime | None = None
    fresh_until: datetime | None = None
    in_reply: bool = False
    # The audience was asked already.
    is_meant: bool = False
    # The follower who is answered, and who has it but once, whatever membership that is.
    person_id: int | None = None
    # Of messages that may go by mass sends: their lines, by the action's place.
    lines: Mapping[int, int] = field(default_factory=dict)

    @property
    def purchase_id(self) -> int | None:
        """The purchase that set it off."""
        number = self.facts.get("purchase")
        return number if isinstance(number, int) else None


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody got; the same turn again tells the same."""

    outcome: Outcome
    points: int = 0
    coupons: tuple[IssuedCoupon, ...] = ()
    lines: tuple[str, ...] = ()


SKIPPED = Given(Outcome.SKIPPED)


def campaign_named(shop: Shop, code: str) -> Campaign | None:
    return next((one for one in shop.rules.campaigns if one.code == code), None)


def gift_key(effect_id: int, ordinal: int) -> str:
    """Of what an effect does by the action with this place."""
    return f"effect:{effect_id}:{ordinal}"


def gift_keys(effect_id: int) -> list[str]:
    """The keys of all postings and coupons that an effect may have brought."""
    return [gift_key(effect_id, ordinal) for ordinal in range(1, MOST_ACTIONS + 1)]


def terms_hash(campaign: Campaign) -> str:
    """What a second person says yes to; other terms need another yes."""
    return fingerprint(campaign.terms.as_data())


def useless_after(turn: Turn) -> datetime | None:
    """When what is said has lost its sense: the end of the window's last day."""
    if turn.useless_after is not None or turn.campaign.terms.useful_days is None:
        return turn.useless_after
    return end_of(day_of(turn.happened_at) + timedelta(days=turn.campaign.terms.useful_days))

"""Turns (轮次): one campaign set off for one member, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from loyalty.campaigns import Campaign
from loyalty.fingerprints import fingerprint
from services.clock import SHOP_ZONE, day_of
from services.coupons import IssuedCoupon


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

    `period` where the campaign's own rule does not say it, such as a birthday's year. With
    `in_reply` the person is being answered, and messages are part of the answer.
    """

    campaign: Campaign
    member_id: int
    name: str
    happened_at: datetime
    store_id: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    period: str | None = None
    useless_after: datetime | None = None
    in_reply: bool = False
    # The audience was asked already.
    is_meant: bool = False
    # Of a welcome pack: the follower it is given to once in a life.
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody got; the same turn again tells the same."""

    outcome: Outcome
    points: int = 0
    coupons: tuple[IssuedCoupon, ...] = ()
    lines: tuple[str, ...] = ()


SKIPPED = Given(Outcome.SKIPPED)


def terms_hash(campaign: Campaign) -> str:
    """What a second person says yes to; other terms need another yes."""
    return fingerprint(campaign.terms.as_data())


def useless_after(turn: Turn) -> datetime | None:
    """When what is said has lost its sense: the end of the window's last day."""
    if turn.useless_after is not None or turn.campaign.terms.useful_days is None:
        return turn.useless_after
    day = day_of(turn.happened_at) + timedelta(days=turn.campaign.terms.useful_days + 1)
    return datetime.combine(day, time(), SHOP_ZONE)

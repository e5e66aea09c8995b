"""Contacts (会员动作): what somebody did last, and what the platform then lets us send.

The numbers are the platform's and have changed before, so the shop file may name others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from loyalty.shop_file.parts import ShopTerms


class ContactKind(StrEnum):
    """What opens a window for customer-service messages (wechat-platform 4.2)."""

    MESSAGE = "message"
    MENU = "menu"
    FOLLOW = "follow"
    SCAN = "scan"
    PAY = "pay"
    ENTER = "enter"


@dataclass(frozen=True, slots=True)
class AllowanceTerms(ShopTerms):
    """So many `messages` within so many seconds; None is any number."""

    kind: str
    seconds: int
    messages: int | None = None


TWO_DAYS = 48 * 60 * 60
PLAIN_ALLOWANCES: Mapping[str, AllowanceTerms] = {
    "message": AllowanceTerms("message", TWO_DAYS, 5),
    "menu": AllowanceTerms("menu", 60, 3),
    "follow": AllowanceTerms("follow", 60, 3),
    "scan": AllowanceTerms("scan", 60, 3),
    "pay": AllowanceTerms("pay", TWO_DAYS),
    "enter": AllowanceTerms("enter", 60, 2),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """The newest contact of one kind: until when it lets us write, and how often yet."""

    kind: ContactKind
    ends_at: datetime
    left_over: int | None = None

    def is_open(self, now: datetime, *, spent: int = 0) -> bool:
        return now < self.ends_at and (self.left_over is None or self.left_over > spent)


def contact_made(kind: ContactKind, at: datetime, allowance: AllowanceTerms) -> Contact:
    """The window that this contact opens."""
    return Contact(kind, at + timedelta(seconds=allowance.seconds), allowance.messages)

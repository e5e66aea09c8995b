"""Message terms (触达规则): quiet hours, caps and what the platform allows, set by the shop."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from loyalty.contacts import PLAIN_ALLOWANCES, AllowanceTerms, ContactKind
from loyalty.shop_file.parts import ShopTerms

QuietAction = Literal["defer", "drop"]


@dataclass(frozen=True, slots=True)
class QuietTerms(ShopTerms):
    """What becomes of a class of messages in quiet hours (免打扰)."""

    service: QuietAction = "defer"
    care: QuietAction = "defer"
    promotion: QuietAction = "defer"


@dataclass(frozen=True, slots=True)
class MessageTerms(ShopTerms):
    """Caps count what left; 0 is none at all. Promotion waits on `holidays`."""

    quiet_from: str = "21:00"
    quiet_until: str = "09:00"
    quiet: QuietTerms = QuietTerms()
    holidays: tuple[date, ...] = ()
    promotion_per_7d: int = 1
    promotion_per_30d: int = 3
    care_per_7d: int = 2
    mass_per_month: int = 4
    allowances: tuple[AllowanceTerms, ...] = ()

    def allowance(self, kind: ContactKind) -> AllowanceTerms:
        own = next((line for line in self.allowances if line.kind == kind), None)
        return own or PLAIN_ALLOWANCES[kind]

"""Service terms (服务承诺): the hours of service, and how soon which ticket gets an answer."""

from dataclasses import dataclass

from loyalty.shop_file.parts import ShopTerms


@dataclass(frozen=True, slots=True)
class PromiseTerms(ShopTerms):
    """A first reply to this kind of ticket within minutes of service, or within whole days.

    With `tier` it is for that rung alone.
    """

    kind: str
    tier: str | None = None
    minutes: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceTerms(ShopTerms):
    """`upper_percent`: members above the lowest rung wait for this share of what others do."""

    hours: str = "09:00-21:00"
    close_days: int = 7
    reopen_days: int = 30
    upper_percent: int = 50
    promises: tuple[PromiseTerms, ...] = ()

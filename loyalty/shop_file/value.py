"""Coupons, promotions, rewards and stored value (券、促销、储值) in the shop file."""

from dataclasses import dataclass
from datetime import date

from loyalty.shop_file.parts import ANYWHERE, Scope, Scoped, ShopTerms


@dataclass(frozen=True, slots=True)
class CouponKind(Scoped):
    """A coupon kind (券种). Valid for days from its issue, or through the last of fixed days.

    A copy issued today begins `delay_days` later. A copy that comes back by a refund after its
    end lives `return_days` more. `with_tier_price`: also taken off a price reduced by the tier.
    """

    code: str
    name: str
    kind: str
    amount_fen: int | None = None
    discount_percent: int | None = None
    max_fen: int | None = None
    item: str | None = None
    count: int | None = None
    threshold_fen: int = 0
    valid_days: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    delay_days: int = 0
    stock: int | None = None
    per_member: int | None = None
    giftable: bool = True
    with_tier_price: bool = True
    return_days: int = 7
    scope: Scope = ANYWHERE

    def as_data(self) -> dict[str, object]:
        data = Scoped.as_data(self)
        days = data.pop("valid_days", None)
        if days is not None:
            data["valid"] = f"{days}d"
        for name in ("from", "until"):
            day = data.pop(f"valid_{name}", None)
            if day is not None:
                data[name] = day
        return data


@dataclass(frozen=True, slots=True)
class Promotion(Scoped):
    """A price promotion (满减、折扣、套餐) that needs no coupon.

    `money_off` takes amount_fen from threshold_fen on (`every`: for each full threshold),
    `percent_off` leaves discount_percent, `bundle` sells one of each sku for price_fen. Without
    `with_tier_price` a member pays the lower of promotion and tier price.
    """

    code: str
    name: str
    kind: str
    threshold_fen: int = 0
    amount_fen: int | None = None
    discount_percent: int | None = None
    skus: tuple[str, ...] = ()
    price_fen: int | None = None
    every: bool = False
    with_tier_price: bool = False
    scope: Scope = ANYWHERE


@dataclass(frozen=True, slots=True)
class Reward(Scoped):
    """Something to be had for points (积分商城): a coupon of the kind `coupon`.

    With `returns_points` the points come back when the coupon lapses unused.
    """

    code: str
    name: str
    points: int
    coupon: str
    stock: int | None = None
    per_member: int | None = None
    returns_points: bool = False
    scope: Scope = ANYWHERE


@dataclass(frozen=True, slots=True)
class WalletTerms(ShopTerms):
    """Stored value (储值): a registered card holds `limit_fen` of principal at most.

    A hold above `confirm_above_fen` awaits the member's yes. An unused top-up may be withdrawn
    for `withdraw_days` (0: never). Staff top a member up by hand for `alone_fen` a day, for more
    with a second person.
    """

    limit_fen: int = 500_000
    hold_minutes: int = 15
    confirm_above_fen: int = 100_000
    withdraw_days: int = 7
    alone_fen: int = 200_000


@dataclass(frozen=True, slots=True)
class TopUpOffer(ShopTerms):
    """Pay `paid_fen` or more at once and get `bonus_fen` (充 500 送 50); the best one counts."""

    code: str
    paid_fen: int
    bonus_fen: int
    bonus_days: int | None = None

"""The model's coupons (券): copies, their uses, gifts and exchanges."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.model.points_model import Spend, refuse_if
from tests.model.sales_model import Sale
from tests.model.shop_model import ModelMember, ShopModel

HELD_FOR = timedelta(hours=24)
RETURN_DAYS = timedelta(days=7)
REWARD_POINTS = 40
REWARD_PER_MEMBER = 2


@dataclass(frozen=True)
class Kind:
    """A coupon kind of the shop that is tested; `till` is the only one that takes it."""

    days: int
    uses: int = 1
    stock: int = 1000
    per_member: int = 1000
    till: int | None = None
    giftable: bool = True


KINDS = {
    "welcome": Kind(30, per_member=1),
    "cake": Kind(10),
    "five": Kind(20, stock=3, per_member=2, till=1),
    "yoga": Kind(40, uses=3),
    "own": Kind(15, giftable=False),
    "prize": Kind(5),
}


@dataclass(eq=False)
class Use:
    till: int
    number: str
    state: str
    due_at: datetime
    sale: Sale | None = None


@dataclass(eq=False)
class Copy:
    """One member's copy of a kind; `gifts` says by offer what became of it."""

    code: str
    kind: str
    owner: ModelMember
    ends_on: date
    left: int
    is_offered: bool = False
    hops: int = 0
    is_void: bool = False
    uses: list[Use] = field(default_factory=list)
    gifts: list["Gift"] = field(default_factory=list)

    @property
    def state(self) -> str:
        if self.is_void:
            return "void"
        return "issued" if self.left else "used"

    def last_use(self, till: int, number: str) -> Use | None:
        mine = [use for use in self.uses if (use.till, use.number) == (till, number)]
        return mine[-1] if mine else None


@dataclass(eq=False)
class Gift:
    copy: Copy
    giver: ModelMember
    token: str
    state: str = "open"
    taker: ModelMember | None = None


@dataclass(eq=False)
class Exchange:
    copy: Copy
    member: ModelMember
    spend: Spend
    is_returned: bool = False


@dataclass(eq=False)
class CouponModel:
    shop: ShopModel
    copies: list[Copy] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    issued: Counter[tuple[str, str]] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)

    def can_issue(self, kind: str, member: ModelMember) -> bool:
        terms = KINDS[kind]
        return (
            self.issued[kind, ""] < terms.stock
            and self.issued[kind, member.name] < terms.per_member
        )

    def issue(self, kind: str, member: ModelMember, code: str) -> Copy:
        terms = KINDS[kind]
        self.issued[kind, ""] += 1
        self.issued[kind, member.name] += 1
        ends_on = self.shop.today + timedelta(days=terms.days)
        copy = Copy(code, kind, member, ends_on, terms.uses)
        self.copies.append(copy)
        return copy

    def redeem(self, copy: Copy, till: int, number: str, sale: Sale | None) -> Use:
        earlier = copy.last_use(till, number)
        if earlier is not None and earlier.state != "released":
            return earlier
        refuse_if(sale and sale.is_returned, "ReceiptReturned")
        terms = KINDS[copy.kind]
        refuse_if(copy.state != "issued", "CouponUsed")
        ended = copy.ends_on < self.shop.today
        wrong_till = terms.till not in (None, till)
        refuse_if(copy.is_offered or ended or wrong_till, "CouponNotUsable")
        return self.use(copy, till, number, sale)

    def use(self, copy: Copy, till: int, number: str, sale: Sale | None) -> Use:
        copy.left -= 1
        state = "used" if sale else "held"
        use = Use(till, number, state, self.shop.now + HELD_FOR, sale)
        copy.uses.append(use)
        return use

    def release(self, copy: Copy, till: int, number: str) -> None:
        use = copy.last_use(till, number)
        if use is None:
            refuse_if(True, "CouponNotHeld")
            return
        if use.state == "released":
            return
        refuse_if(use.state != "held", "CouponSettled")
        use.state = "released"
        copy.left += 1

    def settle(self, till: int, number: str, sale: Sale) -> None:
        for use in self._uses():
            is_here = (use.till, use.number) == (till, number) and use.sale is None
            if is_here and use.state in ("held", "used"):
                use.state, use.sale = "used", sale

    def settle_due(self) -> None:
        for use in self._uses():
            if use.state == "held" and use.due_at <= self.shop.now:
                use.state = "used"

    def give_back_if_returned(self, sale: Sale) -> None:
        if not sale.is_returned:
            return
        for copy in self.copies:
            mine = [use for use in copy.uses if use.sale is sale and use.state == "used"]
            for use in mine:
                use.state = "returned"
            copy.left += len(mine)
            if mine and copy.ends_on < self.shop.today:
                copy.ends_on = self.shop.today + RETURN_DAYS

    def offer(self, copy: Copy, member: ModelMember, token: str | None) -> None:
        terms = KINDS[copy.kind]
        self._refuse_not_own(copy, member)
        if copy.is_offered:
            return
        is_whole = copy.left == terms.uses
        refuse_if(not terms.giftable or copy.hops or not is_whole, "NotGiftable")
        assert token is not None
        copy.is_offered = True
        copy.gifts.append(Gift(copy, member, token))

    def withdraw(self, copy: Copy, member: ModelMember) -> None:
        self._refuse_not_own(copy, member)
        mine = [gift for gift in copy.gifts if gift.giver is member]
        refuse_if(not mine, "NotOffered")
        if mine[-1].state == "open":
            mine[-1].state = "withdrawn"
            copy.is_offered = False

    def take_gift(self, gift: Gift, member: ModelMember | None) -> None:
        copy = gift.copy
        if gift.state == "claimed":
            refuse_if(member is None or gift.taker is not member, "GiftTaken")
            return
        refuse_if(gift.state != "open" or copy.ends_on < self.shop.today, "GiftGone")
        if member is None:
            return
        refuse_if(gift.giver is member, "GiftIsOwn")
        gift.state, gift.taker = "claimed", member
        copy.owner, copy.is_offered = member, False
        copy.hops += 1

    def exchange(self, member: ModelMember) -> Spend:
        refuse_if(self.taken[member.name] >= REWARD_PER_MEMBER, "RewardSoldOut")
        spend = member.points.spend(REWARD_POINTS, self.shop.today)
        self.taken[member.name] += 1
        return spend

    def return_lapsed(self) -> None:
        for exchange in self.exchanges:
            copy = exchange.copy
            is_whole = copy.state == "issued" and copy.left == KINDS[copy.kind].uses
            if exchange.is_returned or not is_whole or copy.ends_on >= self.shop.today:
                continue
            copy.is_void, copy.left, exchange.is_returned = True, 0, True
            exchange.member.points.give_back(exchange.spend, REWARD_POINTS, self.shop.today)

    def _refuse_not_own(self, copy: Copy, member: ModelMember) -> None:
        is_listed = copy.state == "issued" and copy.ends_on >= self.shop.today
        refuse_if(copy.owner is not member or not is_listed, "NoSuchCoupon")

    def _uses(self) -> list[Use]:
        return [use for copy in self.copies for use in copy.uses]

"""Rules of several calls (连续步骤): what a few steps by chance would seldom bring about."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model.base import PICK
from tests.model.sales_model import Back, Goods, Receipt
from tests.model.sales_rules import BACKS, PRICES
from tests.model.value_rules import CouponRules, WalletRules

ENDS = st.sampled_from(["captured", "voided", "by the purchase"])
PARTS = st.lists(st.sampled_from([1, 107, 333, 1500]), max_size=3)


class ComposedRules(CouponRules, WalletRules):
    @precondition(lambda self: self.cards())
    @rule(who=PICK, amount=st.sampled_from([333, 1999, 4001]), price=PRICES, end=ENDS, parts=PARTS)
    def pays_with_the_card(
        self, who: int, amount: int, price: int, end: str, parts: list[int]
    ) -> None:
        """A hold, ended by the till or by the purchase itself; some of it comes back in parts."""
        cards, till = self.cards(), self.till(who)
        receipt = self.new_receipt(till, (Goods("beans", "beans", 2, price),))
        self.hold_for(receipt, cards[who % len(cards)], amount)
        if self.model.holds.get((receipt.till, receipt.number)):
            self.end_last_hold(end)
        self.report(receipt, None)
        self.returns_in(parts, receipt)

    @rule(who=PICK, parts=PARTS)
    def pays_with_points(self, who: int, parts: list[int]) -> None:
        self.pays_as_quoted((Goods("latte", "coffee", 2, 1650),), who, who, typed=[], tens=5)
        for receipt in self.model.receipts[-1:]:
            self.returns_in(parts, receipt)

    def returns_in(self, parts: list[int], receipt: Receipt) -> None:
        for part in parts:
            self.give_back(receipt, Back(f"F-{self.next_number()}", money=part))

    def end_last_hold(self, end: str) -> None:
        if end == "captured":
            self.captures(0, 0)
        elif end == "voided":
            self.voids(0)

    @rule(who=PICK, price=PRICES, again=PRICES)
    def returns_what_it_spent(self, who: int, price: int, again: int) -> None:
        """Earned, spent to the last point, given back: what is owed comes off the next earning."""
        member, till = self.member(who), self.till(who)
        returned = self.new_receipt(till, (Goods("latte", "coffee", 1, price),))
        self.report(returned, member)
        self.exchanges(who)
        if left := member.points.balance(self.model.today):
            self.adjusts(member, -left)
        self.refund_of(returned, "all", line=0)
        self.report(self.new_receipt(till, (Goods("latte", "coffee", 1, again),)), member)

    @rule(who=PICK, pick=PICK, how=BACKS)
    def buys_with_a_coupon(self, who: int, pick: int, how: str) -> None:
        """Used by hand before the sale comes; given back only when all of it is returned."""
        receipt = self.new_receipt(self.till(who), (Goods("cake", "bakery", 2, 1650),))
        self.redeems_at(self.coupons.copies[pick % len(self.coupons.copies)], receipt)
        self.report(receipt, self.member_or_none(who))
        self.refund_of(receipt, how, line=0)

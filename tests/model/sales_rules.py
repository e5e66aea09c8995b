"""Rules of purchases (消费步骤): sold, printed and uploaded later, scanned, quoted, refunded."""

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from loyalty.fingerprints import fingerprint
from loyalty.receipts import Receipt as SignedReceipt
from loyalty.receipts import minutes_at, sign_receipt
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.purchases.quoting import QuoteRequest, make_quote
from services.purchases.recorded import Recorded
from services.purchases.refunds import RefundReport, record_refund
from services.purchases.reporting import PurchaseReport, record_purchase
from services.shop import Shop
from storage.sql import rows
from tests.model.base import PICK, Steps
from tests.model.points_model import refuse_if
from tests.model.sales_model import Back, Goods, Receipt, Sale
from tests.model.shop_model import ModelMember
from tests.shop_parts import read

CATEGORIES = {"latte": "coffee", "beans": "beans", "cake": "bakery", "giftcard": "card"}
PRICES = st.sampled_from([1, 99, 1650, 3333, 5001, 9900, 12_345])
GOODS = st.builds(
    lambda sku, pieces, price: Goods(sku, CATEGORIES[sku], pieces, price),
    st.sampled_from(sorted(CATEGORIES)),
    st.integers(1, 2),
    PRICES,
)
BASKETS = st.lists(GOODS, min_size=1, max_size=3, unique_by=lambda line: line.sku).map(tuple)
DAYS_AGO = st.sampled_from([0, 0, 0, 0, 1, 5, 70])
BACKS = st.sampled_from(["all", "half", "odd", "pieces", "all pieces", "too much"])


class SalesRules(Steps):
    @rule(basket=BASKETS, buyer=PICK, till=PICK, days_ago=DAYS_AGO)
    def buys(self, basket: tuple[Goods, ...], buyer: int, till: int, days_ago: int) -> None:
        receipt = self.new_receipt(self.till(till), basket, days_ago=days_ago)
        self.report(receipt, self.member_or_none(buyer))

    @rule(basket=BASKETS, till=PICK, days_ago=DAYS_AGO)
    def prints(self, basket: tuple[Goods, ...], till: int, days_ago: int) -> None:
        """A till without a line signs a receipt by itself; nobody else knows of it."""
        self.new_receipt(self.till(till), basket, days_ago=days_ago, is_printed=True)

    @precondition(lambda self: self.unsold())
    @rule(pick=PICK, buyer=PICK)
    def uploads(self, pick: int, buyer: int) -> None:
        waiting = self.unsold()
        shows_code = self.member_or_none(buyer) if buyer % 3 == 0 else None
        self.report(waiting[pick % len(waiting)], shows_code)

    @precondition(lambda self: any(receipt.token for receipt in self.model.receipts))
    @rule(pick=PICK, who=PICK)
    def scans(self, pick: int, who: int) -> None:
        found = [receipt for receipt in self.model.receipts if receipt.token]
        receipt, name = found[pick % len(found)], self.name(who)
        person, token = self.world.person(name), read(receipt.token)
        self.perform(
            lambda shop: claim_receipt(shop, person, token),
            lambda _: self.model.scan(name, receipt),
            # What is reserved or pending is told anew when it has moved on.
            tells=lambda _: "",
            is_lasting=name in self.model.members,
        )

    @precondition(lambda self: self.model.receipts)
    @rule(pick=PICK, how=BACKS, line=PICK)
    def refunds(self, pick: int, how: str, line: int) -> None:
        self.refund_of(self.model.receipts[pick % len(self.model.receipts)], how, line=line)

    def refund_of(self, receipt: Receipt, how: str, *, line: int) -> None:
        goods = receipt.goods[line % len(receipt.goods)]
        paid = receipt.sale.paid if receipt.sale else receipt.paid
        left = paid - (receipt.sale.returned if receipt.sale else 0)
        if paid == 0:
            return
        number = f"F-{self.next_number()}"
        back = {
            "all": Back(number, money=max(1, left)),
            "half": Back(number, money=max(1, left // 2)),
            "odd": Back(number, money=min(paid, 107)),
            "pieces": Back(number, pieces=((goods.sku, 1),)),
            "all pieces": Back(number, pieces=((goods.sku, goods.pieces),)),
            "too much": Back(number, money=left + 1),
        }[how]
        self.give_back(receipt, back)

    @rule(basket=BASKETS, buyer=PICK, till=PICK, typed=st.lists(PICK, max_size=2), tens=PICK)
    def pays_as_quoted(
        self, basket: tuple[Goods, ...], buyer: int, till: int, typed: list[int], tens: int
    ) -> None:
        member, seller = self.member(buyer), self.till(till)
        copies = self.coupons.copies
        typed_codes = [copies[pick % len(copies)].code for pick in typed if copies]
        codes = tuple(dict.fromkeys(typed_codes))
        code = self.world.code_of(member.id)
        asked = QuoteRequest(lines_of(basket), code, codes, points=tens * 10)
        quote = self.world.run(lambda shop: make_quote(shop, seller, asked))
        if quote.refusal is not None:
            assert quote.refusal in ("NotEnoughPoints", "OffsetAboveCap"), quote.refusal
            return
        answer = quote.value
        steps = sum(step["amount_fen"] for step in answer["steps"])
        assert answer["total_fen"] + steps == answer["payable_fen"]
        receipt = self.new_receipt(seller, basket, days_ago=0)
        self.report(receipt, member, quote=answer)

    @precondition(lambda self: any(sale.stored or sale.spent for sale in self.model.sales))
    @rule(pick=PICK, how=BACKS)
    def refunds_what_value_paid(self, pick: int, how: str) -> None:
        found = [r for r in self.model.receipts if r.sale and (r.sale.stored or r.sale.spent)]
        self.refund_of(found[pick % len(found)], how, line=pick)

    def new_receipt(
        self, till: Till, basket: tuple[Goods, ...], *, days_ago: int = 0, is_printed: bool = False
    ) -> Receipt:
        number = self.next_number()
        receipt = Receipt(
            till=till.till_no,
            number=f"R-{number}",
            sequence=number if is_printed else None,
            goods=basket,
            paid_at=self.world.now - timedelta(days=days_ago),
        )
        if is_printed:
            receipt.token = printed(self.world.shop, till, receipt)
        self.model.receipts.append(receipt)
        return receipt

    def report(
        self,
        receipt: Receipt,
        member: ModelMember | None,
        *,
        quote: dict[str, Any] | None = None,
    ) -> None:
        till = self.till_of(receipt)
        code = self.world.code_of(member.id) if member and quote is None else None
        report = a_report(receipt, code=code, quote=quote)
        self.perform(
            lambda shop: record_purchase(shop, till, report),
            lambda told: self.sold(receipt, member, told, quote=quote),
            tells=lambda told: told.answer,
        )

    def sold(
        self,
        receipt: Receipt,
        member: ModelMember | None,
        told: Recorded | None,
        *,
        quote: dict[str, Any] | None,
    ) -> None:
        paid = quote["payable_fen"] if quote else receipt.paid
        costs = self.costs_of(receipt) if quote else {}
        sale = Sale(paid, receipt.goods, receipt.paid_at, costs)
        assert not costs or sum(costs.values()) == paid
        if quote:
            assert member is not None
            self._pay_quote(receipt, sale, member, quote)
        payer = self._capture(receipt, sale)
        self.coupons.settle(receipt.till, receipt.number, sale)
        self.model.buy(receipt, member or payer, sale)
        self.coupons.give_back_if_returned(sale)
        assert told is not None
        if "claim" in told.answer:
            receipt.token = told.answer["claim"]["token"]
            unverified = read(receipt.token)
            receipt.sequence = unverified.receipt.sequence

    def costs_of(self, receipt: Receipt) -> dict[str, int]:
        """The newest quote's prices: the model takes them as they are."""
        found = self.world.wait_for(rows("SELECT line_fen FROM quotes ORDER BY id DESC LIMIT 1"))
        prices = json.loads(found[0]["line_fen"])
        return {line.sku: fen for line, fen in zip(receipt.goods, prices, strict=True)}

    def _pay_quote(
        self, receipt: Receipt, sale: Sale, member: ModelMember, quote: dict[str, Any]
    ) -> None:
        if quote["points"]:
            sale.spent = quote["points"]
            sale.spend = member.points.spend(quote["points"], self.model.today)
        for code in quote["coupon_codes"]:
            [copy] = [copy for copy in self.coupons.copies if copy.code == code]
            assert copy.owner is member, "a coupon of another"
            self.coupons.redeem(copy, receipt.till, receipt.number, None)

    def _capture(self, receipt: Receipt, sale: Sale) -> ModelMember | None:
        """What stored value pays of it; whose that is."""
        hold = self.model.holds.get((receipt.till, receipt.number))
        if hold is None or not (hold.state == "captured" or hold.is_running(self.model.now)):
            return None
        [payer] = [m for m in self.model.everybody if m.wallet is hold.wallet]
        excess = 0
        if hold.payment is not None:
            # Captured before, and more than the purchase came to: the rest goes back at once.
            excess = hold.payment.total - min(hold.payment.total, sale.paid)
        elif not sale.paid:
            return payer
        else:
            hold.capture(min(hold.amount, sale.paid), self.model.today)
            hold.is_by_purchase = True
        payment = sale.payment = hold.payment
        assert payment is not None
        sale.stored = payment.total - excess
        sale.stored_bonus = payment.bonus - payment.give_back(excess, self.model.today)
        return payer

    def give_back(self, receipt: Receipt, back: Back) -> None:
        till, report = self.till_of(receipt), a_refund(receipt, back, self.world.now)
        waits = receipt.sale is None

        def expect(told: Recorded | None) -> None:
            self.model.refund(receipt, back)
            if receipt.sale:
                self.coupons.give_back_if_returned(receipt.sale)
            refuse_if(told is None, "nothing")

        self.perform(
            lambda shop: record_refund(shop, till, report),
            expect,
            # One that waits is answered anew once its sale has come, or refused.
            tells=lambda told: "" if waits else told.answer,
            is_lasting=not waits,
        )


def lines_of(goods: tuple[Goods, ...]) -> list[dict[str, Any]]:
    return [
        {
            "sku": line.sku,
            "name": line.sku,
            "category": line.category,
            "quantity": line.pieces,
            "amount_fen": line.amount,
        }
        for line in goods
    ]


def a_report(receipt: Receipt, *, code: str | None, quote: dict[str, Any] | None) -> PurchaseReport:
    facts: dict[str, Any] = {
        "receipt_no": receipt.number,
        "receipt_seq": receipt.sequence,
        "paid_at": receipt.paid_at,
        "paid_fen": quote["payable_fen"] if quote else receipt.paid,
        "lines": lines_of(receipt.goods),
        "member_code": code,
        "quote_id": quote["quote_id"] if quote else None,
    }
    return PurchaseReport(**facts, fingerprint=fingerprint([repr(facts)]))


def a_refund(receipt: Receipt, back: Back, at: datetime) -> RefundReport:
    prices = {line.sku: line.price for line in receipt.goods}
    lines = [
        {"sku": sku, "quantity": pieces, "amount_fen": pieces * prices[sku]}
        for sku, pieces in back.pieces
    ]
    return RefundReport(
        refund_no=back.number,
        receipt_no=receipt.number,
        amount_fen=back.money or None,
        lines=lines or None,
        refunded_at=at,
        fingerprint=fingerprint([back.number, receipt.number, back.money, repr(lines)]),
    )


def printed(shop: Shop, till: Till, receipt: Receipt) -> str:
    """What the till prints as a code below the receipt."""
    assert receipt.sequence is not None
    signed = SignedReceipt(
        epoch=till.epoch,
        till_no=till.till_no,
        sequence=receipt.sequence,
        minutes=minutes_at(receipt.paid_at),
        amount_fen=receipt.paid,
    )
    brand, environment = shop.rules.brand_code, shop.environment
    return sign_receipt(signed, till.key, brand=brand, environment=environment)

"""Rules of value (券、储值、积分步骤): coupons, gifts, exchanges, cards, points by hand."""

from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from loyalty.fingerprints import fingerprint
from services.coupons.exchanges import exchange_points
from services.coupons.gift_claims import claim_gift
from services.coupons.gifts import offer_coupon, withdraw_gift
from services.coupons.issuing import IssuedCoupon, issue_coupon
from services.coupons.redeeming import redeem_coupon, release_coupon
from services.ledger.adjustments import AdjustedPoints, adjust_points
from services.shop import Shop
from services.wallet.card_refunds import refund_card
from services.wallet.hold_endings import capture, void
from services.wallet.holds import HoldRequest, hold
from services.wallet.topups import TopUpRequest, top_up
from storage.transactions import transactional
from tests.model.base import PICK, Steps
from tests.model.coupon_model import KINDS, REWARD_POINTS, Copy, Exchange, Gift
from tests.model.points_model import refuse_if
from tests.model.sales_model import Goods, Receipt
from tests.model.sales_rules import SalesRules
from tests.model.shop_model import ModelMember
from tests.model.wallet_model import ModelHold

ISSUED = st.sampled_from(["cake", "five", "yoga", "own"])
# (from, bonus, days) of the offers, the best last.
OFFERS = ((3000, 300, 20), (5000, 777, 45))


@transactional
async def give_coupon(shop: Shop, member_id: int, kind: str, key: str) -> IssuedCoupon | None:
    return await issue_coupon(shop, member_id, kind, key=key, cause={"by": "campaign"})


@transactional
async def adjust(shop: Shop, member_id: int, points: int, key: str) -> AdjustedPoints:
    return await adjust_points(shop, member_id, points, reason="test", key=key, actor="staff:1")


@transactional
async def give_card_back(shop: Shop, member_id: int, key: str) -> Any:
    return await refund_card(shop, member_id, key=key, actor="staff:1")


class CouponRules(Steps):
    @rule(who=PICK, kind=ISSUED)
    def is_given_a_coupon(self, who: int, kind: str) -> None:
        self.give(self.member(who), kind)

    def give(self, member: ModelMember, kind: str) -> None:
        key = f"campaign:{self.next_number()}"

        def expect(issued: IssuedCoupon | None) -> None:
            assert (issued is not None) == self.coupons.can_issue(kind, member)
            if issued is not None:
                self.coupons.issue(kind, member, issued.code)

        self.perform(
            lambda shop: give_coupon(shop, member.id, kind, key),
            expect,
            tells=lambda issued: issued.code if issued else "",
            # A stock that was used up may be filled again.
            is_lasting=self.coupons.can_issue(kind, member),
            about=member,
        )

    @precondition(lambda self: self.model.receipts)
    @rule(pick=PICK, receipt=PICK)
    def redeems(self, pick: int, receipt: int) -> None:
        copy, at = self._copy(pick), self._receipt(receipt)
        if copy is not None and at is not None:
            self.redeems_at(copy, at)

    def redeems_at(self, copy: Copy, at: Receipt) -> None:
        till = self.till_of(at)
        self.perform(
            lambda shop: redeem_coupon(shop, till, copy.code, at.number),
            lambda _: self.coupons.redeem(copy, at.till, at.number, at.sale),
            tells=lambda told: told.answer,
            is_lasting=False,
        )

    @precondition(lambda self: any(copy.uses for copy in self.coupons.copies))
    @rule(pick=PICK, use=PICK)
    def releases(self, pick: int, use: int) -> None:
        used = [copy for copy in self.coupons.copies if copy.uses]
        if pick == 0:
            used = self.coupons.copies
        copy = used[pick % len(used)]
        at = copy.uses[use % len(copy.uses)] if copy.uses else None
        number, till = (at.number, at.till) if at else ("R-0", self.world.tills[0].till_no)
        seller = next(found for found in self.world.tills if found.till_no == till)
        self.perform(
            lambda shop: release_coupon(shop, seller, copy.code, number),
            lambda _: self.coupons.release(copy, till, number),
            tells=lambda told: told.answer,
            is_lasting=False,
        )

    @rule(pick=PICK, by_owner=st.booleans(), who=PICK)
    def offers(self, pick: int, by_owner: bool, who: int) -> None:
        copy = self._copy(pick)
        if copy is None:
            return
        member = copy.owner if by_owner else self.member(who)
        person, key = self.world.person(member.name), f"offer:{self.next_number()}"

        def expect(offer: Any) -> None:
            self.coupons.offer(copy, member, offer.token if offer else "")

        self.perform(
            lambda shop: offer_coupon(shop, person, copy.code, key=key),
            expect,
            tells=lambda offer: offer.token,
            is_lasting=False,
        )

    @precondition(lambda self: any(copy.gifts for copy in self.coupons.copies))
    @rule(pick=PICK)
    def withdraws(self, pick: int) -> None:
        offered = [copy for copy in self.coupons.copies if copy.gifts]
        copy = offered[pick % len(offered)] if pick else self.coupons.copies[0]
        member = copy.owner
        person = self.world.person(member.name)
        self.perform(
            lambda shop: withdraw_gift(shop, person, copy.code),
            lambda _: self.coupons.withdraw(copy, member),
            is_lasting=False,
        )

    @precondition(lambda self: any(copy.gifts for copy in self.coupons.copies))
    @rule(pick=PICK, who=PICK)
    def takes_a_gift(self, pick: int, who: int) -> None:
        gifts: list[Gift] = [gift for copy in self.coupons.copies for gift in copy.gifts]
        if gifts:
            gift, name = gifts[pick % len(gifts)], self.name(who)
            person = self.world.person(name)
            member = self.model.members.get(name)
            self.perform(
                lambda shop: claim_gift(shop, person, gift.token),
                lambda _: self.coupons.take_gift(gift, member),
                tells=lambda told: told.code,
                is_lasting=member is not None,
                about=member,
            )

    @rule(who=PICK)
    def exchanges(self, who: int) -> None:
        member, key = self.member(who), f"mall:{self.next_number()}"

        def expect(exchanged: Any) -> None:
            spend = self.coupons.exchange(member)
            copy = self.coupons.issue("prize", member, exchanged.coupon.code)
            self.coupons.exchanges.append(Exchange(copy, member, spend))

        self.perform(
            lambda shop: exchange_points(
                shop, member.id, "prize", shown_points=REWARD_POINTS, key=key
            ),
            expect,
            tells=lambda exchanged: exchanged.coupon.code,
            about=member,
        )

    def _copy(self, pick: int) -> Copy | None:
        copies = self.coupons.copies
        return copies[-1 - pick % len(copies)] if copies else None

    def _receipt(self, pick: int) -> Receipt | None:
        receipts = self.model.receipts
        return receipts[-1 - pick % len(receipts)] if receipts else None


class WalletRules(SalesRules):
    @rule(
        who=PICK,
        paid=st.sampled_from([1000, 3000, 5000, 5001]),
        bonus=st.sampled_from([None, 0, 77]),
    )
    def tops_up(self, who: int, paid: int, bonus: int | None) -> None:
        self.tops_up_with(self.member(who), paid=paid, bonus=bonus)

    def tops_up_with(self, member: ModelMember, *, paid: int, bonus: int | None) -> None:
        """Without a bonus: whatever is offered."""
        till, number = self.till(0), f"T-{self.next_number()}"
        code = self.world.code_of(member.id)
        request = TopUpRequest(number, code, paid, bonus, fingerprint([number, paid, bonus]))
        offers = [offer for offer in OFFERS if offer[0] <= paid]
        added = bonus if bonus is not None else (offers[-1][1] if offers else 0)
        days = offers[-1][2] if offers and added else None
        ends_on = None if days is None else self.model.today + timedelta(days=days)
        self.perform(
            lambda shop: top_up(shop, till, request),
            lambda _: member.wallet.top_up(paid, added, ends_on),
            tells=lambda told: told.answer,
        )

    @precondition(lambda self: self.cards())
    @rule(who=PICK, pick=PICK, amount=st.sampled_from([1, 700, 1333, 2999, 5500]))
    def holds(self, who: int, pick: int, amount: int) -> None:
        """For a receipt that is about to be paid, or, now and then, for any other."""
        cards, till = self.cards(), self.till(pick)
        member = cards[who % len(cards)] if pick else self.member(who)
        line = Goods("latte", "coffee", 2, 1650)
        receipts = self.unsold() if pick % 3 else self.model.receipts
        receipt = receipts[pick % len(receipts)] if receipts else self.new_receipt(till, (line,))
        self.hold_for(receipt, member, amount)

    def hold_for(self, receipt: Receipt, member: ModelMember, amount: int) -> None:
        place, till = (receipt.till, receipt.number), self.till_of(receipt)
        code = self.world.code_of(member.id)
        request = HoldRequest(receipt.number, code, amount, fingerprint([*place, code, amount]))

        def expect(told: Any) -> None:
            refuse_if(place in self.model.holds, "NumberConflict")
            refuse_if(receipt.sale is not None, "ReceiptPaid")
            kept = member.wallet.hold(amount, self.model.now, self.model.today)
            kept.id, kept.till = told.answer["hold_id"], receipt.till
            self.model.holds[place] = kept

        self.perform(lambda shop: hold(shop, till, request), expect, tells=lambda told: told.answer)

    @precondition(lambda self: self.model.holds)
    @rule(pick=PICK, part=st.sampled_from([0, 0, 1, 500, 9999]))
    def captures(self, pick: int, part: int) -> None:
        """No part: all that is held."""
        found = self._hold(pick)
        till = next(till for till in self.world.tills if till.till_no == found.till)
        self.perform(
            lambda shop: capture(shop, till, found.id, part or None),
            lambda _: self._captured(found, part),
            tells=lambda told: told.answer,
        )

    @precondition(lambda self: self.model.holds)
    @rule(pick=PICK)
    def voids(self, pick: int) -> None:
        found = self._hold(pick)
        till = next(till for till in self.world.tills if till.till_no == found.till)

        def expect(_: object) -> None:
            if found.state == "voided":
                return
            self._refuse_unless_open(found)
            found.free("voided")

        self.perform(
            lambda shop: void(shop, till, found.id, None), expect, tells=lambda told: told.answer
        )

    @precondition(lambda self: self.cards())
    @rule(who=PICK)
    def gives_the_card_back(self, who: int) -> None:
        cards = self.cards() if who else list(self.model.members.values())
        member, key = cards[who % len(cards)], f"card:{self.next_number()}"

        def expect(figures: Any) -> None:
            paid_out = member.wallet.give_card_back(self.model.now)
            assert figures.refund_fen == paid_out

        self.perform(lambda shop: give_card_back(shop, member.id, key), expect, about=member)

    @rule(who=PICK, points=st.sampled_from([-60, -7, 5, 120]))
    def is_adjusted(self, who: int, points: int) -> None:
        self.adjusts(self.member(who), points)

    def adjusts(self, member: ModelMember, points: int) -> None:
        key = f"adjust:{self.next_number()}"
        self.perform(
            partial(adjust_of, member.id, points, key),
            lambda _: self._adjusted(member, points),
            tells=lambda adjusted: adjusted.points,
            about=member,
        )

    def _adjusted(self, member: ModelMember, points: int) -> None:
        today = self.model.today
        if points > 0:
            member.points.earn(points, today, today)
        else:
            member.points.spend(-points, today)

    def cards(self) -> list[ModelMember]:
        """Members with stored value."""
        return [member for member in self.model.members.values() if member.wallet.pairs]

    def _hold(self, pick: int) -> ModelHold:
        holds = list(self.model.holds.values())
        return holds[-1 - pick % len(holds)]

    def _captured(self, found: ModelHold, part: int) -> None:
        wanted = part or found.amount
        if found.payment is not None:
            is_same = wanted == found.payment.total or (found.is_by_purchase and not part)
            refuse_if(not is_same, "NumberConflict")
            return
        self._refuse_unless_open(found)
        refuse_if(self._is_paid(found), "PaidWithoutHold")
        refuse_if(wanted > found.amount, "MoreThanHeld")
        found.capture(wanted, self.model.today)

    def _is_paid(self, found: ModelHold) -> bool:
        [place] = [place for place, kept in self.model.holds.items() if kept is found]
        return any(
            (receipt.till, receipt.number) == place and receipt.sale is not None
            for receipt in self.model.receipts
        )

    def _refuse_unless_open(self, found: ModelHold) -> None:
        is_over = found.state == "expired" or found.is_overdue(self.model.now)
        refuse_if(is_over, "HoldOverdue")
        refuse_if(found.state != "open", "HoldEnded")


async def adjust_of(member_id: int, points: int, key: str, shop: Shop) -> AdjustedPoints:
    return await adjust(shop, member_id, points, key)


__all__ = ["KINDS", "CouponRules", "WalletRules"]

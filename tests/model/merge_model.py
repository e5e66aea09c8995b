"""The model's merges (合并): what one member hands to another, and what finds its way back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.model.coupon_model import KINDS, Copy, CouponModel, Exchange, Gift
from tests.model.points_model import PointLot, refuse_if
from tests.model.sales_model import Claim, Sale
from tests.model.shop_model import ModelMember, RungGift, ShopModel
from tests.model.wallet_model import ModelHold, ModelPair

UNDO_FOR = timedelta(days=30)


@dataclass(eq=False)
class ModelMerge:
    """One merge with everything that came; `places` are the rungs of both before it."""

    id: int
    kept: ModelMember
    merged: ModelMember
    undo_until: datetime
    places: tuple[int, int]
    names: list[str]
    debt: int
    lots: list[PointLot]
    pairs: list[ModelPair]
    holds: list[ModelHold]
    gifts: list[RungGift]
    sales: list[Sale]
    pending: list[Sale]
    claims: list[Claim]
    given: list[Gift]
    taken: list[Gift]
    copies: list[Copy]
    exchanges: list[Exchange]
    issued: dict[str, int]
    rewards: int
    is_undone: bool = False


@dataclass(eq=False)
class MergeModel:
    shop: ShopModel
    coupons: CouponModel
    merges: list[ModelMerge] = field(default_factory=list)

    def refuse(self, kept: ModelMember, merged: ModelMember) -> None:
        refuse_if(kept is merged, "SameMember")
        self._refuse_open_holds(kept, merged)

    def _refuse_open_holds(self, *members: ModelMember) -> None:
        is_held = any(member.wallet.has_open_hold(self.shop.now) for member in members)
        refuse_if(is_held, "HoldUnderWay")
        for member in members:
            member.wallet.expire_holds(self.shop.now)

    def merge(self, kept: ModelMember, merged: ModelMember, merge_id: int) -> None:
        merge = self._all_of(kept, merged, merge_id)
        self.merges.append(merge)
        merged.points.hand_over(merge.lots, merge.debt, kept.points)
        merged.wallet.hand_over(merge.pairs, merge.holds, kept.wallet)
        self._hand_rows(merge, merged, kept)
        for kind, number in merge.issued.items():
            self.coupons.issued[kind, kept.name] += number
        self.coupons.taken[kept.name] += merge.rewards
        for name in merge.names:
            self.shop.members[name] = kept
        kept.highest = max(kept.highest, merged.highest)
        kept.place = max(kept.place, merged.place)
        self.shop.rise(kept)

    def _all_of(self, kept: ModelMember, merged: ModelMember, merge_id: int) -> ModelMerge:
        mine = self.shop.sales_of(merged)
        gifts = [gift for copy in self.coupons.copies for gift in copy.gifts]
        claims = [r.claim for r in self.shop.receipts if r.claim and r.claim.member is merged]
        both = {(gift.rung, gift.given_on) for gift in kept.gifts}
        return ModelMerge(
            id=merge_id,
            kept=kept,
            merged=merged,
            undo_until=self.shop.now + UNDO_FOR,
            places=(kept.place, merged.place),
            names=[name for name, member in self.shop.members.items() if member is merged],
            debt=merged.points.debt,
            lots=list(merged.points.lots),
            pairs=list(merged.wallet.pairs),
            holds=list(merged.wallet.holds),
            gifts=[gift for gift in merged.gifts if (gift.rung, gift.given_on) not in both],
            sales=[sale for sale in mine if sale.points is not None],
            pending=[sale for sale in mine if sale.points is None],
            claims=claims,
            given=[gift for gift in gifts if gift.giver is merged],
            taken=[gift for gift in gifts if gift.taker is merged],
            copies=[copy for copy in self.coupons.copies if copy.owner is merged],
            exchanges=[one for one in self.coupons.exchanges if one.member is merged],
            issued={kind: self.coupons.issued[kind, merged.name] for kind in KINDS},
            rewards=self.coupons.taken[merged.name],
        )

    def refuse_parting(self, merge: ModelMerge) -> None:
        refuse_if(merge.is_undone, "NothingToPart")
        refuse_if(merge.undo_until < self.shop.now, "TooLateToPart")
        is_gone = any(one.merged is merge.kept and not one.is_undone for one in self.merges)
        refuse_if(is_gone, "LaterMergeFirst")
        self._refuse_open_holds(merge.kept, merge.merged)

    def part(self, merge: ModelMerge, *, is_restored: bool, place: int) -> None:
        """`place` is the kept member's rung after it, which is read, like that after a fall."""
        kept, merged = merge.kept, merge.merged
        merge.is_undone = True
        lots = [lot for lot in merge.lots if lot.book is kept.points]
        kept.points.hand_over(lots, min(merge.debt, kept.points.debt), merged.points)
        pairs = [pair for pair in merge.pairs if pair.wallet is kept.wallet]
        holds = [hold for hold in merge.holds if hold.wallet is kept.wallet]
        kept.wallet.hand_over(pairs, holds, merged.wallet)
        self._hand_rows(merge, kept, merged)
        for kind, number in merge.issued.items():
            self.coupons.issued[kind, kept.name] -= number
        self.coupons.taken[kept.name] -= merge.rewards
        for name in merge.names:
            self.shop.members[name] = merged
        merged.place = merge.places[1]
        if is_restored:
            self._restore(merge, place)

    def _restore(self, merge: ModelMerge, place: int) -> None:
        kept, higher = merge.kept, merge.kept.place
        kept.place = merge.places[0]
        self.shop.rise(kept)
        kept.place = higher
        self.shop.take_gifts_back(kept, place)
        kept.place = place

    def _hand_rows(self, merge: ModelMerge, giver: ModelMember, taker: ModelMember) -> None:
        is_back = taker is merge.merged
        for rung_gift in merge.gifts:
            if rung_gift in giver.gifts:
                giver.gifts.remove(rung_gift)
                taker.gifts.append(rung_gift)
        waiting = [sale for sale in merge.pending if sale.points is None or not is_back]
        for sale in (*merge.sales, *waiting):
            sale.member = taker if sale.member is giver else sale.member
        for exchange in merge.exchanges:
            exchange.member = taker if exchange.member is giver else exchange.member
        for gift in merge.given:
            gift.giver = taker if gift.giver is giver else gift.giver
        for gift in merge.taken:
            gift.taker = taker if gift.taker is giver else gift.taker
        for copy in merge.copies:
            on_offer = [gift for gift in copy.gifts if gift.state == "open"]
            stays = is_back and any(gift.giver is giver for gift in on_offer)
            if copy.owner is giver and not stays:
                copy.owner = taker
        self._hand_claims(merge, giver, taker)

    def _hand_claims(self, merge: ModelMerge, giver: ModelMember, taker: ModelMember) -> None:
        """A claim that was credited goes with its sale."""
        sales = {id(r.claim): r.sale for r in self.shop.receipts if r.claim and r.sale}
        for claim in merge.claims:
            sale = sales.get(id(claim)) if claim.state == "credited" else None
            if claim.member is giver and (sale is None or sale.member is taker):
                claim.member = taker

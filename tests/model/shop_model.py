"""The model of the shop (模型): members, receipts and claims as they must stand after each step.

Kept apart from the program on purpose: plain loops over everything, no table, no shared code.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.model.points_model import PointsBook, Refused, refuse_if
from tests.model.sales_model import PENDING_FOR, PENDING_FROM_FEN, Back, Claim, Receipt, Sale, day
from tests.model.wallet_model import ModelHold, WalletBook

WELCOME = 50
RESERVED_FOR = timedelta(hours=24)
CLAIM_PENDING_FOR = timedelta(hours=72)
# Growth in fen from which a rung is deserved, and the points that reaching it brings.
RUNGS = ((0, 0), (10_000, 30), (40_000, 70))
RUNG_CODES = ("base", "silver", "gold")
WINDOW_DAYS = 365
RETURN_WINDOW = timedelta(days=30)


@dataclass(eq=False)
class ModelMember:
    """One member; `place` is the rung as the program tells it, `highest` what it may be at most."""

    name: str
    id: int = 0
    points: PointsBook = field(default_factory=PointsBook)
    wallet: WalletBook = field(default_factory=WalletBook)
    place: int = 0
    highest: int = 0
    gifts: list["RungGift"] = field(default_factory=list)

    def last_gift(self, rung: int) -> date | None:
        return max((gift.given_on for gift in self.gifts if gift.rung == rung), default=None)


@dataclass(eq=False)
class RungGift:
    """What reaching a rung brought; `source` names its lot of points."""

    rung: int
    given_on: date
    source: str


@dataclass(eq=False)
class ShopModel:
    """Everything that happened; `now` is set before each step."""

    now: datetime
    place_of: Callable[[int], int]
    members: dict[str, ModelMember] = field(default_factory=dict)
    everybody: list[ModelMember] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    holds: dict[tuple[int, str], ModelHold] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return day(self.now)

    def sales_of(self, member: ModelMember) -> list[Sale]:
        return [sale for sale in self.sales if sale.member is member]

    def growth(self, member: ModelMember) -> int:
        return sum(sale.growth or 0 for sale in self.sales_of(member))

    def deserved_place(self, member: ModelMember) -> int:
        first = self.today - timedelta(days=WINDOW_DAYS - 1)
        growth = sum(
            sale.growth or 0
            for sale in self.sales_of(member)
            if sale.earned_on is not None and sale.earned_on >= first
        )
        return max(place for place, (asked, _) in enumerate(RUNGS) if growth >= asked)

    def join(self, name: str, member_id: int) -> None:
        if name in self.members:
            return
        member = self.members[name] = ModelMember(name, member_id)
        self.everybody.append(member)
        mine = [r for r in self.receipts if r.claim is not None and r.claim.person == name]
        for receipt in sorted(mine, key=lambda r: (r.till, r.sequence or 0)):
            claim = receipt.claim
            assert claim is not None
            if claim.state == "reserved" and claim.due_at and claim.due_at < self.now:
                continue
            try:
                self._settle(receipt, claim, member)
            except Refused:
                claim.state = "void"
        member.points.earn(WELCOME, self.today, self.today)

    def buy(self, receipt: Receipt, member: ModelMember | None, sale: Sale) -> None:
        """The till reports it; what it was paid with is in the sale already."""
        receipt.sale = sale
        self.sales.append(sale)
        claim = receipt.claim
        waits = claim is not None and claim.state in ("pending", "void")
        if claim and waits and claim.member and member in (None, claim.member):
            assert isinstance(claim.member, ModelMember)
            claim.state = "credited"
            self.credit(sale, claim.member)
        elif member is not None:
            if claim and claim.state in ("pending", "reserved"):
                claim.state = "void"
            self.credit(sale, member)
        for back in receipt.waiting:
            try:
                self.refund(receipt, back)
            except Refused:
                receipt.refused.add(back.number)
        receipt.waiting.clear()

    def credit(self, sale: Sale, member: ModelMember) -> None:
        if sale.member is not None:
            return
        sale.member = member
        sale.is_silver = member.place == 1
        due_at = sale.paid_at + PENDING_FOR
        if sale.paid >= PENDING_FROM_FEN and due_at > self.now:
            sale.due_at = due_at
        else:
            self._earn(sale, member, sale.paid_at)

    def credit_due(self) -> None:
        for sale in self.sales:
            if sale.due_at is not None and sale.due_at <= self.now:
                assert isinstance(sale.member, ModelMember)
                self._earn(sale, sale.member, sale.due_at)

    def _earn(self, sale: Sale, member: ModelMember, at: datetime) -> None:
        sale.due_at, sale.earned_on = None, day(at)
        sale.points, sale.growth = sale.deserved(), sale.paid - sale.returned
        sale.earned = sale.points
        member.points.earn(sale.points, day(at), self.today, source=str(id(sale)))
        if sale.growth:
            self.rise(member)

    def rise(self, member: ModelMember) -> None:
        """To the rung that is deserved, with the gifts of all rungs on the way."""
        place = self.deserved_place(member)
        member.highest = max(member.highest, place)
        for rung in range(member.place + 1, place + 1):
            last = member.last_gift(rung)
            if last is None or last <= two_years_before(self.today):
                gift = RungGift(rung, self.today, f"rung {rung} of {member.name} on {self.now}")
                member.gifts.append(gift)
                member.points.earn(RUNGS[rung][1], self.today, self.today, gift.source)
        member.place = max(member.place, place)

    def refund(self, receipt: Receipt, back: Back) -> None:
        sale = receipt.sale
        if sale is None:
            receipt.waiting.append(back)
            return
        sale.returned_with([*sale.backs, back])
        sale.backs.append(back)
        stored = sale.share_due(sale.stored) - sale.stored_back
        if sale.payment is not None and stored:
            sale.payment.give_back(stored, self.today)
            sale.stored_back += stored
        member = sale.member
        if not isinstance(member, ModelMember):
            return
        if sale.spend is not None:
            points = sale.share_due(sale.spent) - sale.spend.given_back
            member.points.give_back(sale.spend, points, self.today)
        if sale.points is not None and sale.growth is not None:
            # What lapsed unspent is gone: nobody owes it a second time.
            gone = member.points.lapsed_of(str(id(sale)))
            due = max(0, sale.earned - sale.deserved() - gone)
            taken = max(0, due - (sale.earned - sale.points))
            member.points.take_back(taken, str(id(sale)), self.today)
            sale.points -= taken
            sale.growth = min(sale.growth, sale.paid - sale.returned)
            self._fall(member)

    def _fall(self, member: ModelMember) -> None:
        """A rung lost by a return takes its entry gift along; how far a member falls is read."""
        place = self.place_of(member.id)
        if place >= member.place or self.deserved_place(member) > place:
            return
        self.take_gifts_back(member, place)
        member.place = place

    def take_gifts_back(self, member: ModelMember, place: int) -> None:
        """Of the rungs above, as far as a return can reach back."""
        for gift in list(member.gifts):
            is_fresh = gift.given_on >= self.today - RETURN_WINDOW
            if place < gift.rung <= member.place and is_fresh:
                member.gifts.remove(gift)
                gone = member.points.lapsed_of(gift.source)
                points = RUNGS[gift.rung][1] - gone
                member.points.take_back(points, gift.source, self.today)

    def scan(self, name: str, receipt: Receipt) -> None:
        claim, sale, member = receipt.claim, receipt.sale, self.members.get(name)
        if claim is None:
            receipt.claimable(self.now)
            refuse_if(sale and sale.member not in (None, member), "ReceiptClaimed")
            claim = receipt.claim = Claim(name, self.now, self.now + RESERVED_FOR)
        elif claim.person != name and (member is None or claim.member is not member):
            refuse_if(claim.state != "reserved" or claim.due_at is None, "ReceiptClaimed")
            assert claim.due_at is not None
            refuse_if(claim.due_at >= self.now, "ReceiptClaimed")
            receipt.claimable(self.now)
            refuse_if(member and sale and sale.member not in (None, member), "ReceiptClaimed")
            claim = receipt.claim = Claim(name, self.now, self.now + RESERVED_FOR)
        self._settle(receipt, claim, member)

    def _settle(self, receipt: Receipt, claim: Claim, member: ModelMember | None) -> None:
        if claim.state == "credited":
            return
        if claim.state == "void":
            if receipt.sale is None or receipt.sale.member is None:
                return
            refuse_if(receipt.sale.member is not member, "ReceiptClaimed")
        if member is None:
            assert claim.due_at is not None
            if claim.due_at < self.now:
                claim.due_at = self.now + RESERVED_FOR
        elif receipt.sale is None:
            if claim.state == "reserved":
                claim.state, claim.member = "pending", member
                claim.due_at = self.now + CLAIM_PENDING_FOR
        else:
            refuse_if(receipt.sale.member not in (None, member), "ReceiptClaimed")
            claim.state, claim.member, claim.due_at = "credited", member, None
            self.credit(receipt.sale, member)

    def void_overdue(self) -> None:
        for receipt in self.receipts:
            claim = receipt.claim
            if claim and claim.state == "pending" and claim.due_at and claim.due_at < self.now:
                claim.state, claim.due_at = "void", None


def two_years_before(today: date) -> date:
    """The same day two years ago, the last of February for the 29th."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year - 2, day=28 if is_leap_day else today.day)

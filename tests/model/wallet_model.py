"""The model's stored value (储值): one fen after the other, because any split ends like one."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.model.points_model import COURTESY, NUMBERS, refuse_if

HOLD_LIFE = timedelta(minutes=15)
LIMIT_FEN = 20_000


@dataclass(eq=False)
class Half:
    """Principal or bonus of a pair."""

    amount: int = 0
    left: int = 0
    held: int = 0
    ends_on: date | None = None

    def has_ended(self, today: date) -> bool:
        return self.ends_on is not None and self.ends_on < today

    def usable(self, today: date, reserved: int) -> int:
        free = self.left - self.held
        return min(free, reserved) if self.has_ended(today) else free


@dataclass(eq=False)
class ModelPair:
    principal: Half
    bonus: Half
    wallet: "WalletBook"
    number: int = field(default_factory=NUMBERS.__next__)

    @property
    def used(self) -> int:
        return self._amount - self.principal.left - self.bonus.left

    @property
    def _amount(self) -> int:
        return self.principal.amount + self.bonus.amount

    def bonus_due(self) -> bool:
        """Whether the next fen is one of the bonus by the ratio of the pair."""
        due = (self.used + 1) * self.bonus.amount // self._amount
        return due > self.bonus.amount - self.bonus.left


@dataclass(eq=False)
class ModelShare:
    pair: ModelPair
    principal: int = 0
    bonus: int = 0

    @property
    def total(self) -> int:
        return self.principal + self.bonus


@dataclass(eq=False)
class Payment:
    """What a capture took; `back` is how much of it was given back."""

    shares: list[ModelShare]
    back: int = 0

    @property
    def total(self) -> int:
        return sum(share.total for share in self.shares)

    @property
    def bonus(self) -> int:
        return sum(share.bonus for share in self.shares)

    def give_back(self, amount: int, today: date) -> int:
        """The pair drawn last first, each by the shares it gave; ended bonus gets a new life.

        How much of it was bonus. All of it goes to whose the pairs are by now.
        """
        amount = min(amount, self.total - self.back)
        before, after = self._given(self.back), self._given(self.back + amount)
        self.back += amount
        late: dict[int, tuple[WalletBook, int]] = {}
        for share, (principal0, bonus0), (principal1, bonus1) in zip(
            self.shares, before, after, strict=True
        ):
            share.pair.principal.left += principal1 - principal0
            wallet = share.pair.wallet
            if share.pair.bonus.has_ended(today):
                before_it = late.get(id(wallet), (wallet, 0))[1]
                late[id(wallet)] = wallet, before_it + bonus1 - bonus0
            else:
                share.pair.bonus.left += bonus1 - bonus0
        for wallet, amount in late.values():
            if amount:
                half = Half(amount, amount, ends_on=today + COURTESY)
                wallet.pairs.append(ModelPair(Half(), half, wallet))
        return sum(bonus for _, bonus in after) - sum(bonus for _, bonus in before)

    def _given(self, amount: int) -> list[tuple[int, int]]:
        given = []
        for share in reversed(self.shares):
            part = min(amount, share.total)
            amount -= part
            bonus = part * share.bonus // share.total
            given.append((part - bonus, bonus))
        return given[::-1]


@dataclass(eq=False)
class ModelHold:
    """Stored value kept for a receipt; ends once."""

    wallet: "WalletBook"
    amount: int
    expires_at: datetime
    shares: list[ModelShare]
    id: int = 0
    till: int = 0
    state: str = "open"
    is_by_purchase: bool = False
    payment: Payment | None = None

    def is_overdue(self, now: datetime) -> bool:
        return self.state == "open" and self.expires_at <= now

    def is_running(self, now: datetime) -> bool:
        """Until its last moment, whoever has or has not looked at it since."""
        return self.state == "open" and self.expires_at > now

    def free(self, state: str) -> dict[Half, int]:
        self.state = state
        kept: dict[Half, int] = {}
        for share in self.shares:
            for half, amount in (
                (share.pair.principal, share.principal),
                (share.pair.bonus, share.bonus),
            ):
                half.held -= amount
                kept[half] = amount
        return kept

    def capture(self, amount: int, today: date) -> Payment:
        kept = self.free("captured")
        self.payment = Payment(self.wallet.draw(amount, today, kept))
        for share in self.payment.shares:
            share.pair.principal.left -= share.principal
            share.pair.bonus.left -= share.bonus
        return self.payment


@dataclass(eq=False)
class WalletBook:
    pairs: list[ModelPair] = field(default_factory=list)
    holds: list[ModelHold] = field(default_factory=list)

    def top_up(self, paid: int, bonus: int, bonus_ends_on: date | None) -> None:
        refuse_if(self.principal + paid > LIMIT_FEN, "OverLimit")
        halves = Half(paid, paid), Half(bonus, bonus, ends_on=bonus_ends_on)
        self.pairs.append(ModelPair(*halves, self))

    def hand_over(
        self, pairs: list[ModelPair], holds: list[ModelHold], taker: "WalletBook"
    ) -> None:
        for pair in pairs:
            self.pairs.remove(pair)
            pair.wallet = taker
        for hold in holds:
            self.holds.remove(hold)
            hold.wallet = taker
        taker.pairs = sorted([*taker.pairs, *pairs], key=lambda pair: pair.number)
        taker.holds = [*taker.holds, *holds]

    def has_open_hold(self, now: datetime) -> bool:
        return any(hold.state == "open" and not hold.is_overdue(now) for hold in self.holds)

    @property
    def principal(self) -> int:
        return sum(pair.principal.left for pair in self.pairs)

    @property
    def bonus(self) -> int:
        return sum(pair.bonus.left for pair in self.pairs)

    @property
    def held(self) -> int:
        return sum(pair.principal.held + pair.bonus.held for pair in self.pairs)

    def hold(self, amount: int, now: datetime, today: date) -> ModelHold:
        shares = self.draw(amount, today, {}, overdue_at=now)
        self.expire_holds(now)
        for share in shares:
            share.pair.principal.held += share.principal
            share.pair.bonus.held += share.bonus
        hold = ModelHold(self, amount, now + HOLD_LIFE, shares)
        self.holds.append(hold)
        return hold

    def expire_holds(self, now: datetime) -> None:
        for hold in self.holds:
            if hold.is_overdue(now):
                hold.free("expired")

    def lapse_bonus(self, today: date) -> None:
        for pair in self.pairs:
            if pair.bonus.has_ended(today) and not pair.bonus.held:
                pair.bonus.left = 0

    def give_card_back(self, now: datetime) -> int:
        open_holds = [h for h in self.holds if h.state == "open" and not h.is_overdue(now)]
        refuse_if(self.principal + self.bonus == 0, "NothingStored")
        refuse_if(open_holds, "PaymentUnderWay")
        self.expire_holds(now)
        paid_out = self.principal
        for pair in self.pairs:
            pair.principal.left = pair.bonus.left = 0
        return paid_out

    def draw(
        self,
        amount: int,
        today: date,
        reserved: dict[Half, int],
        *,
        overdue_at: datetime | None = None,
    ) -> list[ModelShare]:
        """What a payment takes, fen by fen; nothing is taken yet."""
        freed: dict[Half, int] = {}
        for hold in self.holds:
            if overdue_at is not None and hold.is_overdue(overdue_at):
                for share in hold.shares:
                    bonus, principal = share.pair.bonus, share.pair.principal
                    freed[principal] = freed.get(principal, 0) + share.principal
                    freed[bonus] = freed.get(bonus, 0) + share.bonus
        return _Drawing(self, today, reserved, freed).take(amount)

    def in_order(self) -> list[ModelPair]:
        late = [pair for pair in self.pairs if pair.principal.amount == 0]
        late.sort(key=lambda pair: pair.bonus.ends_on or date.max)
        return [*late, *(pair for pair in self.pairs if pair.principal.amount)]


class _Drawing:
    """One payment at work on copies of what is left."""

    def __init__(
        self, wallet: WalletBook, today: date, reserved: dict[Half, int], freed: dict[Half, int]
    ) -> None:
        self.pairs = wallet.in_order()
        self.budget: dict[Half, int] = {}
        for pair in self.pairs:
            for half in (pair.principal, pair.bonus):
                free = half.usable(today, reserved.get(half, 0))
                more = 0 if half.has_ended(today) else freed.get(half, 0)
                self.budget[half] = free + more

    def take(self, amount: int) -> list[ModelShare]:
        refuse_if(sum(self.budget.values()) < amount, "NotEnoughStored")
        shares = []
        for pair in self.pairs:
            share = ModelShare(pair)
            while amount and self._take_one(share):
                amount -= 1
            # Only tried so far: the lots are as they were.
            pair.principal.left += share.principal
            pair.bonus.left += share.bonus
            if share.total:
                shares.append(share)
        return shares

    def _take_one(self, share: ModelShare) -> bool:
        principal, bonus = share.pair.principal, share.pair.bonus
        has_principal, has_bonus = self.budget[principal] > 0, self.budget[bonus] > 0
        if not has_principal and not has_bonus:
            return False
        if has_bonus and (share.pair.bonus_due() or not has_principal):
            share.bonus += 1
            bonus.left -= 1
            self.budget[bonus] -= 1
        else:
            share.principal += 1
            principal.left -= 1
            self.budget[principal] -= 1
        return True

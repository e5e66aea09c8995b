"""The points mall (积分商城): what a member can have for points today, and what each lacks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from loyalty.points import NotEnoughPoints
from loyalty.refusals import Refusal
from loyalty.scopes import Occasion, misses
from loyalty.shop_file.reading import Reward
from services.ledger.points import points_balance
from services.shop import Shop
from services.tiers.rungs import tier_of
from storage.counters import counters_of


class RewardGone(Refusal):
    """Not to be had, or no longer by this member."""

    wording = "exchange/gone"


class RewardSoldOut(Refusal):
    """Its stock, or the member's share of it, is used up."""

    wording = "exchange/sold_out"


@dataclass(frozen=True, slots=True)
class RewardOffer:
    """A reward with its place in the list; `missing`: points the member lacks."""

    number: int
    code: str
    name: str
    points: int
    missing: int
    is_sold_out: bool


@dataclass(frozen=True, slots=True)
class Mall:
    """What a member can have for points, cheapest first."""

    balance: int
    offers: tuple[RewardOffer, ...]

    def numbered(self, number: int) -> RewardOffer:
        """Raises RewardGone, RewardSoldOut or NotEnoughPoints, before anybody says yes."""
        return self._to_be_had(offer for offer in self.offers if offer.number == number)

    def coded(self, code: str) -> RewardOffer:
        return self._to_be_had(offer for offer in self.offers if offer.code == code)

    def _to_be_had(self, found: Iterator[RewardOffer]) -> RewardOffer:
        offer = next(found, None)
        if offer is None:
            raise RewardGone
        if offer.is_sold_out:
            raise RewardSoldOut(name=offer.name)
        if offer.missing:
            raise NotEnoughPoints(wanted=offer.points, balance=self.balance)
        return offer


async def visit_mall(shop: Shop, member_id: int) -> Mall:
    """Rewards for this member's tier and today, also those that cost more than there is."""
    balance = (await points_balance(shop, member_id)).points
    rewards = await rewards_for(shop, member_id)
    limits = {reward.code: _limits(shop, reward, member_id) for reward in rewards}
    used = await counters_of([name for limit in limits.values() for name in limit])
    offers = [
        RewardOffer(
            number,
            reward.code,
            reward.name,
            reward.points,
            missing=max(0, reward.points - balance),
            is_sold_out=any(
                used.get(name, 0) >= most for name, most in limits[reward.code].items()
            ),
        )
        for number, reward in enumerate(rewards, 1)
    ]
    return Mall(balance, tuple(offers))


async def rewards_for(shop: Shop, member_id: int) -> list[Reward]:
    """Cheapest first; sold-out ones stay in the list, so that numbers stay."""
    occasion = Occasion(day=shop.today(), tier=(await tier_of(shop, member_id)).code)
    rewards = [reward for reward in shop.rules.rewards if _covers(shop, reward, occasion)]
    return sorted(rewards, key=lambda reward: reward.points)


def _covers(shop: Shop, reward: Reward, occasion: Occasion) -> bool:
    """Points are given in the chat, at no store: the coupon says where it can be used."""
    kind = shop.rules.coupon_kinds.get(reward.coupon)
    if kind is None or (kind.valid_until is not None and kind.valid_until < occasion.day):
        return False
    return misses(replace(reward.scope, stores=(), regions=()), occasion) is None


def _limits(shop: Shop, reward: Reward, member_id: int) -> dict[str, int]:
    """Every counter the exchange will take from, with what it may reach."""
    kind = shop.rules.coupon_kinds[reward.coupon]
    limits = {
        f"reward:{reward.code}": reward.stock,
        f"reward:{reward.code}:member:{member_id}": reward.per_member,
        f"coupon:{kind.code}": kind.stock,
        f"coupon:{kind.code}:member:{member_id}": kind.per_member,
    }
    return {name: most for name, most in limits.items() if most is not None}

"""Exchanges (兑换): points given for the coupon of a reward, both or neither.

What lapses unused gives its points back where the reward promised so when it was taken.
"""

from dataclasses import dataclass
from functools import partial

from loyalty.coupons import coupon_terms
from loyalty.ledger import Unit
from loyalty.shop_file.reading import Reward
from services.coupons.issuing import IssuedCoupon, issue_coupon, issued_from, uses_of
from services.coupons.points_mall import RewardGone, RewardSoldOut, rewards_for
from services.each import each_of
from services.ledger.points import note_activity, points_balance, return_points, spend_points
from services.ledger.posting import LockedAccounts, lock_accounts
from services.shop import Shop
from storage.counters import take_from_counter
from storage.coupons import coupon_by_key, lock_coupon, void_unused
from storage.exchanges import (
    exchange_by_key,
    insert_exchange,
    lapsed_exchanges,
    return_exchange,
)
from storage.sql import Row
from storage.transactions import transactional

BATCH = 200


class RewardChanged(Exception):
    """It costs something else than was shown: the member has to be asked again."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    name: str
    points: int
    balance: int
    coupon: IssuedCoupon


@transactional
async def exchange_points(
    shop: Shop, member_id: int, reward_code: str, *, shown_points: int, key: str
) -> Exchanged:
    """Give points for a reward's coupon, once per key.

    Raises RewardGone, RewardChanged, RewardSoldOut, NotEnoughPoints; then nothing has moved.
    """
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    known = await exchange_by_key(key)
    if known is not None:
        return await _exchanged(shop, member_id, known["points"], issued_from(known))
    rewards = await rewards_for(shop, member_id)
    reward = next((reward for reward in rewards if reward.code == reward_code), None)
    if reward is None:
        raise RewardGone
    if reward.points != shown_points:
        raise RewardChanged
    await _take_share(reward, member_id)
    await note_activity(shop, accounts)
    coupon = await _pay(shop, member_id, reward, key=key, accounts=accounts)
    return await _exchanged(shop, member_id, reward.points, coupon)


async def return_lapsed_exchanges(shop: Shop) -> int:
    """Give the points of coupons back that lapsed unused; how many."""
    returned, last_id = 0, 0
    while batch := await lapsed_exchanges(shop.today(), BATCH, after=last_id):
        last_id = batch[-1]["id"]
        returned += await each_of(batch, partial(_return_lapsed, shop))
    return returned


@transactional
async def _return_lapsed(shop: Shop, exchange: Row) -> bool:
    """False when some of the coupon was used after all, or it lives on."""
    member_id, points = exchange["member_id"], exchange["points"]
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    coupon = await lock_coupon(exchange["code"])
    assert coupon is not None, "coupons are not deleted"
    terms = coupon_terms(coupon["terms"])
    if not await void_unused(coupon["id"], uses_of(terms), shop.today()):
        return False
    if not await return_exchange(exchange["id"]):
        return False
    cause = {"what": "exchange_returned", "reward": exchange["reward"], "name": terms.name}
    await return_points(
        shop,
        member_id,
        _spend_key(exchange["key"]),
        points,
        cause={**cause, "points": points, "rules": shop.rules.version},
        key=f"exchange_returned:{exchange['id']}",
        accounts=accounts,
    )
    return True


async def _take_share(reward: Reward, member_id: int) -> None:
    shares = {
        f"reward:{reward.code}:member:{member_id}": reward.per_member,
        f"reward:{reward.code}": reward.stock,
    }
    for name, most in shares.items():
        if most is not None and not await take_from_counter(name, most):
            raise RewardSoldOut(name=reward.name)


async def _pay(
    shop: Shop, member_id: int, reward: Reward, *, key: str, accounts: LockedAccounts
) -> IssuedCoupon:
    facts = {"reward": reward.code, "name": reward.name, "points": reward.points}
    await spend_points(
        shop,
        member_id,
        reward.points,
        cause={"what": "exchange", **facts, "rules": shop.rules.version},
        key=_spend_key(key),
        accounts=accounts,
    )
    coupon_key = f"exchange:{key}"
    coupon = await issue_coupon(
        shop, member_id, reward.coupon, key=coupon_key, cause={"by": "exchange", **facts}
    )
    if coupon is None:
        raise RewardSoldOut(name=reward.name)
    stored = await coupon_by_key(coupon_key)
    assert stored is not None
    await insert_exchange(
        key=key,
        member_id=member_id,
        reward=reward.code,
        points=reward.points,
        coupon_id=stored["id"],
        returns_points=reward.returns_points,
        exchanged_at=shop.now(),
    )
    return coupon


async def _exchanged(shop: Shop, member_id: int, points: int, coupon: IssuedCoupon) -> Exchanged:
    balance = await points_balance(shop, member_id)
    return Exchanged(coupon.name, points, balance.points, coupon)


def _spend_key(key: str) -> str:
    return f"exchange:{key}"

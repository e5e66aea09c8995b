"""Telling again (再说一遍): whoever asks for what an effect has given hears just that.

Nothing is done: what the terms of now would give is nobody's who had his turn by earlier ones.
"""

from services.campaigns.acts import Acts, say_again
from services.campaigns.turns import SKIPPED, Given, Outcome, Turn, gift_keys
from services.coupons.issuing import issued_from
from services.shop import Shop
from storage.campaigns import effect_of
from storage.coupons import coupons_by_keys
from storage.refunds import earnings_of
from storage.sql import Row


async def told_again(shop: Shop, turn: Turn, period: str) -> Given:
    """Whoever is answered hears the same again; a job has nothing left to do.

    Nothing either where the person had it in an earlier membership, which has ended with it.
    """
    if not turn.in_reply:
        return SKIPPED
    effect = await effect_of(turn.campaign.code, turn.member_id, period)
    if effect is None or effect["what"] != Outcome.TREATED:
        return SKIPPED
    acts = await _done_before(turn, effect)
    if effect["version"] == shop.rules.version:
        await say_again(shop, acts)
    return acts.given()


async def _done_before(turn: Turn, effect: Row) -> Acts:
    keys = gift_keys(effect["id"])
    coupons, earnings = await coupons_by_keys(keys), await earnings_of(keys)
    return Acts(
        turn,
        effect["id"],
        points=sum(earned.points for earned in earnings),
        coupons=[issued_from(coupon) for coupon in coupons],
        is_short=len(coupons) < len(turn.campaign.coupon_kinds),
    )

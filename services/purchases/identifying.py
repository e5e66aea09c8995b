"""Identifying (识别会员): what a till is told of whoever shows a code; nothing is written."""

from loyalty.coupons import CouponCopy, why_not
from loyalty.people import mask_name
from loyalty.scopes import Occasion
from services.details.keeping import member_name
from services.org.tills import Till
from services.purchases.member_codes import read_unused_code
from services.purchases.pricing import means_of, occasion_at
from services.purchases.recorded import Answer
from services.shop import Shop
from services.wallet.balance import stored_value
from storage.models import Member


async def identify_member(shop: Shop, till: Till, member_code: str) -> Answer:
    """The code stays good for the purchase. Raises MemberCodeUnknown, MemberCodeUsed."""
    reading = await read_unused_code(shop, member_code)
    member = await Member.get(id=reading.handle)
    means = await means_of(shop, reading.handle)
    stored = await stored_value(shop, reading.handle)
    occasion = occasion_at(shop, till, means.tier)
    return {
        "member_no": member.member_no,
        "name_masked": mask_name(member_name(shop, member)),
        "tier": means.tier.code,
        "discount_percent": means.tier.discount_percent,
        "points_balance": means.points,
        "stored_fen": stored.available_fen,
        "coupons": [_told(coupon, occasion) for coupon in means.coupons],
    }


def _told(coupon: CouponCopy, occasion: Occasion) -> Answer:
    reason = why_not(coupon, occasion)
    return {
        "code": coupon.code,
        "name": coupon.terms.name,
        "usable": reason is None,
        "reason": reason.value if reason else None,
    }

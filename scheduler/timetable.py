"""The timetable (时刻表): one line a job: its name, when it runs, which use case it is.

Times are the shop's (Asia/Shanghai) and follow the business clock. Every job is safe to run
twice and to run late.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.bonus_expiry import expire_bonus
from services.claim_steps import void_overdue
from services.coupon_notices import notice_ending_coupons
from services.coupon_redeeming import settle_coupon_uses
from services.earning import credit_due_purchases
from services.exchanges import return_lapsed_exchanges
from services.holds import expire_holds
from services.point_expiry import expire_points, expiry_notices
from services.quotes import forget_quotes
from services.refunds import refunds_waiting
from services.shop import Shop
from services.tier_notices import put_tier_notices
from services.tier_reviews import raise_tiers, review_tiers


@dataclass(frozen=True, slots=True)
class Job:
    """`cron` is minute, hour, day, month, weekday."""

    name: str
    cron: str
    use_case: Callable[[Shop], Awaitable[object]]


TIMETABLE = (
    # After midnight, clear of the minute in which everybody's day changes.
    Job("expire_points", "5 0 * * *", expire_points),
    Job("expire_bonus", "7 0 * * *", expire_bonus),
    Job("expiry_notices", "10 1 * * *", expiry_notices),
    Job("review_tiers", "15 0 * * *", review_tiers),
    Job("raise_tiers", "25 0 * * *", raise_tiers),
    Job("tier_notices", "30 0 * * *", put_tier_notices),
    Job("refunds_waiting", "15 8 * * *", refunds_waiting),
    Job("credit_due_purchases", "12 * * * *", credit_due_purchases),
    Job("void_overdue_claims", "20 * * * *", void_overdue),
    Job("settle_coupon_uses", "25 * * * *", settle_coupon_uses),
    # Before the points lapse themselves, so that they come back to lots that are still good.
    Job("return_lapsed_exchanges", "3 0 * * *", return_lapsed_exchanges),
    Job("coupon_notices", "35 0 * * *", notice_ending_coupons),
    Job("forget_quotes", "45 3 * * *", forget_quotes),
    Job("expire_holds", "35 * * * *", expire_holds),
)

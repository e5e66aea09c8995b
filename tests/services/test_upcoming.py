"""What is due next (下一件事): the earliest instant of each kind of work, None for no work."""

from datetime import timedelta

from scheduler.schedule import schedule
from scheduler.timetable import TIMETABLE
from services.coupons.redeeming import redeem_coupon, settle_coupon_uses
from services.purchases.claims import claim_receipt
from services.purchases.reporting import record_purchase
from services.shop import Shop
from services.tickets.opening import Draft, open_ticket
from services.upcoming import (
    is_sending,
    next_claim_end,
    next_coupon_settlement,
    next_credit,
    next_escalation,
    next_hold_end,
    next_sending,
)
from storage.instants import from_ms, to_ms
from storage.sql import change, rows
from tests.services.couponing import a_coupon
from tests.services.posting import member_id_of
from tests.services.purses import a_counter
from tests.shop_parts import MachineClock, a_follower, a_member, a_receipt, a_report, a_till

HOUR = timedelta(hours=1)


async def test_an_empty_shop_has_nothing_due(shop: Shop) -> None:
    # But for the activity that the sample shop plans.
    await change("DELETE FROM activity_tasks")
    for job in TIMETABLE:
        if job.due is not None:
            assert await job.due(shop) is None, job.name
    assert await next_sending(shop.now()) is None
    assert not await is_sending()


async def test_a_claim_without_its_upload_ends_after_three_days(shop: Shop) -> None:
    receipt = a_receipt(shop, await a_till(shop))
    await claim_receipt(shop, await a_member(shop), receipt)
    assert await next_claim_end(shop) == shop.now() + 72 * HOUR


async def test_a_coupon_that_was_neither_paid_nor_released_is_settled_a_day_later(
    shop: Shop, clock: MachineClock
) -> None:
    code = await a_coupon(shop, member_id_of(await a_member(shop)))
    await redeem_coupon(shop, await a_till(shop), code, "R-1")
    assert await next_coupon_settlement(shop) == shop.now() + 24 * HOUR
    clock.pass_time(hours=24)
    assert await settle_coupon_uses(shop) == 1
    assert await next_coupon_settlement(shop) is None


async def test_a_hold_ends_at_its_time(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(1_000)
    await counter.hold(400)
    [held] = await rows("SELECT expires_at FROM wallet_holds")
    assert await next_hold_end(shop) == from_ms(held["expires_at"])


async def test_a_large_receipt_is_credited_after_its_return_period(shop: Shop) -> None:
    await a_member(shop)
    await record_purchase(shop, await a_till(shop), a_report(shop))
    await change("UPDATE purchases SET credit_due_at = $1", to_ms(shop.now() + HOUR))
    assert await next_credit(shop) == shop.now() + HOUR


async def test_a_complaint_is_escalated_when_its_promise_is_over(shop: Shop) -> None:
    ticket = await open_ticket(
        shop, await a_follower(shop), Draft("complaint", "太慢", store_id=1), key="c1"
    )
    assert await next_escalation(shop) == ticket.due_at
    await change("UPDATE tickets SET state = 'closed'")
    assert await next_escalation(shop) is None


async def test_the_latest_of_a_schedule_that_is_due_is_not_to_come(shop: Shop) -> None:
    for job in TIMETABLE:
        latest = schedule(job.cron).latest(shop.now())
        assert latest is not None
        assert latest <= shop.now(), job.name

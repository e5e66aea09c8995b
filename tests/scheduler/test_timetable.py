"""The timetable (时刻表) at work: what the clock brings about by itself."""

from datetime import datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from scheduler.runner import Runner
from scheduler.timetable import TIMETABLE, Job
from services.clock import SHOP_ZONE
from services.clockwork import keep_offset
from services.coupons.redeeming import redeem_coupon
from services.purchases.claims import claim_receipt
from services.shop import Shop
from storage.sql import rows
from tests.outbox import notices
from tests.services.couponing import a_coupon, uses_of
from tests.services.posting import member_id_of
from tests.shop_parts import a_member, a_receipt, a_till, points_of


async def test_points_lapse_in_the_night_after_their_last_day(shop: Shop) -> None:
    li = await a_member(shop)
    expiry = [job for job in TIMETABLE if job.name == "expire_points"]
    runner = Runner(shop, expiry)
    await keep_offset(shop, shop.now() + timedelta(days=364))
    await runner.play_until(datetime(2028, 1, 11, 23, 59, tzinfo=SHOP_ZONE))
    assert await rows("SELECT 1 FROM ledger_transactions WHERE kind = 'expire'") == []
    await runner.play_until(datetime(2028, 1, 12, 0, 5, tzinfo=SHOP_ZONE))
    [booked] = await rows("SELECT occurred_at FROM ledger_transactions WHERE kind = 'expire'")
    assert booked["occurred_at"] == shop.now().timestamp() * 1000
    assert await points_of(shop, li) == 0


async def test_claims_without_their_upload_are_void_within_the_hour(shop: Shop) -> None:
    li = await a_member(shop)
    receipt = a_receipt(shop, await a_till(shop))
    await claim_receipt(shop, li, receipt)
    runner = Runner(shop)
    await runner.play_until(shop.now() + timedelta(hours=72))
    assert (await claim_receipt(shop, li, receipt)).state == "pending"
    await runner.play_until(shop.now() + timedelta(hours=1))
    assert (await claim_receipt(shop, li, receipt)).state == "void"


async def test_a_coupon_nobody_paid_or_released_is_used_a_day_later(shop: Shop) -> None:
    member_id = member_id_of(await a_member(shop))
    code = await a_coupon(shop, member_id)
    await redeem_coupon(shop, await a_till(shop), code, "R-1")
    runner = Runner(shop)
    await runner.play_until(shop.now() + timedelta(hours=24))
    assert await uses_of(code) == [("R-1", "held")]
    await runner.play_until(shop.now() + timedelta(hours=1))
    assert await uses_of(code) == [("R-1", "used")]


async def test_members_hear_of_coupons_that_end_soon(shop: Shop) -> None:
    await a_coupon(shop, member_id_of(await a_member(shop)))
    await Runner(shop).play_until(shop.now() + timedelta(days=12))
    told = await notices("coupons/ending")
    assert [notice["key"].rpartition(":")[2] for notice in told] == ["7"]


def test_every_job_has_a_name_of_its_own() -> None:
    names = [job.name for job in TIMETABLE]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "job", [job for job in TIMETABLE if job.due is None], ids=lambda job: job.name
)
def test_no_job_runs_in_the_minute_of_midnight(job: Job) -> None:
    """Everybody's day changes in it (reliability 6.2); what answers people may."""
    trigger = CronTrigger.from_crontab(job.cron, timezone=SHOP_ZONE)
    midnight = datetime(2027, 1, 12, tzinfo=SHOP_ZONE)
    assert trigger.get_next_fire_time(None, midnight) != midnight

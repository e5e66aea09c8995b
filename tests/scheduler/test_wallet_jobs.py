"""The timetable and stored value (时刻表与储值): holds run out and bonus ends by themselves."""

from datetime import datetime, timedelta

from scheduler.runner import Runner
from services.clock import SHOP_ZONE
from services.clockwork import keep_offset
from services.shop import Shop
from storage.sql import rows
from tests.services.purses import a_counter, lots


async def test_an_unconfirmed_hold_is_free_within_the_hour(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(1_000)
    await counter.hold(400)
    await Runner(shop).play_until(shop.now() + timedelta(minutes=65))
    assert await lots("principal") == [(1_000, 0)]
    assert await rows("SELECT state FROM wallet_holds") == [{"state": "expired"}]


async def test_bonus_ends_in_the_night_after_its_last_day(shop: Shop) -> None:
    counter = await a_counter(shop)
    offer = next(offer for offer in shop.rules.topup_offers if offer.bonus_days)
    assert offer.bonus_days
    await counter.top_up(offer.paid_fen, 100)
    last_day = shop.today() + timedelta(days=offer.bonus_days)
    await keep_offset(shop, shop.now() + timedelta(days=offer.bonus_days - 1))
    night = datetime(last_day.year, last_day.month, last_day.day, tzinfo=SHOP_ZONE)
    runner = Runner(shop)
    await runner.play_until(night + timedelta(hours=23, minutes=59))
    assert await lots("bonus") == [(100, 0)]
    await runner.play_until(night + timedelta(hours=24, minutes=7))
    assert await lots("bonus") == [(0, 0)]

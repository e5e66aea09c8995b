"""The check question (消费时核对): one in so many days, the same for the same receipt."""

import pytest

from loyalty.receipts import Receipt
from services.details.checks import Check, check_after_claim, confirm_detail, keep_asked
from services.details.keeping import change_detail, mark_bounced
from services.loading import load_shop
from services.shop import Shop
from storage.sql import rows
from tests.shop_parts import MachineClock

FIRST = Receipt(epoch=1, till_no=1, sequence=7, minutes=1, amount_fen=1)
SECOND = Receipt(epoch=1, till_no=1, sequence=8, minutes=1, amount_fen=1)
ASKED = Check("phone", "138****8000")


@pytest.fixture
async def old_phone(shop: Shop, clock: MachineClock, member_id: int) -> int:
    """A member who said ninety days ago which phone it is."""
    await change_detail(shop, member_id, "phone", "13800138000", key="phone")
    clock.pass_time(days=90)
    return member_id


async def test_what_was_said_today_is_not_asked_about(shop: Shop, member_id: int) -> None:
    await change_detail(shop, member_id, "phone", "13800138000", key="phone")
    assert await check_after_claim(shop, member_id, FIRST) is None


async def test_nothing_filled_in_is_nothing_to_ask(shop: Shop, member_id: int) -> None:
    assert await check_after_claim(shop, member_id, FIRST) is None
    assert await rows("SELECT * FROM detail_marks") == []


async def test_a_phone_is_asked_about_once_and_the_same_receipt_asks_the_same(
    shop: Shop, old_phone: int
) -> None:
    assert await check_after_claim(shop, old_phone, FIRST) == ASKED
    before = await rows("SELECT * FROM detail_marks")
    assert await check_after_claim(shop, old_phone, FIRST) == ASKED
    assert await check_after_claim(shop, old_phone, SECOND) is None
    assert await rows("SELECT * FROM detail_marks") == before


async def test_ignored_it_is_asked_again_after_ninety_days(
    shop: Shop, clock: MachineClock, old_phone: int
) -> None:
    await check_after_claim(shop, old_phone, FIRST)
    clock.pass_time(days=89)
    assert await check_after_claim(shop, old_phone, SECOND) is None
    clock.pass_time(days=1)
    assert await check_after_claim(shop, old_phone, SECOND) == ASKED


async def test_confirmed_it_is_verified_today(shop: Shop, old_phone: int) -> None:
    await check_after_claim(shop, old_phone, FIRST)
    for _ in range(2):
        await confirm_detail(shop, old_phone, "phone", key="yes")
    [mark] = await rows("SELECT verified_on FROM detail_marks")
    assert mark["verified_on"] == shop.today().isoformat()
    assert len(await rows("SELECT 1 FROM detail_changes WHERE what = 'confirmed'")) == 1
    assert await check_after_claim(shop, old_phone, FIRST) is None


async def test_what_bounced_is_asked_about_at_once(shop: Shop, member_id: int) -> None:
    await change_detail(shop, member_id, "email", "wang@example.com", key="email")
    await mark_bounced(shop, member_id, "email")
    assert await check_after_claim(shop, member_id, FIRST) == Check("email", "w***@example.com")


async def test_two_claims_at_once_ask_once(shop: Shop, old_phone: int) -> None:
    assert await keep_asked(shop, old_phone, "phone", key="one")
    assert not await keep_asked(shop, old_phone, "phone", key="two")


async def test_a_shop_that_does_not_ask_reads_nothing(shop: Shop, old_phone: int) -> None:
    await load_shop(shop, {"profile": {"check_days": 0}})
    await shop.rules.refresh()
    assert await check_after_claim(shop, old_phone, FIRST) is None
    assert await rows("SELECT * FROM detail_marks WHERE asked_on IS NOT NULL") == []

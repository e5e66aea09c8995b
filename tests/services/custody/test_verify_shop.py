"""Verifying the shop (业务核对): what tills, coupons and stored value say is in the ledger."""

import pytest

from services.coupons.gifts import offer_coupon
from services.coupons.redeeming import redeem_coupon
from services.custody.verify import verify_ledger
from services.purchases.claims import claim_receipt
from services.shop import Shop
from storage.sql import change, rows
from tests.databases import only_sqlite
from tests.services.activating import an_activity, guests
from tests.services.couponing import TEN_VISITS, a_coupon
from tests.services.damaged_books import drop_triggers
from tests.services.purses import a_counter
from tests.services.quoting import pay, quote
from tests.services.refunding import buys, refund
from tests.shop_parts import a_receipt


@pytest.fixture
async def life(shop: Shop) -> Shop:
    """A card with a hold that is open and one that paid, a quote that was paid, coupons used, on
    offer and held, a purchase returned in part, an activity with a full house; the triggers are
    off."""
    counter = await a_counter(shop)
    till, li = counter.till, counter.person
    await counter.top_up(3_000, 1_000)
    await counter.hold(400, receipt_no="H-1")
    await counter.pay(800, receipt_no="H-2")
    await pay(shop, till, await quote(shop, till, 3_200, by=li), 3_200, receipt_no="Q-1")
    await buys(shop, till, li, "B-1")
    await claim_receipt(shop, li, a_receipt(shop, till))
    await refund(shop, till, receipt_no="B-1", amount_fen=1_000)
    card = await a_coupon(shop, counter.member_id, TEN_VISITS, key="card")
    await redeem_coupon(shop, till, card, "C-1")
    gift = await a_coupon(shop, counter.member_id, key="gift")
    await offer_coupon(shop, li, gift, key="offer")
    await guests(shop, await an_activity(shop), 3)
    await drop_triggers()
    return shop


async def test_a_life_with_everything_is_sound(life: Shop) -> None:
    assert (await verify_ledger(life)).complaints == ()


BOUGHT = "WHERE receipt_no = 'B-1'"


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (f"UPDATE purchases SET points_standing = points_standing + 1 {BOUGHT}", "purchase_fault"),
        (f"UPDATE purchases SET growth_standing = growth_standing + 1 {BOUGHT}", "purchase_fault"),
        (f"UPDATE purchases SET points_spent = 1 {BOUGHT}", "purchase_fault"),
        (f"UPDATE purchases SET refunded_fen = refunded_fen + 1 {BOUGHT}", "purchase_fault"),
        (f"UPDATE purchases SET stored_fen = 1 {BOUGHT}", "wallet_fault"),
        ("UPDATE refunds SET refunded_fen = refunded_fen + 1", "purchase_fault"),
        ("UPDATE refunds SET state = 'waiting'", "purchase_fault"),
        ("UPDATE quotes SET payable_fen = payable_fen + 1", "quote_fault"),
        ("UPDATE quotes SET points = points + 100", "quote_fault"),
        ("UPDATE coupons SET uses_left = uses_left + 1 WHERE kind = 'yoga'", "coupon_fault"),
        ("UPDATE coupons SET uses_left = 0 WHERE kind = 'cake'", "coupon_fault"),
        ("UPDATE coupons SET state = 'used' WHERE kind = 'cake'", "coupon_fault"),
        ("UPDATE coupons SET terms = REPLACE(terms, '10', '11')", "coupon_fault"),
        ("UPDATE coupon_uses SET state = 'returned'", "coupon_fault"),
        ("DELETE FROM coupon_uses", "coupon_fault"),
        ("UPDATE coupons SET offered_at = NULL", "coupon_fault"),
        ("UPDATE coupon_gifts SET state = 'withdrawn'", "coupon_fault"),
        ("UPDATE lots SET held = 0", "wrong_hold"),
        ("UPDATE ledger_accounts SET held = 0 WHERE name = 'member'", "wrong_hold"),
        ("UPDATE hold_draws SET amount = amount + 1", "wrong_hold"),
        ("UPDATE wallet_holds SET state = 'voided' WHERE receipt_no = 'H-1'", "wrong_hold"),
        ("UPDATE wallet_holds SET state = 'open' WHERE receipt_no = 'H-2'", "wallet_fault"),
        ("UPDATE wallet_holds SET captured_fen = 799 WHERE receipt_no = 'H-2'", "wallet_fault"),
        ("UPDATE wallet_holds SET captured_bonus_fen = 1 WHERE receipt_no = 'H-2'", "wallet_fault"),
        ("UPDATE wallet_holds SET transaction_id = NULL", "wallet_fault"),
        (f"UPDATE purchases SET receipt_no = 'H-2' {BOUGHT}", "wallet_fault"),
        ("UPDATE topups SET paid_fen = paid_fen + 1", "wallet_fault"),
        ("UPDATE topups SET bonus_fen = bonus_fen - 1", "wallet_fault"),
        ("UPDATE topups SET transaction_id = 1", "wallet_fault"),
        ("UPDATE activities SET taken = taken + 1", "activity_fault"),
        ("UPDATE activity_signups SET state = 'seated', queue_no = NULL", "activity_fault"),
        ("UPDATE activity_signups SET state = 'cancelled'", "activity_fault"),
    ],
)
async def test_damage_beside_the_ledger_is_found(life: Shop, damage: str, kind: str) -> None:
    assert await change(damage) > 0
    assert kind in {complaint.kind for complaint in (await verify_ledger(life)).complaints}


@only_sqlite
@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("ledger_transactions", "repeated_key"),
        ("ledger_accounts", "account_fault"),
        ("claims", "claim_fault"),
        ("member_code_uses", "code_fault"),
        ("quotes", "quote_fault"),
        ("coupon_uses", "coupon_fault"),
        ("wallet_holds", "wallet_fault"),
    ],
)
async def test_what_was_done_twice_is_found(life: Shop, table: str, kind: str) -> None:
    """As when a table came back from a copy without its unique indexes."""
    await rows(f"ALTER TABLE {table} RENAME TO {table}_before")
    await rows(f"CREATE TABLE {table} AS SELECT * FROM {table}_before")
    assert (await verify_ledger(life)).complaints == ()
    await change(f"INSERT INTO {table} SELECT * FROM {table}_before")
    assert kind in {complaint.kind for complaint in (await verify_ledger(life)).complaints}

"""The tour at the counter (储值巡店): a card is topped up, used, held, given back and refused."""

from typing import Any

from services.wallet.card_refunds import refund_card
from services.wallet.withdrawals import withdraw_topup
from storage.sql import row
from storage.transactions import transactional
from tests.contract.till import Said
from tests.handlers.pos.counter import Counter, open_counter
from tests.shop import ShopUnderTest

HOLDS, TOPUPS = "/pos/v1/wallet/holds", "/pos/v1/wallet/topups"
NAME = "小李"


async def use_stored_value(shop: ShopUnderTest) -> None:
    async with open_counter(shop) as counter:
        await top_up(counter, 300_000, bonus_fen=700_000)
        await top_up(counter, 600_000)
        await top_up(counter, 300_000)
        sold = await top_up(counter, 100)
        await top_up(counter, 50_000, bonus_fen=None)
        await pay_and_be_refused(counter)
        await agree_to_payments(counter)
        await give_money_back(shop, sold.body["topup_id"])
        await top_up(counter, 50_000, bonus_fen=None)
        await hold(counter, 100)
        await shop.hear(NAME, "余额")
        await shop.hear(NAME, "账单")


async def top_up(counter: Counter, paid_fen: int, **facts: Any) -> Said:
    number = f"T-{len(counter.counted)}"
    body = {"topup_no": number, "paid_fen": paid_fen, "bonus_fen": 0} | facts
    return await counter.report(body | {"member_code": await code(counter)}, path=TOPUPS)


async def hold(counter: Counter, amount_fen: int, **facts: Any) -> int:
    body = {"receipt_no": f"W-{len(counter.counted)}", "amount_fen": amount_fen} | facts
    said = await counter.report(body | {"member_code": await code(counter)}, path=HOLDS)
    return int(said.body.get("hold_id", 0))


async def end(counter: Counter, hold_id: int, how: str, amount_fen: int | None = None) -> None:
    body = {} if amount_fen is None else {"amount_fen": amount_fen}
    await counter.report(body, path=f"{HOLDS}/{hold_id}/{how}")


async def code(counter: Counter) -> str:
    reply = (await counter.shop.hear(NAME, "会员码"))[0]
    return reply.splitlines()[0].removeprefix("会员码：")


async def pay_and_be_refused(counter: Counter) -> None:
    await hold(counter, 90_000_000)
    held = await hold(counter, 1_000, receipt_no="W-paid")
    for how, amount_fen in (("capture", 1_001), ("capture", None), ("void", None)):
        await end(counter, held, how, amount_fen)
    await end(counter, 0, "capture")
    await counter.report(counter.basket(1_000, receipt_no="W-paid"))
    large = counter.shop.shop.rules.wallet.confirm_above_fen + 1
    await hold(counter, large, receipt_no="W-awaits")
    await counter.report(counter.basket(large, receipt_no="W-awaits"))
    free = await hold(counter, 1_000, receipt_no="W-free")
    await counter.report(counter.basket(0, receipt_no="W-free"))
    await end(counter, free, "capture")
    more = await hold(counter, 1_000, receipt_no="W-more")
    await end(counter, more, "capture")
    await counter.report(counter.basket(600, receipt_no="W-more"))
    await hold(counter, 1_000, receipt_no="W-paid-twice")
    basket = counter.basket(1_000, receipt_no="W-paid-twice")
    await counter.report(basket)
    refund = {"refund_no": "W-1", "receipt_no": "W-paid", "amount_fen": 1_000}
    refund |= {"refunded_at": basket["paid_at"]}
    await counter.report(refund, path="/pos/v1/refunds")
    await counter.report(counter.basket(1_000, receipt_no="W-other"))
    await hold(counter, 1_000, receipt_no="W-other")
    await counter.shop.hear(NAME, "账单")


async def agree_to_payments(counter: Counter) -> None:
    large = counter.shop.shop.rules.wallet.confirm_above_fen + 1
    for is_late in (False, True):
        held = await hold(counter, large)
        await end(counter, held, "capture")
        question = (await counter.shop.delivered())[-1][1]
        words = "同意付款 " + question.partition("同意付款 ")[2][:6]
        await counter.shop.pass_time(minutes=15 if is_late else 0)
        await counter.shop.hear(NAME, words)
        await end(counter, held, "capture")
    await counter.shop.hear("老赵", words)


async def give_money_back(shop: ShopUnderTest, topup_id: int) -> None:
    found = await row("SELECT member_id FROM topups WHERE id = $1", topup_id)
    assert found is not None
    withdraw, refund = transactional(withdraw_topup), transactional(refund_card)
    await withdraw(shop.shop, topup_id, key="tour-w", actor="test")
    await refund(shop.shop, found["member_id"], key="tour-r", actor="test")

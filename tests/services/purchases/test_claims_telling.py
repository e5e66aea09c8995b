"""What a claim says (领取的话): why a receipt brings nothing, what it is worth, whose it is."""

from typing import Any

import pytest

from loyalty.earning import NoPoints
from loyalty.receipts import ReceiptClaimed
from services.custody.verify import verify_ledger
from services.loading import load_shop
from services.org.tills import Till
from services.purchases.awaited import AwaitedPoints, receipt_reference, receipt_told
from services.purchases.claims import ClaimAnswer, claim_receipt
from services.purchases.member_codes import show_code
from services.purchases.reporting import record_purchase
from services.shop import Shop
from tests.services.claiming import WELCOME
from tests.services.posting import member_id_of
from tests.services.refunding import PAID_FEN, a_basket, buys, refund
from tests.shop_parts import (
    a_follower,
    a_member,
    a_receipt,
    a_report,
    a_till,
    join,
    points_of,
    read,
)


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


async def use(shop: Shop, **policy: Any) -> None:
    await load_shop(shop, {"points": policy})
    await shop.rules.refresh()
    shop.rules.point_boosts = ()


async def claimed(shop: Shop, till: Till, back_fen: int = 0) -> ClaimAnswer:
    sold = await record_purchase(shop, till, a_basket(shop))
    if back_fen:
        await refund(shop, till, amount_fen=back_fen)
    return await claim_receipt(shop, await a_member(shop), read(sold.answer["claim"]["token"]))


async def test_a_receipt_that_came_back_says_so(shop: Shop, till: Till) -> None:
    await use(shop)
    answer = await claimed(shop, till, back_fen=PAID_FEN)
    assert (answer.points, answer.none, answer.amount_fen) == (0, NoPoints.RETURNED, PAID_FEN)
    assert "不足 1 积分" not in str(answer.facts(shop)["because"])


async def test_goods_that_earn_nothing_are_named(shop: Shop, till: Till) -> None:
    await use(shop, excluded_categories=["coffee", "bakery"])
    assert (await claimed(shop, till)).none == NoPoints.EXCLUDED


async def test_the_limit_of_the_day_is_named(shop: Shop, till: Till) -> None:
    await use(shop, cap_per_day=10)
    await buys(shop, till, await a_member(shop), "R-0")
    answer = await claimed(shop, till)
    assert (answer.points, answer.none) == (0, NoPoints.CAPPED)
    sold = read((await record_purchase(shop, till, a_basket(shop, "R-9"))).answer["claim"]["token"])
    first = await claim_receipt(shop, await a_member(shop), sold)
    assert first == await claim_receipt(shop, await a_member(shop), sold)


async def test_less_than_a_point_is_less_than_a_point(shop: Shop, till: Till) -> None:
    await use(shop)
    answer = await claimed(shop, till, back_fen=PAID_FEN - 99)
    assert (answer.points, answer.none, answer.amount_fen) == (0, NoPoints.SMALL, 99)


async def test_what_is_left_after_a_refund_is_told(shop: Shop, till: Till) -> None:
    await use(shop)
    answer = await claimed(shop, till, back_fen=4025)
    assert (answer.points, answer.facts(shop)["yuan"]) == (40, "40.25")


async def test_a_receipt_paid_with_the_own_code_tells_what_refunds_have_left(
    shop: Shop, till: Till
) -> None:
    await use(shop)
    li = await a_member(shop)
    await buys(shop, till, li, receipt_seq=7)
    await refund(shop, till, amount_fen=4025)
    answer = await claim_receipt(shop, li, a_receipt(shop, till))
    assert (answer.points, answer.balance) == (40, WELCOME + 40)
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_reservation_is_taken_when_another_code_was_shown(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_follower(shop, "wang")
    receipt = a_receipt(shop, till)
    assert (await claim_receipt(shop, wang, receipt)).state == "reserved"
    code = (await show_code(shop, member_id_of(li))).code
    await record_purchase(shop, till, a_report(shop, sequence=7, member_code=code))
    with pytest.raises(ReceiptClaimed):
        await claim_receipt(shop, wang, receipt)
    assert (await join(shop, wang)).claims == ()


async def test_who_joined_and_then_showed_a_code_is_told_of_the_points(
    shop: Shop, till: Till
) -> None:
    wang = await a_follower(shop, "wang")
    receipt = a_receipt(shop, till)
    await claim_receipt(shop, wang, receipt)
    await join(shop, await a_follower(shop, "wang"))
    wang = await a_follower(shop, "wang")
    code = (await show_code(shop, member_id_of(wang))).code
    await upload_with(shop, till, code)
    answer = await claim_receipt(shop, wang, receipt)
    assert (answer.state, answer.points) == ("credited", 32)
    assert await points_of(shop, wang) == WELCOME + 32
    assert (await verify_ledger(shop)).complaints == ()


async def upload_with(shop: Shop, till: Till, code: str) -> None:
    await record_purchase(shop, till, a_report(shop, sequence=7, member_code=code))


async def test_a_receipt_is_explained_to_its_member_alone(shop: Shop, till: Till) -> None:
    li, wang, receipt = await a_member(shop), await a_member(shop, "wang"), a_receipt(shop, till)
    await claim_receipt(shop, li, receipt)
    reference = receipt_reference(receipt.receipt)
    [awaited] = await receipt_told(member_id_of(li), reference)
    assert isinstance(awaited, AwaitedPoints)
    assert (awaited.points, awaited.due_on) == (32, None)
    assert await receipt_told(member_id_of(wang), reference) == []


async def test_an_answer_of_older_versions_is_read(shop: Shop) -> None:
    assert ClaimAnswer("credited", 0, 50, 82, "").wording == "credited_nothing"
    assert ClaimAnswer("credited", 0, 50, 82, "").none == NoPoints.SMALL

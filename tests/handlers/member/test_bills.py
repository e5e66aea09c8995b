"""账单: the newest recorded lines, debts among them, with the day each of them happened."""

from datetime import timedelta

from services.people.callers import identify
from services.purchases.refunds import RefundReport, record_refund
from tests.cast import CAST
from tests.services.posting import spend_points
from tests.shop import ShopUnderTest
from tests.shop_parts import points_of


async def refund(shop: ShopUnderTest, receipt_no: str, amount_fen: int) -> str:
    assert shop.till is not None
    report = RefundReport(
        refund_no=f"F-{receipt_no}",
        receipt_no=receipt_no,
        amount_fen=amount_fen,
        lines=None,
        refunded_at=shop.shop.now(),
        fingerprint=receipt_no,
    )
    text: str = (await record_refund(shop.shop, shop.till, report)).answer["receipt_text"]
    return text


async def spend_all(shop: ShopUnderTest) -> None:
    person = (await identify(shop.shop, "main", CAST["小李"].openid, "")).person
    await spend_points(shop.shop, person, await points_of(shop.shop, person), key="all")


async def code(shop: ShopUnderTest) -> str:
    return (await shop.hear("小李", "会员码"))[0].splitlines()[0].removeprefix("会员码：")


async def test_what_becomes_a_debt_and_what_pays_it_have_lines(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.sell(15_000, receipt_no="owed", member_code=await code(shop))
    await spend_all(shop)
    await refund(shop, "owed", 15_000)
    [bill] = await shop.hear("小李", "账单")
    assert "退货 150.00 元（春熙路店） 记欠积分 150" in bill
    answer = await shop.sell(3000, receipt_no="pays", member_code=await code(shop))
    assert "本次积分 +30，可用积分 0\n其中 30 积分抵了欠积分" in answer["receipt_text"]
    [bill] = await shop.hear("小李", "账单")
    assert "消费 30.00 元（春熙路店） 抵欠积分 30" in bill
    [claimed] = await shop.hear("小李", await shop.receipt(2000))
    assert claimed.startswith("积分到账：+20（20 积分抵了欠积分）")


async def test_a_late_claim_is_among_the_newest_with_its_own_day(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    ago = shop.shop.now() - timedelta(days=10)
    late = (await shop.sell(7700, paid_at=ago))["claim"]["token"]
    for _ in range(12):
        await shop.hear("小李", await shop.receipt(1000))
    await shop.hear("小李", late)
    [bill] = await shop.hear("小李", "账单")
    newest = bill.splitlines()[1:3]
    assert all("消费 77.00 元" in line and line.startswith("2027-01-01") for line in newest), bill

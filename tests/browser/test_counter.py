"""At the counter: quotes, points, coupons, stored value, refunds, gifts and staff, by hand."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import RunningDemo
from tests.browser.stage import Stage


async def _silver_by_mugs(stage: Stage) -> None:
    """Four mugs of 128 yuan make a silver member of 小王."""
    await stage.add("山茶马克杯", 4)
    await stage.identify("小王")
    receipt = await stage.take_payment()
    await expect(receipt).to_contain_text("已记到会员")


async def test_a_basket_is_paid_as_quoted_with_tier_coupon_and_points(stage: Stage) -> None:
    page, wang = stage.page, stage.phone("小王")
    await wang.join()
    await _silver_by_mugs(stage)
    await expect(page.get_by_test_id("receipt-total")).to_have_text("¥512.00")
    await stage.add("拿铁")
    await stage.add("巴斯克蛋糕")
    await stage.identify("小王")
    await expect(page.get_by_test_id("member-card")).to_contain_text("银卡会员（98%）")
    await expect(page.get_by_test_id("quote-steps")).to_contain_text("-¥1.36")
    await page.get_by_test_id("offer-best").click()
    await expect(page.get_by_test_id("quote-steps")).to_contain_text("拿铁兑换券")
    await expect(page.get_by_test_id("quote-steps")).to_contain_text(re.compile("积分抵现"))
    payable = await page.get_by_test_id("basket-total").inner_text()
    receipt = await stage.take_payment()
    await expect(page.get_by_test_id("receipt-total")).to_have_text(payable)
    words = await receipt.get_by_test_id("receipt-text").inner_text()
    balance = re.findall(r"可用积分 (\d+)", words)[0]
    assert await wang.told("积分", r"可用积分：(\d+)") == balance
    await wang.told("为什么", "积分抵扣")
    await wang.told("等级", "等级：银卡会员")


async def test_a_refund_takes_the_points_back_and_is_printed(stage: Stage) -> None:
    page, wang = stage.page, stage.phone("小王")
    await wang.join()
    before = await wang.told("积分", r"可用积分：(\d+)")
    await stage.add("拿铁", 2)
    await stage.identify("小王")
    await page.get_by_test_id("offer-best_without_points").click()
    await expect(page.get_by_test_id("basket-total")).to_have_text("¥54.00")
    await stage.take_payment()
    await wang.told("积分", rf"可用积分：{int(before) + 54}")
    await _give_back(page, "拿铁", "1")
    await expect(page.get_by_test_id("receipt-total")).to_have_text("-¥27.00")
    await wang.told("积分", rf"可用积分：{int(before) + 27}")
    await page.get_by_test_id("earlier-receipts").get_by_text("已记会员").click()
    await _give_back(page, "拿铁", "0")
    await wang.told("积分", f"可用积分：{before}")
    await wang.told("优惠券", "新人券")


async def _give_back(page: Page, goods: str, count: str) -> None:
    """Nothing counted gives back all that is left."""
    await page.get_by_test_id("refund").click()
    await page.get_by_label(re.compile(goods)).last.fill(count)
    await page.get_by_role("button", name="好", exact=True).click()
    await expect(page.get_by_test_id("receipt")).to_contain_text("退款")


async def test_a_top_up_with_its_bonus_pays_the_next_basket(stage: Stage) -> None:
    page, wang = stage.page, stage.phone("小王")
    await wang.join()
    await stage.open_tab("充值")
    await stage.identify("小王")
    await page.get_by_test_id("topup-offer").first.click()
    await expect(page.get_by_test_id("receipt")).to_contain_text("充值 500.00 元，赠送 50.00 元")
    assert await wang.told("余额", r"可用余额：(\S+) 元") == "550.00"
    await stage.open_tab("收银")
    await stage.add("拿铁")
    await stage.identify("小王")
    await page.get_by_test_id("quote-stored").check()
    await expect(page.get_by_test_id("quote-steps")).to_contain_text("储值付")
    await stage.take_payment()
    assert await wang.told("余额", r"可用余额：(\S+) 元") == "518.00"
    await wang.told("为什么", "储值付款 32.00 元")


async def test_a_large_payment_waits_for_the_members_yes(stage: Stage) -> None:
    page, wang = stage.page, stage.phone("小王")
    await wang.join()
    for _ in range(2):
        await stage.open_tab("充值")
        await stage.identify("小王")
        await page.get_by_test_id("topup-offer").last.click()
        await expect(page.get_by_test_id("receipt")).to_contain_text("充值 1000.00 元")
        await expect(page.get_by_test_id("member-card")).to_be_hidden()
    await stage.open_tab("收银")
    await stage.add("山茶马克杯", 9)
    await stage.identify("小王")
    await page.get_by_test_id("quote-stored").check()
    await expect(page.get_by_test_id("quote-steps")).to_contain_text("储值付")
    await page.get_by_test_id("checkout").click()
    await expect(page.get_by_test_id("till-fault")).to_contain_text("同意付款")
    asked = wang.log.get_by_text(re.compile(r"同意付款\s*\d{6}"))
    code = re.findall(r"同意付款\s*(\d{6})", await asked.last.inner_text())[0]
    await wang.told(f"同意付款 {code}", "已同意")
    await stage.take_payment()
    assert await wang.told("余额", r"可用余额：(\S+) 元") == "1148.00"


async def test_points_become_a_coupon_and_the_coupon_a_gift(stage: Stage) -> None:
    wang, li = stage.phone("小王"), stage.phone("小李")
    await wang.join()
    await li.join()
    await wang.told("兑换", "六元配送券 50 积分")
    await wang.write("兑换 1")
    code = await wang.told("确认", r"[0-9A-Z]{12}")
    await wang.told("积分", "可用积分：0")
    number = await wang.told("优惠券", r"(\d+)\. 六元配送券")
    link = await wang.told(f"送券 {number}", r"http://\S+/g/\S+")
    await li.scan(link)
    await expect(li.opened_page).to_contain_text("六元配送券")
    await stage.close_page(li)
    await li.told("优惠券", code)
    await expect(wang.log).to_contain_text("六元配送券")


async def test_a_clerk_redeems_a_coupon_after_a_confirmation(
    stage: Stage, demo: RunningDemo
) -> None:
    wang, clerk = stage.phone("小王"), stage.phone("店员小陈")
    await wang.join()
    coupon = await wang.told("优惠券", r"新人券 ([0-9A-Z]{12})")
    await clerk.follow()
    await clerk.told(f"核销 {coupon}", "没有听懂")
    await clerk.told(f"绑定 {demo.invite('clerk', 'cd01')}", "春熙路店 店员")
    confirmation = await clerk.told(f"核销 {coupon}", r"确认 ([0-9A-Z]{6})")
    await clerk.told(f"确认 {confirmation}", "已核销：新人券")
    await expect(wang.log).to_contain_text("已在春熙路店核销")

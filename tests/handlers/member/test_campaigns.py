"""Codes of campaigns and answers to their questions, as members read them."""

import pytest

from services.campaigns.engine import run_cues
from services.loading import load_shop
from storage.sql import row, rows
from tests.cast import CAST
from tests.services.campaigning import happens, load_campaign
from tests.services.refunding import refund
from tests.shop import ShopUnderTest

QUESTION = {"question": "这次怎么样？", "answers": ["很好", "不满意"], "bad": ["不满意"]}
STALL = {"trigger": "code:market", "actions": [{"points": 7}, {"coupon": "latte"}]}


async def asked(shop: ShopUnderTest, name: str = "小李") -> int:
    """The number of the question that this member has got."""
    await load_campaign(shop.shop, trigger="attended", actions=[{"form": QUESTION}])
    member = await row("SELECT member_id FROM followers WHERE openid = $1", CAST[name].openid)
    assert member is not None
    await happens(shop.shop, "attended", member["member_id"])
    await run_cues(shop.shop)
    effect = await row("SELECT id FROM campaign_effects WHERE campaign = 'test'")
    assert effect is not None
    return int(effect["id"])


async def test_a_code_brings_its_gifts_the_same_minute(shop_under_test: ShopUnderTest) -> None:
    await load_campaign(shop_under_test.shop, **STALL)
    [told] = await shop_under_test.scan("小李", "market")
    assert {"扫码礼到账：", "7 积分"} <= set(told.splitlines())
    assert "拿铁兑换券（券码 " in told


async def test_the_same_code_again_tells_the_same_and_gives_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    await load_campaign(shop_under_test.shop, **STALL)
    first = await shop_under_test.scan("小李", "market")
    postings = await rows("SELECT id FROM ledger_transactions")
    assert await shop_under_test.scan("小李", "market") == first
    assert await rows("SELECT id FROM ledger_transactions") == postings


async def test_whoever_joins_by_a_code_gets_its_gifts_with_the_welcome(
    shop_under_test: ShopUnderTest,
) -> None:
    await load_campaign(shop_under_test.shop, **STALL)
    [greeting] = await shop_under_test.follows("小王", "market")
    assert "【入会】" in greeting
    await shop_under_test.hear("小王", "入会")
    [welcome] = await shop_under_test.hear("小王", "同意")
    assert "入会礼：57 积分" in welcome.splitlines()


async def test_the_code_by_which_somebody_joined_gives_nothing_more(
    shop_under_test: ShopUnderTest,
) -> None:
    await load_campaign(shop_under_test.shop, **STALL, stock=1, budget_fen=2600, cost_fen=2600)
    await joins_by_the_code(shop_under_test)
    had = await given_to_all()
    [told] = await shop_under_test.scan("小王", "market")
    assert {"扫码礼到账：", "7 积分"} <= set(told.splitlines())
    assert told.count("券码") == 1
    assert await given_to_all() == had


@pytest.mark.parametrize("more", [{"coupon": "shipping6"}, {"message": "七十积分送你"}])
async def test_other_terms_neither_give_nor_tell_more_to_who_had_theirs(
    shop_under_test: ShopUnderTest, more: dict[str, str]
) -> None:
    await load_campaign(shop_under_test.shop, **STALL)
    first = await shop_under_test.scan("小李", "market")
    had = await given_to_all()
    gifts = [{"points": 70}, {"coupon": "latte"}, more]
    await load_campaign(shop_under_test.shop, trigger="code:market", actions=gifts)
    assert await shop_under_test.scan("小李", "market") == first
    assert await given_to_all() == had


@pytest.mark.parametrize("rule", ["once", "30d", "month"])
async def test_whoever_leaves_and_joins_again_has_had_what_the_code_brings(
    shop_under_test: ShopUnderTest, rule: str
) -> None:
    await load_campaign(shop_under_test.shop, **STALL, per_person=rule)
    await joins_by_the_code(shop_under_test)
    had = await given_to_all()
    for words in ("注销", "确认注销", "入会", "同意"):
        told = await shop_under_test.hear("小王", words)
    assert "会员号" in told[0]
    assert "扫码礼" not in (await shop_under_test.scan("小王", "market"))[0]
    assert (await given_to_all())["coupons"] == had["coupons"]
    shop_under_test.clock.pass_time(days=40)
    [told_later] = await shop_under_test.scan("小王", "market")
    assert ("扫码礼" in told_later) == (rule != "once")


async def test_what_is_taken_back_with_a_return_is_told_in_words(
    shop_under_test: ShopUnderTest,
) -> None:
    terms = {"trigger": "purchase", "name": "谢谢惠顾", "actions": [{"points": 30}]}
    await load_campaign(shop_under_test.shop, **terms)
    await shop_under_test.hear("小李", await shop_under_test.receipt())
    await run_cues(shop_under_test.shop)
    assert shop_under_test.till is not None
    sold = await row("SELECT receipt_no FROM purchases ORDER BY id DESC LIMIT 1")
    assert sold is not None
    back = {"receipt_no": sold["receipt_no"], "amount_fen": 3200}
    await refund(shop_under_test.shop, shop_under_test.till, **back)
    [bill] = await shop_under_test.hear("小李", "账单")
    assert "退货收回营销活动“谢谢惠顾”送的积分 -30 积分" in bill
    await shop_under_test.hear("小李", "积分")
    [why] = await shop_under_test.hear("小李", "为什么")
    assert "退货收回营销活动“谢谢惠顾”送的积分 -30 积分" in why


async def joins_by_the_code(shop: ShopUnderTest) -> None:
    await shop.follows("小王", "market")
    for words in ("入会", "同意"):
        await shop.hear("小王", words)


async def given_to_all() -> dict[str, object]:
    """What there is of coupons and postings, and how far the counters of the campaign are."""
    return {
        "coupons": await rows("SELECT code FROM coupons ORDER BY id"),
        "postings": await rows("SELECT key FROM ledger_transactions ORDER BY id"),
        "counters": await rows("SELECT name, used FROM counters WHERE name LIKE 'campaign:%'"),
    }


async def test_a_follower_who_scans_it_later_gets_them_too(shop_under_test: ShopUnderTest) -> None:
    await load_campaign(shop_under_test.shop, **STALL)
    await shop_under_test.follows("小王", "elsewhere")
    await shop_under_test.scan("小王", "market")
    await shop_under_test.hear("小王", "入会")
    assert "入会礼：57 积分" in (await shop_under_test.hear("小王", "同意"))[0].splitlines()


async def test_a_code_whose_days_are_over_is_an_ordinary_one(
    shop_under_test: ShopUnderTest,
) -> None:
    await load_campaign(shop_under_test.shop, **STALL, until="2027-01-11")
    shop_under_test.clock.pass_time(days=1)
    [told] = await shop_under_test.scan("小李", "market")
    assert "扫码礼" not in told


async def test_of_an_audience_that_is_gone_a_member_hears_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    regulars = {"name": "熟面孔", "filter": "全部"}
    await load_shop(shop_under_test.shop, {"segments": [regulars]})
    await load_campaign(shop_under_test.shop, **STALL, audience="人群=熟面孔")
    await load_shop(shop_under_test.shop, {"segments": [{**regulars, "ended": True}]})
    await shop_under_test.shop.rules.refresh()
    unknown = await shop_under_test.scan("小李", "elsewhere")
    assert await shop_under_test.scan("小李", "market") == unknown


async def test_a_good_answer_is_thanked_for(shop_under_test: ShopUnderTest) -> None:
    number = await asked(shop_under_test)
    assert await shop_under_test.hear("小李", f"回访 {number} 很好") == ["谢谢你告诉我们：很好。"]
    assert await rows("SELECT 1 FROM tickets") == []


async def test_a_bad_answer_opens_one_ticket_however_often_it_is_tapped(
    shop_under_test: ShopUnderTest,
) -> None:
    number = await asked(shop_under_test)
    first = await shop_under_test.hear("小李", f"回访 {number} 不满意")
    assert "已记为工单 1" in first[0]
    assert await shop_under_test.hear_again() == first
    assert await shop_under_test.hear("小李", f"回访 {number} 不满意") == first
    assert len(await rows("SELECT 1 FROM tickets")) == 1


async def test_the_first_answer_counts(shop_under_test: ShopUnderTest) -> None:
    number = await asked(shop_under_test)
    await shop_under_test.hear("小李", f"回访 {number} 很好")
    told = await shop_under_test.hear("小李", f"回访 {number} 不满意")
    assert told == ["谢谢你告诉我们：很好。"]


async def test_nobody_answers_for_somebody_else(shop_under_test: ShopUnderTest) -> None:
    number = await asked(shop_under_test)
    [told] = await shop_under_test.hear("老赵", f"回访 {number} 不满意")
    assert told.startswith("这个问题已经找不到了")
    assert await rows("SELECT 1 FROM campaign_answers") == []


async def test_staff_read_how_often_each_answer_was_tapped(shop_under_test: ShopUnderTest) -> None:
    number = await asked(shop_under_test)
    await shop_under_test.hear("小李", f"回访 {number} 很好")
    [told] = await shop_under_test.hear("老板", "成效 test")
    assert "回话 1 人（两天内写来的和点了回答的），其中不满 0 人" in told.splitlines()
    assert "“这次怎么样？”的回答：很好 1 · 不满意 0" in told.splitlines()

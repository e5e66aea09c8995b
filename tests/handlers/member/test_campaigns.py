"""Codes of campaigns and answers to their questions, as members read them."""

from services.campaign_engine import run_cues
from storage.sql import row, rows
from tests.cast import CAST
from tests.services.campaigning import happens, load_campaign
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

"""营销: who may see campaigns, who may stop them, and what needs a second person."""

from typing import Any

import pytest

from loyalty.staff import Role
from services.campaigns.desk import State, campaign_card
from services.campaigns.engine import run_cues
from services.loading import load_shop
from services.messages.outbox import take_due_messages
from services.messages.outgoing_contents import opened_content
from services.people.callers import identify
from services.shop import Shop
from storage.sql import rows
from tests.cast import CAST
from tests.services.campaigning import (
    HELLO,
    effects,
    happens,
    load_campaign,
    run_test_campaign,
    sets_off,
)
from tests.shop import ShopUnderTest, become_staff

SECOND = "老赵"
DONE = "做了 1 人次，对照 0 人次，成本 0.00 元"


async def state_of(shop: Shop, code: str = "test") -> State:
    boss = CAST["老板"]
    person = (await identify(shop, boss.account, boss.openid, "")).person
    return (await campaign_card(shop, person, code)).state


async def a_member(shop: ShopUnderTest) -> int:
    [found] = await rows("SELECT member_id FROM followers WHERE openid = $1", CAST["小李"].openid)
    return int(found["member_id"])


async def test_to_others_than_those_in_charge_it_is_no_word(shop_under_test: ShopUnderTest) -> None:
    for name in ("小李", "店员小陈", "店长"):
        [told] = await shop_under_test.hear(name, "营销")
        assert told.startswith("没有听懂")


async def test_a_campaign_is_stopped_and_opened_by_its_code(shop_under_test: ShopUnderTest) -> None:
    await load_campaign(shop_under_test.shop, trigger="attended")
    for word, state in (("停", State.STOPPED), ("开", State.RUNNING)):
        await shop_under_test.hear("老板", f"营销 {word} test")
        await shop_under_test.hear("老板", "确认 ※")
        assert await state_of(shop_under_test.shop) == state


async def test_what_a_stopped_campaign_has_waiting_does_not_leave(
    shop_under_test: ShopUnderTest,
) -> None:
    await load_campaign(shop_under_test.shop, trigger="attended", actions=HELLO)
    await sets_off(shop_under_test.shop, "attended", await a_member(shop_under_test))
    await shop_under_test.hear("老板", "营销 停 test")
    await shop_under_test.hear("老板", "确认 ※")
    found = await rows("SELECT state, reason FROM outbox WHERE campaign = 'test'")
    assert found == [{"state": "suppressed", "reason": "stopped"}]


async def test_what_needs_a_yes_is_said_yes_to_by_somebody_else(
    shop_under_test: ShopUnderTest,
) -> None:
    await become_staff(shop_under_test, SECOND, Role.OWNER, "")
    await load_campaign(shop_under_test.shop, trigger="attended", approval=True)
    await shop_under_test.hear("老板", "营销 开 test")
    await shop_under_test.hear("老板", "确认 ※")
    assert await state_of(shop_under_test.shop) == State.UNAPPROVED
    await shop_under_test.hear(SECOND, "确认 ※")
    assert await state_of(shop_under_test.shop) == State.RUNNING


async def test_more_budget_is_given_by_two_and_treats_who_waited(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test.shop
    await become_staff(shop_under_test, SECOND, Role.OWNER, "")
    await load_campaign(shop, trigger="attended", budget_fen=1, at_budget="ask")
    await sets_off(shop, "attended", await a_member(shop_under_test))
    await shop_under_test.hear("老板", "营销 预算 test 10")
    await shop_under_test.hear(SECOND, "确认 ※")
    assert await state_of(shop) == State.RUNNING
    await shop_under_test.pass_time(minutes=15)
    assert await effects() == ["treated"]


@pytest.mark.parametrize(("stage", "word"), [("new", "新客"), ("cooling", "降温")])
async def test_a_stage_is_told_as_staff_say_it(
    shop_under_test: ShopUnderTest, stage: str, word: str
) -> None:
    await load_campaign(shop_under_test.shop, trigger=f"stage:{stage}")
    [told] = await shop_under_test.hear("老板", "营销 test")
    assert f"什么时候：进入阶段“{word}”" in told


async def test_who_says_yes_is_somebody_who_may(shop_under_test: ShopUnderTest) -> None:
    await load_campaign(shop_under_test.shop, trigger="attended", approval=True)
    await shop_under_test.plays("""
        老板> 营销 开 test
        机器人> 需要另一位营销或老板在 30 分钟内回复：…
        老板> 确认 ※
        机器人> 这件事要由另一位营销或老板确认。
    """)


async def test_how_many_nothing_could_tell_is_shown(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test.shop
    await shop_under_test.hear("小李", "订阅")
    await shop_under_test.hear("小李", "同意订阅")
    await shop_under_test.pass_time(days=3)
    await load_campaign(shop, trigger="attended", actions=HELLO, message_class="promotion")
    await sets_off(shop, "attended", await a_member(shop_under_test))
    [told] = await shop_under_test.hear("老板", "营销 test")
    assert "没有可用的通道" not in told
    await take_due_messages(shop, "worker", 100)
    for words, line in (
        (
            "营销",
            "· test（test）进行中：做了 1 人次，对照 0 人次，成本 0.00 元，没有可用的通道 1 人",
        ),
        ("营销 test", f"{DONE}，没有可用的通道 1 人"),
        ("成效 test", "消息 1 条：已发 0 失败 0 拦截 1 未知 0 在途 0，没有可用的通道 1 人"),
    ):
        [told] = await shop_under_test.hear("老板", words)
        assert line in told.splitlines(), told


async def test_a_campaign_that_is_over_gets_no_more_budget(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test.shop
    await become_staff(shop_under_test, SECOND, Role.OWNER, "")
    terms = {"trigger": "attended", "budget_fen": 1, "at_budget": "ask"}
    await load_campaign(shop, **terms)
    await shop_under_test.hear("老板", "营销 预算 test 10")
    await load_campaign(shop, **terms, ended=True)
    refusal = "营销“test”（test）已经结束，等着的人不会再发，不用追加预算。"
    assert await shop_under_test.hear(SECOND, "确认 ※") == [refusal]
    assert await shop_under_test.hear("老板", "营销 预算 test 10") == [refusal]
    assert await rows("SELECT 1 FROM campaign_states WHERE extra_fen > 0") == []


async def test_whoever_sees_one_store_changes_nothing(shop_under_test: ShopUnderTest) -> None:
    await become_staff(shop_under_test, SECOND, Role.MARKETING, "cd01")
    await load_campaign(shop_under_test.shop, trigger="attended")
    [told] = await shop_under_test.hear(SECOND, "营销 停 test")
    assert told.startswith("营销活动是全品牌的")


async def test_a_campaign_says_when_it_acts_and_what_can_be_done_next(
    shop_under_test: ShopUnderTest,
) -> None:
    await load_campaign(shop_under_test.shop, trigger="dormant:30d", actions=HELLO)
    [told] = await shop_under_test.hear("老板", "营销 test")
    assert "什么时候：30 天没来消费" in told
    assert "【营销 停 test】停下" in told


async def test_the_code_of_a_channel_is_sent_as_a_picture(shop_under_test: ShopUnderTest) -> None:
    await load_campaign(shop_under_test.shop, trigger="code:Market-1")
    assert "要二维码回【渠道码 Market-1】" in (await shop_under_test.hear("老板", "营销 test"))[0]
    await shop_under_test.plays("""
        老板> 渠道码
        机器人> 请发送：渠道码 渠道…
        老板> 渠道码 fair
        机器人> 没有进行中或将开始的营销活动用“fair”这个渠道…
        老板> 渠道码 Market-1
        机器人> “Market-1”的渠道码马上发到这里…
        老板> 〃
        机器人> “Market-1”的渠道码马上发到这里…
        店长> 渠道码 Market-1
        机器人> 没有听懂…
    """)
    [sent] = await rows("SELECT * FROM outbox WHERE key LIKE 'channel:%'")
    content = opened_content(shop_under_test.shop.keys, sent)
    assert content == {"kind": "channel", "value": "Market-1"}
    assert "扫码礼" in (await shop_under_test.scan("小李", str(content["value"])))[0]


async def test_a_campaign_that_is_over_has_no_code(shop_under_test: ShopUnderTest) -> None:
    await load_campaign(shop_under_test.shop, trigger="code:market", until="2027-01-11")
    assert "马上发到这里" in (await shop_under_test.hear("老板", "渠道码 market"))[0]
    shop_under_test.clock.pass_time(days=1)
    assert "没有进行中" in (await shop_under_test.hear("老板", "渠道码 market"))[0]


async def lose_its_audience(shop: Shop, **terms: Any) -> None:
    """A campaign for a saved audience that a later shop file has no more."""
    regulars = {"name": "熟面孔", "filter": "全部"}
    await load_shop(shop, {"segments": [regulars]})
    await load_campaign(shop, audience="熟面孔", **terms)
    await load_shop(shop, {"segments": [{**regulars, "ended": True}]})
    await shop.rules.refresh()


async def test_a_campaign_whose_audience_is_gone_says_so(shop_under_test: ShopUnderTest) -> None:
    await lose_its_audience(shop_under_test.shop, trigger="attended")
    assert await state_of(shop_under_test.shop) == State.UNREAD
    await shop_under_test.plays("""
        老板> 营销
        机器人> · test（test）人群读不懂，没在发…
        老板> 营销 test
        机器人> test（test）人群读不懂，没在发
                这个人群现在读不懂，所以不发给任何人：第 1 个字起的“熟面孔”不认识…
    """)


async def test_a_campaign_whose_audience_is_gone_is_for_nobody_and_logged_once(
    shop_under_test: ShopUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    shop, member_id = shop_under_test.shop, await a_member(shop_under_test)
    await lose_its_audience(shop, trigger="attended", per_person="every")
    for key in ("1", "2"):
        await happens(shop, "attended", member_id, key=key)
    await run_cues(shop)
    await lose_its_audience(shop, trigger="schedule:0 10 * * *")
    assert await run_test_campaign(shop) == 0
    logged = [(line.levelname, line.message) for line in caplog.records]
    assert logged == [("WARNING", "campaign_audience_unread")] * 2
    assert await effects() == []

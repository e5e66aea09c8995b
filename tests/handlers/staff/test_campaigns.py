"""营销: who may see campaigns, who may stop them, and what needs a second person."""

from loyalty.staff import Role
from services.callers import identify
from services.campaign_desk import State, campaign_card
from services.shop import Shop
from storage.sql import rows
from tests.cast import CAST
from tests.services.campaigning import HELLO, effects, load_campaign, sets_off
from tests.shop import ShopUnderTest, become_staff

SECOND = "老赵"


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

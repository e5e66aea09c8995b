"""入会: nobody becomes a member without having read what for, and nobody becomes one twice."""

from services.loading import load_shop
from storage.models import Consent, ConsentText, Member
from tests.shop import ShopUnderTest

JOINING = """
    小王> 入会
    机器人> 山茶咖啡会员计划
            1. 会员服务：记录消费、积分、优惠券和储值，为你兑现权益。
            同意请回【同意】；也想收到优惠请回【同意并订阅】；不想加入回【取消】。
    小王> 同意
    机器人> 欢迎加入山茶咖啡！
            会员号：…
            入会礼：50 积分
            入会礼：新人券（…
            有效至 2027-02-10）…
            现有积分：50
            愿意的话可以补充：【填手机号】 · 【填称呼】 · 【填生日】
"""


async def purposes_of_the_newest() -> dict[str, bool]:
    newest = await Member.all().order_by("-id").first()
    assert newest is not None
    return {consent.purpose: consent.given for consent in await Consent.filter(member_id=newest.id)}


async def test_joining_gives_number_points_and_coupon_in_one_reply(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays(JOINING)
    await shop_under_test.plays("""
        小王> 积分
        机器人> 可用积分：50
        小王> 券
        机器人> 可用优惠券 1 张
        小王> 没有问题了
        机器人> 没有听懂。可以发送：
    """)
    assert await purposes_of_the_newest() == {"programme": True, "marketing": False}


async def test_marketing_is_agreed_to_by_itself(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小王> 注册
        机器人> 山茶咖啡会员计划
        小王> 同意并订阅
        机器人> 欢迎加入山茶咖啡！
    """)
    assert await purposes_of_the_newest() == {"programme": True, "marketing": True}


async def test_a_wrong_answer_is_asked_again_and_the_question_stays(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小王> 加入会员
        机器人> 山茶咖啡会员计划
        小王> 好的
        机器人> 请回【同意】或【同意并订阅】；不想加入回【取消】。
        小王> 跳过
        机器人> 请回【同意】或【同意并订阅】；不想加入回【取消】。
        小王> 同意
        机器人> 欢迎加入山茶咖啡！
    """)


async def test_nothing_personal_is_stored_before_the_consent(
    shop_under_test: ShopUnderTest,
) -> None:
    before = await shop_under_test.holdings()
    await shop_under_test.plays("""
        小王> 入会
        机器人> 山茶咖啡会员计划
        小王> 我叫王小明
        机器人> 请回【同意】…
        小王> 取消
        机器人> 好的，已取消。回【帮助】看看还能做什么。
    """)
    after = await shop_under_test.holdings()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"followers", "dialogues"}
    assert "王小明" not in str(after)


async def test_after_leaving_a_bare_consent_shows_the_purposes_first(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小王> 入会
        机器人> 山茶咖啡会员计划
        小王> 退出
        机器人> 好的，已取消。…
        小王> 同意
        机器人> 山茶咖啡会员计划
        小王> 积分
        机器人> 还不是会员，…
        小王> 同意并订阅
        机器人> 山茶咖啡会员计划
        小王> 同意并订阅
        机器人> 欢迎加入山茶咖啡！
    """)


async def test_a_question_of_yesterday_is_not_answered_by_accident(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小王", "入会")
    await shop_under_test.pass_time(hours=25)
    await shop_under_test.plays("""
        小王> 同意
        机器人> 山茶咖啡会员计划
    """)


async def test_each_message_delivered_again_answers_the_same_and_changes_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    for words in ("入会", "好的", "同意", "入会", "同意", "积分"):
        first = await shop_under_test.hear("小王", words)
        before = await shop_under_test.holdings()
        assert await shop_under_test.hear_again() == first, words
        assert await shop_under_test.holdings() == before, words


async def test_a_consent_delivered_again_after_another_message_joins_once(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小王", "入会")
    first = await shop_under_test.hear("小王", "同意")
    consent = shop_under_test.last_push
    assert consent is not None
    await shop_under_test.hear("小王", "积分")
    assert await shop_under_test.receive(consent) == first
    assert await Member.all().count() == 3


async def test_members_are_told_their_number(shop_under_test: ShopUnderTest) -> None:
    for words in ("入会", "同意", "同意并订阅"):
        (reply,) = await shop_under_test.hear("小李", words)
        assert reply.startswith("你已经是山茶咖啡会员，会员号 8")
    assert await Member.all().count() == 2


async def test_invisible_letters_do_not_keep_anybody_from_joining(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小王", "入会")
    assert "欢迎加入" in (await shop_under_test.hear("小王", "\u200b同意\ufeff"))[0]


async def test_nobody_agrees_to_a_text_that_has_changed_since_it_was_shown(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小王", "入会")
    await load_shop(shop_under_test.shop, {"brand": {"code": "camellia", "name": "新山茶"}})
    await shop_under_test.shop.rules.refresh()
    (again,) = await shop_under_test.hear("小王", "同意")
    assert again.startswith("新山茶会员计划")
    (joined,) = await shop_under_test.hear("小王", "同意")
    assert joined.startswith("欢迎加入新山茶")
    texts = [kept.text for kept in await ConsentText.all()]
    assert any(text.startswith("新山茶会员计划") for text in texts)

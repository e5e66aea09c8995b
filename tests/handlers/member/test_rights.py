"""隐私、授权、我的数据、注销: what anybody can ask of us about themselves."""

from bot.pushes import AuthorizationCancelled, AuthorizationRevoked, UserInfoModified
from bot.pushes.account_news import ProfileNews
from storage.sql import change, row, rows
from tests.cast import CAST
from tests.shop import ShopUnderTest

LI = CAST["小李"].openid


async def li_is_member(shop: ShopUnderTest) -> bool:
    found = await row("SELECT member_id FROM followers WHERE openid = $1", LI)
    assert found is not None
    return found["member_id"] is not None


async def test_privacy_tells_what_for_how_long_and_the_way_out(
    shop_under_test: ShopUnderTest,
) -> None:
    before = await shop_under_test.holdings()
    await shop_under_test.plays("""
        小李> 隐私
        机器人> 山茶咖啡这样处理你的信息：
                1. 会员服务：2027-01-10 同意…
                2. 优惠订阅：不同意…
        小李> 隐私 1
        机器人> 2027-01-10 的原文…
                1. 会员服务：记录消费、积分、优惠券和储值，为你兑现权益。
        小李> 隐私 9
        机器人> 没有这一条，回【隐私】看有哪些。
        路人> 隐私
        机器人> 山茶咖啡这样处理你的信息：
                还没有同意过任何用途。
    """)
    after = await shop_under_test.holdings()
    assert after["consents"] == before["consents"]


async def test_a_partner_is_agreed_to_only_after_its_text_was_read(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 授权
        机器人> 没有你的单独同意，信息不会给任何伙伴：
                · 言几又书店（bookstore）：未授权
        小李> 同意授权
        机器人> 没有听懂。可以发送：
        小李> 授权 BOOKSTORE
        机器人> 山茶咖啡请求把你的信息提供给言几又书店：
                内容：称呼、手机号
        小李> 积分
        机器人> 可用积分：82…
        小李> 同意授权
        机器人> 没有听懂。可以发送：
        小李> 授权 bookstore
        机器人> 山茶咖啡请求把你的信息提供给言几又书店：
        小李> 同意授权
        机器人> 已授权给言几又书店。要撤回，回“取消授权 bookstore”。
        小李> 〃
        机器人> 已授权给言几又书店。要撤回，回“取消授权 bookstore”。
        小李> 授权
        机器人> 没有你的单独同意，信息不会给任何伙伴：
                · 言几又书店（bookstore）：2027-01-11 已授权
        小李> 取消授权 言几又书店
        机器人> 已撤回，今后不再提供给言几又书店。已经给出的内容，请向对方要求删除。
        小李> 授权 别人
        机器人> 没有这个伙伴，回【授权】看有哪些。
        路人> 授权
        机器人> 还不是会员，回【入会】即可加入，只需一步。
    """)


async def test_leaving_shows_what_is_lost_and_asks_again(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 注销
        机器人> 注销会员（会员号 80000024）后：
                · 82 积分作废
                · 1 张券作废
        小李> 积分
        机器人> 可用积分：82…
        小李> 确认注销
        机器人> 刚才的注销确认已经结束，什么都没有变。要注销请重新回【注销】。
        小李> 注销
        机器人> 注销会员（会员号 80000024）后：
        小李> 确认注销
        机器人> 已注销山茶咖啡会员 80000024，你的资料已删除。
        小李> 〃
        机器人> 已注销山茶咖啡会员 80000024，你的资料已删除。
        小李> 积分
        机器人> 还不是会员，回【入会】即可加入，只需一步。
        小李> 注销
        机器人> 还不是会员，回【入会】即可加入，只需一步。
    """)
    assert not await li_is_member(shop_under_test)


async def test_a_yes_after_five_minutes_or_to_other_figures_shows_them_anew(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小李", "注销")
    await shop_under_test.pass_time(minutes=6)
    reply = await shop_under_test.hear("小李", "确认注销")
    assert reply[0].startswith("注销会员（会员号 80000024）后：")
    await shop_under_test.hear("小李", await shop_under_test.receipt(1000))
    await shop_under_test.hear("小李", "注销")
    await change("UPDATE coupons SET state = 'void', uses_left = 0")
    reply = await shop_under_test.hear("小李", "确认注销")
    assert "· 0 张券作废" in reply[0]
    assert await li_is_member(shop_under_test)
    await shop_under_test.hear("小李", "确认注销")
    assert not await li_is_member(shop_under_test)


async def test_money_is_paid_out_first(shop_under_test: ShopUnderTest) -> None:
    shown = (await shop_under_test.hear("小李", "会员码"))[0]
    code = shown.splitlines()[0].removeprefix("会员码：")
    await shop_under_test.hear("店员小陈", f"充值 {code} 100")
    await shop_under_test.hear("店员小陈", f"确认 {shop_under_test.last_code}")
    await shop_under_test.plays("""
        小李> 注销
        机器人> 你还有储值本金 100.00 元，先退给你才能注销。
        小李> 注销
        机器人> 你还有储值本金 100.00 元，先退给你才能注销。
                已请门店联系你退款，工单号 1，…
    """)
    assert len(await rows("SELECT 1 AS one FROM tickets")) == 1
    await shop_under_test.hear("店长", "退卡 80000024")
    await shop_under_test.hear("老板", f"确认 {shop_under_test.last_code}")
    await shop_under_test.hear("小李", "注销")
    reply = await shop_under_test.hear("小李", "确认注销")
    assert reply[0].startswith("已注销")
    assert "· 赠送金" not in reply[0]


async def test_nothing_of_the_person_is_left_in_any_table(shop_under_test: ShopUnderTest) -> None:
    said = "我叫王小明住科华路一号"
    for words in ("资料", "1 13812345678", "2 王小明", f"投诉 {said}", "我的数据", "注销"):
        await shop_under_test.hear("小李", words)
    await shop_under_test.hear("小李", "确认注销")
    left = await shop_under_test.holdings()
    for canary in ("13812345678", "王小明", "科华路"):
        assert canary not in repr(left), canary
    member = next(line for line in left["members"] if line["member_no"] == "80000024")
    assert member["phone_sealed"] is member["name_sealed"] is member["phone_index"] is None
    assert {line["text_sealed"] for line in left["ticket_messages"]} == {None}
    assert left["downloads"] == left["download_files"] == []


async def test_whoever_left_can_join_again(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 注销
        机器人> 注销会员（会员号 80000024）后：
        小李> 确认注销
        机器人> 已注销山茶咖啡会员 80000024，你的资料已删除。
        小李> 入会
        机器人> 山茶咖啡会员计划
        小李> 同意
        机器人> 欢迎加入山茶咖啡！
                会员号：80000035
                现有积分：0
    """)


async def test_my_data_is_for_everybody_who_writes_three_times_a_day(
    shop_under_test: ShopUnderTest,
) -> None:
    for _ in range(3):
        reply = (await shop_under_test.hear("路人", "我的数据"))[0]
        assert "http://shop.test/d/" in reply
        assert await shop_under_test.hear_again() == [reply]
    reply = (await shop_under_test.hear("路人", "我的数据"))[0]
    assert reply == "每天最多取 3 次，请明天再来。"


async def test_who_unfollows_is_neither_asked_nor_written_to(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小李", "注销")
    await shop_under_test.hear("小李", "会员码")
    await shop_under_test.leaves("小李")
    queued = await rows("SELECT state, reason FROM outbox WHERE openid = $1", LI)
    assert {(line["state"], line["reason"]) for line in queued} == {("suppressed", "left")}
    await shop_under_test.follows("小李")
    reply = await shop_under_test.hear("小李", "确认注销")
    assert reply[0].startswith("刚才的注销确认已经结束")


async def test_what_was_asked_before_leaving_is_nobodys(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 投诉 春熙路店 太慢
        机器人> 已收到，工单号 1（投诉）。
        小李> 注销
        机器人> 注销会员（会员号 80000024）后：
        小李> 确认注销
        机器人> 已注销山茶咖啡会员 80000024，你的资料已删除。
        小李> 我的工单
        机器人> 你还没有工单。有话说请发【反馈】【投诉】或【人工】。
        小李> 工单 1
        机器人> 没有这个工单。【我的工单】看看有哪些。
        小李> 重开 1
        机器人> 没有这个工单。【我的工单】看看有哪些。
        店长> 工单 1
        机器人> 工单 1：投诉，已关闭，春熙路店
                没有人接过单
                2027-01-11 10:00 会员 提出：（已删除）
    """)
    own = await rows("SELECT id FROM tickets WHERE NOT asker_left")
    assert own == []


def news(revoked: str = "") -> ProfileNews:
    return ProfileNews(
        openid=LI, appid="wx1", unionid="", revoked=revoked, plugin_id="", open_pid=""
    )


async def test_the_platform_is_answered_with_silence(shop_under_test: ShopUnderTest) -> None:
    for body in (UserInfoModified(news()), AuthorizationRevoked(news("8"))):
        push = shop_under_test.push("路人", body, is_message=False)
        assert await shop_under_test.receive(push) == []
    assert await li_is_member(shop_under_test)


async def test_a_wechat_account_that_is_closed_closes_its_membership(
    shop_under_test: ShopUnderTest,
) -> None:
    push = shop_under_test.push("路人", AuthorizationCancelled(news()), is_message=False)
    for _ in range(2):
        assert await shop_under_test.receive(push) == []
    assert LI not in repr(await rows("SELECT openid FROM followers"))
    assert LI not in repr(await rows("SELECT openid FROM outbox"))
    closed = await rows("SELECT m.state FROM closings c JOIN members m ON m.id = c.member_id")
    assert closed == [{"state": "closed"}]

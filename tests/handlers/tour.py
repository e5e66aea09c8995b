"""The tour (巡店): one long visit in which nearly every sentence of the shop is said once."""

from services.loading import load_shop
from tests.handlers.activities_tour import go_to_activities
from tests.handlers.audience_tour import mean_people
from tests.handlers.audit_tour import read_the_trail
from tests.handlers.broadcast_tour import write_to_many
from tests.handlers.campaign_tour import run_campaigns
from tests.handlers.claims_tour import claim_and_ask
from tests.handlers.clock_tour import miss_an_hour
from tests.handlers.coupon_tour import trade_coupons
from tests.handlers.custody_tour import keep_custody
from tests.handlers.details_tour import look_after_details
from tests.handlers.imports_tour import come_from_an_older_system
from tests.handlers.merge_tour import merge_and_part
from tests.handlers.message_tour import choose_messages
from tests.handlers.pages.street import open_street
from tests.handlers.phone_tour import prove_phones
from tests.handlers.pos.counter import open_counter
from tests.handlers.price_tour import ask_for_prices
from tests.handlers.refund_tour import return_goods
from tests.handlers.results_tour import see_what_came_of_it
from tests.handlers.rights_tour import use_their_rights
from tests.handlers.service_tour import serve_around_tickets
from tests.handlers.staff_tour import work_at_the_counter
from tests.handlers.team_tour import change_the_team
from tests.handlers.tickets_tour import ask_and_be_answered
from tests.handlers.tier_tour import climb_the_ladder
from tests.handlers.wallet_tour import use_stored_value
from tests.handlers.why_tour import ask_why
from tests.shop import ShopUnderTest

NO_WELCOME: dict[str, object] = {
    "campaigns": [{"code": "welcome", "trigger": "birthday", "actions": [{"points": 1}]}]
}
CHATS = (
    *("帮助", "帮助 券", "取消", "积分", "入会", "好的", "取消", "入会", "同意并订阅", "入会"),
    *("填手机号", "123", "跳过", "填称呼", "王" * 21, "王小明", "填手机号", "13800138000"),
    *(
        "填生日",
        "昨天",
        "2020-01-01",
        "资料",
        "3 1992-02-29",
        "平年过3月1日",
        "资料",
        "3 01-30",
        "平年过2月28日",
        "资料",
        "3 01-29",
        "9 你好",
        "什么",
        "账单",
    ),
    *("优惠券", "余额", "会员码", "订阅", "退订", "订阅", "同意订阅"),
)


async def take_the_tour(shop: ShopUnderTest) -> None:
    for words in CHATS:
        await shop.hear("小程序的小王", words)
    await run_campaigns(shop)
    await work_at_the_counter(shop)
    await change_the_team(shop)
    await chat_about_receipts(shop)
    await open_pages(shop)
    await use_tills(shop)
    await trade_coupons(shop)
    await hear_what_is_empty(shop)
    await climb_the_ladder(shop)
    await return_goods(shop)
    await ask_why(shop)
    await claim_and_ask(shop)
    await ask_for_prices(shop)
    await ask_and_be_answered(shop)
    await prove_phones(shop)
    await read_the_trail(shop)
    await look_after_details(shop)
    await merge_and_part(shop)
    await come_from_an_older_system(shop)
    await keep_custody(shop)
    await miss_an_hour(shop)
    await serve_around_tickets(shop)
    await mean_people(shop)
    await see_what_came_of_it(shop)
    await choose_messages(shop)
    await go_to_activities(shop)
    await use_their_rights(shop)
    await write_to_many(shop)


async def chat_about_receipts(shop: ShopUnderTest) -> None:
    token = await shop.receipt()
    await shop.follows("小王", token)
    for name in ("小李", "小王"):
        await shop.hear(name, token)
    await shop.follows("小王")
    await shop.follows("小李")
    await shop.scan("小李", token[:-1])
    await shop.hear("小李", await shop.receipt())
    await shop.hear("小李", await shop.offline_receipt(1))
    await shop.hear("小李", "积分")
    await shop.hear("小李", "资料")
    await shop.hear("小李", await shop.receipt(amount_fen=50))


async def open_pages(shop: ShopUnderTest) -> None:
    token, offline = await shop.receipt(), await shop.offline_receipt(2)
    async with open_street(shop) as street:
        await street.open("/login/claim")
        await street.open("/r/x")
        for name in ("小李", "老赵"):
            await street.claims(name, token)
        await street.claims("小王", await shop.receipt())
        await street.claims("小李", await shop.receipt(amount_fen=50))
        await street.claims("老赵", offline)
        await shop.pass_time(hours=73)
        await street.claims("老赵", offline)
        await shop.hear("老赵", offline)


async def use_tills(shop: ShopUnderTest) -> None:
    async with open_counter(shop) as counter:
        basket = counter.basket(receipt_seq=3)
        for body in (basket, basket | {"paid_fen": 1}, counter.basket(receipt_seq=3)):
            await counter.report(body)
        await counter.report(basket, key=b"x" * 32)
        await counter.report(counter.basket() | {"paid_at": "2028-01-01T00:00:00Z"})
        await counter.report(counter.basket(member_code="66" + "0" * 16))
        for _ in range(20):
            reply = (await shop.hear("小李", "会员码"))[0]
            code = reply.splitlines()[0].removeprefix("会员码：")
            await counter.report(counter.basket(member_code=code))
        await counter.report(counter.basket(member_code=code))
        await shop.hear("小李", "会员码")


async def hear_what_is_empty(shop: ShopUnderTest) -> None:
    """A member without points, bills or coupons; one whose points have lapsed."""
    await load_shop(shop.shop, NO_WELCOME)
    await shop.shop.rules.refresh()
    await shop.pass_time(days=2)
    for words in ("入会", "同意", "积分", "账单", "优惠券"):
        await shop.hear("小王", words)
    await shop.hear("小王", await shop.receipt())
    await use_stored_value(shop)
    await shop.hear("老赵", "优惠券")
    await join_with_scanned_receipts(shop)
    await shop.pass_time(days=400)
    await shop.hear("小李", "账单")


async def join_with_scanned_receipts(shop: ShopUnderTest) -> None:
    """Somebody new, whose reserved receipts are settled by joining."""
    name = "路人"
    for token in (await shop.receipt(), await shop.offline_receipt(9)):
        await shop.scan(name, token)
    for words in ("入会", "同意"):
        await shop.hear(name, words)

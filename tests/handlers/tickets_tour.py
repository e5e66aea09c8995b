"""The tour of tickets (工单巡店): asked, answered, made good, ended and asked again."""

from loyalty.staff import Role
from services.tickets.opening import Draft, open_ticket
from storage.sql import change, row
from tests.shop import ShopUnderTest, become_staff
from tests.shop_parts import a_follower

MANAGER, OWNER, MEMBER, STRANGER = "店长", "老板", "小李", "老赵"
MISTAKES = (
    *("工单", "工单 1 2 3", "工单 99", "接单", "回复", "追问 1", "备注", "办结", "转单 1", "涉及"),
    *("补偿 1", "补偿 1 别的 1", "工单统计 一", "工单统计", "接单 99", "转单 99 1", "帮助 员工"),
)


async def ask_and_be_answered(shop: ShopUnderTest) -> None:
    await become_staff(shop, MANAGER, Role.MANAGER, "cd01")
    await become_staff(shop, OWNER, Role.OWNER, "")
    await all_say(shop, MANAGER, *MISTAKES)
    await all_say(shop, STRANGER, "我的工单", "帮助 服务")
    await ask_by_word(shop)
    await all_say(shop, MANAGER, "工单统计 1")
    number = await newest(besides="is_anonymous")
    await answer(shop, number)
    await make_good(shop, number)
    await end_and_begin_again(shop, number)
    await ask_too_much(shop, number)


async def ask_by_word(shop: ShopUnderTest) -> None:
    words = ("反馈", " ", "跳过", "字" * 1001, "很好喝", "建议", "加座位", "投诉", "取消")
    await all_say(shop, STRANGER, *words, "人工 在吗", f"反馈 {'字' * 1001}")
    guest = await a_follower(shop.shop, "guest")
    for kind in ("receipt", "closing", "data"):
        await open_ticket(shop.shop, guest, Draft(kind, "…"), key=f"tour-{kind}")
        await all_say(shop, OWNER, f"工单 {await newest()}")
    await all_say(shop, MEMBER, "投诉 春熙路店 太慢", "匿名投诉 春熙路店 太吵")


async def answer(shop: ShopUnderTest, number: int) -> None:
    unnamed = await newest(besides="NOT is_anonymous")
    await all_say(shop, MANAGER, "工单", f"工单 {unnamed}", f"接单 {number}", f"工单 {number}")
    await all_say(shop, OWNER, f"接单 {number}")
    await all_say(shop, MEMBER, "我的工单")
    await all_say(shop, MANAGER, f"追问 {number} 几点", f"接单 {number}", f"工单 {number}", "工单")
    await all_say(shop, MANAGER, "工单 等待")
    words = (f"工单 {number}", f"补充 {number}", "十点", "我的工单", f"评价 {number}")
    await all_say(shop, MEMBER, *words, f"评价 {number} 5")
    await all_say(shop, MANAGER, f"回复 {number} 马上改", f"备注 {number} 排班少一人")
    await all_say(shop, MANAGER, f"转单 {number} 99999", f"涉及 {number} 99999")
    manager, clerk = await staff_number("manager"), await staff_number("clerk")
    await all_say(shop, OWNER, f"转单 {number} {manager}", f"涉及 {number} {clerk}")


async def make_good(shop: ShopUnderTest, number: int) -> None:
    for gift in ("积分 十", "积分 20000", "券 没有", "积分 -5", "积分 5000"):
        await all_say(shop, MANAGER, f"补偿 {number} {gift}")
    await all_say(shop, MANAGER, f"补偿 {await newest(besides='NOT is_anonymous')} 积分 5")
    for gift in ("积分 20", "券 shipping6"):
        yes = (f"补偿 {number} {gift}", "确认 ※", "撤销", "确认 ※")
        await all_say(shop, MANAGER, *yes)
    await all_say(shop, MANAGER, f"补偿 {number} 券 shipping6", "确认 ※")
    given = await row("SELECT code FROM coupons WHERE key LIKE '%:coupon:' AND state = 'issued'")
    assert given is not None
    await all_say(shop, MEMBER, f"送券 {given['code']}")
    await change("UPDATE coupons SET state = 'used' WHERE key LIKE '%:coupon:'")
    await all_say(shop, MANAGER, "撤销", "确认 ※", f"补偿 {number} 积分 1")
    await change("UPDATE counters SET used = 100000 WHERE name LIKE 'remedy:%'")
    await all_say(shop, MANAGER, "确认 ※")
    await change("UPDATE counters SET used = 0 WHERE name LIKE 'remedy:%'")
    await change("UPDATE counters SET used = 9 WHERE name LIKE 'coupon:welcome10:member:%'")
    await all_say(shop, MANAGER, f"补偿 {number} 券 welcome10", "确认 ※")


async def end_and_begin_again(shop: ShopUnderTest, number: int) -> None:
    await all_say(shop, MANAGER, f"工单 {number}", f"办结 {number} 已加人手", f"接单 {number}")
    words = ("我的工单", f"工单 {number}", f"补充 {number} 还有", f"重开 {number}")
    await all_say(shop, MEMBER, *words)
    await all_say(shop, MANAGER, f"办结 {number}", f"工单 {number}")
    marks = (f"评价 {number} 1", f"评价 {number} 5", f"工单 {number}", "我的工单")
    await all_say(shop, MEMBER, *marks)
    await all_say(shop, STRANGER, "人工")
    answered = await newest(besides="kind <> 'human'")
    await all_say(shop, OWNER, f"办结 {answered} 好了")
    await all_say(shop, STRANGER, f"评价 {answered} 5")
    await all_say(shop, MANAGER, f"工单 {number}", "工单统计")
    await shop.pass_time(hours=3)
    await all_say(shop, OWNER, "工单")
    await shop.pass_time(days=40)
    await all_say(shop, MEMBER, f"重开 {number}")


async def ask_too_much(shop: ShopUnderTest, number: int) -> None:
    for place in range(11):
        await all_say(shop, MEMBER, f"反馈 春熙路店 {'很好' * 300}{place}")
    last = await newest()
    for place in range(31):
        await all_say(shop, MEMBER, f"补充 {last} {'字' * 100}{place}")
    for name in (MEMBER, MANAGER):
        await all_say(shop, name, f"工单 {last}", f"工单 {last} 2", "工单 页 2", "工单 页 99")
    await all_say(shop, OWNER, "工单", "工单统计 366")
    await change("UPDATE ticket_messages SET picture_id = 1 WHERE ticket_id = $1", last)
    for name in (MEMBER, MANAGER):
        await all_say(shop, name, f"工单 {last}")
    await all_say(shop, OWNER, "审计")


async def all_say(shop: ShopUnderTest, name: str, *words: str) -> None:
    for text in words:
        await shop.hear(name, text)


async def newest(*, besides: str = "FALSE") -> int:
    found = await row(f"SELECT MAX(id) AS id FROM tickets WHERE NOT ({besides})")
    assert found is not None
    return int(found["id"])


async def staff_number(role: str) -> int:
    found = await row("SELECT MAX(id) AS id FROM staff WHERE state = 'active' AND role = $1", role)
    assert found is not None
    return int(found["id"])

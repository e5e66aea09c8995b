"""The tour of the staff (员工巡店): a day at a counter without a till, and its refusals."""

from loyalty.staff import Role
from services.org.invitations import invite
from storage.sql import change, row
from tests.shop import ShopUnderTest, become_staff

CLERK, MANAGER, OWNER, MEMBER = "店员小陈", "店长", "老板", "小李"
MISTAKES = (
    *(
        "小票",
        "核销",
        "确认",
        "查会员",
        "充值",
        "小票 十",
        "小票 999999",
        "小票 1 cd02",
        "小票 1 xx",
    ),
    *("查会员 1", "充值 1 5", "撤销", "确认 AAAAAA"),
)


async def work_at_the_counter(shop: ShopUnderTest) -> None:
    await become_everything(shop)
    for words in MISTAKES:
        await shop.hear(CLERK, words)
    for words in ("退卡", "退充值", "补积分", "小票 1"):
        await shop.hear(OWNER, words)
    number = await number_of_a_member()
    await shop.hear(CLERK, f"查会员 {number}")
    await shop.hear(MANAGER, "帮助 员工")
    await guess_codes(shop)
    await sell_and_take_back(shop)
    await give_points(shop, number)
    await top_up_and_give_back(shop, number)


async def become_everything(shop: ShopUnderTest) -> None:
    invitation = str((await invite(shop.shop, Role.CLERK, "cd01"))["code"])
    for name in (OWNER, "路人", "小王"):
        await shop.hear(name, f"绑定 {invitation}")
    for role in (Role.MARKETING, Role.SUPPORT, Role.AUDITOR):
        await become_staff(shop, "路人", role, "")
    for name, role in ((CLERK, Role.CLERK), (MANAGER, Role.MANAGER)):
        await become_staff(shop, name, role, "cd01")
    await change("UPDATE staff SET state = 'stopped' WHERE role = 'owner'")
    await become_staff(shop, OWNER, Role.OWNER, "")


async def number_of_a_member() -> str:
    """Somebody who has bought nothing yet."""
    found = await row(
        "SELECT member_no FROM members WHERE id NOT IN"
        " (SELECT member_id FROM purchases WHERE member_id IS NOT NULL) ORDER BY id LIMIT 1"
    )
    assert found is not None
    return str(found["member_no"])


async def guess_codes(shop: ShopUnderTest) -> None:
    await shop.hear(CLERK, "小票 1")
    for _ in range(5):
        await shop.hear(CLERK, "确认 AAAAAA")
    await shop.hear(CLERK, "小票 1")
    await shop.hear(CLERK, "取消")


async def yes(shop: ShopUnderTest, name: str, words: str) -> list[str]:
    await shop.hear(name, words)
    return await shop.hear(name, f"确认 {shop.last_code}")


async def sell_and_take_back(shop: ShopUnderTest) -> None:
    _, picture = await yes(shop, CLERK, "小票 12.80")
    await shop.hear(MEMBER, picture.removeprefix("（二维码）"))
    await yes(shop, CLERK, "撤销")
    await change("UPDATE counters SET used = 99999999 WHERE name LIKE 'counter-receipts:%'")
    await yes(shop, CLERK, "小票 12.80")
    coupon = await row(
        "SELECT code FROM coupons WHERE state = 'issued' AND starts_on <= $1 AND ends_on >= $1"
        " AND kind = 'welcome10' AND offered_at IS NULL ORDER BY id DESC LIMIT 1",
        shop.shop.today().isoformat(),
    )
    assert coupon is not None
    await yes(shop, CLERK, f"核销 {coupon['code']}")
    await yes(shop, CLERK, "撤销")


async def give_points(shop: ShopUnderTest, number: str) -> None:
    for words in ("0 补", "100001 补", f"1 {'补' * 41}"):
        await shop.hear(MANAGER, f"补积分 {number} {words}")
    await yes(shop, MANAGER, f"补积分 {number} 100 漏积")
    await yes(shop, MANAGER, "撤销")
    await shop.hear(MANAGER, f"补积分 {number} 9 漏积")
    await change("UPDATE counters SET used = 1000 WHERE name LIKE 'adjust:%'")
    await shop.hear(MANAGER, f"确认 {shop.last_code}")
    await yes(shop, MANAGER, f"补积分 {number} 2000 活动")
    await shop.hear(CLERK, f"确认 {shop.last_code}")
    await shop.hear(OWNER, f"确认 {shop.last_code}")
    await shop.hear("小程序的小王", "账单")


async def top_up_and_give_back(shop: ShopUnderTest, number: str) -> None:
    await pay_in(shop)
    await yes(shop, CLERK, "撤销")
    await pay_in(shop)
    member = await row("SELECT member_no FROM members WHERE id IN (SELECT member_id FROM topups)")
    assert member is not None
    for is_changed in (True, False):
        await shop.hear(MANAGER, f"退卡 {member['member_no']}")
        card = shop.last_code
        if is_changed:
            await pay_in(shop)
        await shop.hear(OWNER, f"确认 {card}")
    await shop.hear(MANAGER, f"退充值 {member['member_no']}")
    await pay_in(shop)
    await shop.hear(MANAGER, f"退充值 {member['member_no']}")
    await shop.hear(OWNER, f"确认 {shop.last_code}")
    await shop.hear(MANAGER, "撤销")


async def pay_in(shop: ShopUnderTest) -> None:
    shown = (await shop.hear(MEMBER, "会员码"))[0]
    await yes(shop, CLERK, f"充值 {shown.splitlines()[0].removeprefix('会员码：')} 100")

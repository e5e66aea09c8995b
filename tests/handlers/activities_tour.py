"""The tour of activities (活动巡店): signing up, waiting, coming, scoring, calling off."""

from datetime import timedelta
from typing import Any

from loyalty.staff import Role
from services.activities.tasks import run_activity_tasks
from services.activities.whats_on import time_text
from services.loading import load_shop
from storage.sql import row
from tests.cast import CAST
from tests.handlers.staff_tour import yes
from tests.outbox import notices
from tests.shop import ShopUnderTest, become_staff

CLERK, OWNER, MEMBER, OTHER = "店员小陈", "老板", "小李", "老赵"
# Has few coupons.
GUEST = "店长"
BEFORE = ("活动", "活动日历", "我的活动", "活动 999999", "签到", "签到 77000000", "帮助 活动")
GIFTS: dict[str, Any] = {"points": 5, "coupon": "birthday", "seats": 1, "notice": True}


async def go_to_activities(shop: ShopUnderTest) -> None:
    await become_staff(shop, CLERK, Role.CLERK, "cd01")
    await become_staff(shop, OWNER, Role.OWNER, "")
    await say(shop, MEMBER, *BEFORE)
    await say(shop, OWNER, "帮助 员工", "活动名单", "签到码", "取消活动", "活动成绩")
    tasting = await an_activity(shop, "tour", hours=30, **GIFTS)
    small = await an_activity(shop, "small", hours=61, seats=1, waiting_list=False)
    await sign_up(shop, tasting, small)
    await change_plans(shop, tasting)
    await be_there(shop, tasting)
    await come_as_one_likes(shop, small)
    await miss_one(shop, small)
    await call_off(shop)
    for line in await notices("activities/"):
        shop.wordings.fill(line["wording"], line["facts"])


async def sign_up(shop: ShopUnderTest, tasting: int, small: int) -> None:
    free = await an_activity(shop, "free", hours=60, text="带上朋友。")
    await run_activity_tasks(shop.shop)
    for name in (MEMBER, OTHER):
        await say(shop, name, "活动", f"活动 {tasting}", f"活动 {free}")
        await say(shop, name, f"报名 {tasting}", f"报名 {small}", "活动", "活动日历", "我的活动")
        await say(shop, name, f"活动 {tasting}")
    await say(shop, OTHER, f"取消报名 {small}")
    await say(shop, CLERK, f"签到码 {tasting}", f"活动名单 {tasting}", f"活动名单 {free}")


async def change_plans(shop: ShopUnderTest, tasting: int) -> None:
    await an_activity(shop, "tour", hours=30, **GIFTS, place="三楼")
    await run_activity_tasks(shop.shop)
    await shop.pass_time(hours=7)
    await run_activity_tasks(shop.shop)
    await say(shop, MEMBER, f"取消报名 {tasting}")


async def be_there(shop: ShopUnderTest, tasting: int) -> None:
    await shop.pass_time(hours=22, minutes=30)
    code = await code_of(shop, tasting)
    for name in (OTHER, OTHER, MEMBER):
        await say(shop, name, f"签到 {code}")
    await shop.scan(OTHER, f"checkin_{code}")
    await say(shop, OTHER, f"报名 {tasting}", "我的活动", "积分", "为什么")
    await say(shop, CLERK, f"活动名单 {tasting}")


async def come_as_one_likes(shop: ShopUnderTest, small: int) -> None:
    """What has begun takes no sign-ups, but whoever comes."""
    plain = await an_activity(shop, "plain", hours=-0.5)
    await say(shop, MEMBER, "活动", f"报名 {plain}", f"签到 {await code_of(shop, plain)}")
    gift = await an_activity(shop, "gift", hours=-0.5, coupon="birthday")
    came = f"签到 {await code_of(shop, gift)}"
    await say(shop, GUEST, "入会", "同意", came, "优惠券", "为什么")
    await say(shop, OWNER, f"活动成绩 {plain}")
    await say(shop, MEMBER, f"评活动 {plain} 5", "还会来")
    await say(shop, OTHER, f"评活动 {small} 5")
    await say(shop, OWNER, f"活动成绩 {plain}")
    member = await row(
        "SELECT m.member_no FROM members m JOIN followers f ON f.member_id = m.id"
        " WHERE f.openid = $1",
        CAST[OTHER].openid,
    )
    assert member is not None
    await say(shop, CLERK, *[f"签到 {plain} {member['member_no']}"] * 2)


async def miss_one(shop: ShopUnderTest, small: int) -> None:
    await shop.pass_time(hours=36)
    await run_activity_tasks(shop.shop)
    await say(shop, MEMBER, "我的活动", f"报名 {small}", f"活动 {small}")
    await say(shop, CLERK, f"活动名单 {small}")


async def call_off(shop: ShopUnderTest) -> None:
    number = await an_activity(shop, "off", hours=50)
    await say(shop, MEMBER, f"报名 {number}")
    await say(shop, OTHER, "活动")
    await yes(shop, OWNER, f"取消活动 {number} 停电")
    await run_activity_tasks(shop.shop)
    await say(shop, MEMBER, "我的活动")
    await say(shop, OTHER, f"报名 {number}")


async def many_activities(shop: ShopUnderTest, count: int) -> None:
    """One a day, from the day after tomorrow on."""
    day = shop.shop.today()
    activities = [
        {
            "code": f"many{number}",
            "name": f"第 {number} 场周末咖啡拉花体验课",
            "starts": f"{day + timedelta(days=number + 1)}T10:00:00",
            "until": f"{day + timedelta(days=number + 1)}T12:00:00",
            "place": "春熙路旗舰店二楼活动室",
            "notice": False,
        }
        for number in range(1, count + 1)
    ]
    await load_shop(shop.shop, {"activities": activities})
    await shop.shop.rules.refresh()


async def say(shop: ShopUnderTest, name: str, *texts: str) -> None:
    for text in texts:
        await shop.hear(name, text)


async def code_of(shop: ShopUnderTest, number: int) -> str:
    _, picture = await shop.hear(CLERK, f"签到码 {number}")
    return picture.removeprefix("（二维码）checkin_")


async def an_activity(shop: ShopUnderTest, code: str, *, hours: float, **terms: Any) -> int:
    """It starts so many hours from now; again with the code: it is changed."""
    starts = shop.shop.now() + timedelta(hours=hours)
    times = {"starts": starts, "until": starts + timedelta(hours=2)}
    activity = {"code": code, "name": "品鉴会", "place": "二楼", "notice": False, **terms}
    written = {
        name: f"{time_text(shop.shop, at).replace(' ', 'T')}:00" for name, at in times.items()
    }
    await load_shop(shop.shop, {"activities": [activity | written]})
    await shop.shop.rules.refresh()
    found = await row("SELECT id FROM activities WHERE code = $1", code)
    assert found is not None
    return int(found["id"])

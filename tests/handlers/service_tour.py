"""The tour of service (服务巡店): the suggestion box, pictures, late answers, told improvements."""

from bot.pushes import ImageMessage
from loyalty.staff import Role
from services.messages.waiting import wait_for_contact
from services.tickets.pictures import keep_picture, lose_picture
from storage.sql import change, row
from storage.transactions import transactional
from tests.handlers.staff_tour import yes
from tests.shop import ShopUnderTest, become_staff

MANAGER, OWNER, MEMBER, STRANGER = "店长", "老板", "小李", "路人"
PNG = b"\x89PNG\r\n\x1a\n-"
MISTAKES = (
    *("意见箱 cd01 2", "看图", "看图 99", "话题 1", "话题 1 停 车", "改进 1", "改进 99 好了"),
    *("改进 12345678901234 好了", "话题", "改进", "帮助 员工"),
)


async def serve_around_tickets(shop: ShopUnderTest) -> None:
    await become_staff(shop, MANAGER, Role.MANAGER, "cd01")
    await become_staff(shop, OWNER, Role.OWNER, "")
    for words in MISTAKES:
        await shop.hear(MANAGER, words)
    await shop.hear(MANAGER, "意见箱")
    number = await put_into_the_box(shop)
    await send_pictures(shop, number)
    await wait_too_long(shop, number)
    await improve(shop, number)
    await come_back_after_a_failure(shop, number)


async def put_into_the_box(shop: ShopUnderTest) -> int:
    await picture(shop, STRANGER)
    await shop.scan(STRANGER, "box_cd01")
    await shop.hear(STRANGER, "匿名")
    await picture(shop, STRANGER)
    await shop.hear(STRANGER, "没有婴儿椅")
    number = await newest("tickets")
    for topic in ("13812345678", "婴儿椅"):
        await shop.hear(MANAGER, f"话题 {number} {topic}")
    await shop.hear(MANAGER, "话题")
    return number


async def send_pictures(shop: ShopUnderTest, number: int) -> None:
    await keep_picture(shop.shop, await newest("ticket_pictures"), PNG)
    for _ in range(2):
        await picture(shop, STRANGER)
    await lose_picture(shop.shop, await newest("ticket_pictures"))
    for words in (f"看图 {number}", f"看图 {number} 9"):
        await shop.hear(MANAGER, words)
    for _ in range(20):
        await picture(shop, STRANGER)


async def wait_too_long(shop: ShopUnderTest, number: int) -> None:
    """As far as anybody is told of it: two days are promised, then as much again passes."""
    await shop.pass_time(days=3)
    await shop.pass_time(days=3)
    await shop.hear(MANAGER, f"回复 {number} 在买了")


async def improve(shop: ShopUnderTest, number: int) -> None:
    await shop.hear(MANAGER, f"改进 {number} {'好' * 301}")
    await yes(shop, MANAGER, f"改进 {number} 买了三把婴儿椅")
    await shop.hear(MANAGER, "改进")
    await change("UPDATE tickets SET topic = '停车'")
    for doubling in range(11):
        await change(
            "INSERT INTO tickets (key, kind, state, follower_id, store_id, topic, promise_at,"
            f" created_at) SELECT key || '-{doubling}', kind, state, follower_id, store_id, topic,"
            " promise_at, created_at FROM tickets WHERE topic = '停车'"
        )
    await shop.hear(OWNER, "改进 停车 有车位了")


async def come_back_after_a_failure(shop: ShopUnderTest, number: int) -> None:
    found = await row("SELECT follower_id FROM tickets WHERE id = $1", number)
    assert found is not None
    await wait_in_vain(shop, found["follower_id"])
    await shop.hear(STRANGER, "积分")


@transactional
async def wait_in_vain(shop: ShopUnderTest, follower_id: int) -> None:
    await wait_for_contact(shop.shop, follower_id, "…", key="tour")


async def picture(shop: ShopUnderTest, name: str) -> list[str]:
    push = shop.push(name, ImageMessage("media", "https://mmbiz.example/0"))
    return await shop.receive(push)


async def newest(table: str) -> int:
    found = await row(f"SELECT MAX(id) AS id FROM {table}")
    assert found is not None
    return int(found["id"])

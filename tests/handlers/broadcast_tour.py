"""The tour of group sends (群发巡店): written, rehearsed, confirmed, stopped, finished."""

import services.broadcasts.rehearsals
from bot.pushes import ImageMessage
from loyalty.broadcasts import Rehearsal
from loyalty.send_gate_values import Held
from loyalty.staff import Role
from services.broadcasts.commands import draft_at_desk
from services.broadcasts.work import work_round
from services.org.invitations import stop_staff
from storage.sql import change, row
from tests.shop import ShopUnderTest, become_staff

WRITER, OWNER = "小程序的小王", "老板"
SLIPS = (
    "帮助 员工",
    "群发 列表",
    "群发 进度 99",
    "群发 暂停",
    "群发",
    "上个月来过的人",
    "全部",
    "字" * 601,
    "{姓名}",
)
CONTENTS = (
    "图文 新品|上市|https://example.org/a",
    "小程序 点单|pages/order",
    "{称呼}，周末第二杯半价",
)


async def write_to_many(shop: ShopUnderTest) -> None:
    await become_staff(shop, WRITER, Role.MARKETING, "")
    await become_staff(shop, OWNER, Role.OWNER, "")
    await change(
        "INSERT INTO segments (name, version, text, data, staff_id, key, saved_at)"
        " SELECT '老朋友', 1, '全部', '{\"word\": \"everybody\"}', MIN(id), 'tour', 1 FROM staff"
    )
    for words in (*SLIPS, "图文 新品", "小程序 点单", "取消", "群发 标签=从来没有人有"):
        await shop.hear(WRITER, words)
    for words in CONTENTS:
        await draft(shop, words)
    await shop.hear(WRITER, "群发 全部")
    await shop.receive(shop.push(WRITER, ImageMessage("media", "https://mmbiz.example/0")))
    await rehearse_everything(shop, await draft(shop, "{称呼}，上新了"))
    await begin_and_stop(shop, await draft(shop, "上新了"))
    await end(shop, await draft(shop, "上新了"))
    await let_it_grow_old(shop, await draft(shop, "上新了"))
    await count_many(shop)
    await lose_the_author(shop, await draft(shop, "上新了"))


async def draft(shop: ShopUnderTest, words: str) -> int:
    await shop.hear(WRITER, "群发 全部")
    await shop.hear(WRITER, words)
    found = await row("SELECT MAX(id) AS id FROM broadcasts")
    assert found is not None
    number: int = found["id"]
    return number


async def rehearse_everything(shop: ShopUnderTest, number: int) -> None:
    """Every reason there is, at once; then nobody at all."""
    somebody = await row("SELECT MIN(id) AS id FROM members WHERE state = 'active'")
    assert somebody is not None
    everything = Rehearsal(
        people=30,
        by_channel={"service": 3, "mass": 2},
        held_back={**{str(reason): 1 for reason in Held}, "of_another_version": 1},
        waits={"quiet_hours": 1},
        samples=(somebody["id"],),
    )
    for rehearsal in (everything, Rehearsal()):
        await change(
            "UPDATE broadcasts SET rehearsal = $1 WHERE id = $2", rehearsal.as_text(), number
        )
        await shop.hear(WRITER, f"群发 进度 {number}")


async def begin_and_stop(shop: ShopUnderTest, number: int) -> None:
    await shop.hear(WRITER, f"群发 测试 {number}")
    await shop.hear(WRITER, f"群发 确认 {number}")
    await shop.hear(WRITER, "群发 列表")
    await shop.hear(WRITER, f"群发 进度 {number}")
    await shop.hear(OWNER, "确认 ※")
    await shop.hear(WRITER, f"群发 {number}")
    await work(shop)
    await change(
        "INSERT INTO mass_batches (key, broadcast_id, account, state, people, counts, worker,"
        " created_at) VALUES ('tour', $1, 'main', 'sent', 2, '{\"sent\": 2}', 'tour', 1)",
        number,
    )
    await change(
        "UPDATE broadcasts SET state = 'paused', paused_why = 'errors' WHERE id = $1", number
    )
    await work(shop)
    for word in ("进度", "继续", "暂停", "进度", "继续", "进度", "取消", "进度", "暂停"):
        await shop.hear(WRITER, f"群发 {word} {number}")


async def end(shop: ShopUnderTest, number: int) -> None:
    await shop.hear(WRITER, f"群发 确认 {number}")
    await shop.hear(OWNER, "确认 ※")
    await work(shop)
    await change("UPDATE outbox SET state = 'sent' WHERE broadcast_id = $1", number)
    await work(shop)
    await shop.hear(WRITER, f"群发 进度 {number}")


async def let_it_grow_old(shop: ShopUnderTest, number: int) -> None:
    await shop.pass_time(minutes=31)
    await shop.hear(WRITER, f"群发 确认 {number}")
    await shop.hear(WRITER, f"群发 确认 {number}")
    await change("UPDATE broadcasts SET topic = 'care' WHERE id = $1", number)
    await shop.hear(OWNER, "确认 ※")


async def count_many(shop: ShopUnderTest) -> None:
    chunk, services.broadcasts.rehearsals.CHUNK = services.broadcasts.rehearsals.CHUNK, 1
    number = await draft(shop, "上新了")
    await shop.hear(WRITER, f"群发 进度 {number}")
    services.broadcasts.rehearsals.CHUNK = chunk
    await work(shop)


async def lose_the_author(shop: ShopUnderTest, number: int) -> None:
    found = await row("SELECT staff_id FROM broadcasts WHERE id = $1", number)
    assert found is not None
    await stop_staff(shop.shop, found["staff_id"])
    await shop.hear(OWNER, f"群发 确认 {number}")
    await shop.hear(OWNER, "群发 全部")
    await shop.hear(OWNER, "上新了")
    await shop.hear(OWNER, f"群发 确认 {number + 1}")
    operators = await draft_at_desk(shop.shop, "全部", "上新了", key="tour")
    await shop.hear(OWNER, f"群发 {operators['id']}")


async def work(shop: ShopUnderTest) -> None:
    while await work_round(shop.shop, "tour"):
        pass

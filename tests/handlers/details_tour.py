"""The tour of a member's own data (资料巡店): every detail, its upkeep, and who sees it in full."""

from loyalty.staff import Role
from services.details.keeping import DETAILS, change_detail, empty_detail, mark_bounced
from storage.sql import change, row, rows
from tests.handlers.staff.test_training import passes_the_quiz
from tests.shop import ShopUnderTest, become_staff

MEMBER, CLERK, MANAGER = "小李", "店员小陈", "店长"
TYPED = (
    *("2 李小红", "4 女", "5 li@example.com", "6 成都市春熙路 1 号"),
    *("7 高新区天府大道 9 号", "8 锦江区", "9 公寓"),
)
MISTYPED = ("4 猫", "5 li", f"6 {'路' * 81}", f"7 {'路' * 81}", f"8 {'区' * 21}", "9 城堡")
ASKING = ("填性别", "填邮箱", "填地址", "填公司地址", "填区县", "填小区类型")
STAFF_WORDS = ("待核资料 x", "待核资料 1 2", "已核", "查电话")


async def look_after_details(shop: ShopUnderTest) -> None:
    for name, role in ((CLERK, Role.CLERK), (MANAGER, Role.MANAGER)):
        await become_staff(shop, name, role, "cd01")
    for words in ("入会", "同意", "帮助 资料", "资料 99", "资料"):
        await shop.hear(MEMBER, words)
    for words in (*TYPED, *MISTYPED):
        await shop.hear(MEMBER, words)
    for words in ASKING:
        await shop.hear(MEMBER, words)
    await answer_checks(shop)
    for words in STAFF_WORDS:
        await shop.hear(MANAGER, words)
    await check_at_the_counter(shop)
    await see_in_full(shop)
    await empty_everything(shop)


async def li() -> tuple[int, str]:
    found = await row(
        "SELECT m.id, m.member_no FROM members m JOIN followers f ON f.member_id = m.id"
        " WHERE f.openid LIKE 'oXiaoLi%'"
    )
    assert found is not None
    return int(found["id"]), str(found["member_no"])


async def answer_checks(shop: ShopUnderTest) -> None:
    """Each detail that can change is asked about; the first is still right."""
    member_id, _ = await li()
    await change_detail(shop.shop, member_id, "phone", "13800138000", key="tour-phone")
    for answer in ("还是", "换了", "积分", "积分", "积分"):
        await change("UPDATE detail_marks SET verified_on = '2000-01-01' WHERE asked_on IS NULL")
        await shop.pass_time(days=91)
        await shop.hear(MEMBER, await shop.receipt())
        await shop.hear(MEMBER, answer)


async def check_at_the_counter(shop: ShopUnderTest) -> None:
    member_id, number = await li()
    await shop.hear(CLERK, "待核资料 999")
    await mark_bounced(shop.shop, member_id, "email")
    await change("UPDATE members SET home_store_id = 1")
    await more_than_a_page(shop)
    await shop.pass_time(days=400)
    await shop.hear(MANAGER, "待核资料")
    await shop.hear(CLERK, "今日生日 1")
    await shop.hear(CLERK, "今日生日")
    await change_detail(shop.shop, member_id, "birthday", f"{shop.shop.today():%m-%d}", key="born")
    await everybody_is_born_today()
    await shop.hear(CLERK, "今日生日")
    await shop.hear(CLERK, f"已核 {number}")
    await shop.hear(CLERK, f"确认 {shop.last_code}")


async def everybody_is_born_today() -> None:
    """By the index alone, as nobody is greeted here."""
    await change(
        "UPDATE members SET birthday_index ="
        " (SELECT MAX(b.birthday_index) FROM members b) WHERE state = 'active'"
    )


async def more_than_a_page(shop: ShopUnderTest) -> None:
    added = [
        await rows(
            "INSERT INTO members (member_no, joined_at, join_key) VALUES ($1, 1, $1) RETURNING id",
            f"tour-{number}",
        )
        for number in range(10)
    ]
    for [member] in added:
        key = f"tour-{member['id']}"
        await change_detail(shop.shop, member["id"], "phone", "13800138000", key=key)


async def see_in_full(shop: ShopUnderTest) -> None:
    _, number = await li()
    words = f"查电话 {number} 送货"
    await shop.hear(MANAGER, words)
    await passes_the_quiz(shop, MANAGER, wrong=7)
    await shop.hear(MANAGER, "不知道")
    await passes_the_quiz(shop, MANAGER)
    for _ in range(21):
        await shop.hear(MANAGER, words)
    await shop.hear(MANAGER, "培训")
    await shop.hear(MANAGER, "不知道")
    await change(
        "UPDATE dialogues SET progress = REPLACE(progress, '\"version\": 1', '\"version\": 0')"
    )
    await shop.hear(MANAGER, "1")
    await shop.hear(MANAGER, "取消")
    await shop.pass_time(days=170)


async def empty_everything(shop: ShopUnderTest) -> None:
    member_id, number = await li()
    for place, _ in enumerate(DETAILS, start=1):
        await shop.hear(MEMBER, "资料")
        await shop.hear(MEMBER, f"{place} 删")
    await empty_detail(shop.shop, member_id, "phone", key="tour-empty")
    await shop.hear(CLERK, f"已核 {number}")

"""待核资料、已核、查电话: staff keep data right within their stores, and see it for a reason."""

import json

import pytest

from services.details.keeping import change_detail, mark_bounced
from storage.sql import change, row, rows
from tests.handlers.staff.test_training import passes_the_quiz
from tests.shop import ShopUnderTest

CLERK, MANAGER, OWNER = "店员小陈", "店长", "老板"
UNKNOWN = "没有听懂。可以发送："
NOBODY = "没有这个会员，请核对会员号，或请会员出示会员码。"
FULL = "手机号：13800138000\n地址：成都市春熙路 1 号"
MASKED = "手机号：138****8000\n地址：成都市***"


@pytest.fixture
async def number(shop_under_test: ShopUnderTest) -> str:
    """小李's member number; she has given name, phone and address."""
    member_id, member_no = await li()
    values = {"phone": "13800138000", "name": "李小红", "address": "成都市春熙路 1 号"}
    for name, value in values.items():
        await change_detail(shop_under_test.shop, member_id, name, value, key=name)
    return member_no


async def li() -> tuple[int, str]:
    member = await row(
        "SELECT m.id, m.member_no FROM members m JOIN followers f ON f.member_id = m.id"
        " WHERE f.openid LIKE 'oXiaoLi%'"
    )
    assert member is not None
    return int(member["id"]), str(member["member_no"])


async def audited(what: str) -> list[dict[str, object]]:
    return await rows("SELECT member_id, facts FROM audit_log WHERE what = $1", what)


async def test_the_list_is_empty_while_everything_is_fresh(
    shop_under_test: ShopUnderTest, number: str
) -> None:
    assert await shop_under_test.hear(CLERK, "待核资料") == [
        "待核资料（第 1 页）\n没有要核对的资料。"
    ]


async def test_what_nobody_confirmed_for_a_year_or_what_bounced_is_listed_masked(
    shop_under_test: ShopUnderTest, number: str
) -> None:
    member_id, _ = await li()
    await mark_bounced(shop_under_test.shop, member_id, "address")
    assert await shop_under_test.hear(CLERK, "待核资料") == [
        f"待核资料（第 1 页）\n{number} 李*：地址 成都市***（送不到）"
    ]
    await shop_under_test.pass_time(days=366)
    (reply,) = await shop_under_test.hear(CLERK, "待核资料")
    assert f"{number} 李*：手机号 138****8000、地址 成都市***（送不到）" in reply
    assert len(await audited("details.stale_list")) == 2


async def test_the_share_that_is_right_is_for_managers_and_owners(
    shop_under_test: ShopUnderTest, number: str
) -> None:
    await change("UPDATE members SET home_store_id = 1")
    for name, shown in ((CLERK, False), (MANAGER, True), (OWNER, True)):
        (reply,) = await shop_under_test.hear(name, "待核资料")
        assert ("春熙路店：已核 100%（1/1 人）" in reply) == shown
    await shop_under_test.pass_time(days=366)
    (reply,) = await shop_under_test.hear(MANAGER, "待核资料")
    assert "春熙路店：已核 0%（0/1 人）" in reply


async def test_members_of_other_stores_are_neither_listed_nor_counted_nor_found(
    shop_under_test: ShopUnderTest, number: str
) -> None:
    await change("UPDATE members SET home_store_id = 2")
    await change("UPDATE purchases SET store_id = 2")
    await shop_under_test.pass_time(days=366)
    for name in (CLERK, MANAGER):
        (reply,) = await shop_under_test.hear(name, "待核资料")
        assert reply == "待核资料（第 1 页）\n没有要核对的资料。"
        assert await shop_under_test.hear(name, f"已核 {number}") == [NOBODY]
    assert await shop_under_test.hear(MANAGER, f"查电话 {number} 送货") == [NOBODY]
    assert number in (await shop_under_test.hear(OWNER, "待核资料"))[0]


async def test_confirmed_at_the_counter_a_member_leaves_the_list(
    shop_under_test: ShopUnderTest, number: str
) -> None:
    await shop_under_test.pass_time(days=366)
    await shop_under_test.plays(f"""
        店员小陈> 已核 {number}
        机器人> 已和会员核对，下面这些仍然正确：
                会员：李* {number}
                手机号 138****8000
                地址 成都市***
        店员小陈> 确认 ※
        机器人> 已记下：{number} 的资料今天核对过。
        店员小陈> 〃
        机器人> 已记下：{number} 的资料今天核对过。
        店员小陈> 待核资料
        机器人> 没有要核对的资料。…
    """)
    kept = await rows("SELECT name, changed_by FROM detail_changes WHERE what = 'confirmed'")
    assert {line["name"] for line in kept} == {"phone", "address"}
    assert {str(line["changed_by"]).partition(":")[0] for line in kept} == {"staff"}
    assert len(await audited("counter.check_details")) == 1


async def test_of_who_has_given_nothing_there_is_nothing_to_confirm(
    shop_under_test: ShopUnderTest,
) -> None:
    _, member_no = await li()
    assert await shop_under_test.hear(CLERK, f"已核 {member_no}") == ["这位会员没有要核对的资料。"]


async def test_a_page_holds_ten(shop_under_test: ShopUnderTest, number: str) -> None:
    await change("UPDATE members SET phone_sealed = name_sealed WHERE phone_sealed IS NULL")
    for count in range(12):
        await rows(
            "INSERT INTO members (member_no, joined_at, join_key) VALUES ($1, 1, $1)",
            f"9{count:07d}",
        )
    for line in await rows("SELECT id FROM members WHERE join_key LIKE '9%'"):
        await change_detail(
            shop_under_test.shop, line["id"], "phone", "13800138000", key=f"p{line['id']}"
        )
    await shop_under_test.pass_time(days=366)
    (first,) = await shop_under_test.hear(CLERK, "待核资料")
    (second,) = await shop_under_test.hear(CLERK, "待核资料 2")
    assert first.endswith("还有，回“待核资料 2”看下一页。")
    assert first.count("138****8000") == 10
    assert second.count("138****8000") == 3


async def test_without_the_training_staff_see_masks_only(
    shop_under_test: ShopUnderTest, number: str
) -> None:
    (reply,) = await shop_under_test.hear(MANAGER, f"查电话 {number} 送货")
    assert reply.splitlines()[0] == f"{number} 李*"
    assert MASKED in reply
    assert "13800138000" not in reply
    assert len(await audited("member.view")) == 1
    assert await audited("member.unmask") == []


async def test_trained_staff_see_it_in_full_and_the_look_is_kept(
    shop_under_test: ShopUnderTest, number: str
) -> None:
    await passes_the_quiz(shop_under_test, MANAGER)
    for reply in (
        await shop_under_test.hear(MANAGER, f"查电话 {number} 送货 单号 123456789"),
        await shop_under_test.hear_again(),
    ):
        assert reply[0].startswith(f"{number} 李小红\n{FULL}\n事由：送货 单号 123456789。")
    [look] = await audited("member.unmask")
    assert json.loads(str(look["facts"])) == {"reason": "送货 单号 ****"}


async def test_a_pass_ends(shop_under_test: ShopUnderTest, number: str) -> None:
    await passes_the_quiz(shop_under_test, MANAGER)
    await shop_under_test.pass_time(days=182)
    assert MASKED in (await shop_under_test.hear(MANAGER, f"查电话 {number} 送货"))[0]


async def test_twenty_looks_a_day_and_no_more(shop_under_test: ShopUnderTest, number: str) -> None:
    await passes_the_quiz(shop_under_test, MANAGER)
    for _ in range(20):
        assert FULL in (await shop_under_test.hear(MANAGER, f"查电话 {number} 送货"))[0]
    assert FULL in (await shop_under_test.hear_again())[0]
    (reply,) = await shop_under_test.hear(MANAGER, f"查电话 {number} 送货")
    assert reply.startswith("你今天查看的完整资料已到 20 位会员")
    await shop_under_test.pass_time(days=1)
    assert FULL in (await shop_under_test.hear(MANAGER, f"查电话 {number} 送货"))[0]


@pytest.mark.parametrize("words", ["查电话", "查电话 80000018", "待核资料 0", "待核资料 x", "已核"])
async def test_a_word_that_is_not_whole_is_explained_and_nothing_happens(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    before = await shop_under_test.holdings()
    (reply,) = await shop_under_test.hear(MANAGER, words)
    assert reply.startswith(("请发送：", "页码请写"))
    assert await shop_under_test.holdings() == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("小李", "待核资料"),
        ("小李", "已核 80000018"),
        ("小李", "查电话 80000018 送货"),
        ("小李", "培训"),
        (CLERK, "查电话 80000018 送货"),
    ],
)
async def test_without_the_right_it_is_an_unknown_word_and_nothing_is_written(
    shop_under_test: ShopUnderTest, name: str, words: str
) -> None:
    before = await shop_under_test.holdings()
    assert (await shop_under_test.hear(name, words))[0].startswith(UNKNOWN)
    after = await shop_under_test.holdings()
    changed = {table for table in after if after[table] != before[table]}
    assert changed <= {"audit_log", "audit_head"}

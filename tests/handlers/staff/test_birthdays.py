"""今日生日: staff hear whom of their members to congratulate, and no more than that."""

import pytest

import services.people.birthdays_today
from services.details.keeping import change_detail
from storage.sql import change, row, rows
from tests.shop import ShopUnderTest

CLERK, OWNER = "店员小陈", "老板"
TODAY = "2027-01-11"


async def born(shop: ShopUnderTest, who: str, birthday: str, name: str = "") -> int:
    found = await row("SELECT member_id AS id FROM followers WHERE openid LIKE $1", f"{who}%")
    assert found is not None
    member_id: int = found["id"]
    await change_detail(shop.shop, member_id, "birthday", birthday, key=f"{who} {birthday}")
    if name:
        await change_detail(shop.shop, member_id, "name", name, key=f"{who} {name}")
    return member_id


async def test_nobody_has_a_birthday_on_most_days(shop_under_test: ShopUnderTest) -> None:
    await born(shop_under_test, "oXiaoLi", "1990-01-12")
    assert await shop_under_test.hear(CLERK, "今日生日") == ["今天没有会员过生日。"]


@pytest.mark.parametrize("birthday", ["1990-01-11", "01-11", "农历1990-12-04"])
async def test_both_calendars_show_surname_and_store_only(
    shop_under_test: ShopUnderTest, birthday: str
) -> None:
    assert shop_under_test.shop.today().isoformat() == TODAY
    li = await born(shop_under_test, "oXiaoLi", birthday, "李小红")
    await change("UPDATE members SET home_store_id = 1 WHERE id = $1", li)
    [reply] = await shop_under_test.hear(CLERK, "今日生日")
    assert reply == "今天过生日的会员（1 位）：\n李*（春熙路店）"


async def test_who_was_looked_at_is_kept_once_a_message(shop_under_test: ShopUnderTest) -> None:
    li = await born(shop_under_test, "oXiaoLi", "01-11")
    [reply] = await shop_under_test.hear(CLERK, "今日生日")
    assert reply.endswith("未填称呼（还没有归属门店）")
    assert await shop_under_test.hear_again() == [reply]
    found = await rows("SELECT member_id, subject FROM audit_log WHERE what = 'member.view'")
    assert found == [{"member_id": li, "subject": "birthdays"}]


async def test_another_stores_members_are_not_on_the_list(shop_under_test: ShopUnderTest) -> None:
    li = await born(shop_under_test, "oXiaoLi", "01-11")
    await change("UPDATE members SET home_store_id = 2 WHERE id = $1", li)
    await change("UPDATE purchases SET store_id = 2 WHERE member_id = $1", li)
    assert await shop_under_test.hear(CLERK, "今日生日") == ["今天没有会员过生日。"]
    [reply] = await shop_under_test.hear(OWNER, "今日生日")
    assert "（1 位）" in reply


async def test_a_long_list_says_that_it_is_not_all(
    shop_under_test: ShopUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.people.birthdays_today, "MOST_SHOWN", 1)
    for who in ("oXiaoLi", "oLaoZhao"):
        await born(shop_under_test, who, "01-11")
    [reply] = await shop_under_test.hear(OWNER, "今日生日")
    assert reply.startswith("今天过生日的会员（2 位）：")
    assert reply.endswith("只列出前 1 位。")

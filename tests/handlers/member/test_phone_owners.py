"""一号两人: a proven number that another member has, too, and what the person may choose."""

from services.people.identities import record_unionid
from storage.models import Member
from storage.sql import change
from tests.cast import CAST
from tests.handlers.member.phones import PHONE, code_sent, proves
from tests.shop import ShopUnderTest

MASK = "138****8000"


async def both_prove(shop: ShopUnderTest) -> list[str]:
    """小李 has the number; then 老赵 proves it, too. What 老赵 is told."""
    await proves(shop, "小李", PHONE)
    await shop.pass_time(seconds=61)
    return await proves(shop, "老赵", PHONE)


async def proven_members() -> list[int]:
    found = await Member.filter(phone_verified_at__isnull=False).order_by("id")
    return [member.id for member in found]


async def test_nobody_loses_a_number_before_the_choice(shop_under_test: ShopUnderTest) -> None:
    await proves(shop_under_test, "小李", PHONE)
    owners = await proven_members()
    await shop_under_test.pass_time(seconds=61)
    [told] = await proves(shop_under_test, "老赵", PHONE)
    assert told.startswith(f"手机号 {MASK} 已验证，但它还登记在另一位会员名下。")
    assert "【合并会员】" in told
    assert "【只换号】" in told
    assert await proven_members() == owners


async def test_only_the_number_moves_and_who_had_it_is_told(
    shop_under_test: ShopUnderTest,
) -> None:
    await both_prove(shop_under_test)
    told = await shop_under_test.hear("老赵", "只换号")
    assert told == [f"手机号 {MASK} 已验证。"]
    before = await shop_under_test.holdings()
    assert await shop_under_test.hear_again() == told
    assert await shop_under_test.holdings() == before
    lost = [text for name, text in await shop_under_test.delivered() if name == "小李"]
    assert lost[-1].startswith(f"你登记的手机号 {MASK} 已由别人验证")
    assert "1. 手机号：未填" in (await shop_under_test.hear("小李", "资料"))[0]
    assert f"1. 手机号：{MASK}" in (await shop_under_test.hear("老赵", "资料"))[0]
    assert len(await proven_members()) == 1
    assert [act["what"] for act in await shop_under_test.trail()][-1] == "phone.move"


async def test_the_choice_is_open_for_half_an_hour(shop_under_test: ShopUnderTest) -> None:
    await both_prove(shop_under_test)
    await shop_under_test.pass_time(minutes=30, seconds=1)
    for words in ("只换号", "合并会员"):
        told = await shop_under_test.hear("老赵", words)
        assert told[0].startswith(("没有在等你选择的号码", "没有找到可以合并的另一个会员"))


async def test_without_a_proof_there_is_nothing_to_choose(shop_under_test: ShopUnderTest) -> None:
    """Typing somebody's number, without the code, gives no say in anything."""
    await proves(shop_under_test, "小李", PHONE)
    await shop_under_test.pass_time(seconds=61)
    before = (await shop_under_test.holdings())["members"]
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("老赵", words)
    after_typing = (await shop_under_test.holdings())["members"]
    for words in ("只换号", "合并会员", "确认合并", "验证 000000"):
        await shop_under_test.hear("老赵", words)
    assert (await shop_under_test.holdings())["members"] == after_typing
    assert [row for row in before if row["phone_verified_at"]] == [
        row for row in after_typing if row["phone_verified_at"]
    ]


async def test_a_code_that_was_replaced_moves_nothing(shop_under_test: ShopUnderTest) -> None:
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    first = await code_sent(shop_under_test)
    await shop_under_test.pass_time(seconds=61)
    await shop_under_test.hear("小李", "验证手机号")
    if first != await code_sent(shop_under_test):
        assert (await shop_under_test.hear("小李", first))[0].startswith("验证码不对")
    assert await proven_members() == []


async def test_two_memberships_of_one_person_become_one(shop_under_test: ShopUnderTest) -> None:
    await both_prove(shop_under_test)
    [asked] = await shop_under_test.hear("老赵", "合并会员")
    assert asked.startswith("要把会员 8")
    assert "82 积分，储值 0.00 元" in asked
    told = await shop_under_test.hear("老赵", "确认合并")
    assert told[0].startswith("合并好了，")
    before = await shop_under_test.holdings()
    assert await shop_under_test.hear_again() == told
    assert await shop_under_test.holdings() == before
    for name in ("老赵", "小李"):
        assert (await shop_under_test.hear(name, "积分"))[0].startswith("可用积分：150")
        assert f"1. 手机号：{MASK}" in (await shop_under_test.hear(name, "资料"))[0]
    assert len(await proven_members()) == 1


async def test_a_merge_that_is_not_confirmed_is_none(shop_under_test: ShopUnderTest) -> None:
    await both_prove(shop_under_test)
    for answer in ("取消", "好的", "积分"):
        await shop_under_test.hear("老赵", "合并会员")
        await shop_under_test.hear("老赵", answer)
        await shop_under_test.hear("老赵", "确认合并")
    assert await Member.filter(state="closed").count() == 0


async def test_a_number_alone_gives_nobody_anothers_money(
    shop_under_test: ShopUnderTest,
) -> None:
    """A number can change hands: who has money on it is for staff to see."""
    await both_prove(shop_under_test)
    shown = (await shop_under_test.hear("小李", "会员码"))[0].splitlines()[0]
    await shop_under_test.hear("店员小陈", f"充值 {shown.removeprefix('会员码：')} 100")
    await shop_under_test.hear("店员小陈", "确认 ※")
    before = await shop_under_test.holdings()
    told = await shop_under_test.hear("老赵", "合并会员")
    assert told[0].startswith("另一个会员里有储值。")
    assert await shop_under_test.holdings() == before


async def test_what_was_shown_and_is_not_so_any_more_is_not_done(
    shop_under_test: ShopUnderTest,
) -> None:
    await both_prove(shop_under_test)
    await shop_under_test.hear("老赵", "合并会员")
    await shop_under_test.pass_time(minutes=31)
    assert (await shop_under_test.hear("老赵", "确认合并"))[0].startswith("没有找到可以合并的")
    assert await Member.filter(state="closed").count() == 0


async def test_a_membership_known_by_the_number_alone_comes_along(
    shop_under_test: ShopUnderTest,
) -> None:
    """As an import leaves it: points, an unproven number, and nobody who writes as this member."""
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    await change("UPDATE followers SET member_id = NULL WHERE openid = $1", CAST["小李"].openid)
    await shop_under_test.pass_time(seconds=61)
    told = await proves(shop_under_test, "老赵", PHONE)
    assert told[0].splitlines()[1] == "以前用这个号码登记的会员也并过来了：82 积分，储值 0.00 元。"
    assert await shop_under_test.hear_again() == told
    assert (await shop_under_test.hear("老赵", "积分"))[0].startswith("可用积分：150")
    assert await Member.filter(state="closed").count() == 1


async def known_as_one(shop: ShopUnderTest) -> None:
    for name in ("小李", "老赵"):
        await record_unionid(shop.shop, "main", CAST[name].openid, "u1")


async def test_whom_the_platform_knows_as_one_may_merge_and_keeps_the_proven_number(
    shop_under_test: ShopUnderTest,
) -> None:
    await proves(shop_under_test, "小李", PHONE)
    await known_as_one(shop_under_test)
    for words in ("合并会员", "确认合并"):
        told = await shop_under_test.hear("老赵", words)
    assert told[0].startswith("合并好了，")
    assert f"1. 手机号：{MASK}" in (await shop_under_test.hear("老赵", "资料"))[0]
    assert len(await proven_members()) == 1


async def test_whom_the_platform_knows_as_one_brings_money_along(
    shop_under_test: ShopUnderTest,
) -> None:
    await known_as_one(shop_under_test)
    shown = (await shop_under_test.hear("小李", "会员码"))[0].splitlines()[0]
    await shop_under_test.hear("店员小陈", f"充值 {shown.removeprefix('会员码：')} 100")
    await shop_under_test.hear("店员小陈", "确认 ※")
    assert "储值 100.00 元" in (await shop_under_test.hear("老赵", "合并会员"))[0]
    await shop_under_test.hear("老赵", "确认合并")
    assert "100.00" in (await shop_under_test.hear("老赵", "余额"))[0]
    acts = [act["what"] for act in await shop_under_test.trail()]
    assert acts[-1] == "member.merge"

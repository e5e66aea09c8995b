"""The phone button of the mini-program: WeChat proves the number, and it is this person's."""

from storage.models import Member, PhoneCode
from storage.sql import change
from tests.cast import CAST
from tests.handlers.member.phones import proves
from tests.handlers.mini.programme import NAME, PHONE, Programme

MASK = "138****8000"


async def test_the_number_is_verified_and_answered_masked(programme: Programme) -> None:
    await programme.join()
    await programme.log_in()
    told = await programme.hand_over()
    assert told.status == 200
    assert (told.body["phone"], told.body["verified"]) == (MASK, True)
    assert (await Member.get(phone_sealed__isnull=False)).phone_verified_at is not None
    assert PHONE[3:] not in str(await programme.shop.holdings())
    assert (await programme.log_in()).body["member"]["phone_verified"] is True


async def test_the_same_code_again_gets_the_first_answer(programme: Programme) -> None:
    await programme.join()
    await programme.log_in()
    body = {"code": programme.code(PHONE)}
    first = await programme.post("/mini/phone", body)
    before = await programme.shop.holdings()
    assert await programme.post("/mini/phone", body) == first
    assert await programme.shop.holdings() == before


async def test_a_code_somebody_else_has_used_tells_nothing(programme: Programme) -> None:
    await programme.join()
    await programme.log_in()
    code = programme.code(PHONE)
    programme.wechat.used.add(code)
    told = await programme.post("/mini/phone", {"code": code})
    assert (told.status, told.error) == (422, "unprocessable")
    assert await PhoneCode.all().count() == 0


async def test_of_who_is_no_member_nothing_is_kept(programme: Programme) -> None:
    await programme.log_in()
    before = await programme.shop.holdings()
    told = await programme.hand_over()
    assert (told.status, told.error) == (403, "forbidden")
    assert await programme.shop.holdings() == before


async def test_a_number_of_another_member_waits_for_the_choice(programme: Programme) -> None:
    await proves(programme.shop, "小李", PHONE[3:])
    await programme.join()
    await programme.log_in()
    told = await programme.hand_over()
    assert (told.status, told.body["verified"]) == (200, False)
    assert "合并会员" in told.body["message"]
    assert await programme.shop.hear(NAME, "只换号") == [f"手机号 {MASK} 已验证。"]
    assert await Member.filter(phone_verified_at__isnull=False).count() == 1


async def test_it_takes_the_place_of_a_number_proven_before(programme: Programme) -> None:
    await programme.join()
    await programme.log_in()
    await programme.hand_over("+8613900139000")
    assert (await programme.hand_over()).body["phone"] == MASK
    assert await Member.filter(phone_verified_at__isnull=False).count() == 1


async def test_what_was_registered_under_the_number_alone_comes_along(
    programme: Programme,
) -> None:
    """As an import leaves it: points, an unproven number, and nobody who writes as this member."""
    for words in ("填手机号", PHONE[3:]):
        await programme.shop.hear("小李", words)
    await change("UPDATE followers SET member_id = NULL WHERE openid = $1", CAST["小李"].openid)
    await programme.join()
    await programme.log_in()
    told = await programme.hand_over()
    assert (told.body["verified"], told.body["merged_points"]) == (True, 82)
    assert (await programme.shop.hear(NAME, "积分"))[0].startswith("可用积分：132")

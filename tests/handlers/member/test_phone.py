"""手机号: a typed number stands unproven; a code by SMS makes it the member's own."""

import pytest

from storage.models import Member, PhoneCode
from tests.handlers.member.phones import OTHER, PHONE, code_sent, proves, sms_sent
from tests.shop import ShopUnderTest, full_width

MASK = "138****8000"


async def wrong_code(shop: ShopUnderTest) -> str:
    return f"{(int(await code_sent(shop)) + 1) % 10**6:06d}"


async def test_a_typed_number_is_kept_and_a_code_goes_to_it(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays(f"""
        小李> 填手机号
        机器人> 请发送手机号，…
        小李> {PHONE}
        机器人> 记下了：手机号 {MASK}
                验证码已发到 {MASK}，…
    """)
    [sms] = await sms_sent(shop_under_test)
    assert sms.to == "+86" + PHONE
    assert sms.text.startswith("山茶咖啡会员验证码 ")
    assert (await Member.get(phone_sealed__isnull=False)).phone_verified_at is None


@pytest.mark.parametrize("written", ["{}", "验证 {}", "验证码{}", "full"])
async def test_the_code_proves_the_number(shop_under_test: ShopUnderTest, written: str) -> None:
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    code = await code_sent(shop_under_test)
    typed = full_width(code) if written == "full" else written.format(code)
    told = await shop_under_test.hear("小李", typed)
    assert told == [f"手机号 {MASK} 已验证。"]
    before = await shop_under_test.holdings()
    assert await shop_under_test.hear_again() == told
    assert await shop_under_test.holdings() == before
    assert (await Member.get(phone_sealed__isnull=False)).phone_verified_at is not None


async def test_five_wrong_codes_and_the_right_one_is_dead(shop_under_test: ShopUnderTest) -> None:
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    right, wrong = await code_sent(shop_under_test), await wrong_code(shop_under_test)
    for left in (4, 3, 2, 1):
        told = [f"验证码不对，还可以再试 {left} 次。"]
        assert await shop_under_test.hear("小李", wrong) == told
        assert await shop_under_test.hear_again() == told
    dead = await shop_under_test.hear("小李", wrong)
    assert dead[0].startswith("验证码错了 5 次，已经作废。")
    assert await shop_under_test.hear_again() == dead
    assert (await shop_under_test.hear("小李", f"验证 {right}"))[0].startswith("没有在等的验证码")
    assert await sms_sent(shop_under_test) == []


async def test_a_code_is_good_for_five_minutes(shop_under_test: ShopUnderTest) -> None:
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    code = await code_sent(shop_under_test)
    await shop_under_test.pass_time(minutes=5, seconds=1)
    assert (await shop_under_test.hear("小李", f"验证 {code}"))[0].startswith("没有在等的验证码")
    assert await sms_sent(shop_under_test) == []


async def test_another_persons_code_is_nobody_elses(shop_under_test: ShopUnderTest) -> None:
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    code = await code_sent(shop_under_test)
    assert (await shop_under_test.hear("老赵", f"验证 {code}"))[0].startswith("没有在等的验证码")
    assert (await PhoneCode.get()).tries == 0


async def test_within_a_minute_no_second_code_is_sent(shop_under_test: ShopUnderTest) -> None:
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    assert (await shop_under_test.hear("小李", "验证手机号"))[0].startswith("验证码发得有点频繁")
    await shop_under_test.pass_time(seconds=61)
    assert (await shop_under_test.hear("小李", "验证手机号"))[0].startswith("验证码已发到")
    assert await PhoneCode.all().count() == 2
    assert len(await sms_sent(shop_under_test)) == 1  # The first code is void.


async def test_the_fifth_code_of_an_hour_is_the_last(shop_under_test: ShopUnderTest) -> None:
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    for _ in range(5):
        await shop_under_test.pass_time(seconds=61)
        told = await shop_under_test.hear("小李", "验证手机号")
    assert told[0].startswith("验证码发得有点频繁")
    assert await PhoneCode.all().count() == 5


async def test_others_asking_do_not_get_round_a_numbers_limit(
    shop_under_test: ShopUnderTest,
) -> None:
    for name in ("小李", "老赵"):
        for words in ("填手机号", PHONE):
            told = await shop_under_test.hear(name, words)
    assert "验证码发得有点频繁" in told[0]
    assert await PhoneCode.all().count() == 1


async def test_a_known_number_is_answered_like_an_unknown_one(
    shop_under_test: ShopUnderTest,
) -> None:
    await proves(shop_under_test, "小李", PHONE)
    await shop_under_test.pass_time(seconds=61)
    known = [await shop_under_test.hear("老赵", words) for words in ("填手机号", PHONE)]
    await shop_under_test.pass_time(seconds=61)
    unknown = [await shop_under_test.hear("老赵", words) for words in ("填手机号", OTHER)]
    assert str(unknown).replace("139****9000", MASK) == str(known)


async def test_a_proven_number_stands_until_the_new_one_is_proven(
    shop_under_test: ShopUnderTest,
) -> None:
    await proves(shop_under_test, "小李", PHONE)
    await shop_under_test.pass_time(seconds=61)
    await shop_under_test.hear("小李", "资料")
    told = await shop_under_test.hear("小李", f"1 {OTHER}")
    assert told[0].startswith(f"139****9000 验证之后才会换上，现在用的还是 {MASK}。\n验证码已发到")
    assert f"1. 手机号：{MASK}" in (await shop_under_test.hear("小李", "资料"))[0]
    told = await shop_under_test.hear("小李", f"验证 {await code_sent(shop_under_test)}")
    assert told == ["手机号 139****9000 已验证。"]
    assert "1. 手机号：139****9000" in (await shop_under_test.hear("小李", "资料"))[0]


async def test_what_is_proven_needs_no_proof_again(shop_under_test: ShopUnderTest) -> None:
    await proves(shop_under_test, "小李", PHONE)
    for asking in ("验证手机号", "填手机号"):
        told = await shop_under_test.hear("小李", asking)
    told = await shop_under_test.hear("小李", PHONE)
    assert told == [f"手机号 {MASK} 已经验证过了。"]
    assert await PhoneCode.all().count() == 1


async def test_without_a_number_there_is_nothing_to_prove(shop_under_test: ShopUnderTest) -> None:
    assert (await shop_under_test.hear("小李", "验证手机号"))[0].startswith("还没有填手机号")
    assert (await shop_under_test.hear("路人", "验证手机号"))[0].startswith("还不是会员")


async def test_neither_number_nor_code_is_readable_in_any_table(
    shop_under_test: ShopUnderTest,
) -> None:
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    code = await code_sent(shop_under_test)
    stored = str(await shop_under_test.holdings())
    assert PHONE not in stored
    assert f"'{code}'" not in stored


async def test_anything_but_six_digits_leaves_the_code_unanswered(
    shop_under_test: ShopUnderTest,
) -> None:
    for words in ("填手机号", PHONE):
        await shop_under_test.hear("小李", words)
    assert (await shop_under_test.hear("小李", "积分"))[0].startswith("可用积分：82")
    code = await code_sent(shop_under_test)
    assert (await shop_under_test.hear("小李", f"验证 {code}"))[0].startswith("手机号")


async def test_the_lines_of_the_data_take_further_lines_and_the_code(
    shop_under_test: ShopUnderTest,
) -> None:
    for words in ("资料", f"1 {PHONE}"):
        await shop_under_test.hear("小李", words)
    assert (await shop_under_test.hear("小李", "2 李小红"))[0].startswith("记下了：称呼 李*")
    told = await shop_under_test.hear("小李", await code_sent(shop_under_test))
    assert told == [f"手机号 {MASK} 已验证。"]
    assert (await shop_under_test.hear("小李", "2 李红"))[0].startswith("记下了：称呼 李*")

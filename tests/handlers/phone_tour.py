"""The tour of phone numbers (手机号): proven by SMS and in the mini-program, moved, and merged."""

from dataclasses import replace

from services.people.identities import record_unionid
from storage.sql import change
from tests.cast import CAST
from tests.handlers.member.phones import OTHER, PHONE, code_sent, proves
from tests.handlers.mini.programme import NAME, Programme, open_programme
from tests.shop import ShopUnderTest

LI, ZHAO, WANG = "小李", "老赵", "小王"
EMPTY = "UPDATE members SET phone_sealed = NULL, phone_index = NULL, phone_verified_at = NULL"


async def prove_phones(shop: ShopUnderTest) -> None:
    await change(EMPTY)
    await shop.hear(LI, "验证手机号")
    await guess_a_code(shop)
    await proves(shop, LI, PHONE)
    for words in ("验证手机号", "填手机号", OTHER):
        await shop.hear(LI, words)
    await without_sms(shop)
    await move_and_merge(shop)
    async with open_programme(shop) as programme:
        await tap_the_phone_button(programme)
    await be_known_by_unionid(shop)


async def guess_a_code(shop: ShopUnderTest) -> None:
    for words in ("填手机号", OTHER, "验证手机号"):
        await shop.hear(LI, words)
    wrong = f"{(int(await code_sent(shop)) + 1) % 10**6:06d}"
    for _ in range(6):
        await shop.hear(LI, f"验证 {wrong}")
    await shop.pass_time(minutes=2)


async def without_sms(shop: ShopUnderTest) -> None:
    sending = shop.dispatcher
    shop.dispatcher = replace(sending, shop=replace(shop.shop, sends_sms=False))
    for name, typed in ((LI, OTHER), (ZHAO, OTHER)):
        for words in ("填手机号", typed, "验证手机号"):
            await shop.hear(name, words)
    shop.dispatcher = sending


async def move_and_merge(shop: ShopUnderTest) -> None:
    for words in ("只换号", "合并会员"):
        await shop.hear(ZHAO, words)
    for name in (ZHAO, LI):
        await shop.pass_time(minutes=2)
        await proves(shop, name, PHONE)
        await shop.hear(name, "只换号")
    await shop.pass_time(minutes=2)
    await proves(shop, ZHAO, PHONE)
    await shop.hear(ZHAO, "合并会员")
    await pay_in(shop)
    await shop.hear(ZHAO, "合并会员")


async def pay_in(shop: ShopUnderTest) -> None:
    shown = (await shop.hear(LI, "会员码"))[0].splitlines()[0]
    await shop.hear("店员小陈", f"充值 {shown.removeprefix('会员码：')} 100")
    await shop.hear("店员小陈", "确认 ※")


async def tap_the_phone_button(programme: Programme) -> None:
    for name in ("路人", NAME):
        await programme.log_in(name)
        await programme.hand_over(f"+86{PHONE}")
    for _ in range(61):
        await programme.post("/mini/phone", {"code": "x"})
    await programme.post("/mini/phone", {"code": "x"}, session="x")


async def be_known_by_unionid(shop: ShopUnderTest) -> None:
    """Two who are members, one who is none, and one known by the number alone."""
    await shop.follows("路人")
    await change("UPDATE followers SET member_id = NULL WHERE openid = $1", CAST["路人"].openid)
    for name in (LI, "路人"):
        person = CAST[name]
        await record_unionid(shop.shop, person.account, person.openid, "u1", greets=True)
    for name in (WANG, ZHAO):
        person = CAST[name]
        await record_unionid(shop.shop, person.account, person.openid, "u2")
    for words in ("合并会员", "确认合并"):
        await shop.hear(WANG, words)
    await change("UPDATE followers SET member_id = NULL WHERE openid = $1", CAST[LI].openid)
    await change("UPDATE followers SET member_id = NULL WHERE openid = $1", CAST["路人"].openid)
    await shop.pass_time(hours=2)
    await proves(shop, WANG, PHONE)

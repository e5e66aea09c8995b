"""手机号: whatever happens at one moment, a proven number is one member's alone."""

import asyncio
import re
from dataclasses import replace

import pytest

from loyalty.person import Person
from loyalty.phone_codes import NothingToChoose, WrongPhoneCode
from services.custody.resealing import count_under_old_keys, reseal_all
from services.details.phone_codes import short_message
from services.details.phone_owners import move_number
from services.details.phones import (
    Verified,
    finish_verification,
    start_verification,
    verified_before,
    verified_by_platform,
)
from services.shop import Shop
from storage.keyring import KEY_BYTES
from storage.models import Member, OutboxMessage, PhoneCode
from storage.sql import change
from tests.shop_parts import MachineClock, a_member

PHONE = "+8613800138000"


@pytest.fixture
def sending(shop: Shop) -> Shop:
    return replace(shop, sends_sms=True)


async def code_of(shop: Shop, key: str) -> str:
    code = await PhoneCode.get(key=key)
    message = await short_message(shop, code.id)
    assert message is not None
    return str(re.findall(r"[0-9]{6}", message.text)[0])


async def asks(shop: Shop, person: Person, *, key: str) -> str:
    """Types the number; the code that comes."""
    await start_verification(shop, person, PHONE, key=key)
    return await code_of(shop, key)


async def owners() -> int:
    return await Member.filter(phone_verified_at__isnull=False).count()


async def test_ten_who_are_told_one_number_at_once_leave_it_with_one(shop: Shop) -> None:
    people = [await a_member(shop, f"li-{number}") for number in range(10)]
    told = await asyncio.gather(
        *(verified_by_platform(shop, person, PHONE, key=person.openid) for person in people)
    )
    assert sorted(each.state for each in told) == ["held"] * 9 + ["verified"]
    assert await owners() == 1


async def test_all_who_then_take_it_get_it_one_after_the_other(shop: Shop) -> None:
    people = [await a_member(shop, f"li-{number}") for number in range(5)]
    for person in people:
        await verified_by_platform(shop, person, PHONE, key=person.openid)
    told = await asyncio.gather(
        *(move_number(shop, person, key=f"move-{person.openid}") for person in people[1:])
    )
    assert {each.state for each in told} == {"verified"}
    assert await owners() == 1


async def test_one_code_at_ten_doors_proves_once(sending: Shop) -> None:
    li = await a_member(sending)
    code = await asks(sending, li, key="m1")
    told = await asyncio.gather(
        *(finish_verification(sending, li, code, key=f"m2-{number}") for number in range(10))
    )
    assert sum(isinstance(each, Verified) for each in told) == 1
    assert sum(each == WrongPhoneCode(None) for each in told) == 9


async def test_a_hundred_wrong_codes_at_once_are_five_tries(sending: Shop) -> None:
    li = await a_member(sending)
    right = await asks(sending, li, key="m1")
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    await asyncio.gather(
        *(finish_verification(sending, li, wrong, key=f"m2-{number}") for number in range(20))
    )
    assert (await PhoneCode.get()).tries == 5
    assert await finish_verification(sending, li, right, key="m3") == WrongPhoneCode(None)
    assert await owners() == 0


async def test_typing_at_once_sends_one_code(sending: Shop) -> None:
    people = [await a_member(sending, f"li-{number}") for number in range(6)]
    await asyncio.gather(
        *(start_verification(sending, person, PHONE, key=person.openid) for person in people)
    )
    assert await PhoneCode.all().count() == 1
    assert await OutboxMessage.all().count() == 1


async def test_the_same_message_again_sends_nothing_more(sending: Shop) -> None:
    li = await a_member(sending)
    told = [await start_verification(sending, li, PHONE, key="m1") for _ in range(3)]
    assert told[0] == told[1] == told[2]
    assert await OutboxMessage.all().count() == 1


async def test_ten_codes_a_day_are_the_last(sending: Shop, clock: MachineClock) -> None:
    li = await a_member(sending)
    codes = []
    for number in range(12):
        codes.append((await start_verification(sending, li, PHONE, key=f"m{number}")).code)
        clock.pass_time(minutes=30)
    assert codes == ["sent"] * 10 + ["too_many"] * 2
    clock.pass_time(days=1)
    assert (await start_verification(sending, li, PHONE, key="m12")).code == "sent"


async def test_without_sms_a_typed_number_is_kept_and_a_proven_one_stands(shop: Shop) -> None:
    li = await a_member(shop)
    assert (await start_verification(shop, li, "13800138000", key="m1")).state == "saved"
    await verified_by_platform(shop, li, PHONE, key="p1")
    assert (await start_verification(shop, li, "13900139000", key="m2")).state == "fixed"
    assert await owners() == 1
    assert await OutboxMessage.all().count() == 0


async def test_a_platforms_code_is_answered_again_to_its_own_person_alone(shop: Shop) -> None:
    li, wang = await a_member(shop), await a_member(shop, "wang")
    told = await verified_by_platform(shop, li, PHONE, key="p1")
    assert await verified_before(shop, li, key="p1") == told
    assert await verified_before(shop, wang, key="p1") is None


async def test_a_choice_is_made_once(shop: Shop) -> None:
    li, wang = await a_member(shop), await a_member(shop, "wang")
    await verified_by_platform(shop, li, PHONE, key="p1")
    await verified_by_platform(shop, wang, PHONE, key="p2")
    first = await move_number(shop, wang, key="m1")
    assert await move_number(shop, wang, key="m1") == first
    with pytest.raises(NothingToChoose):
        await move_number(shop, wang, key="m2")


async def test_a_number_of_a_closed_member_is_free(shop: Shop) -> None:
    li, wang = await a_member(shop), await a_member(shop, "wang")
    await verified_by_platform(shop, li, PHONE, key="p1")
    await change("UPDATE members SET state = 'closed' WHERE id = $1", li.member_id)
    assert (await verified_by_platform(shop, wang, PHONE, key="p2")).state == "verified"
    assert await owners() == 1


async def test_a_rotation_reseals_the_numbers_of_codes(sending: Shop) -> None:
    li = await a_member(sending)
    await start_verification(sending, li, PHONE, key="m1")
    turned = replace(sending, keys=sending.keys.with_new_key(b"n" * KEY_BYTES))  # type: ignore[attr-defined]
    # The member's, the code's, and the message that names the code.
    assert (await count_under_old_keys(turned))["field"] == 3
    assert await reseal_all(turned) == 3
    message = await short_message(turned, (await PhoneCode.get()).id)
    assert message is not None
    assert message.to == PHONE

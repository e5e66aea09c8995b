"""A member's own data (资料): read strictly, sealed in its row, shown masked."""

from dataclasses import replace

import pytest

from loyalty.details import DETAILS
from services.custody.resealing import count_under_old_keys, reseal_all
from services.details.keeping import (
    BadDetail,
    MembersOnly,
    change_detail,
    check_shape,
    empty_detail,
    mark_bounced,
    show_details,
)
from services.shop import Shop
from storage.keyring import PURPOSES, KeyRing
from storage.sealing import CannotUnseal
from storage.sql import rows
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member


async def test_at_first_nothing_is_filled_in(shop: Shop, member_id: int) -> None:
    details = await show_details(shop, member_id)
    assert details.missing == ["phone", "name", "birthday"]


@pytest.mark.parametrize(
    ("name", "typed", "masked"),
    [
        ("phone", "13800138000", "138****8000"),
        ("phone", "+86 138 0013 8000", "138****8000"),
        ("name", "  王  小明 ", "王*"),
        ("name", "王\u202e小明", "王*"),
        ("birthday", "1990-01-31", "****-01-**"),
        ("birthday", "农历1990-08-15", "农历****-08-**"),
        ("birthday", "01-31", "01-**"),
        ("gender", "女", "女"),
        ("email", " wang@Example.com ", "w***@Example.com"),
        ("address", "成都市锦江区春熙路 1 号", "成都市***"),
        ("work_address", "高新区天府大道 9 号", "高新区***"),
        ("district", "锦江区", "锦江区"),
        ("housing", "公寓", "公寓"),
    ],
)
async def test_what_is_typed_is_kept_and_shown_masked(
    shop: Shop, member_id: int, name: str, typed: str, masked: str
) -> None:
    details = await change_detail(shop, member_id, name, typed, key=name)
    assert details.masked[name] == masked
    assert name not in details.missing
    assert await show_details(shop, member_id) == details


@pytest.mark.parametrize(
    ("name", "typed", "wording"),
    [
        ("phone", "12345", "details/bad_phone"),
        ("phone", "010-62511234", "details/bad_phone"),
        ("phone", "hello", "details/bad_phone"),
        ("name", "   ", "details/bad_name"),
        ("name", "王" * 21, "details/bad_name"),
        ("birthday", "1990-02-30", "details/bad_birthday"),
        ("birthday", "yesterday", "details/bad_birthday"),
        ("birthday", "农历1990-02-31", "details/bad_birthday"),
        ("birthday", "2028-01-01", "details/bad_birthday"),
        ("birthday", "2015-01-31", "details/too_young"),
        ("gender", "猫", "details/bad_gender"),
        ("email", "wang@example", "details/bad_email"),
        ("email", "wang example@x.com", "details/bad_email"),
        ("email", "w" * 65 + "@example.com", "details/bad_email"),
        ("address", "路" * 81, "details/bad_address"),
        ("work_address", "\u202e", "details/bad_work_address"),
        ("district", "区" * 21, "details/bad_district"),
        ("housing", "城堡", "details/bad_housing"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_kept(
    shop: Shop, member_id: int, name: str, typed: str, wording: str
) -> None:
    with pytest.raises(BadDetail) as bad:
        await change_detail(shop, member_id, name, typed, key=name)
    assert bad.value.wording == wording
    assert (await show_details(shop, member_id)).masked[name] is None
    assert await rows("SELECT * FROM detail_changes") == []


TYPED = {
    "phone": "13800138000",
    "name": "王小明",
    "birthday": "1990-01-31",
    "gender": "其他",
    "email": "wang@example.com",
    "address": "成都市春熙路 1 号",
    "work_address": "天府大道 9 号",
    "district": "锦江区",
    "housing": "单位宿舍",
}


async def fill_in_everything(shop: Shop, member_id: int) -> None:
    for name, typed in TYPED.items():
        await change_detail(shop, member_id, name, typed, key=name)


async def test_nothing_personal_is_readable_in_the_tables(shop: Shop, member_id: int) -> None:
    await fill_in_everything(shop, member_id)
    tables = ("members", "member_details", "detail_marks", "detail_changes")
    stored = [line for table in tables for line in await rows(f"SELECT * FROM {table}")]
    everything = b"|".join(
        value if isinstance(value, bytes) else str(value).encode()
        for line in stored
        for value in line.values()
    )
    assert len(stored) == 1 + 6 + 9 + 9
    for secret in TYPED.values():
        assert secret.encode() not in everything
    assert stored[0]["phone_index"] is not None


async def test_what_is_sealed_for_one_member_cannot_be_read_as_anothers(shop: Shop) -> None:
    li = member_id_of(await a_member(shop, "li"))
    wang = member_id_of(await a_member(shop, "wang"))
    await change_detail(shop, li, "name", "王小明", key="m1")
    await rows(
        "UPDATE members SET name_sealed = (SELECT name_sealed FROM members WHERE id = $1)"
        " WHERE id = $2",
        li,
        wang,
    )
    with pytest.raises(CannotUnseal):
        await show_details(shop, wang)
    assert (await show_details(shop, li)).masked["name"] == "王*"


async def test_a_detail_changed_again_is_the_newer_one(shop: Shop, member_id: int) -> None:
    await change_detail(shop, member_id, "name", "王小明", key="m1")
    details = await change_detail(shop, member_id, "name", "李四", key="m2")
    assert details.masked["name"] == "李*"


async def test_two_members_may_type_the_same_phone(shop: Shop) -> None:
    for name in ("li", "wang"):
        member_id = member_id_of(await a_member(shop, name))
        await change_detail(shop, member_id, "phone", "13800138000", key=name)
    indexes = await rows("SELECT DISTINCT phone_index FROM members")
    assert len(indexes) == 1


def test_a_shape_is_checked_without_a_day() -> None:
    check_shape("birthday", "2024-01-31")
    with pytest.raises(BadDetail):
        check_shape("birthday", "2024-13-31")


async def test_a_detail_cannot_be_read_as_another_one(shop: Shop, member_id: int) -> None:
    await fill_in_everything(shop, member_id)
    await rows(
        "UPDATE member_details SET value_sealed = (SELECT value_sealed FROM member_details"
        " WHERE name = 'work_address') WHERE name = 'address'"
    )
    with pytest.raises(CannotUnseal):
        await show_details(shop, member_id)


@pytest.mark.parametrize("name", DETAILS)
async def test_every_detail_can_be_emptied_and_filled_in_again(
    shop: Shop, member_id: int, name: str
) -> None:
    await fill_in_everything(shop, member_id)
    details = await empty_detail(shop, member_id, name, key="away")
    assert [filled for filled in DETAILS if details.masked[filled] is None] == [name]
    again = await change_detail(shop, member_id, name, TYPED[name], key="again")
    assert None not in again.masked.values()


async def test_an_emptied_phone_leaves_no_index(shop: Shop, member_id: int) -> None:
    await change_detail(shop, member_id, "phone", "13800138000", key="m1")
    await empty_detail(shop, member_id, "phone", key="m2")
    [member] = await rows("SELECT phone_sealed, phone_index, phone_verified_at FROM members")
    assert set(member.values()) == {None}


async def test_each_change_is_kept_with_who_and_when_and_never_with_what(
    shop: Shop, member_id: int
) -> None:
    await change_detail(shop, member_id, "address", "成都市春熙路 1 号", key="m1")
    await empty_detail(shop, member_id, "address", key="m2", by="staff:3")
    kept = await rows("SELECT name, what, changed_by FROM detail_changes ORDER BY id")
    assert [tuple(line.values()) for line in kept] == [
        ("address", "set", "member"),
        ("address", "emptied", "staff:3"),
    ]


async def test_the_same_message_again_changes_nothing(shop: Shop, member_id: int) -> None:
    first = await change_detail(shop, member_id, "email", "wang@example.com", key="m1")
    before = await rows("SELECT * FROM member_details")
    assert await change_detail(shop, member_id, "email", "li@example.com", key="m1") == first
    assert await rows("SELECT * FROM member_details") == before


@pytest.mark.parametrize("name", ["name", "address", "district"])
async def test_nothing_is_kept_of_who_is_no_member_any_more(
    shop: Shop, member_id: int, name: str
) -> None:
    await rows("UPDATE members SET state = 'closed'")
    with pytest.raises(MembersOnly):
        await change_detail(shop, member_id, name, TYPED[name], key="m1")
    assert await rows("SELECT * FROM detail_changes") == []
    assert await rows("SELECT * FROM member_details") == []
    assert (await show_details(shop, member_id)).masked[name] is None


@pytest.mark.parametrize(
    ("district", "region"),
    [("锦江区", "cd"), ("成都市锦江区", "cd"), ("渝中区", "cq"), ("朝阳区", None)],
)
async def test_the_district_tells_the_region(
    shop: Shop, member_id: int, district: str, region: str | None
) -> None:
    await change_detail(shop, member_id, "district", "西湖区", key="m1")
    await change_detail(shop, member_id, "district", district, key="m2")
    assert await region_of(member_id) == region


async def test_without_a_district_there_is_no_region(shop: Shop, member_id: int) -> None:
    await change_detail(shop, member_id, "district", "锦江区", key="m1")
    await empty_detail(shop, member_id, "district", key="m2")
    assert await region_of(member_id) is None


async def region_of(member_id: int) -> str | None:
    [found] = await rows(
        "SELECT r.code FROM members m LEFT JOIN regions r ON r.id = m.region_id WHERE m.id = $1",
        member_id,
    )
    code: str | None = found["code"]
    return code


async def test_what_bounced_stays_so_until_it_is_said_anew(shop: Shop, member_id: int) -> None:
    await change_detail(shop, member_id, "email", "wang@example.com", key="m1")
    await mark_bounced(shop, member_id, "email")
    [mark] = await rows("SELECT verified_on, bounced_on FROM detail_marks")
    assert mark == {"verified_on": "2027-01-11", "bounced_on": "2027-01-11"}
    await change_detail(shop, member_id, "email", "li@example.com", key="m2")
    [mark] = await rows("SELECT verified_on, bounced_on FROM detail_marks")
    assert mark == {"verified_on": "2027-01-11", "bounced_on": None}


async def test_after_a_rotation_every_detail_is_sealed_anew(shop: Shop, member_id: int) -> None:
    await fill_in_everything(shop, member_id)
    before = await show_details(shop, member_id)
    keys = {purpose: {1: shop.keys.key(purpose), 2: bytes(range(32))} for purpose in PURPOSES}
    rotated = replace(shop, keys=KeyRing(keys))
    assert (await count_under_old_keys(rotated))["field"] >= len(DETAILS)
    await reseal_all(rotated)
    assert (await count_under_old_keys(rotated))["field"] == 0
    assert await show_details(rotated, member_id) == before


async def test_a_birthday_is_told_anew_once_in_twelve_months(
    shop: Shop, clock: MachineClock, member_id: int
) -> None:
    for number, day in enumerate(("01-31", "02-01")):
        await change_detail(shop, member_id, "birthday", day, key=f"b{number}")
    with pytest.raises(BadDetail, match="birthday_told_lately"):
        await change_detail(shop, member_id, "birthday", "02-02", key="b2")
    clock.pass_time(days=366)
    await change_detail(shop, member_id, "birthday", "02-02", key="b2")

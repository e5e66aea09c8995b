"""A member's own data (资料): read strictly, sealed in its row, shown masked."""

import pytest

from services.details import BadDetail, change_detail, check_shape, show_details
from services.shop import Shop
from storage.sealing import CannotUnseal
from storage.sql import rows
from tests.services.posting import member_id_of
from tests.shop_parts import a_member


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
    ],
)
async def test_what_is_typed_is_kept_and_shown_masked(
    shop: Shop, member_id: int, name: str, typed: str, masked: str
) -> None:
    details = await change_detail(shop, member_id, name, typed)
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
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_kept(
    shop: Shop, member_id: int, name: str, typed: str, wording: str
) -> None:
    with pytest.raises(BadDetail) as bad:
        await change_detail(shop, member_id, name, typed)
    assert bad.value.wording == wording
    assert name in (await show_details(shop, member_id)).missing


async def test_nothing_personal_is_readable_in_the_table(shop: Shop, member_id: int) -> None:
    for name, typed in (("phone", "13800138000"), ("name", "王小明"), ("birthday", "1990-01-31")):
        await change_detail(shop, member_id, name, typed)
    [stored] = await rows("SELECT * FROM members")
    everything = b"|".join(
        value if isinstance(value, bytes) else str(value).encode() for value in stored.values()
    )
    for secret in ("13800138000", "王小明", "1990-01-31"):
        assert secret.encode() not in everything
    assert stored["phone_index"] is not None


async def test_what_is_sealed_for_one_member_cannot_be_read_as_anothers(shop: Shop) -> None:
    li = member_id_of(await a_member(shop, "li"))
    wang = member_id_of(await a_member(shop, "wang"))
    await change_detail(shop, li, "name", "王小明")
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
    await change_detail(shop, member_id, "name", "王小明")
    details = await change_detail(shop, member_id, "name", "李四")
    assert details.masked["name"] == "李*"


async def test_two_members_may_type_the_same_phone(shop: Shop) -> None:
    for name in ("li", "wang"):
        member_id = member_id_of(await a_member(shop, name))
        await change_detail(shop, member_id, "phone", "13800138000")
    indexes = await rows("SELECT DISTINCT phone_index FROM members")
    assert len(indexes) == 1


def test_a_shape_is_checked_without_a_day() -> None:
    check_shape("birthday", "2024-01-31")
    with pytest.raises(BadDetail):
        check_shape("birthday", "2024-13-31")

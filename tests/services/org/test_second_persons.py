"""第二人: who may confirm what somebody of a region or the brand asks, and who hears of it."""

import pytest

from loyalty.person import Person
from loyalty.staff import Role
from services.counter.actions import NotYoursToConfirm, confirm_action
from services.shop import Shop
from tests.outbox import outbox_rows
from tests.services.org.test_reach import a_regular
from tests.services.staffing import a_staff, asked
from tests.shop_parts import points_of

MANY = "5000"


@pytest.fixture
async def member(shop: Shop) -> Person:
    """Buys in 春熙路店 (cd01) and nowhere else."""
    return await a_regular(shop, "li", "cd01-1")


@pytest.fixture
async def asker(shop: Shop) -> Person:
    """The manager of the region 成都."""
    return await a_staff(shop, "region", Role.MANAGER, "", region="cd")


async def told() -> set[str]:
    found = [line for line in await outbox_rows() if "要你确认的事" in line["value"]]
    return {line["openid"].removeprefix("openid-") for line in found}


@pytest.mark.parametrize(
    ("store", "region", "may"),
    [
        ("", "", True),
        ("", "cd", True),
        ("cd01", "", True),
        ("cd02", "", False),
        ("cq01", "", False),
        ("", "cq", False),
    ],
)
async def test_what_a_region_asks_is_confirmed_near_the_member(
    shop: Shop, member: Person, asker: Person, *, store: str, region: str, may: bool
) -> None:
    other = await a_staff(shop, "other", Role.MANAGER, store, region=region)
    before = await points_of(shop, member)
    code = (await asked(shop, asker, "adjust", str(member.member_no), MANY, "补")).code
    assert await told() == ({"other"} if may else set())
    if may:
        await confirm_action(shop, other, code, key="m2")
        assert await points_of(shop, member) == before + int(MANY)
        return
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, other, code, key="m2")
    assert await points_of(shop, member) == before


async def test_what_a_store_asks_its_region_and_the_brand_hear(
    shop: Shop, member: Person, asker: Person
) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER)
    await a_staff(shop, "far", Role.MANAGER, "", region="cq")
    await a_staff(shop, "boss", Role.OWNER, "")
    await a_staff(shop, "clerk", Role.CLERK)
    await asked(shop, manager, "adjust", str(member.member_no), MANY, "补")
    assert await told() == {"region", "boss"}


async def test_who_moved_to_another_region_meanwhile_has_asked_nothing(
    shop: Shop, member: Person, asker: Person
) -> None:
    boss = await a_staff(shop, "boss", Role.OWNER, "")
    code = (await asked(shop, asker, "adjust", str(member.member_no), MANY, "补")).code
    await a_staff(shop, "region", Role.MANAGER, "", region="cq")
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, boss, code, key="m2")


async def test_two_members_of_two_stores_are_not_made_one_by_either_store_alone(
    shop: Shop, member: Person, asker: Person
) -> None:
    """Its manager would read of somebody of the other store."""
    elsewhere = await a_regular(shop, "wang", "cd02-1")
    own = await a_staff(shop, "own", Role.MANAGER, "cd01")
    await a_staff(shop, "boss", Role.OWNER, "")
    both = (str(member.member_no), str(elsewhere.member_no))
    code = (await asked(shop, asker, "merge", *both, "同一个人")).code
    assert await told() == {"boss"}
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, own, code, key="m2")
    assert await points_of(shop, elsewhere) > 0

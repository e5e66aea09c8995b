"""查重: pairs are shown to whoever may see both, and parted once and for good."""

from pathlib import Path

import pytest

from loyalty.staff import Role
from services.merges.duplicates import PairUnknown, duplicate_page, part_for_good
from services.merges.merging import merge_members
from services.org.staff import NotAllowed
from services.shop import Shop
from storage.sql import rows
from tests.services.importing import LI, WANG, OldSystem, imported_ids, pairs
from tests.services.staffing import a_staff


@pytest.fixture
async def old(shop: Shop, tmp_path: Path) -> OldSystem:
    """Wang stands twice in the list of the first store, Li in the lists of both stores."""
    old = OldSystem(tmp_path)
    old.writes(WANG, ("A9", *WANG[1:]), LI)
    await old.is_imported(shop, "cd01")
    old.writes(("B2", *LI[1:]))
    await old.is_imported(shop, "cd02")
    return old


@pytest.mark.usefixtures("old")
async def test_owners_see_every_pair_masked(shop: Shop) -> None:
    owner = await a_staff(shop, "boss", Role.OWNER, "")
    page = await duplicate_page(shop, owner, 1, key="m1")
    told = [
        (pair.older.name_masked, pair.newer.store_name, pair.phone_masked) for pair in page.pairs
    ]
    assert told == [
        ("王*", "春熙路店", "138****8000"),
        ("李*", "宽窄巷子店", "139****9000"),
    ]
    looks = await rows("SELECT member_id FROM audit_log WHERE what = 'member.view'")
    assert sorted(line["member_id"] for line in looks) == sorted(await imported_ids())


@pytest.mark.usefixtures("old")
async def test_managers_see_only_pairs_with_both_members_in_their_reach(shop: Shop) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER, "cd01")
    [pair] = (await duplicate_page(shop, manager, 1, key="m1")).pairs
    assert pair.older.name_masked == "王*"
    other = await a_staff(shop, "other", Role.MANAGER, "cd02")
    assert (await duplicate_page(shop, other, 1, key="m2")).pairs == ()


@pytest.mark.usefixtures("old")
async def test_a_pair_of_other_stores_reads_like_one_that_is_not_there(shop: Shop) -> None:
    other = await a_staff(shop, "other", Role.MANAGER, "cd02")
    for number in (1, 2, 99):
        with pytest.raises(PairUnknown):
            await part_for_good(shop, other, number, key=f"m{number}")
    assert {line["state"] for line in await pairs()} == {"open"}


@pytest.mark.usefixtures("old")
async def test_clerks_neither_see_nor_part_pairs(shop: Shop) -> None:
    clerk = await a_staff(shop, "clerk", Role.CLERK, "cd01")
    with pytest.raises(NotAllowed):
        await duplicate_page(shop, clerk, 1, key="m1")
    with pytest.raises(NotAllowed):
        await part_for_good(shop, clerk, 1, key="m2")


async def test_a_pair_that_is_no_one_is_never_asked_about_again(shop: Shop, old: OldSystem) -> None:
    owner = await a_staff(shop, "boss", Role.OWNER, "")
    parted = [await part_for_good(shop, owner, 1, key="m1") for _ in range(2)]
    assert parted[0] == parted[1]
    with pytest.raises(PairUnknown):
        await part_for_good(shop, owner, 1, key="another message")
    await old.is_imported(shop, "cd02")
    assert [line["state"] for line in await pairs()] == ["dismissed", "open"]
    [left] = (await duplicate_page(shop, owner, 1, key="m3")).pairs
    assert left.number != 1


@pytest.mark.usefixtures("old")
async def test_a_pair_that_was_merged_is_no_longer_shown(shop: Shop) -> None:
    owner = await a_staff(shop, "boss", Role.OWNER, "")
    wang, again, *_ = await imported_ids()
    merged = await merge_members(shop, wang, again, by="staff:1", reason="one", key="merge")
    assert merged.points == 120
    assert len((await duplicate_page(shop, owner, 1, key="m1")).pairs) == 1

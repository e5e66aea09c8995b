"""The tour of imports (导入巡店): a list of an older system, and who of it may be one person."""

import tempfile
from pathlib import Path

from services.merges.merging import merge_members
from storage.sql import row
from tests.cast import CAST
from tests.handlers.staff_tour import MANAGER, MEMBER, OWNER
from tests.services.importing import TITLES, OldSystem, imported_ids
from tests.shop import ShopUnderTest

PAIRS = 9


async def come_from_an_older_system(shop: ShopUnderTest) -> None:
    for words in ("查重 1 2", "不是同一人", "不是同一人 x", "查重 99"):
        await shop.hear(OWNER, words)
    with tempfile.TemporaryDirectory() as folder:
        old = OldSystem(Path(folder))
        twins = [
            (f"T{n}", f"1350000{n // 2:04d}", "", "", "", "", "5", "") for n in range(2 * PAIRS)
        ]
        old.writes(*twins, ("T99", "", "李红", "", "", "2020-05-01", "30", ""), titles=TITLES)
        await old.is_imported(shop.shop)
    for words in ("查重", "查重 2", "不是同一人 1"):
        await shop.hear(OWNER, words)
    await remember_where_they_came_from(shop)


async def remember_where_they_came_from(shop: ShopUnderTest) -> None:
    """Whoever comes along and becomes part of a member who chats reads where the data is from."""
    *_, imported = await imported_ids()
    found = await row("SELECT member_id FROM followers WHERE openid = $1", CAST[MEMBER].openid)
    assert found is not None
    if found["member_id"] is None:
        for words in ("入会", "同意"):
            await shop.hear(MEMBER, words)
        found = await row("SELECT member_id FROM followers WHERE openid = $1", CAST[MEMBER].openid)
        assert found is not None
    await merge_members(
        shop.shop, imported, found["member_id"], by=MANAGER, reason="tour", key="tour-old"
    )
    for words in ("账单", "隐私"):
        await shop.hear(MEMBER, words)

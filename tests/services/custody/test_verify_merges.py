"""Verifying merges (合并核对): what changed hands did so whole, and nothing stayed behind."""

import pytest

from services.custody.verify import verify_ledger
from services.org.tills import Till
from services.shop import Shop
from storage.database import is_postgres
from storage.sql import change, rows
from tests.databases import only_sqlite
from tests.services.damaged_books import drop_triggers
from tests.services.merging import merge, part
from tests.services.posting import member_id_of, spend_points
from tests.services.purses import Counter
from tests.shop_parts import a_member


@pytest.fixture
async def life(shop: Shop, till: Till) -> Shop:
    """李 with what was 王's and 赵's; 钱 was merged and parted. The triggers are off."""
    names = ("li", "wang", "zhao", "qian")
    li, wang, zhao, qian = [await a_member(shop, name) for name in names]
    counter = Counter(shop, till, wang)
    await counter.top_up(3_000, 1_000)
    await counter.pay(800)
    await spend_points(shop, zhao, 50, key="all")
    for person in (wang, zhao, qian):
        merged = await merge(shop, li, person, key=f"merge-{member_id_of(person)}")
    await spend_points(shop, li, 120, key="spent")
    await part(shop, merged)
    await drop_triggers()
    if not is_postgres():
        await rows("PRAGMA ignore_check_constraints = ON")
    return shop


async def test_merged_and_parted_books_are_sound(life: Shop) -> None:
    assert (await verify_ledger(life)).complaints == ()


WANG, ZHAO = "merged_id = 2", "merged_id = 3"
OF_WANG = f"merge_id = (SELECT id FROM member_merges WHERE {WANG})"


@only_sqlite  # PostgreSQL's checks cannot be turned off.
@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        ("UPDATE members SET state = 'active' WHERE merged_into IS NOT NULL", "merge_fault"),
        ("UPDATE members SET merged_into = NULL", "merge_fault"),
        ("UPDATE members SET merged_into = 1 WHERE id = 4", "merge_fault"),
        (f"UPDATE member_merges SET undone_at = 1 WHERE {WANG}", "merge_fault"),
        ("UPDATE member_merges SET undone_at = NULL", "merge_fault"),
        (f"UPDATE member_merges SET merged_id = 4 WHERE {WANG}", "merge_fault"),
        ("UPDATE ledger_accounts SET closed = FALSE", "merge_fault"),
        ("UPDATE ledger_accounts SET closed = TRUE WHERE member_id = 4", "merge_fault"),
        ("UPDATE followers SET member_id = 2 WHERE id = 2", "merge_fault"),
        ("UPDATE topups SET member_id = 2", "merge_fault"),
        ("UPDATE topups SET member_id = 4", "wallet_fault"),
        ("UPDATE wallet_holds SET member_id = 4", "wallet_fault"),
        (f"DELETE FROM lot_moves WHERE {OF_WANG}", "misplaced_lot"),
        (f"UPDATE lot_moves SET from_account_id = to_account_id WHERE {OF_WANG}", "misplaced_lot"),
        (f"UPDATE lot_moves SET after_id = 1 WHERE {OF_WANG}", "misplaced_lot"),
        (f"UPDATE lot_moves SET after_id = 999 WHERE {OF_WANG}", "misplaced_lot"),
        (f"UPDATE lot_moves SET merge_id = merge_id + 1 WHERE {OF_WANG}", "misplaced_lot"),
        ("UPDATE lots SET account_id = (SELECT MIN(account_id) FROM lots)", "misplaced_lot"),
        ("UPDATE ledger_transactions SET kind = 'merge' WHERE key = 'spent'", "merge_fault"),
    ],
)
async def test_any_damage_to_a_merge_is_found(life: Shop, damage: str, kind: str) -> None:
    await change(damage)
    assert kind in {complaint.kind for complaint in (await verify_ledger(life)).complaints}

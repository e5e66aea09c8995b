"""Anchors (锚): what left the database every night shows a trail that was cut or written anew."""

from dataclasses import replace
from pathlib import Path

import pytest

from loyalty.staff import Role
from services.custody.audit_anchors import anchor_trail
from services.custody.auditing import Act, audit_alone
from services.custody.verify import verify_ledger
from services.shop import Shop
from storage.audit_trail import chain_head
from storage.sql import change, rows
from tests.outbox import outbox_rows
from tests.services.damaged_books import drop_triggers
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock


@pytest.fixture
def anchored(shop: Shop, tmp_path: Path) -> Shop:
    return replace(shop, audit_anchors=tmp_path / "anchors" / "audit.jsonl")


def lines_of(shop: Shop) -> list[str]:
    assert shop.audit_anchors is not None
    return shop.audit_anchors.read_text("utf-8").splitlines()


async def kinds_found(shop: Shop) -> set[str]:
    return {complaint.kind for complaint in (await verify_ledger(shop)).complaints}


async def cut_off(last_id: int) -> None:
    """The rows behind this one go, and the head says that it was the last."""
    await drop_triggers()
    await change("DELETE FROM audit_log WHERE id > $1", last_id)
    await change(
        "UPDATE audit_head SET last_id = $1,"
        " last_hash = (SELECT hash FROM audit_log WHERE id = $1)",
        last_id,
    )


async def test_the_newest_hash_is_kept_in_the_file(anchored: Shop) -> None:
    head = await chain_head()
    assert await anchor_trail(anchored) == head.last_id
    (line,) = lines_of(anchored)
    assert line == f'{{"day": "2027-01-11", "id": {head.last_id}, "hash": "{head.last_hash}"}}'
    assert await kinds_found(anchored) == set()


async def test_a_day_without_acts_adds_no_line(anchored: Shop, clock: MachineClock) -> None:
    await anchor_trail(anchored)
    clock.pass_time(days=1)
    assert await anchor_trail(anchored) == 0
    await audit_alone(anchored, "operator", Act("one"), key="m1")
    await anchor_trail(anchored)
    assert len(lines_of(anchored)) == 2


async def test_a_tail_cut_off_with_its_head_is_found_by_the_anchor(anchored: Shop) -> None:
    await audit_alone(anchored, "operator", Act("one"), key="m1")
    await anchor_trail(anchored)
    await cut_off((await chain_head()).last_id - 1)
    assert await kinds_found(anchored) == {"audit_anchor"}


async def test_a_tail_cut_off_before_its_first_anchor_is_not_found(anchored: Shop) -> None:
    """The limit of the method: what no anchor has seen can be cut off."""
    await anchor_trail(anchored)
    await audit_alone(anchored, "operator", Act("one"), key="m1")
    await cut_off((await chain_head()).last_id - 1)
    assert await kinds_found(anchored) == set()


async def test_a_line_that_is_no_anchor_is_told(anchored: Shop) -> None:
    await anchor_trail(anchored)
    assert anchored.audit_anchors is not None
    anchored.audit_anchors.write_text("lines_of_a_poem\n", "utf-8")
    assert await kinds_found(anchored) == {"audit_anchor"}


async def test_the_file_is_for_its_owner_only(anchored: Shop) -> None:
    await anchor_trail(anchored)
    assert anchored.audit_anchors is not None
    assert anchored.audit_anchors.stat().st_mode & 0o777 == 0o600


async def test_owners_and_auditors_are_told_once(anchored: Shop) -> None:
    await a_staff(anchored, "owner", Role.OWNER, "")
    await a_staff(anchored, "auditor", Role.AUDITOR, "")
    await a_staff(anchored, "clerk", Role.CLERK)
    await rows("DELETE FROM outbox")
    await anchor_trail(anchored)
    await anchor_trail(anchored)
    told = await outbox_rows()
    assert sorted(row["openid"] for row in told) == ["openid-auditor", "openid-owner"]
    short = (await chain_head()).last_hash[:16]
    assert all(short in row["value"] for row in told)

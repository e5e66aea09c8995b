"""The pause of sending (暂停发送): nothing is claimed, whoever asks, until it is lifted."""

from pathlib import Path

import pytest

from services.custody.clone_guard import MARK_FILE, guard_against_clones
from services.messages.outbox import claim_due, queue_replies, take_due_messages
from services.messages.sending import current_pause
from services.shop import Shop
from storage.sending import messages_waiting, pause_sending, resume_sending
from storage.sql import rows


@pytest.fixture
async def busy_shop(shop: Shop) -> Shop:
    """Two messages wait to be sent."""
    contents = [{"kind": "text", "value": text} for text in ("一", "二")]
    await queue_replies(shop, account="main", openid="o", key="k", contents=contents)
    return shop


async def test_while_sending_is_paused_nobody_claims_a_message(busy_shop: Shop) -> None:
    await pause_sending("why", busy_shop.now())
    assert await take_due_messages(busy_shop, "worker", 10) == []
    assert await claim_due(busy_shop, "worker", 10) == []
    assert await messages_waiting() == 2
    assert await resume_sending()
    assert len(await take_due_messages(busy_shop, "worker", 10)) == 2


async def test_the_first_reason_of_a_pause_stays(busy_shop: Shop) -> None:
    assert await pause_sending("first", busy_shop.now())
    assert not await pause_sending("second", busy_shop.now())
    pause = await current_pause(busy_shop)
    assert pause is not None
    assert (pause.why, pause.since) == ("first", busy_shop.now())


async def test_a_copy_started_on_another_machine_sends_nothing(
    busy_shop: Shop, tmp_path: Path
) -> None:
    here, there = tmp_path / "here" / "keys.toml", tmp_path / "there" / "keys.toml"
    assert not await guard_against_clones(busy_shop, here)
    assert not await guard_against_clones(busy_shop, here)
    assert await guard_against_clones(busy_shop, there)
    assert await take_due_messages(busy_shop, "worker", 10) == []
    audited = await rows("SELECT actor FROM audit_log WHERE what = 'sending.cloned'")
    assert audited == [{"actor": "system"}]


async def test_a_machine_that_an_owner_let_send_is_known(shop: Shop, tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "keys.toml", tmp_path / "there" / "keys.toml"
    await guard_against_clones(shop, here)
    await guard_against_clones(shop, there)
    await resume_sending()
    for machine in (here, there):
        assert not await guard_against_clones(shop, machine)
    assert await current_pause(shop) is None


async def test_a_machine_brings_its_mark_along_with_the_key_ring(
    shop: Shop, tmp_path: Path
) -> None:
    here, there = tmp_path / "here" / "keys.toml", tmp_path / "there" / "keys.toml"
    await guard_against_clones(shop, here)
    there.parent.mkdir()
    mark = there.with_name(MARK_FILE)
    mark.write_bytes(here.with_name(MARK_FILE).read_bytes())
    mark.chmod(0o600)
    assert not await guard_against_clones(shop, there)


async def test_the_mark_itself_stands_nowhere_in_the_database(shop: Shop, tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    await guard_against_clones(shop, keys)
    mark = keys.with_name(MARK_FILE).read_text().strip()
    assert mark not in str(await rows("SELECT * FROM installation_marks"))

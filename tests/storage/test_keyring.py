"""The key ring (密钥环): made once, for its owner's eyes, and never without a key it needs."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.keyring import (
    PURPOSES,
    KeyRing,
    KeyUnknown,
    LiveKeyRing,
    create_keyring,
    load_or_create_keyring,
    remove_key,
    rotate,
)
from storage.keyring_file import KeyRingRefused


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "keys.toml"


def change(path, old, new):
    path.write_text(path.read_text().replace(old, new))


def test_a_new_ring_is_read_back_as_it_was_made(path):
    ring = create_keyring(path, os.urandom)
    assert KeyRing.load(path) == ring
    assert set(ring.keys) == set(PURPOSES)


def test_only_the_owner_may_read_a_new_ring_whatever_the_umask(path):
    before = os.umask(0)
    try:
        create_keyring(path, os.urandom)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_ring_is_never_made_over_another(path):
    create_keyring(path, os.urandom)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        create_keyring(path, os.urandom)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_processes_that_start_at_once_share_one_ring(path):
    with ThreadPoolExecutor(8) as starters:
        rings = list(starters.map(lambda _: load_or_create_keyring(path, os.urandom), range(8)))
    assert all(ring == rings[0] for ring in rings)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_ring_that_others_may_use_is_refused(path, mode):
    create_keyring(path, os.urandom)
    path.chmod(mode)
    with pytest.raises(KeyRingRefused, match="chmod 600"):
        KeyRing.load(path)


def test_a_missing_ring_is_told_with_the_command_that_makes_it(path):
    with pytest.raises(KeyRingRefused, match="keys init"):
        KeyRing.load(path)


@pytest.mark.parametrize("purpose", ["field", "till_seal", "member_code", "session"])
def test_after_a_rotation_the_new_key_is_current_and_the_old_one_stays(path, purpose):
    old = create_keyring(path, os.urandom)
    new = rotate(path, os.urandom, purpose=purpose)
    assert KeyRing.load(path) == new
    assert new.current_id(purpose) == 2
    assert new.key(purpose) != old.key(purpose)
    assert new.key(purpose, 1) == old.key(purpose)


@pytest.mark.parametrize("purpose", ["blind_index", "audit", "backup"])
def test_a_key_whose_change_would_orphan_values_does_not_rotate(path, purpose):
    before = create_keyring(path, os.urandom)
    with pytest.raises(ValueError, match="orphan"):
        rotate(path, os.urandom, purpose=purpose)
    assert KeyRing.load(path) == before


def test_rotations_at_the_same_moment_lose_no_key(path):
    create_keyring(path, os.urandom)
    with ThreadPoolExecutor(4) as commands:
        rings = list(commands.map(lambda _: rotate(path, os.urandom), range(8)))
    last = KeyRing.load(path)
    assert set(last.keys["field"]) == set(range(1, 10))
    for ring in rings:
        assert ring.keys["field"].items() <= last.keys["field"].items()


def test_an_old_key_can_be_removed_and_its_id_is_not_used_again(path):
    create_keyring(path, os.urandom)
    rotate(path, os.urandom)
    ring = remove_key(path, 1)
    with pytest.raises(KeyUnknown):
        ring.key("field", 1)
    assert set(rotate(path, os.urandom).keys["field"]) == {2, 3}


def test_the_current_key_and_an_unknown_one_cannot_be_removed(path):
    create_keyring(path, os.urandom)
    with pytest.raises(ValueError, match="current"):
        remove_key(path, 1)
    with pytest.raises(KeyUnknown):
        remove_key(path, 7)


@pytest.mark.parametrize(("old", "new"), [
    ("[session]", "[sessions]"),
    ("[session]", "[session]\n2 = 5"),
    ("[session]", "[session]\n0 = 'aa'"),
    ("[session]", "[session]\nfirst = 'aa'"),
    ("[session]", "[session]\n2 = '" + "00" * 32 + "'"),
    ("[session]", "[session]\n70000 = '" + "0f" * 31 + "aa'"),
    ("[session]", "[session]\n01 = '" + "0f" * 31 + "aa'"),
    ("[session]", "session = 3"),
    ("[field]", "[field"),
])  # fmt: skip
def test_a_damaged_ring_is_refused_without_telling_a_key(path, old, new):
    ring = create_keyring(path, os.urandom)
    change(path, old, new)
    with pytest.raises(KeyRingRefused) as refused:
        KeyRing.load(path)
    assert ring.key("field").hex() not in str(refused.value)


def test_a_key_that_stands_twice_is_refused(path):
    ring = create_keyring(path, os.urandom)
    change(path, ring.key("session").hex(), ring.key("field").hex())
    with pytest.raises(KeyRingRefused, match="twice"):
        KeyRing.load(path)


def test_a_printed_ring_shows_no_key(path):
    ring = create_keyring(path, os.urandom)
    assert "keys" not in repr(ring)


def test_a_running_server_follows_its_key_ring(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    create_keyring(path, os.urandom)
    ring = LiveKeyRing(path)
    rotated = rotate(path, os.urandom)
    assert ring.key("field", 2) == rotated.key("field", 2)
    ring.refresh()
    assert ring.current_id("field") == 2

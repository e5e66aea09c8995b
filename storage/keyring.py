"""The key ring (密钥环): the file of all keys Shuke made itself, kept outside the database.

Who holds the database alone reads no personal data; who holds the ring alone has nothing to read.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from storage.keyring_file import KeyRingRefused, exclusively, read_private, write_new, write_over

# field, till_seal: what sealing.py encrypts under; blind_index: look-up by phone;
# member_code: dynamic codes; session: page logins; audit: the hash chain; backup: backup files.
PURPOSES = ("field", "till_seal", "blind_index", "member_code", "session", "audit", "backup")
# A new key for the others would orphan what was made under the old one.
ROTATING = frozenset({"field", "till_seal", "member_code", "session"})
KEY_BYTES = 32
HIGHEST_KEY_ID = 65535
HEADING = "# Shuke's key ring: keep it secret, and keep a copy apart from the database backups.\n"

RandomBytes = Callable[[int], bytes]


class KeyUnknown(KeyError):
    """The ring has no key with this id: it was removed, or this process holds an older ring."""


class Keys(Protocol):
    """What sealing needs of a ring, whether it stands still or follows its file."""

    def current_id(self, purpose: str = "field") -> int: ...

    def key(self, purpose: str, key_id: int | None = None) -> bytes: ...

    def refresh(self) -> None: ...


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by purpose and id. The highest id of a purpose is current; ids are never used again."""

    keys: Mapping[str, Mapping[int, bytes]] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> "KeyRing":
        return _parsed(path, read_private(path))

    def current_id(self, purpose: str = "field") -> int:
        return max(self.keys[purpose])

    def key(self, purpose: str, key_id: int | None = None) -> bytes:
        """The current key of a purpose, or an earlier one by its id."""
        wanted = self.current_id(purpose) if key_id is None else key_id
        if wanted not in self.keys[purpose]:
            raise KeyUnknown(f"{purpose} key {wanted}")
        return self.keys[purpose][wanted]

    def refresh(self) -> None:
        """Nothing: this ring stands still."""

    def with_new_key(self, key: bytes, *, purpose: str = "field") -> "KeyRing":
        assert len(key) == KEY_BYTES, len(key)
        if purpose not in ROTATING:
            raise ValueError(f"a new {purpose} key would orphan what was made under the old one")
        return self._with(purpose, {**self.keys[purpose], self.current_id(purpose) + 1: key})

    def without_key(self, key_id: int, *, purpose: str = "field") -> "KeyRing":
        if key_id == self.current_id(purpose):
            raise ValueError(f"{purpose} key {key_id} is the current one")
        self.key(purpose, key_id)
        kept = {number: key for number, key in self.keys[purpose].items() if number != key_id}
        return self._with(purpose, kept)

    def _with(self, purpose: str, keys: Mapping[int, bytes]) -> "KeyRing":
        return replace(self, keys={**self.keys, purpose: keys})


class LiveKeyRing:
    """The ring of a running server: it follows its file, so that keys change without a restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ring = KeyRing.load(path)
        self._changed_at = path.stat().st_mtime_ns

    def current_id(self, purpose: str = "field") -> int:
        return self._ring.current_id(purpose)

    def key(self, purpose: str, key_id: int | None = None) -> bytes:
        """As of the ring; a key it does not know may have come since."""
        try:
            return self._ring.key(purpose, key_id)
        except KeyUnknown:
            self.refresh()
            return self._ring.key(purpose, key_id)

    def refresh(self) -> None:
        """Read the file anew when it has changed."""
        changed_at = self._path.stat().st_mtime_ns
        if changed_at != self._changed_at:
            self._ring = KeyRing.load(self._path)
            self._changed_at = changed_at


def create_keyring(path: Path, random_bytes: RandomBytes) -> KeyRing:
    """Make a new ring. A file that is there already is never touched: FileExistsError."""
    ring = KeyRing({purpose: {1: random_bytes(KEY_BYTES)} for purpose in PURPOSES})
    write_new(path, _written(ring))
    return ring


def load_or_create_keyring(path: Path, random_bytes: RandomBytes) -> KeyRing:
    """For the sandbox. Of several processes that start at once all get the same ring."""
    if not path.exists():
        try:
            return create_keyring(path, random_bytes)
        except FileExistsError:
            pass  # another process was quicker, and its ring is whole
    return KeyRing.load(path)


def rotate(path: Path, random_bytes: RandomBytes, *, purpose: str = "field") -> KeyRing:
    """Add a key, from now on the current one. Old values stay readable until sealed again."""
    with exclusively(path):
        ring = KeyRing.load(path).with_new_key(random_bytes(KEY_BYTES), purpose=purpose)
        write_over(path, _written(ring))
    return ring


def remove_key(path: Path, key_id: int, *, purpose: str = "field") -> KeyRing:
    """Forget an old key. Whatever is still sealed under it is lost: count those rows first."""
    with exclusively(path):
        ring = KeyRing.load(path).without_key(key_id, purpose=purpose)
        write_over(path, _written(ring))
    return ring


def _written(ring: KeyRing) -> str:
    sections = []
    for purpose, keys in ring.keys.items():
        lines = [f'{key_id} = "{key.hex()}"' for key_id, key in sorted(keys.items())]
        sections.append("\n".join([f"[{purpose}]", *lines]) + "\n")
    return "\n".join([HEADING, *sections])


def _parsed(path: Path, text: str) -> KeyRing:
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError):
        raise KeyRingRefused(path, "is not TOML") from None
    if set(tables) != set(PURPOSES):
        raise KeyRingRefused(path, f"has other sections than {', '.join(PURPOSES)}")
    ring = KeyRing({purpose: _parsed_keys(path, purpose, tables[purpose]) for purpose in PURPOSES})
    keys = [key for family in ring.keys.values() for key in family.values()]
    if len(set(keys)) < len(keys):
        raise KeyRingRefused(path, "holds one key twice")
    return ring


def _parsed_keys(path: Path, purpose: str, table: object) -> dict[int, bytes]:
    if not isinstance(table, dict) or not table:
        raise KeyRingRefused(path, f"holds no key in [{purpose}]")
    try:
        keys = {int(key_id): bytes.fromhex(text) for key_id, text in table.items()}
    except (TypeError, ValueError):
        raise KeyRingRefused(path, f'has a line in [{purpose}] that is not id = "hex"') from None
    if len(keys) < len(table):
        raise KeyRingRefused(path, f"holds one id twice in [{purpose}]")
    for key_id, key in keys.items():
        is_key = len(key) == KEY_BYTES and len(set(key)) > 1
        if not is_key or not 1 <= key_id <= HIGHEST_KEY_ID:
            raise KeyRingRefused(path, f"holds no 32 random bytes as {purpose} key {key_id}")
    return keys

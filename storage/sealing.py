"""Sealing (加密存储): personal fields and till keys as they lie in the database.

A sealed value is a version byte, two bytes of key id, a nonce of 96 bits, then AES-256-GCM's
ciphertext and tag. Table, column and row are authenticated: copied to another row it is refused.
"""

import hashlib
import hmac
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.keyring import Keys, KeyUnknown

VERSION = 1
HEAD_BYTES = 3
NONCE_BYTES = 12
TAG_BYTES = 16
RowId = int | str


class CannotUnseal(Exception):
    """The value was changed, moved to another row, or sealed under a key this ring lacks."""


def seal(ring: Keys, plaintext: str, *, table: str, column: str, row: RowId) -> bytes:
    """A personal field, for one place of the database only."""
    data = plaintext.encode()
    return seal_bytes(ring, data, table=table, column=column, row=row, purpose="field")


def unseal(ring: Keys, value: bytes, *, table: str, column: str, row: RowId) -> str:
    data = unseal_bytes(ring, value, table=table, column=column, row=row, purpose="field")
    return data.decode()


def seal_bytes(
    ring: Keys,
    data: bytes,
    *,
    table: str,
    column: str,
    row: RowId,
    purpose: str = "till_seal",
) -> bytes:
    """A till's key, which has a sealing key of its own: who may read members cannot sign."""
    key_id = ring.current_id(purpose)
    head = bytes([VERSION]) + key_id.to_bytes(2, "big")
    # Random nonces are good for 2^32 values under one key; then the key has to be rotated.
    nonce = os.urandom(NONCE_BYTES)
    place = _place(head, purpose=purpose, table=table, column=column, row=row)
    return head + nonce + AESGCM(ring.key(purpose, key_id)).encrypt(nonce, data, place)


def unseal_bytes(
    ring: Keys,
    value: bytes,
    *,
    table: str,
    column: str,
    row: RowId,
    purpose: str = "till_seal",
) -> bytes:
    head, nonce, ciphertext = _split(value)
    place = _place(head, purpose=purpose, table=table, column=column, row=row)
    try:
        key = ring.key(purpose, _key_id(value))
        return AESGCM(key).decrypt(nonce, ciphertext, place)
    except KeyUnknown as unknown:
        raise CannotUnseal(f"{table}.{column}: no {unknown.args[0]} in the ring") from None
    except InvalidTag:
        raise CannotUnseal(f"{table}.{column}: changed, or not of this row") from None


def needs_reseal(value: bytes, ring: Keys, *, purpose: str = "field") -> bool:
    """Whether a rotation left this value under an older key."""
    return _key_id(value) != ring.current_id(purpose)


def blind_index(ring: Keys, purpose: str, normalised_value: str) -> str:
    """What finds a sealed value by equality, without telling it; 64 hexadecimal digits.

    Equal values show, so it is for phones and the like, never for names or addresses.
    """
    message = json.dumps([purpose, normalised_value]).encode()
    return hmac.new(ring.key("blind_index"), message, hashlib.sha256).hexdigest()


def _split(value: bytes) -> tuple[bytes, bytes, bytes]:
    # PostgreSQL's and SQLite's drivers may hand out a memoryview.
    whole = bytes(value)
    if len(whole) < HEAD_BYTES + NONCE_BYTES + TAG_BYTES or whole[0] != VERSION:
        raise CannotUnseal("not a sealed value of a known version")
    body = whole[HEAD_BYTES:]
    return whole[:HEAD_BYTES], body[:NONCE_BYTES], body[NONCE_BYTES:]


def _key_id(value: bytes) -> int:
    return int.from_bytes(_split(value)[0][1:], "big")


def _place(head: bytes, *, purpose: str, table: str, column: str, row: RowId) -> bytes:
    assert table, "a sealed value belongs to a table"
    assert column, "a sealed value belongs to a column"
    return head + json.dumps([purpose, table, column, str(row)]).encode()

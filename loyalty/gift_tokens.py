"""Gift tokens (领券口令): what a friend opens or types to take a coupon; 80 random bits."""

import unicodedata

from loyalty.coupon_codes import ALPHABET, TYPED

LENGTH = 16
TOKEN_BYTES = 10


def gift_token(random_bytes: bytes) -> str:
    """Sixteen characters without look-alikes, from ten bytes of a secret source."""
    assert len(random_bytes) == TOKEN_BYTES, len(random_bytes)
    bits = int.from_bytes(random_bytes, "big")
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH))


def read_gift_token(text: str) -> str | None:
    """The token as it was made, from however it was typed; None if it cannot be one."""
    token = unicodedata.normalize("NFKC", text).upper().translate(TYPED)
    return token if len(token) == LENGTH and set(token) <= set(ALPHABET) else None

"""Gift tokens (领券口令): what a friend opens or types to take a coupon; 80 random bits."""

from loyalty.code_letters import letters_from, read_letters

LENGTH = 16
TOKEN_BYTES = 10


def gift_token(random_bytes: bytes) -> str:
    """Sixteen letters from ten bytes of a secret source."""
    assert len(random_bytes) == TOKEN_BYTES, len(random_bytes)
    return letters_from(random_bytes, LENGTH)


def read_gift_token(text: str) -> str | None:
    """The token as it was made, from however it was typed; None if it cannot be one."""
    return read_letters(text, LENGTH)

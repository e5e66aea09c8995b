"""Short codes that people type (确认码、邀请码): from secret bytes, without look-alikes.

A confirmation code is six characters, 30 bits, good for one minute and five tries. An invitation
code has 80 bits: whoever holds it becomes staff (reliability B55, B65).
"""

import unicodedata

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I
CONFIRMATION_LENGTH = 6
INVITATION_LENGTH = 16
INVITATION_BYTES = 10
GROUP = 4

# Of what looks like a stroke only L is in use, so a typed 1 or I can mean nothing else.
TYPED = str.maketrans({"-": None, "1": "L", "I": "L"})


def confirmation_code(secret: bytes) -> str:
    """A code from at least four bytes nobody else can reckon."""
    return _letters(secret, CONFIRMATION_LENGTH)


def invitation_code(secret: bytes) -> str:
    """Four groups of four: `AB2C-…`."""
    assert len(secret) == INVITATION_BYTES, len(secret)
    letters = _letters(secret, INVITATION_LENGTH)
    return "-".join(letters[at : at + GROUP] for at in range(0, INVITATION_LENGTH, GROUP))


def read_confirmation_code(text: str) -> str | None:
    return _read(text, CONFIRMATION_LENGTH)


def read_invitation_code(text: str) -> str | None:
    """The sixteen letters as they are hashed; None for what cannot be an invitation."""
    return _read(text, INVITATION_LENGTH)


def _letters(secret: bytes, length: int) -> str:
    number = int.from_bytes(secret, "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(length))


def _read(text: str, length: int) -> str | None:
    letters = unicodedata.normalize("NFKC", text).upper().translate(TYPED)
    return letters if len(letters) == length and set(letters) <= set(ALPHABET) else None

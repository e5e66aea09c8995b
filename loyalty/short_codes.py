"""Short codes that people type (确认码、邀请码): from secret bytes.

A confirmation code is six characters, 30 bits, good for one minute and five tries. An invitation
code has 80 bits: whoever holds it becomes staff (reliability B55, B65).
"""

from loyalty.code_letters import letters_from, read_letters

CONFIRMATION_LENGTH = 6
INVITATION_LENGTH = 16
INVITATION_BYTES = 10
GROUP = 4


def confirmation_code(secret: bytes) -> str:
    """A code from at least four bytes nobody else can reckon."""
    return letters_from(secret, CONFIRMATION_LENGTH)


def invitation_code(secret: bytes) -> str:
    """Four groups of four: `AB2C-…`."""
    assert len(secret) == INVITATION_BYTES, len(secret)
    letters = letters_from(secret, INVITATION_LENGTH)
    return "-".join(letters[at : at + GROUP] for at in range(0, INVITATION_LENGTH, GROUP))


def read_confirmation_code(text: str) -> str | None:
    return read_letters(text, CONFIRMATION_LENGTH)


def read_invitation_code(text: str) -> str | None:
    """The sixteen letters as they are hashed; None for what cannot be an invitation."""
    return read_letters(text, INVITATION_LENGTH)

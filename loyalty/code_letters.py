"""Letters of codes that people read out and type (券码、口令、确认码): none looks like another."""

import unicodedata

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I
BITS = 5

# Of what looks like a stroke only L is in use, so a typed 1 or I can mean nothing else.
TYPED = str.maketrans({" ": None, "-": None, "1": "L", "I": "L"})


def letters_from(secret: bytes, length: int) -> str:
    """So many letters, five bits each, from the end of the secret."""
    number = int.from_bytes(secret, "big")
    return "".join(ALPHABET[number >> BITS * place & 31] for place in range(length))


def read_letters(text: str, length: int) -> str | None:
    """The letters as they were made, from however they were typed; None if they cannot be."""
    letters = unicodedata.normalize("NFKC", text).upper().translate(TYPED)
    return letters if len(letters) == length and set(letters) <= set(ALPHABET) else None

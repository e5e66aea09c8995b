"""Coupon codes (券码): twelve characters to read out and type, the last of which checks the others.

The 32 characters are numbers of the field GF(32). A code c1 … c12 is good when the sum of
c_i · x^(12-i) is zero, x being a generator of the field. The powers of x all differ and none is
zero, so one wrong character changes the sum, and so does swapping any two different characters
(neighbours above all): (x^i + x^j)(a + b) is a product of two numbers that are not zero. Weights
modulo 32 could not do both: odd weights differ by even numbers.
"""

from loyalty.code_letters import ALPHABET, letters_from, read_letters

RANDOM_LETTERS = 11
LENGTH = RANDOM_LETTERS + 1
RANDOM_BYTES = 7  # 55 of the 56 bits are used

VALUE_OF = {letter: value for value, letter in enumerate(ALPHABET)}


def coupon_code(random_bytes: bytes) -> str:
    """A code from seven bytes of a cryptographic random source."""
    assert len(random_bytes) == RANDOM_BYTES, len(random_bytes)
    letters = letters_from(random_bytes, RANDOM_LETTERS)
    return letters + check_letter(letters)


def check_letter(letters: str) -> str:
    return ALPHABET[_times_x(_weighted_sum(letters))]


def read_coupon_code(text: str) -> str | None:
    """The code as it was issued, from however it was typed; None if it cannot be one."""
    code = read_letters(text, LENGTH)
    return code if code and _weighted_sum(code) == 0 else None


def _weighted_sum(letters: str) -> int:
    total = 0
    for letter in letters:
        total = _times_x(total) ^ VALUE_OF[letter]
    return total


def _times_x(value: int) -> int:
    """Multiply by x modulo x^5 + x^2 + 1, whose powers run through all 31 numbers but zero."""
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled

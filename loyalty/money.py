"""Money (金额): whole fen inside, yuan with two decimals wherever a person reads or types it."""

import re
import unicodedata
from collections.abc import Sequence

from loyalty.refusals import Refusal

MAXIMUM_FEN = 100_000_000  # one million yuan: more than any basket, far below a slip of the keys

# No sign, exponent, separator, bare point or leading zero: each has been read two ways by someone.
YUAN = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,2}))?")


class AmountUnreadable(Refusal):
    """The text is not an amount of money in yuan."""

    wording = "money/unreadable"


class AmountOutOfRange(Refusal):
    """The amount is readable but too small or too large to be meant."""

    wording = "money/out_of_range"

    def __init__(self, *, minimum_fen: int, maximum_fen: int) -> None:
        super().__init__(minimum=yuan_text(minimum_fen), maximum=yuan_text(maximum_fen))


def yuan_text(amount_fen: int) -> str:
    """1250 → "12.50"; a negative amount keeps its sign in front."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{sign}{yuan}.{fen:02d}"


def fen_from_text(text: str, *, minimum_fen: int = 1, maximum_fen: int = MAXIMUM_FEN) -> int:
    """Read an amount a person typed: "12.5" → 1250. Full-width digits count as digits."""
    match = YUAN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise AmountUnreadable(example=yuan_text(1250))
    yuan, fen = match.group(1), match.group(2) or ""
    amount_fen = int(yuan) * 100 + int(fen.ljust(2, "0"))
    if not minimum_fen <= amount_fen <= maximum_fen:
        raise AmountOutOfRange(minimum_fen=minimum_fen, maximum_fen=maximum_fen)
    return amount_fen


def split_fen(amount_fen: int, weights: Sequence[int]) -> list[int]:
    """Share an amount by weight so that the parts sum to it exactly.

    Each part is its exact share rounded down; the fen left over go to the largest remainders,
    the earlier part first. A discount no larger than the lines therefore never exceeds a line.
    """
    total_weight = sum(weights)
    assert min(amount_fen, *weights) >= 0, (amount_fen, weights)
    assert total_weight > 0, "an amount needs something to be shared over"

    parts = [amount_fen * weight // total_weight for weight in weights]
    remainders = [amount_fen * weight % total_weight for weight in weights]
    largest_first = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in largest_first[: amount_fen - sum(parts)]:
        parts[index] += 1

    assert sum(parts) == amount_fen
    return parts

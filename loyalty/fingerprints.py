"""Fingerprints (内容指纹): tell whether a repeated request says the same as the first one.

Same content means equal JSON values: the order of keys, white space and the spelling of a number
(12, 12.0, 1.2e1) do not matter; the order of a list and the type of a value do.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Real

MAXIMUM_DEPTH = 64  # no honest request nests deeper, and the walk must not exhaust the stack
LONGEST_PLAIN_ZEROS = 30


def fingerprint(value: object) -> str:
    return hashlib.sha256(canonical_json(value).encode("ascii")).hexdigest()


def canonical_json(value: object, *, depth: int = MAXIMUM_DEPTH) -> str:
    """The one ASCII spelling of a JSON value. Raises ValueError for what JSON cannot say."""
    if depth == 0:
        raise ValueError(f"nested deeper than {MAXIMUM_DEPTH}")
    match value:
        case None | bool() | str():
            return json.dumps(value)
        case Real() | Decimal() if not isinstance(value, Fraction):
            return _number_text(Decimal(str(value)))
        case Mapping():
            return "{" + ",".join(_members(value, depth=depth - 1)) + "}"
        case list() | tuple():
            return "[" + ",".join(canonical_json(item, depth=depth - 1) for item in value) + "]"
    raise ValueError(f"{type(value).__name__} is no JSON value")


def _members(value: Mapping[object, object], *, depth: int) -> list[str]:
    names = [name for name in value if isinstance(name, str)]
    if len(names) != len(value):
        raise ValueError("a JSON object has text for names")
    return [
        f"{json.dumps(name)}:{canonical_json(value[name], depth=depth)}" for name in sorted(names)
    ]


def _number_text(number: Decimal) -> str:
    """Digits without trailing zeros and an exponent: huge exponents must not become huge texts."""
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("JSON has no such number")
    all_digits = "".join(map(str, digits)).lstrip("0")
    significant = all_digits.rstrip("0")
    if not significant:
        return "0"
    exponent += len(all_digits) - len(significant)
    plain = 0 <= exponent <= LONGEST_PLAIN_ZEROS
    return ("-" if sign else "") + significant + ("0" * exponent if plain else f"e{exponent}")

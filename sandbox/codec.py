"""Plain JSON and TOML (配置与存档) read into typed values and back, refusing what does not fit."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

PLAIN = (str, int, float, bool)


class DoesNotFit(ValueError):
    """Names the place and what is wrong there, in one line."""


def decode(kind: Any, value: object, *, where: str = "", strict: bool = True) -> Any:
    """`strict` refuses unknown keys; a saved state of another version is read without it."""
    origin = get_origin(kind)
    if kind is Any:
        return value
    if is_dataclass(kind):
        return _decode_record(kind, value, where=where, strict=strict)
    if origin in (list, tuple):
        return _decode_sequence(kind, value, where=where, strict=strict)
    if origin is dict:
        return _decode_mapping(kind, value, where=where, strict=strict)
    if origin in (Union, types.UnionType):
        return _decode_optional(kind, value, where=where, strict=strict)
    if origin is Literal:
        return _decode_choice(kind, value, where)
    return _decode_plain(kind, value, where)


def encode(value: Any) -> Any:
    kind: Any = type(value)
    if value is None or kind in PLAIN:
        return value
    if names := _names_of(kind):
        return {name: encode(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {key: encode(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [encode(entry) for entry in value]
    return value.isoformat() if isinstance(value, datetime) else value


@cache
def _names_of(kind: Any) -> tuple[str, ...]:
    """Asked for every value of a state that is saved often."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _decode_record(kind: Any, value: object, *, where: str, strict: bool) -> Any:
    if not isinstance(value, Mapping):
        raise DoesNotFit(f"{where or 'the whole'}: expected a table")
    known = {field.name: field for field in fields(kind)}
    unknown = sorted(set(value) - set(known))
    if strict and unknown:
        raise DoesNotFit(f"{_at(where, unknown[0])}: unknown key")
    hints = get_type_hints(kind)
    given = {
        name: decode(hints[name], value[name], where=_at(where, name), strict=strict)
        for name in known
        if name in value
    }
    for name, field in known.items():
        if name not in given and field.default is MISSING and field.default_factory is MISSING:
            raise DoesNotFit(f"{_at(where, name)}: missing")
    return kind(**given)


def _decode_sequence(kind: Any, value: object, *, where: str, strict: bool) -> Any:
    if not isinstance(value, list):
        raise DoesNotFit(f"{where}: expected a list")
    inner = get_args(kind)[0]
    entries = [
        decode(inner, entry, where=f"{where}[{place}]", strict=strict)
        for place, entry in enumerate(value)
    ]
    return tuple(entries) if get_origin(kind) is tuple else entries


def _decode_mapping(kind: Any, value: object, *, where: str, strict: bool) -> Any:
    if not isinstance(value, Mapping):
        raise DoesNotFit(f"{where}: expected a table")
    inner = get_args(kind)[1]
    return {
        key: decode(inner, entry, where=_at(where, key), strict=strict)
        for key, entry in value.items()
    }


def _decode_optional(kind: Any, value: object, *, where: str, strict: bool) -> Any:
    if value is None:
        return None
    inner = next(choice for choice in get_args(kind) if choice is not type(None))
    return decode(inner, value, where=where, strict=strict)


def _decode_choice(kind: Any, value: object, where: str) -> Any:
    if value not in get_args(kind):
        choices = ", ".join(str(choice) for choice in get_args(kind))
        raise DoesNotFit(f"{where}: expected one of {choices}")
    return value


def _decode_plain(kind: Any, value: object, where: str) -> Any:
    if kind is datetime and isinstance(value, str):
        return datetime.fromisoformat(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise DoesNotFit(f"{where}: expected {kind.__name__}")
    return value


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name

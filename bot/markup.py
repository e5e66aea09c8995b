"""Markup (报文): the XML and JSON that WeChat writes, read once into plain fields of clean text.

Every value is a text, a list or a mapping; numbers keep their digits, so that a 64-bit id never
passes through a float. What no database or XML writer can hold is dropped here and nowhere else.
"""

import json
from re import compile as pattern
from typing import TypeAlias
from xml.parsers.expat import ExpatError, ParserCreate

Field: TypeAlias = "str | list[Field] | dict[str, Field]"
Fields: TypeAlias = dict[str, Field]

DEEPEST = 10
LONGEST_NUMBER = 20
UNSTORABLE = pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")


class UselessPush(Exception):
    """Authentic, but nothing can be done with it: answered with 200, counted by `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean(text: str) -> str:
    """Without control characters, lone surrogates, byte-order marks and non-characters."""
    return UNSTORABLE.sub("", text)


def cdata(text: str) -> str:
    """A text inside XML: it can neither end its section early nor break the document."""
    return f"<![CDATA[{clean(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def read_xml(data: bytes) -> Fields:
    """The fields of <xml>…</xml>; a repeated element becomes a list. No DTD, so no entities."""
    reader = _XmlReader()
    parser = ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text.append
    try:
        parser.Parse(clean(data.decode(errors="replace")), True)
    except ExpatError:
        raise UselessPush("broken_xml") from None
    if reader.root_name != "xml" or not isinstance(reader.root, dict):
        raise UselessPush("broken_xml")
    return reader.root


def read_json(data: bytes) -> Fields:
    """The fields of one JSON object, strictly: no doubled keys, no NaN, no endless numbers."""
    try:
        value = json.loads(
            clean(data.decode(errors="replace")),
            object_pairs_hook=_object_once,
            parse_int=_short_number,
            parse_float=_short_number,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError):
        raise UselessPush("broken_json") from None
    if not isinstance(value, dict):
        raise UselessPush("broken_json")
    return {name: _plain(item, depth=1) for name, item in value.items()}


class _XmlReader:
    """Builds nested fields while the parser calls; an element is a text unless it has children."""

    __slots__ = ("open", "root", "root_name", "text")

    def __init__(self) -> None:
        self.open: list[Fields] = []
        self.root: Field = ""
        self.root_name = ""
        self.text: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self.open:
            self.root_name = name
        if len(self.open) >= DEEPEST:
            raise UselessPush("too_deep")
        self.open.append({})
        self.text.clear()

    def end(self, name: str) -> None:
        children = self.open.pop()
        value: Field = children or "".join(self.text)
        self.text.clear()
        if not self.open:
            self.root = value
        else:
            _add(self.open[-1], name, value)


def _add(fields: Fields, name: str, value: Field) -> None:
    if name not in fields:
        fields[name] = value
        return
    known = fields[name]
    if isinstance(known, list):
        known.append(value)
    else:
        fields[name] = [known, value]


def _refuse_doctype(*_facts: object) -> None:
    raise UselessPush("doctype")


def _object_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = {clean(name): value for name, value in pairs}
    if len(fields) != len(pairs):
        raise ValueError("a key stands twice")
    return fields


def _short_number(digits: str) -> str:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return digits


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _plain(value: object, *, depth: int) -> Field:
    if isinstance(value, str):
        return clean(value)
    if depth >= DEEPEST:
        raise UselessPush("too_deep")
    if isinstance(value, dict):
        return {name: _plain(item, depth=depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth=depth + 1) for item in value]
    return "" if value is None else str(value).lower()

"""The two written forms of a push (推送报文): XML, or JSON for mini-programs."""

import json
import re
from typing import Any
from xml.etree import ElementTree

from sandbox.records import JsonObject

# XML 1.0 knows no such characters; the platform drops what a keyboard can still make.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Malformed(ValueError):
    """The text is not the form that was expected."""


def to_xml(body: JsonObject) -> str:
    return f"<xml>{_children(body)}</xml>"


def to_json(body: JsonObject) -> str:
    return json.dumps(body, ensure_ascii=False)


def from_xml(text: str) -> JsonObject:
    """Children that share a name become a list; a document type is refused."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Malformed("a document type is not allowed")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no document type gets this far
    except ElementTree.ParseError as fault:
        raise Malformed(f"not XML: {fault}") from None
    if root.tag != "xml":
        raise Malformed(f"the root is <{root.tag}>, not <xml>")
    value = _value(root)
    return value if isinstance(value, dict) else {}


def from_json(text: str) -> JsonObject:
    try:
        body = json.loads(text)
    except ValueError:
        raise Malformed("not JSON") from None
    if not isinstance(body, dict):
        raise Malformed("not a JSON object")
    return body


def _children(body: JsonObject) -> str:
    return "".join(_element(name, value) for name, value in body.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, entry) for entry in value)
    if isinstance(value, dict):
        return f"<{name}>{_children(value)}</{name}>"
    if isinstance(value, str):
        # "]]>" would end the section early: it is split over two.
        text = NOT_IN_XML.sub("", value).replace("]]>", "]]]]><![CDATA[>")
        return f"<{name}><![CDATA[{text}]]></{name}>"
    return f"<{name}>{value}</{name}>"


def _value(element: ElementTree.Element) -> Any:
    if len(element) == 0:
        return element.text or ""
    body: JsonObject = {}
    for child in element:
        value = _value(child)
        if child.tag not in body:
            body[child.tag] = value
        elif isinstance(body[child.tag], list):
            body[child.tag].append(value)
        else:
            body[child.tag] = [body[child.tag], value]
    return body

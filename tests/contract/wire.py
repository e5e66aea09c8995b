"""WeChat's envelope (消息加解密) as the platform writes it: own crypto, own XML."""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
IV_BYTES = 16


class WireFault(Exception):
    """What the server answered is not what a platform could read."""


@dataclass(frozen=True, slots=True)
class Account:
    """One official account or mini-program, as its operator and WeChat both know it."""

    name: str
    kind: str
    appid: str
    original_id: str
    token: str
    aes_key: str
    secret: str
    mode: str = "safe"

    @property
    def key(self) -> bytes:
        return base64.b64decode(self.aes_key + "=")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One POST as WeChat would make it."""

    query: dict[str, str]
    body: bytes
    content_type: str = "text/xml"


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def pad(data: bytes) -> bytes:
    missing = BLOCK - len(data) % BLOCK
    return data + bytes([missing]) * missing


def unpad(data: bytes) -> bytes:
    length = data[-1]
    if not 1 <= length <= BLOCK or data[-length:] != bytes([length]) * length:
        raise WireFault(f"padding of {length}")
    return data[:-length]


def cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:IV_BYTES]))


def encrypt_blocks(padded: bytes, key: bytes) -> str:
    encryptor = cipher(key).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def framed(message: bytes, appid: str, *, random: bytes | None = None) -> bytes:
    start = random or secrets.token_bytes(16)
    return start + len(message).to_bytes(4, "big") + message + appid.encode()


def encrypt(message: bytes, *, key: bytes, appid: str, random: bytes | None = None) -> str:
    return encrypt_blocks(pad(framed(message, appid, random=random)), key)


def decrypt(encrypted: str, *, key: bytes, appid: str) -> bytes:
    data = base64.b64decode(encrypted, validate=True)
    decryptor = cipher(key).decryptor()
    plain = unpad(decryptor.update(data) + decryptor.finalize())
    end = 20 + int.from_bytes(plain[16:20], "big")
    if plain[end:] != appid.encode():
        raise WireFault("encrypted for another appid")
    return plain[20:end]


def fresh_query(token: str, *, timestamp: int | None = None, nonce: str = "") -> dict[str, str]:
    moment = str(int(time.time()) if timestamp is None else timestamp)
    nonce = nonce or str(secrets.randbelow(10**10))
    return {
        "signature": signature(token, moment, nonce),
        "timestamp": moment,
        "nonce": nonce,
    }


def sealed(account: Account, message: bytes, **query_facts: Any) -> Envelope:
    """The message in the account's mode, JSON when it looks like JSON."""
    is_json = message.lstrip().startswith((b"{", b"["))
    content_type = "application/json" if is_json else "text/xml"
    query = fresh_query(account.token, **query_facts)
    if account.mode == "plain":
        return Envelope(query, message, content_type)
    encrypted = encrypt(message, key=account.key, appid=account.appid)
    body = encrypted_body(account, encrypted, message if account.mode == "compatible" else b"")
    if is_json:
        body = f'{{"ToUserName":"{account.original_id}","Encrypt":"{encrypted}"}}'.encode()
    return Envelope(query | aes_query(account, query, encrypted), body, content_type)


def aes_query(account: Account, query: Mapping[str, str], encrypted: str) -> dict[str, str]:
    signed = signature(account.token, query["timestamp"], query["nonce"], encrypted)
    return {"encrypt_type": "aes", "msg_signature": signed}


def encrypted_body(account: Account, encrypted: str, clear: bytes = b"") -> bytes:
    """Compatible mode carries the clear fields beside the encrypted ones."""
    own = clear.removeprefix(b"<xml>").removesuffix(b"</xml>")
    name = b"" if own else f"<ToUserName><![CDATA[{account.original_id}]]></ToUserName>".encode()
    return b"<xml>" + name + own + f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def opened(account: Account, body: bytes) -> bytes:
    """What a member's phone gets to see of an answer: checked, decrypted."""
    fields = fields_of(body)
    if "Encrypt" not in fields:
        if account.mode == "safe":
            raise WireFault(f"a safe account answered in clear: {body[:200]!r}")
        return body
    facts = [str(fields[name]) for name in ("TimeStamp", "Nonce", "Encrypt")]
    if signature(account.token, *facts) != fields["MsgSignature"]:
        raise WireFault("the answer's signature is wrong")
    return decrypt(facts[2], key=account.key, appid=account.appid)


def xml_of(fields: Mapping[str, Any]) -> bytes:
    return f"<xml>{elements(fields)}</xml>".encode()


def elements(fields: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{content(value)}</{name}>" for name, value in fields.items())


def content(value: Any) -> str:
    if isinstance(value, Mapping):
        return elements(value)
    if isinstance(value, int):
        return str(value)
    return escape(str(value))


def fields_of(body: bytes) -> dict[str, Any]:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - our own server's answer
    except ElementTree.ParseError as fault:
        raise WireFault(f"no XML: {body[:200]!r}") from fault
    return children(root)


def children(element: ElementTree.Element) -> dict[str, Any]:
    """Nested fields as dicts; several of one name as a list."""
    found: dict[str, Any] = {}
    for child in element:
        value = children(child) if len(child) else child.text or ""
        before = found.get(child.tag)
        if before is None:
            found[child.tag] = value
        else:
            found[child.tag] = [*(before if isinstance(before, list) else [before]), value]
    return found

"""Envelope (推送信封): what surrounds a push: signature, age, mode, format; and the reply's.

Order matters: formats and age first, then the signatures, then decryption, then the content.
WeChat signs the query of every push (`signature`); `msg_signature` alone proves a ciphertext.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from re import compile as pattern

from bot.accounts import Account
from bot.crypto import AesKey, BadPush, Crypto
from bot.markup import Fields, UselessPush, cdata, read_json, read_xml

OLDEST_SECONDS = 300
LONGEST_ECHO = 256
TIMESTAMP = pattern(r"[0-9]{10}")
NONCE = pattern(r"[!-~]{1,64}")
SIGNATURE = pattern(r"[0-9a-f]{40}")
XML_TYPE = "text/xml"
JSON_TYPE = "application/json"
PLAIN_TYPE = "text/plain"

QueryPairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class OpenedPush:
    """An authentic push. `key` is None where it came in clear."""

    fields: Fields
    account: Account
    is_json: bool
    key: AesKey | None
    nonce: str
    opened_at_seconds: int


@dataclass(frozen=True, slots=True)
class OuterFields:
    """What stands around a ciphertext; only the ciphertext is signed."""

    encrypted: str
    to: str


@dataclass(frozen=True, slots=True)
class SealedReply:
    body: bytes
    content_type: str


def verify_address(query: QueryPairs, *, account: Account, now_seconds: int) -> str:
    """The echo to answer when WeChat asks whether this address is ours; else BadPush."""
    given = _read_query(query, now_seconds)
    _check_signature(given, "signature", account)
    echo = given.get("echostr", "")
    if not (1 <= len(echo) <= LONGEST_ECHO and echo.isascii()):
        raise BadPush("echo")
    return echo


def open_push(
    query: QueryPairs, body: bytes, content_type: str, *, account: Account, now_seconds: int
) -> OpenedPush:
    """BadPush where it is not proved to be WeChat's; UselessPush where the content is broken."""
    given = _read_query(query, now_seconds)
    _check_signature(given, "signature", account)
    is_json = _is_json(body, content_type, account)
    read = read_json if is_json else read_xml
    if not _is_encrypted(given, account):
        return OpenedPush(read(body), account, is_json, None, given["nonce"], now_seconds)
    outer = _outer_fields(body, read)
    _check_signature(given, "msg_signature", account, outer.encrypted)
    decrypted = crypto_for(account).decrypt(outer.encrypted)
    fields = read(decrypted.message)
    # Nothing signs it: it may repeat the signed address or be ours, else somebody changed it.
    if outer.to not in ("", account.original_id, fields.get("ToUserName")):
        raise BadPush("outer_body")
    return OpenedPush(fields, account, is_json, decrypted.key, given["nonce"], now_seconds)


def seal_reply(text: str, opened: OpenedPush) -> SealedReply:
    """The answer in the push's own format and key; "no reply" stays clear in every mode."""
    if text in ("", "success"):
        return SealedReply(text.encode(), PLAIN_TYPE)
    content_type = JSON_TYPE if opened.is_json else XML_TYPE
    if opened.key is not None:
        text = _sealed(text, opened, opened.key)
    return SealedReply(text.encode(), content_type)


@lru_cache(maxsize=64)
def crypto_for(account: Account) -> Crypto:
    return Crypto(account.token, account.aes_key, account.appid, account.aes_key_previous)


def _read_query(query: QueryPairs, now_seconds: int) -> dict[str, str]:
    pairs = list(query)
    given = dict(pairs)
    if len(given) != len(pairs):
        raise BadPush("repeated_parameter")
    timestamp = given.get("timestamp", "")
    if not TIMESTAMP.fullmatch(timestamp):
        raise BadPush("timestamp")
    if not NONCE.fullmatch(given.get("nonce", "")):
        raise BadPush("nonce")
    if abs(now_seconds - int(timestamp)) > OLDEST_SECONDS:
        raise BadPush("age")
    return given


def _check_signature(given: dict[str, str], name: str, account: Account, *signed: str) -> None:
    signature = given.get(name, "")
    if not SIGNATURE.fullmatch(signature):
        raise BadPush(name)
    if not crypto_for(account).is_signed(signature, given["timestamp"], given["nonce"], *signed):
        raise BadPush(name)


def _is_encrypted(given: dict[str, str], account: Account) -> bool:
    """A clear push is taken only from an account in plain mode; its signature covers no body."""
    encrypt_type = given.get("encrypt_type", "raw")
    if encrypt_type == "aes":
        return True
    if encrypt_type != "raw" or account.mode != "plain":
        raise BadPush("mode")
    return False


def _is_json(body: bytes, content_type: str, account: Account) -> bool:
    """The first letter tells; the declared type only where that says nothing."""
    if "json" not in account.formats:
        return False
    first = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return first == b"{" or (first != b"<" and "json" in content_type)


def _outer_fields(body: bytes, read: Callable[[bytes], Fields]) -> OuterFields:
    """In compatible mode the message also stands here in clear: nothing proves it, so unread."""
    try:
        fields = read(body)
    except UselessPush:
        raise BadPush("outer_body") from None
    encrypted, to = fields.get("Encrypt"), fields.get("ToUserName", "")
    if not isinstance(encrypted, str) or not encrypted.isascii() or not isinstance(to, str):
        raise BadPush("outer_body")
    return OuterFields(encrypted, to)


def _sealed(text: str, opened: OpenedPush, key: AesKey) -> str:
    crypto = crypto_for(opened.account)
    encrypted = crypto.encrypt(text.encode(), key=key)
    timestamp = str(opened.opened_at_seconds)
    signature = crypto.sign(timestamp, opened.nonce, encrypted)
    if opened.is_json:
        return json.dumps(
            {
                "Encrypt": encrypted,
                "MsgSignature": signature,
                "TimeStamp": opened.opened_at_seconds,
                "Nonce": opened.nonce,
            }
        )
    return (
        f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(signature)}"
        f"</MsgSignature><TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(opened.nonce)}</Nonce></xml>"
    )

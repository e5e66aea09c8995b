"""The envelope (报文信封) of a push on the wire: signature, encryption, XML or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.config import Account
from sandbox.identifiers import new_nonce
from sandbox.push.crypto import NotDecipherable, decrypt, encrypt, signature
from sandbox.push.wire import Malformed, from_json, from_xml, to_json, to_xml
from sandbox.records import JsonObject


@dataclass(frozen=True, slots=True)
class Posted:
    """One attempt as it travels: the query, the body and its content type."""

    query: Mapping[str, str]
    body: str
    content_type: str


def sealed(account: Account, push: JsonObject, *, unix: int) -> Posted:
    """`timestamp` and `nonce` are new for each attempt, the message inside stays the same."""
    timestamp, nonce = str(unix), new_nonce()
    query = {
        "signature": signature(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": str(push["FromUserName"]),
    }
    if account.mode == "plain":
        return Posted(query, _written(account, push), _content_type(account))
    cipher_text = encrypt(account.aes_key, account.appid, _written(account, push))
    query["encrypt_type"] = "aes"
    query["msg_signature"] = signature(account.token, timestamp, nonce, cipher_text)
    clear = push if account.mode == "compatible" else {"ToUserName": push["ToUserName"]}
    body = _written(account, {**clear, "Encrypt": cipher_text})
    return Posted(query, body, _content_type(account))


def opened(account: Account, answer: str) -> JsonObject:
    """The shop's answer in clear; raises Malformed where its form or its encryption is wrong."""
    outer = _read(account, answer)
    if account.mode == "plain":
        return outer
    if "Encrypt" not in outer:
        if account.mode == "safe":
            raise Malformed("in safe mode a reply must be encrypted")
        return outer
    return _read(account, _decrypted(account, outer))


def greeting_query(account: Account, *, unix: int, echo: str) -> Mapping[str, str]:
    """The GET by which the platform checks an address: in all modes signed the plain way."""
    timestamp, nonce = str(unix), new_nonce()
    return {
        "signature": signature(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": echo,
    }


def _decrypted(account: Account, outer: JsonObject) -> str:
    cipher_text = str(outer["Encrypt"])
    stamp, nonce = str(outer.get("TimeStamp", "")), str(outer.get("Nonce", ""))
    if signature(account.token, stamp, nonce, cipher_text) != outer.get("MsgSignature"):
        raise Malformed("MsgSignature does not fit")
    try:
        return decrypt(account.aes_key, account.appid, cipher_text)
    except NotDecipherable as fault:
        raise Malformed(f"Encrypt: {fault}") from None


def _written(account: Account, body: JsonObject) -> str:
    return to_json(body) if account.format == "json" else to_xml(body)


def _read(account: Account, text: str) -> JsonObject:
    return from_json(text) if account.format == "json" else from_xml(text)


def _content_type(account: Account) -> str:
    return "application/json" if account.format == "json" else "text/xml"

"""The other end of the wire: an account of tests, and pushes as WeChat would write them."""

from dataclasses import replace

from bot.accounts import Account
from bot.crypto import Crypto
from bot.envelope import OpenedPush, open_push

NOW = 1714112445
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "Q" * 43
OPENID = "oLinKnJdWnzNd1LkS0000000aB_-"

SAFE = Account(
    name="main",
    kind="service",
    appid="wxba5fad812f8e6fb9",
    original_id="gh_97417a04a28d",
    token="AAAAA",
    aes_key=KEY,
    aes_key_previous=None,
    mode="safe",
    secret="s" * 32,
)
COMPATIBLE = replace(SAFE, mode="compatible")
PLAIN = replace(SAFE, mode="plain")
MINI = replace(SAFE, name="mini", kind="mini")

Query = list[tuple[str, str]]


def text_xml(content: str = "积分", **fields: str) -> bytes:
    values = {
        "ToUserName": SAFE.original_id,
        "FromUserName": OPENID,
        "CreateTime": str(NOW),
        "MsgType": "text",
        "Content": content,
        "MsgId": "7000000000000000001",
    } | fields
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in values.items())
    return f"<xml>{inner}</xml>".encode()


def crypto_of(account: Account, key: str | None = None) -> Crypto:
    return Crypto(account.token, key or account.aes_key, account.appid)


def plain_query(account: Account = PLAIN, timestamp: int = NOW, nonce: str = "42") -> Query:
    signature = crypto_of(account).sign(str(timestamp), nonce)
    return [("signature", signature), ("timestamp", str(timestamp)), ("nonce", nonce)]


def safe_query(
    encrypted: str, account: Account = SAFE, timestamp: int = NOW, nonce: str = "42"
) -> Query:
    signature = crypto_of(account).sign(str(timestamp), nonce, encrypted)
    return [
        *plain_query(account, timestamp, nonce),
        ("encrypt_type", "aes"),
        ("msg_signature", signature),
    ]


def safe_push(
    message: bytes, account: Account = SAFE, key: str | None = None
) -> tuple[Query, bytes]:
    encrypted = crypto_of(account, key).encrypt(message)
    return safe_query(encrypted, account), outer_xml(encrypted)


def outer_xml(encrypted: str, clear: str = "") -> bytes:
    return f"<xml>{clear}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def opened(query: Query, body: bytes, account: Account = SAFE) -> OpenedPush:
    return open_push(query, body, "text/xml", account=account, now_seconds=NOW)


def without(query: Query, name: str) -> Query:
    return [pair for pair in query if pair[0] != name]


def changed(query: Query, name: str, value: str) -> Query:
    return [(key, value if key == name else old) for key, old in query]

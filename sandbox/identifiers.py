"""Identifiers (标识) shaped as the platform shapes them: openids, numbers, tokens, tickets."""

import hashlib
import secrets
from base64 import urlsafe_b64encode

from sandbox.clock import machine_microseconds

_last_message_id = 0


def openid_of(phone_id: str, appid: str) -> str:
    """The same for ever, other at every account: a person keeps it over a wiped sandbox."""
    return "o" + _digest(f"openid:{appid}:{phone_id}")[:27]


def unionid_of(phone_id: str) -> str:
    return "o6_" + _digest(f"unionid:{phone_id}")[:25]


def number_of(phone_id: str) -> str:
    """Made up, always the same for the same phone."""
    digest = hashlib.sha256(f"number:{phone_id}".encode()).hexdigest()
    return "138" + str(int(digest, 16))[-8:]


def new_message_id() -> int:
    """19 digits, above 2^53 as in life, and growing: a wiped sandbox must not repeat old ids."""
    global _last_message_id
    _last_message_id = max(_last_message_id + 1, machine_microseconds() * 1000)
    return _last_message_id


def new_access_token() -> str:
    return "90_" + secrets.token_urlsafe(99)


def new_ticket() -> str:
    return "gQ" + secrets.token_urlsafe(70)


def new_code() -> str:
    return "0" + secrets.token_hex(15) + "w"


def new_media_id() -> str:
    return secrets.token_urlsafe(48)


def new_nonce() -> str:
    return str(secrets.randbelow(9 * 10**9) + 10**9)


def new_rid(unix: int) -> str:
    return f"{unix:08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")

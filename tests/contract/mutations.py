"""Broken on purpose (变异): receipts that look almost right and pushes that are almost WeChat's."""

import base64
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace

from tests.contract.accounts import MAIN, MINI
from tests.contract.till import EPOCH_OF_RECEIPTS, VERSION, Enrolment, token_of
from tests.contract.wire import (
    Envelope,
    aes_query,
    encrypt,
    encrypt_blocks,
    encrypted_body,
    framed,
    fresh_query,
    sealed,
)

DAY_MINUTES = 24 * 60
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
Mutation = Callable[[str, Enrolment, random.Random], str]
PushMutation = Callable[[bytes, random.Random], Envelope]


def now_minutes() -> int:
    return (int(time.time()) - EPOCH_OF_RECEIPTS) // 60


def flipped(token: str, _: Enrolment, chance: random.Random) -> str:
    data = bytearray(base64.urlsafe_b64decode(token + "="))
    data[chance.randrange(32)] ^= 1 << chance.randrange(8)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def not_canonical(token: str, _: Enrolment, chance: random.Random) -> str:
    """The last character carries two bits that must be zero."""
    last = ALPHABET.index(token[-1])
    return token[:-1] + ALPHABET[last | chance.randint(1, 3)]


def character_changed(token: str, _: Enrolment, chance: random.Random) -> str:
    at = chance.randrange(42)
    other = chance.choice([letter for letter in ALPHABET if letter != token[at]])
    return token[:at] + other + token[at + 1 :]


def inserted(token: str, mark: str, chance: random.Random) -> str:
    at = chance.randrange(1, 42)
    return token[:at] + mark + token[at:]


def is_shaped(token: str) -> bool:
    """The canonical 43 characters of the right version; only the till's key tells more."""
    if not re.fullmatch(r"[\w-]{43}", token, re.ASCII):
        return False
    data = base64.urlsafe_b64decode(token + "=")
    return data[0] == VERSION and base64.urlsafe_b64encode(data).decode() == token + "="


def made_wrong(till: Enrolment, chance: random.Random, **wrong: object) -> str:
    return token_of(till, chance.randrange(10**6, 2**31), chance.randrange(100, 10**5), **wrong)


RECEIPTS: dict[str, Mutation] = {
    "bit flipped": flipped,
    "character changed": character_changed,
    "not canonical": not_canonical,
    "wrong case": lambda token, till, chance: token.swapcase(),
    "other brand": lambda token, till, chance: made_wrong(till, chance, brand="azalea"),
    "other environment": lambda t, till, chance: made_wrong(till, chance, environment="production"),
    "epoch to come": lambda t, till, chance: made_wrong(till, chance, epoch=till.epoch + 1),
    "other till": lambda t, till, chance: made_wrong(till, chance, till_no=till.till_no + 1),
    "unknown till": lambda t, till, chance: made_wrong(till, chance, till_no=2**24 - 1),
    "other version": lambda t, till, chance: made_wrong(till, chance, version=0x12),
    "other key": lambda t, till, chance: made_wrong(till, chance, key=chance.randbytes(32)),
    "expired": lambda t, till, c: made_wrong(till, c, minutes=now_minutes() - 31 * DAY_MINUTES),
    "from the future": lambda t, till, c: made_wrong(till, c, minutes=now_minutes() + DAY_MINUTES),
    "truncated": lambda token, till, chance: token[: chance.randrange(1, 43)],
    "extended": lambda token, till, chance: token + chance.choice(ALPHABET),
    "twice": lambda token, till, chance: token + token,
    "padded": lambda token, till, chance: token + "=",
    "other alphabet": lambda token, till, chance: inserted(token[1:], chance.choice("+/"), chance),
    "full width": lambda token, till, chance: "".join(chr(ord(one) + 0xFEE0) for one in token),
    "space inside": lambda token, till, chance: inserted(token, " ", chance),
    "zero width inside": lambda token, till, chance: inserted(token, "\u200b", chance),
    "line break inside": lambda token, till, chance: inserted(token, "\n", chance),
}


def resealed(message: bytes, padded: bytes, *, key: bytes = MAIN.key) -> Envelope:
    """Rightly signed around blocks that may be wrong inside."""
    return signed_around(encrypt_blocks(padded, key))


def signed_around(encrypted: str) -> Envelope:
    query = fresh_query(MAIN.token)
    return Envelope(query | aes_query(MAIN, query, encrypted), encrypted_body(MAIN, encrypted))


def with_query(message: bytes, **changed: str) -> Envelope:
    envelope = sealed(MAIN, message)
    return replace(envelope, query=envelope.query | changed)


def body_byte_changed(message: bytes, chance: random.Random) -> Envelope:
    """One character of the encrypted part, under the signature of the true one."""
    envelope = sealed(MAIN, message)
    start = envelope.body.index(b"<Encrypt><![CDATA[") + 18
    at = chance.randrange(start, envelope.body.index(b"]]></Encrypt>") - 2)
    other = chance.choice([letter for letter in b"ABCxyz019+/" if letter != envelope.body[at]])
    return replace(envelope, body=envelope.body[:at] + bytes([other]) + envelope.body[at + 1 :])


def bad_padding(message: bytes, chance: random.Random) -> Envelope:
    """Signed and encrypted with the true key, wrong only in its last bytes."""
    frame = framed(message, MAIN.appid)
    missing = 32 - len(frame) % 32
    zero, over = bytes(missing), bytes([missing + 32]) * missing
    uneven = bytes(missing - 1) + bytes([missing]) if missing > 1 else b"\x02"
    return resealed(message, frame + chance.choice([zero, over, uneven]))


def wrong_length(message: bytes, chance: random.Random) -> Envelope:
    length = chance.choice([0, len(message) - 1, len(message) + 1, 2**31, 2**32 - 1])
    frame = bytes(16) + length.to_bytes(4, "big") + message + MAIN.appid.encode()
    missing = 32 - len(frame) % 32
    return resealed(message, frame + bytes([missing]) * missing)


def signature_changed(message: bytes, chance: random.Random) -> Envelope:
    true = sealed(MAIN, message).query["msg_signature"]
    at = chance.randrange(40)
    flipped_one = true[:at] + ("0" if true[at] != "0" else "1") + true[at + 1 :]
    wrong = [flipped_one, true[:39], true + "0", "", "0" * 40, "é" * 40, " " + true]
    return with_query(message, msg_signature=chance.choice(wrong))


def other_time(message: bytes, chance: random.Random) -> Envelope:
    """Signed for the moment it names, which is not ours."""
    away = chance.choice([-1, 1]) * chance.randrange(320, 10**7)
    return sealed(MAIN, message, timestamp=int(time.time()) + away)


def odd_time(message: bytes, chance: random.Random) -> Envelope:
    """Rightly signed; the timestamp is not written in ten ASCII digits."""
    now = str(int(time.time()))
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in now)
    odd = chance.choice(
        [now + ".0", "+" + now, " " + now, now + "0", now[:9], wide, "", "1_" + now]
    )
    encrypted = encrypt(message, key=MAIN.key, appid=MAIN.appid)
    query = fresh_query(MAIN.token) | {"timestamp": odd}
    return Envelope(query | aes_query(MAIN, query, encrypted), encrypted_body(MAIN, encrypted))


def of_account(message: bytes, **other: str) -> Envelope:
    return sealed(replace(MAIN, **other), message)


def mangled_outside(message: bytes, chance: random.Random) -> Envelope:
    """The outer XML cut off, or with a document type in front: nothing of it is authentic."""
    envelope = sealed(MAIN, message)
    entity = b'<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa">]>'
    cut = envelope.body[: chance.randrange(len(envelope.body) - 12)]
    bodies = [cut, entity + envelope.body, b"", b"{}", b"\xff\xfe", b"[" * 9000, b"<xml>" * 4000]
    return replace(envelope, body=chance.choice(bodies))


def not_base64(message: bytes, chance: random.Random) -> Envelope:
    true = encrypt(message, key=MAIN.key, appid=MAIN.appid)
    return signed_around(chance.choice(["", "!!!!", true[:-4], true[:-1], "QUJD", true + "=", "é"]))


# Everything here is refused with 403 and no word.
FORGED: dict[str, PushMutation] = {
    "body": body_byte_changed,
    "signature": signature_changed,
    "timestamp": lambda m, c: with_query(m, timestamp=str(int(time.time()) - c.randrange(1, 200))),
    "nonce": lambda m, c: with_query(m, nonce=str(c.randrange(10**9))),
    "stale": other_time,
    "odd timestamp": odd_time,
    "token": lambda m, c: of_account(m, token="x" * c.randrange(3, 32)),
    "appid": lambda m, c: of_account(m, appid=c.choice([MINI.appid, "", "wx5d"])),
    "key": lambda m, c: of_account(m, aes_key="".join(c.choices(ALPHABET[:62], k=42)) + "A"),
    "padding": bad_padding,
    "length": wrong_length,
    "encoding": not_base64,
    "outside": mangled_outside,
    "clear": lambda m, c: sealed(replace(MAIN, mode="plain"), m),
    "other account": lambda m, c: sealed(MINI, m),
}

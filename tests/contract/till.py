"""A till vendor's client (收银台): signs its requests and makes receipt tokens alone, offline."""

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp

EPOCH_OF_RECEIPTS = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
VERSION = 0x11
DOOR = "/pos/v1"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What `till enrol` printed."""

    till: str
    till_no: int
    epoch: int
    key: str
    brand: str
    environment: str
    claim_url: str

    @classmethod
    def parse(cls, printed: str) -> "Enrolment":
        facts = json.loads(printed)
        return cls(**{name: facts[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the till door."""

    status: int
    body: dict[str, Any]
    raw: bytes
    is_replay: bool


def token_of(enrolment: Enrolment, sequence: int, amount_fen: int, **other: Any) -> str:
    """A receipt token as contract 5 lays it out; `other` makes a wrong one on purpose."""
    minutes = other.get("minutes", (int(time.time()) - EPOCH_OF_RECEIPTS) // 60)
    head = b"".join(
        (
            bytes([other.get("version", VERSION), other.get("epoch", enrolment.epoch)]),
            other.get("till_no", enrolment.till_no).to_bytes(3, "big"),
            sequence.to_bytes(4, "big"),
            minutes.to_bytes(3, "big"),
            amount_fen.to_bytes(4, "big"),
        )
    )
    brand = other.get("brand", enrolment.brand)
    environment = other.get("environment", enrolment.environment)
    purpose = f"receipt:{brand}:{environment}:".encode()
    key = other.get("key", bytes.fromhex(enrolment.key))
    mac = hmac.new(key, purpose + head, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(head + mac).decode().rstrip("=")


@dataclass(slots=True)
class Till:
    """One till with its key; it may speak to any process of the installation."""

    enrolment: Enrolment
    session: aiohttp.ClientSession
    urls: list[str]
    sequences: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def code(self) -> str:
        return self.enrolment.till

    def signed(self, method: str, path: str, body: bytes, **other: Any) -> dict[str, str]:
        moment = str(other.get("timestamp", int(time.time())))
        nonce = other.get("nonce", secrets.token_hex(16))
        digest = hashlib.sha256(body).hexdigest()
        text = "\n".join((method, path, moment, nonce, digest)).encode()
        key = other.get("key", bytes.fromhex(self.enrolment.key))
        return {
            "X-Till": self.code,
            "X-Timestamp": moment,
            "X-Nonce": nonce,
            "X-Signature": hmac.new(key, text, hashlib.sha256).hexdigest(),
            "Content-Type": "application/json",
        }

    async def call(self, path: str, body: Any, *, at: int = 0, **other: Any) -> Said:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = self.signed("POST", path, raw, **other) | other.get("headers", {})
        url = self.urls[at % len(self.urls)] + path
        async with self.session.post(url, data=raw, headers=headers) as response:
            answer = await response.read()
            is_replay = response.headers.get("Idempotent-Replay") == "true"
            return Said(response.status, json.loads(answer or b"{}"), answer, is_replay)

    async def sell(self, amount_fen: int = 3200, *, at: int = 0, **facts: Any) -> Said:
        """Ring up one purchase."""
        return await self.call("/pos/v1/purchases", purchase(amount_fen, **facts), at=at)

    async def identify(self, member_code: str, *, at: int = 0) -> Said:
        return await self.call(f"{DOOR}/members/identify", {"member_code": member_code}, at=at)

    async def quote(self, lines: list[dict[str, Any]], *, at: int = 0, **facts: Any) -> Said:
        return await self.call(f"{DOOR}/quotes", {"lines": lines, **facts}, at=at)

    async def refund(self, receipt_no: str, *, at: int = 0, **facts: Any) -> Said:
        return await self.call(f"{DOOR}/refunds", refund(receipt_no, **facts), at=at)

    async def coupon(self, what: str, code: str, receipt_no: str, *, at: int = 0) -> Said:
        """`what` is redeem or release."""
        path = f"{DOOR}/coupons/{code}/{what}"
        return await self.call(path, {"receipt_no": receipt_no}, at=at)

    async def hold(self, amount_fen: int, *, at: int = 0, **facts: Any) -> Said:
        """With `member_code`, and under a receipt number of its own unless one is given."""
        body = {"receipt_no": new_number("R"), "amount_fen": amount_fen} | facts
        return await self.call(f"{DOOR}/wallet/holds", body, at=at)

    async def end_hold(self, hold_id: int, how: str, *, at: int = 0, **facts: Any) -> Said:
        """`how` is capture or void."""
        return await self.call(f"{DOOR}/wallet/holds/{hold_id}/{how}", facts, at=at)

    async def top_up(self, paid_fen: int, *, at: int = 0, **facts: Any) -> Said:
        body = {"topup_no": new_number("T"), "paid_fen": paid_fen} | facts
        return await self.call(f"{DOOR}/wallet/topups", body, at=at)

    def offline_token(self, sequence: int, amount_fen: int, **other: Any) -> str:
        return token_of(self.enrolment, sequence, amount_fen, **other)


def new_number(letter: str) -> str:
    return f"{letter}{secrets.token_hex(8)}"


def line(amount_fen: int, category: str = "咖啡", **facts: Any) -> dict[str, Any]:
    """A coffee at a price."""
    goods = {"sku": "latte", "name": "拿铁", "category": category, "quantity": 1}
    return goods | {"amount_fen": amount_fen} | facts


def purchase(amount_fen: int, **facts: Any) -> dict[str, Any]:
    """A coffee at a price, under a receipt number of its own unless one is given."""
    return {
        "receipt_no": new_number("R"),
        "paid_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "lines": [line(amount_fen)],
        "paid_fen": amount_fen,
    } | facts


def refund(receipt_no: str, **facts: Any) -> dict[str, Any]:
    """Of an amount or of lines, under a number of its own unless one is given."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"refund_no": new_number("F"), "receipt_no": receipt_no, "refunded_at": now} | facts

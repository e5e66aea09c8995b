"""What a till computes by itself (防伪码): its requests' signature, a receipt's token."""

import hashlib
import hmac
import json
import secrets
import struct
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

from sandbox.clock import machine_unix
from sandbox.records import JsonObject
from sandbox.stage.enrolment import Enrolment

TOKEN_KIND = 0x11
TOKEN_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
CHECK_BYTES = 16


def receipt_token(
    enrolment: Enrolment, *, sequence: int, sold_at: datetime, amount_fen: int
) -> str:
    """32 bytes, big-endian: kind, epoch, till_no, sequence, minutes since 2020, fen, check."""
    minutes = int((sold_at - TOKEN_EPOCH).total_seconds()) // 60
    facts = (
        bytes([TOKEN_KIND, enrolment.epoch])
        + enrolment.till_no.to_bytes(3)
        + struct.pack(">I", sequence)
        + minutes.to_bytes(3)
        + struct.pack(">I", amount_fen)
    )
    context = f"receipt:{enrolment.brand}:{enrolment.environment}:".encode()
    check = hmac.digest(enrolment.key_bytes, context + facts, "sha256")[:CHECK_BYTES]
    return urlsafe_b64encode(facts + check).decode().rstrip("=")


def signed_headers(enrolment: Enrolment, method: str, path: str, *, body: bytes) -> dict[str, str]:
    """Signed with the machine's time: a jumped clock does not age a signature."""
    timestamp, nonce = str(machine_unix()), secrets.token_urlsafe(18)
    text = "\n".join([method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()])
    return {
        "Content-Type": "application/json",
        "X-Till": enrolment.till,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": hmac.digest(enrolment.key_bytes, text.encode(), "sha256").hex(),
    }


def written(body: JsonObject) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()

"""Tills (收银台): enrolling them, and telling whether a request or a receipt is really theirs."""

import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from loyalty.receipts import UnverifiedReceipt, check_receipt
from loyalty.refusals import Refusal
from services.custody.auditing import OPERATOR, Act, audit
from services.shop import Shop
from storage.limits import TILL_FAILURES, is_within
from storage.sealing import seal_bytes, unseal_bytes
from storage.tills import (
    TillWithKey,
    add_key,
    retire_keys,
    signing_till,
    till_no_of,
    till_of_receipt,
)
from storage.transactions import transactional

log = logging.getLogger(__name__)

KEY_BYTES = 32
LAST_EPOCH = 255
LONGEST_CODE = 64
CLOCK_TOLERANCE_SECONDS = 300


class TillUnauthorized(Refusal):
    """Wrong or missing signature, unknown till, or a clock too far off: one answer for all."""

    wording = "tills/unauthorized"
    status = 401


class TillUnknown(Exception):
    """No till has this code; load the shop file first."""


class EpochsUsedUp(Exception):
    """A till was enrolled 256 times: give it a new code."""


@dataclass(frozen=True, slots=True)
class Till:
    """A till whose key is at hand; `epoch` is the key's."""

    till_no: int
    code: str
    store_id: int
    store_name: str
    epoch: int
    key: bytes


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a till's request says about itself, before anything is believed."""

    method: str
    path_with_query: str
    till: str
    timestamp: str
    nonce: str
    signature: str
    body: bytes

    def signed_text(self) -> bytes:
        digest = hashlib.sha256(self.body).hexdigest()
        lines = (self.method, self.path_with_query, self.timestamp, self.nonce, digest)
        # A path may hold any byte; what cannot be text only has to fail the comparison.
        return "\n".join(lines).encode(errors="surrogateescape")


async def authenticate(shop: Shop, request: SignedRequest) -> Till:
    """The till that signed this request. Raises TillUnauthorized.

    Failures are counted and reported, but a good signature is never refused for what others
    tried: a stranger could otherwise lock a till out by its code.
    """
    row = await signing_till(request.till) if _is_well_formed(shop, request) else None
    if row is None:
        raise TillUnauthorized
    till = _with_key(shop, row)
    expected = hmac.digest(till.key, request.signed_text(), "sha256")
    if not hmac.compare_digest(expected.hex(), request.signature):
        # Counted for tills there are, or strangers could fill the memory with names.
        if not await is_within(shop.cache, TILL_FAILURES, till.code):
            log.warning("till_attacked", extra={"facts": {"till": till.code}})
        raise TillUnauthorized
    return till


def _is_well_formed(shop: Shop, request: SignedRequest) -> bool:
    stamp = request.timestamp
    claims = (request.till, stamp, request.nonce, request.signature)
    if not all(text.isascii() and text.isprintable() for text in claims):
        return False
    if not (stamp.isdigit() and len(stamp) <= 12 and len(request.till) <= LONGEST_CODE):
        return False
    age = abs(int(shop.clock.machine_now().timestamp()) - int(stamp))
    return age <= CLOCK_TOLERANCE_SECONDS and 16 <= len(request.nonce) <= 64


async def till_that_signed(shop: Shop, unverified: UnverifiedReceipt) -> Till | None:
    """The till whose key, of this or an earlier epoch, vouches for the receipt."""
    receipt = unverified.receipt
    till = await _till_of_receipt(shop, receipt.till_no, receipt.epoch)
    genuine = check_receipt(
        unverified,
        till.key if till else None,
        brand=shop.rules.brand_code,
        environment=shop.environment,
    )
    return till if genuine else None


async def _till_of_receipt(shop: Shop, till_no: int, epoch: int) -> Till | None:
    """Read once: the key of an epoch never changes, and new rules may rename its store."""
    version, known = shop.receipt_tills.get((till_no, epoch), (-1, None))
    if version != shop.rules.version:
        row = await till_of_receipt(till_no, epoch)
        if row is None:
            return None
        known = _with_key(shop, row)
        shop.receipt_tills[till_no, epoch] = (shop.rules.version, known)
    assert isinstance(known, Till)
    return known


@transactional
async def enrol_till(shop: Shop, code: str) -> Mapping[str, object]:
    """A new key and epoch; the key before signs no more requests, its receipts stay good."""
    till_no = await till_no_of(code)
    if till_no is None:
        raise TillUnknown(code)
    epoch, key = await give_key(shop, till_no)
    act = Act("till.enrol", subject=f"till:{till_no}", facts={"epoch": epoch})
    await audit(shop, OPERATOR, act, key=f"enrol:{till_no}:{epoch}")
    return {
        "till": code,
        "till_no": till_no,
        "epoch": epoch,
        "key": key.hex(),
        "brand": shop.rules.brand_code,
        "environment": shop.environment,
        "claim_url": shop.claim_url,
    }


async def give_key(shop: Shop, till_no: int) -> tuple[int, bytes]:
    """The next epoch and its key. A helper for use cases. Raises EpochsUsedUp."""
    epoch = await retire_keys(till_no) + 1
    if epoch > LAST_EPOCH:
        raise EpochsUsedUp(till_no)
    key = shop.random_bytes(KEY_BYTES)
    sealed = seal_bytes(
        shop.keys, key, table="till_keys", column="key_sealed", row=f"{till_no}:{epoch}"
    )
    await add_key(till_no, epoch=epoch, key_sealed=sealed, now=shop.now())
    return epoch, key


async def till_of_code(shop: Shop, code: str) -> Till | None:
    """The till with its present key; None before its first one."""
    row = await signing_till(code)
    return _with_key(shop, row) if row else None


def _with_key(shop: Shop, row: TillWithKey) -> Till:
    place = f"{row.till_no}:{row.epoch}"
    key = unseal_bytes(shop.keys, row.key_sealed, table="till_keys", column="key_sealed", row=place)
    return Till(row.till_no, row.code, row.store_id, row.store_name, row.epoch, key)

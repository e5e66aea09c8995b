"""Tills (收银台): enrolling them, and whose request or receipt it really is."""

import asyncio
import hmac
from dataclasses import replace

import pytest

from services.org.tills import (
    EpochsUsedUp,
    SignedRequest,
    Till,
    TillUnauthorized,
    TillUnknown,
    authenticate,
    enrol_till,
    till_that_signed,
)
from services.purchases.claims import claim_receipt
from services.shop import Shop
from storage.sql import rows
from storage.tills import count_keys
from tests.shop_parts import MachineClock, a_member, a_receipt, a_till


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


def signed(shop: Shop, till: Till, **changed: object) -> SignedRequest:
    """A request as the till signs it; what is changed is changed before the signing."""
    unsigned = SignedRequest(
        method="POST",
        path_with_query="/pos/v1/purchases",
        till=till.code,
        timestamp=str(int(shop.clock.machine_now().timestamp())),
        nonce="n" * 16,
        signature="",
        body=b"{}",
    )
    request = replace(unsigned, **changed)  # type: ignore[arg-type]
    return replace(request, signature=hmac.digest(till.key, request.signed_text(), "sha256").hex())


async def refused(shop: Shop, request: SignedRequest) -> bool:
    with pytest.raises(TillUnauthorized) as refusal:
        await authenticate(shop, request)
    return refusal.value.status == 401


async def test_enrolling_prints_what_a_till_needs(shop: Shop) -> None:
    enrolment = await enrol_till(shop, "cd01-1")
    assert (enrolment["till"], enrolment["epoch"]) == ("cd01-1", 0)
    assert (enrolment["brand"], enrolment["environment"]) == ("camellia", "sandbox")
    assert enrolment["claim_url"] == "http://shop.test/r/"
    assert len(bytes.fromhex(str(enrolment["key"]))) == 32


async def test_a_key_is_stored_sealed_only(shop: Shop) -> None:
    enrolment = await enrol_till(shop, "cd01-1")
    [stored] = await rows("SELECT key_sealed FROM till_keys")
    assert bytes.fromhex(str(enrolment["key"])) not in bytes(stored["key_sealed"])


async def test_each_enrolment_is_a_new_epoch_with_a_new_key(shop: Shop) -> None:
    enrolments = [await enrol_till(shop, "cd01-1") for _ in range(3)]
    assert [enrolment["epoch"] for enrolment in enrolments] == [0, 1, 2]
    assert len({enrolment["key"] for enrolment in enrolments}) == 3
    assert len({enrolment["till_no"] for enrolment in enrolments}) == 1


async def test_many_enrolments_at_once_leave_one_key_that_signs(shop: Shop) -> None:
    enrolments = [enrol_till(shop, "cd01-1") for _ in range(3)]
    results = await asyncio.gather(*enrolments, return_exceptions=True)
    done = [result for result in results if not isinstance(result, BaseException)]
    assert len({enrolment["epoch"] for enrolment in done}) == len(done) == await count_keys()
    assert await rows("SELECT COUNT(*) AS n FROM till_keys WHERE signs_requests") == [{"n": 1}]


async def test_a_till_that_is_not_in_the_shop_file_is_unknown(shop: Shop) -> None:
    with pytest.raises(TillUnknown):
        await enrol_till(shop, "xx99-1")


async def test_after_the_last_epoch_a_till_needs_a_new_code(shop: Shop, till: Till) -> None:
    await rows("UPDATE till_keys SET epoch = 255")
    with pytest.raises(EpochsUsedUp):
        await enrol_till(shop, "cd01-1")
    assert await rows("SELECT epoch FROM till_keys WHERE signs_requests") == [{"epoch": 255}]


async def test_a_signed_request_is_the_tills(shop: Shop, till: Till) -> None:
    found = await authenticate(shop, signed(shop, till))
    assert found == till
    assert found.store_name == "春熙路店"


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"},
        {"path_with_query": "/pos/v1/refunds"},
        {"path_with_query": "/pos/v1/purchases?a=1"},
        {"body": b"{ }"},
        {"nonce": "m" * 16},
        {"till": "cd01-2"},
        {"till": "xx99-1"},
        {"signature": ""},
        {"signature": "0" * 64},
        {"signature": "é" * 64},
    ],
)
async def test_a_request_changed_on_its_way_is_nobodys(
    shop: Shop, till: Till, changed: dict[str, object]
) -> None:
    await a_till(shop, "cd01-2")
    changed_request = replace(signed(shop, till), **changed)  # type: ignore[arg-type]
    assert await refused(shop, changed_request)


@pytest.mark.parametrize("nonce", ["n" * 15, "n" * 65])
async def test_a_nonce_has_its_length(shop: Shop, till: Till, nonce: str) -> None:
    assert await refused(shop, signed(shop, till, nonce=nonce))


@pytest.mark.parametrize("timestamp", ["", "-1", "1e9", "\uff19\uff19", "9" * 13])
async def test_a_timestamp_is_a_plain_number(shop: Shop, till: Till, timestamp: str) -> None:
    assert await refused(shop, signed(shop, till, timestamp=timestamp))


async def test_a_request_is_good_for_five_minutes_either_way(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    request = signed(shop, till)
    for seconds in (300, -600):
        clock.pass_time(seconds=seconds)
        await authenticate(shop, request)
    clock.pass_time(seconds=-1)
    assert await refused(shop, request)
    clock.pass_time(seconds=602)
    assert await refused(shop, request)


async def test_signature_age_follows_the_machines_clock(shop: Shop, till: Till) -> None:
    request = signed(shop, till)
    shop.clock.jump_to_offset_ms(400 * 86_400_000)
    assert await authenticate(shop, request)


async def test_the_old_key_signs_no_more_requests(shop: Shop, till: Till) -> None:
    new = await a_till(shop)
    assert await refused(shop, signed(shop, till))
    assert (await authenticate(shop, signed(shop, new))).epoch == 1


async def test_wrong_signatures_are_reported_and_hold_up_no_good_one(
    shop: Shop, till: Till, caplog: pytest.LogCaptureFixture
) -> None:
    bad = replace(signed(shop, till), signature="0" * 64)
    for _ in range(10):
        assert await refused(shop, bad)
    assert caplog.records == []
    assert await refused(shop, bad)
    assert [record.getMessage() for record in caplog.records] == ["till_attacked"]
    assert await authenticate(shop, signed(shop, till)) == till


async def test_every_epochs_key_vouches_for_its_own_receipts_only(shop: Shop, till: Till) -> None:
    new = await a_till(shop)
    for signer in (till, new):
        assert await till_that_signed(shop, a_receipt(shop, signer)) == signer
    swapped = replace(a_receipt(shop, till).receipt, epoch=1)
    forged = replace(a_receipt(shop, till), receipt=swapped)
    assert await till_that_signed(shop, forged) is None


async def test_a_receipt_of_one_till_is_not_another_tills(shop: Shop, till: Till) -> None:
    await a_till(shop, "cd01-2")
    li = await a_member(shop)
    receipt = a_receipt(shop, till)
    await claim_receipt(shop, li, receipt)
    assert await rows("SELECT till_id FROM claims") == [{"till_id": till.till_no}]


@pytest.mark.parametrize("field", ["till", "nonce", "timestamp", "signature"])
async def test_a_header_that_is_no_plain_text_is_refused_like_any_other(
    shop: Shop, field: str
) -> None:
    request = replace(signed(shop, await a_till(shop)), **{field: "1234567890123456\udcff"})
    assert await refused(shop, request)


async def test_a_path_that_is_no_text_is_refused_like_any_other(shop: Shop) -> None:
    request = signed(shop, await a_till(shop))
    assert await refused(shop, replace(request, path_with_query="/pos/v1/purchases?\udcff"))

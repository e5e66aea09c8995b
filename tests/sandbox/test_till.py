"""The till: signed sales, receipts made alone, and the upload afterwards."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from datetime import datetime
from typing import Any

import pytest

from sandbox.config import Shuke
from tests.sandbox.rig import ENROLMENT, KEY, Rig, Rigging
from tests.sandbox.till_door import CLAIM, ONE_LATTE, TillDoor


async def test_a_sale_is_signed_as_the_contract_says(till: Rig, door: TillDoor) -> None:
    await till.tell("till/purchases", **ONE_LATTE)
    (headers,), (body,) = door.headers, door.bodies
    text = "POST\n/pos/v1/purchases\n{}\n{}\n{}".format(
        headers["X-Timestamp"], headers["X-Nonce"], hashlib.sha256(body).hexdigest()
    )
    expected = hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()
    assert headers["X-Signature"] == expected
    assert headers["X-Till"] == "cd01-1"
    assert 16 <= len(headers["X-Nonce"]) <= 64


async def test_a_sale_tells_the_whole_basket_and_shows_the_claim(till: Rig, door: TillDoor) -> None:
    lines = [{"sku": "latte", "quantity": 2}]
    answer = await till.tell("till/purchases", lines=lines, member_code="66")
    sale = json.loads(door.bodies[0])
    assert sale["lines"][0]["amount_fen"] == sale["paid_fen"] == 6400
    assert (sale["member_code"], sale["receipt_no"]) == ("66", answer["receipt_no"])
    assert datetime.fromisoformat(sale["paid_at"]).utcoffset() is not None
    picture = await till.bytes_at("/stage/qr.png", text=CLAIM["url"])
    assert picture.startswith(b"\x89PNG")
    assert answer["claim_qr_url"].startswith("/stage/qr.png?text=http%3A%2F%2F")


async def test_an_offline_receipt_has_the_fields_and_check_of_the_contract(till: Rig) -> None:
    answer = await till.tell("till/offline", **ONE_LATTE)
    token = urlsafe_b64decode(answer["token"] + "=")
    assert (len(answer["token"]), len(token)) == (43, 32)
    assert (token[0], token[1], int.from_bytes(token[2:5])) == (0x11, 3, 7)
    assert int.from_bytes(token[5:9]) == answer["sequence"] < 2**31
    minutes = int.from_bytes(token[9:12])
    epoch = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    assert minutes == (till.world.clock.now() - epoch).total_seconds() // 60
    assert int.from_bytes(token[12:16]) == 3200
    check = hmac.new(KEY, b"receipt:camellia:sandbox:" + token[:16], hashlib.sha256).digest()
    assert token[16:] == check[:16]
    assert answer["url"] == ENROLMENT["claim_url"] + answer["token"]


async def test_offline_receipts_are_numbered_on_and_uploaded_once(
    till: Rig, door: TillDoor
) -> None:
    first = await till.tell("till/offline", **ONE_LATTE)
    second = await till.tell("till/offline", **ONE_LATTE)
    assert second["sequence"] == first["sequence"] + 1
    assert door.bodies == []
    assert (await till.tell("till/upload"))["uploaded"] == 2
    sent = [json.loads(body)["receipt_seq"] for body in door.bodies]
    assert sent == [first["sequence"], second["sequence"]]
    assert (await till.tell("till/upload"))["uploaded"] == 0


async def test_an_upload_that_fails_for_now_is_tried_again_later(till: Rig, door: TillDoor) -> None:
    await till.tell("till/offline", **ONE_LATTE)
    door.status = 503
    assert (await till.tell("till/upload"))["failed"] == 1
    door.status = 201
    assert (await till.tell("till/upload"))["uploaded"] == 1


async def test_receipts_are_listed_newest_first_with_their_state(till: Rig, door: TillDoor) -> None:
    await till.tell("till/purchases", **ONE_LATTE)
    door.answer = {"member": {"member_no": "1"}}
    await till.tell("till/purchases", **ONE_LATTE)
    await till.tell("till/offline", **ONE_LATTE)
    door.status, door.answer = 410, {"error": {"code": "gone"}}
    await till.tell("till/purchases", **ONE_LATTE)
    receipts = (await till.ask("till/receipts"))["receipts"]
    states = [receipt["state"] for receipt in receipts]
    assert states == ["refused", "offline", "member", "unclaimed"]
    assert receipts[3]["claim_url"] == CLAIM["url"]


async def test_a_shop_that_is_away_is_said_so(rigging: Rigging) -> None:
    rig = await rigging.rig(shuke=Shuke(url="http://127.0.0.1:9"))
    answer = await rig.tell("till/purchases", **ONE_LATTE)
    assert answer["status"] == 503
    assert "not reached" in answer["answer"]["error"]


@pytest.mark.parametrize(
    "lines", [[], [{"sku": "tea", "quantity": 1}], [{"sku": "latte", "quantity": 0}]]
)
async def test_a_basket_that_makes_no_sense_is_refused(till: Rig, lines: list[Any]) -> None:
    await till.tell("till/purchases", expect=400, lines=lines)
    assert (await till.ask("till/receipts"))["receipts"] == []


async def test_without_enrolment_there_is_no_till(rigging: Rigging) -> None:
    (rigging.folder / "till.json").unlink()
    rig = await rigging.rig()
    assert (await rig.ask("state"))["till"] is None
    answer = await rig.tell("till/offline", expect=409, **ONE_LATTE)
    assert "enrolled" in answer["error"]

"""/wallet: what a till is answered when it sells and takes stored value."""

from typing import Any

import pytest

from handlers.pos.routes import CALLS, OPENAPI
from tests.contract.till import Said
from tests.handlers.pos.counter import Counter, error_of
from tests.handlers.pos.described import faults_of, resolved
from tests.handlers.pos.test_purchases import code_of

HOLDS = "/pos/v1/wallet/holds"
TOPUPS = "/pos/v1/wallet/topups"


async def top_up(counter: Counter, paid_fen: int = 40_000, **facts: Any) -> Said:
    body = {"topup_no": "T-1", "paid_fen": paid_fen, "bonus_fen": 10_000} | facts
    if "member_code" not in body:
        body["member_code"] = await code_of(counter, "小李")
    return await counter.report(body, path=TOPUPS)


async def hold(counter: Counter, amount_fen: int = 1_000, **facts: Any) -> Said:
    body = {"receipt_no": "R-1", "amount_fen": amount_fen} | facts
    if "member_code" not in body:
        body["member_code"] = await code_of(counter, "小李")
    return await counter.report(body, path=HOLDS)


async def end(counter: Counter, hold_id: object, how: str, body: Any, **other: Any) -> Said:
    return await counter.report(body, path=f"{HOLDS}/{hold_id}/{how}", **other)


async def test_a_member_reads_what_a_top_up_added(counter: Counter) -> None:
    said = await top_up(counter)
    assert said.status == 201
    figures = ("added_principal_fen", "added_bonus_fen", "principal_fen", "bonus_fen")
    assert [said.body[name] for name in figures] == [40_000, 10_000, 40_000, 10_000]
    await hold(counter)
    await counter.shop.plays("""
        小李> 余额
        机器人> 可用余额：490.00 元
                本金：392.00 元
                赠送金：98.00 元
                冻结中：10.00 元
        小李> 账单
        机器人> 最近的账目
                2027-01-11 充值 400.00 元（春熙路店） +400.00 元
                2027-01-11 充值 400.00 元（春熙路店） +100.00 元（赠）
    """)


async def test_a_top_up_again_is_the_first_answer(counter: Counter) -> None:
    code = await code_of(counter, "小李")
    first = await top_up(counter, member_code=code)
    again = await top_up(counter, member_code=code)
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    assert error_of(await top_up(counter, 1, member_code=code)) == (409, "conflict")
    assert error_of(await top_up(counter, topup_no="T-2", member_code=code)) == (410, "gone")
    assert error_of(await top_up(counter, member_code="66" * 9, topup_no="T")) == (404, "not_found")


async def test_a_hold_is_captured_once_and_answered_twice(counter: Counter) -> None:
    await top_up(counter)
    held = await hold(counter)
    assert (held.status, held.body["state"]) == (201, "open")
    assert held.body["expires_at"] == "2027-01-11T10:15:00+08:00"
    first = await end(counter, held.body["hold_id"], "capture", {"amount_fen": 900})
    again = await end(counter, held.body["hold_id"], "capture", {"amount_fen": 900})
    assert (first.status, first.is_replay, first.body["captured_fen"]) == (200, False, 900)
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    for how, body in (("capture", {"amount_fen": 899}), ("capture", {}), ("void", {})):
        said = await end(counter, held.body["hold_id"], how, body)
        assert error_of(said) == (409, "conflict")


async def test_a_hold_is_voided_and_not_captured_afterwards(counter: Counter) -> None:
    await top_up(counter)
    hold_id = (await hold(counter)).body["hold_id"]
    assert error_of(await end(counter, hold_id, "void", {"amount_fen": 1})) == (
        *(422, "unprocessable"),
    )
    voided = [await end(counter, hold_id, "void", {}) for _ in range(2)]
    assert [said.is_replay for said in voided] == [False, True]
    assert voided[0].body == voided[1].body
    assert voided[0].body["free_fen"] == 50_000
    assert error_of(await end(counter, hold_id, "capture", {})) == (409, "conflict")


@pytest.mark.parametrize("how", ["capture", "void"])
async def test_an_empty_body_is_all_of_the_hold(counter: Counter, how: str) -> None:
    await top_up(counter)
    hold_id = (await hold(counter)).body["hold_id"]
    first = await end(counter, hold_id, how, b"")
    assert (first.status, first.is_replay) == (200, False)
    again = await end(counter, hold_id, how, {})
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    assert OPENAPI["paths"][f"{HOLDS}/{{id}}/{how}"]["post"]["requestBody"]["required"] is False


async def test_an_empty_body_is_signed_as_well(counter: Counter) -> None:
    await top_up(counter)
    hold_id = (await hold(counter)).body["hold_id"]
    path = f"{HOLDS}/{hold_id}/capture"
    signed = counter.tills["cd01-1"].signed("POST", path, b"{}", timestamp=counter.now_seconds)
    assert error_of(await counter.send(b"", signed, path)) == (401, "unauthorized")
    assert error_of(await counter.report(b"", path=HOLDS)) == (400, "bad_request")


async def test_more_than_is_free_or_held_is_refused_with_the_figures(counter: Counter) -> None:
    await top_up(counter, 1_000, bonus_fen=0)
    refused = await hold(counter, 1_001)
    assert error_of(refused) == (422, "unprocessable")
    assert "还差 0.01 元" in refused.body["error"]["message"]
    hold_id = (await hold(counter)).body["hold_id"]
    said = await end(counter, hold_id, "capture", {"amount_fen": 1_001})
    assert error_of(said) == (422, "unprocessable")
    over = await top_up(
        counter, 500_000, topup_no="T-2", member_code=await code_of(counter, "小李")
    )
    assert "最多再充 4990.00 元" in over.body["error"]["message"]


async def test_an_overdue_hold_is_gone(counter: Counter) -> None:
    await top_up(counter)
    hold_id = (await hold(counter)).body["hold_id"]
    await counter.shop.pass_time(minutes=15)
    for how in ("capture", "void"):
        assert error_of(await end(counter, hold_id, how, {})) == (410, "gone")
    assert "可用余额：500.00 元" in (await counter.shop.hear("小李", "余额"))[0]


@pytest.mark.parametrize("hold_id", ["0", "-1", "x", "1" * 19, "1.0", "%20"])
async def test_what_is_no_hold_of_this_till_is_not_found(counter: Counter, hold_id: str) -> None:
    for how in ("capture", "void"):
        assert error_of(await end(counter, hold_id, how, {})) == (404, "not_found")


async def test_a_hold_of_another_till_is_not_found(counter: Counter) -> None:
    await top_up(counter)
    hold_id = (await hold(counter)).body["hold_id"]
    for how in ("capture", "void"):
        said = await end(counter, hold_id, how, {}, till="cd01-2")
        assert error_of(said) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (HOLDS, {"receipt_no": "R", "member_code": "1", "amount_fen": 0}),
        (HOLDS, {"receipt_no": "R", "member_code": "1", "amount_fen": 1.0}),
        (HOLDS, {"receipt_no": "R", "member_code": "1", "amount_fen": 100_000_001}),
        (HOLDS, {"receipt_no": "", "member_code": "1", "amount_fen": 1}),
        (HOLDS, {"receipt_no": "R", "member_code": "1", "amount_fen": 1, "tip": 1}),
        (TOPUPS, {"topup_no": "T", "member_code": "1", "paid_fen": 0}),
        (TOPUPS, {"topup_no": "T", "member_code": "1", "paid_fen": 1, "bonus_fen": -1}),
        (TOPUPS, {"topup_no": "T", "paid_fen": 1}),
        (f"{HOLDS}/1/capture", {"amount_fen": 0}),
        (f"{HOLDS}/1/capture", []),
        (f"{HOLDS}/1/void", {"reason": "x"}),
    ],
)
async def test_broken_calls_are_named(counter: Counter, path: str, body: Any) -> None:
    assert error_of(await counter.report(body, path=path)) == (400, "bad_request")


async def test_a_large_payment_waits_for_the_member(counter: Counter) -> None:
    await top_up(counter, 200_000, bonus_fen=0)
    held = await hold(counter, 150_000)
    assert (held.status, held.body["state"]) == (201, "awaiting_member")
    hold_id = held.body["hold_id"]
    assert error_of(await end(counter, hold_id, "capture", {})) == (409, "conflict")
    name, question = (await counter.shop.delivered())[-1]
    assert name == "小李"
    assert "1500.00 元" in question
    code = question.partition("同意付款 ")[2][:6]
    for words in (f"同意付款 {code}", f"同意付款{code}"):
        assert "1500.00 元" in (await counter.shop.hear("小李", words))[0]
    assert (await end(counter, hold_id, "capture", {})).body["captured_fen"] == 150_000
    wrong = "000000" if code != "000000" else "000001"
    assert "没有等你同意的付款" in (await counter.shop.hear("老赵", f"同意付款 {code}"))[0]
    assert "没有等你同意的付款" in (await counter.shop.hear("小李", f"同意付款 {wrong}"))[0]
    assert "还不是会员" in (await counter.shop.hear("小王", f"同意付款 {code}"))[0]


def test_every_wallet_call_of_the_contract_is_there() -> None:
    assert {path for path in CALLS if "/wallet/" in path} == {
        *(HOLDS, f"{HOLDS}/{{id}}/capture", f"{HOLDS}/{{id}}/void", TOPUPS)
    }


def schema_of(path: str, status: int) -> dict[str, Any]:
    answer = resolved(OPENAPI["paths"][path]["post"]["responses"][str(status)])
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


async def test_answers_are_as_described(counter: Counter) -> None:
    capture, void = f"{HOLDS}/{{id}}/capture", f"{HOLDS}/{{id}}/void"
    answers = [(TOPUPS, await top_up(counter)), (TOPUPS, await top_up(counter, topup_no="2"))]
    answers.append((TOPUPS, await top_up(counter, 0)))
    held = [await hold(counter, receipt_no=f"R-{number}") for number in range(2)]
    answers += [(HOLDS, said) for said in (*held, await hold(counter, 99_999_999))]
    for how, said in zip((capture, void), held, strict=True):
        word = how.rpartition("/")[2]
        hold_id = said.body["hold_id"]
        answers += [(how, await end(counter, hold_id, word, {})) for _ in range(2)]
        answers.append((how, await end(counter, hold_id, word, {"amount_fen": 1})))
        answers.append((how, await end(counter, "x", word, {})))
    for path, said in answers:
        assert faults_of(said.body, schema_of(path, said.status), path) == []

"""Every answer of the till door (每种回答): scenes that bring each call to each of its statuses."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from handlers.pos import routes
from tests.cast import CAST
from tests.contract.till import Said
from tests.handlers.pos.counter import PURCHASES, Counter
from tests.handlers.pos.test_purchases import code_of
from tests.services.couponing import give_coupon

REFUNDS, QUOTES = "/pos/v1/refunds", "/pos/v1/quotes"
IDENTIFY = "/pos/v1/members/identify"
REDEEM, RELEASE = "/pos/v1/coupons/{code}/redeem", "/pos/v1/coupons/{code}/release"
HOLDS, TOPUPS = "/pos/v1/wallet/holds", "/pos/v1/wallet/topups"
CAPTURE, VOID = f"{HOLDS}/{{id}}/capture", f"{HOLDS}/{{id}}/void"
LI = CAST["小李"].openid
Answers = AsyncIterator[tuple[str, Said]]


async def ask(
    counter: Counter, path: str, body: Any, *, part: object = "", **other: Any
) -> tuple[str, Said]:
    """The call as it is described, and what it answered; `part` stands in the path."""
    sent_to = path.replace("{code}", str(part)).replace("{id}", str(part))
    return path, await counter.report(body, path=sent_to, **other)


async def of_purchases(counter: Counter) -> Answers:
    code = await code_of(counter, "小李")
    mine, nobodys = counter.basket(member_code=code), counter.basket()
    ahead = (counter.shop.shop.now() + timedelta(hours=25)).isoformat()
    for body in (nobodys, mine, mine, mine | {"paid_fen": 1}, counter.basket(member_code=code)):
        yield await ask(counter, PURCHASES, body)
    yield await ask(counter, PURCHASES, counter.basket(quote_id="unknown"))
    yield await ask(counter, PURCHASES, counter.basket() | {"paid_at": ahead})


async def of_refunds(counter: Counter) -> Answers:
    sale = counter.basket(3200, member_code=await code_of(counter, "小李"))
    facts = {"receipt_no": sale["receipt_no"], "refunded_at": counter.shop.shop.now().isoformat()}
    first = facts | {"refund_no": "F-1", "amount_fen": 1600}
    second = facts | {"refund_no": "F-2", "amount_fen": 1600}
    for body in (first, first):
        yield await ask(counter, REFUNDS, body)
    assert (await counter.report(sale)).status == 201
    for body in (first, second, second, second | {"amount_fen": 1}, first | {"refund_no": "F-3"}):
        yield await ask(counter, REFUNDS, body)


async def of_identify_and_quotes(counter: Counter) -> Answers:
    code, lines = await code_of(counter, "小李"), counter.basket(6000)["lines"]
    coupon = await give_coupon(counter.shop.shop, LI)
    whole = {"lines": lines, "member_code": code, "coupon_codes": [coupon, "x"], "points": 0}
    for path, body in ((IDENTIFY, {"member_code": code}), (QUOTES, whole)):
        yield await ask(counter, path, body)
        yield await ask(counter, path, body | {"member_code": "12"})
    yield await ask(counter, QUOTES, {"lines": lines, "points": 100})
    await counter.report(counter.basket(member_code=code))
    for path, body in ((IDENTIFY, {"member_code": code}), (QUOTES, whole)):
        yield await ask(counter, path, body)


async def of_coupons(counter: Counter) -> Answers:
    coupon = await give_coupon(counter.shop.shop, LI)
    elsewhere = await give_coupon(counter.shop.shop, LI, stores=["cq01"])
    receipt, other = {"receipt_no": "C-1"}, {"receipt_no": "C-2"}
    for path, body in ((REDEEM, receipt), (REDEEM, receipt), (REDEEM, other), (RELEASE, other)):
        yield await ask(counter, path, body, part=coupon)
    yield await ask(counter, REDEEM, receipt, part=elsewhere)
    for path in (RELEASE, RELEASE, REDEEM):
        yield await ask(counter, path, receipt, part=coupon)
    await counter.report(counter.basket() | receipt)
    yield await ask(counter, RELEASE, receipt, part=coupon)
    for _ in range(61):
        found = await ask(counter, REDEEM, receipt, part="x")
    yield await ask(counter, REDEEM, receipt, part="x", till="cd01-2")
    yield found
    yield await ask(counter, QUOTES, {"lines": counter.basket()["lines"], "coupon_codes": ["x"]})


async def of_wallet(counter: Counter) -> Answers:
    code = await code_of(counter, "小李")
    paid = {"topup_no": "T-1", "member_code": code, "paid_fen": 40_000}
    for body in (paid, paid, paid | {"paid_fen": 1}, paid | {"topup_no": "T-2"}):
        yield await ask(counter, TOPUPS, body)
    yield await ask(counter, TOPUPS, {**paid, "topup_no": "T-2", "member_code": "12"})
    code = await code_of(counter, "小李")
    over = {"topup_no": "T-2", "member_code": code, "paid_fen": 500_000}
    yield await ask(counter, TOPUPS, over)
    one = {"receipt_no": "H-1", "member_code": code, "amount_fen": 1_000}
    for body in (one, one, one | {"amount_fen": 1}, one | {"receipt_no": "H-2"}):
        yield await ask(counter, HOLDS, body)
    yield await ask(counter, HOLDS, {**one, "receipt_no": "H-2", "member_code": "12"})
    code = await code_of(counter, "小李")
    much = {"receipt_no": "H-2", "member_code": code, "amount_fen": 40_001}
    yield await ask(counter, HOLDS, much)


async def of_holds(counter: Counter) -> Answers:
    ids = []
    code = await code_of(counter, "小李")
    paid = {"topup_no": "T-9", "member_code": code, "paid_fen": 200_000}
    assert (await counter.report(paid, path=TOPUPS)).status == 201
    for number, amount_fen in enumerate((1_000, 1_000, 1_000, 150_000)):
        code = await code_of(counter, "小李")
        wanted = {"receipt_no": f"E-{number}", "member_code": code, "amount_fen": amount_fen}
        found = await ask(counter, HOLDS, wanted)
        yield found
        ids.append(found[1].body["hold_id"])
    for path in (CAPTURE, VOID):
        yield await ask(counter, path, {"amount_fen": 1_001}, part=ids[0])
        yield await ask(counter, path, {}, part=0)
    for part, paths in zip(ids, ((CAPTURE, VOID), (VOID, CAPTURE), (), (CAPTURE,)), strict=True):
        for path in paths:
            yield await ask(counter, path, {}, part=part)
            yield await ask(counter, path, {}, part=part)
    await counter.shop.pass_time(minutes=15)
    for path in (CAPTURE, VOID):
        yield await ask(counter, path, {}, part=ids[2])


SCENES = (of_purchases, of_refunds, of_identify_and_quotes, of_coupons, of_wallet, of_holds)


async def refused_at_the_door(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What may happen to each call before anybody reads it."""
    for path in routes.CALLS:
        yield await ask(counter, path, b"{", part="1")
        yield await ask(counter, path, {}, part="1", timestamp=0)
        yield await ask(counter, path, b" " * 300_000, part="1")

    async def fail(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(routes, "authenticate", fail)
        for path in routes.CALLS:
            yield await ask(counter, path, {}, part="1")

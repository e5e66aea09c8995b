"""POST /purchases: what a till is answered, once and for ever."""

import json
from datetime import timedelta

import pytest

from handlers.pos import routes
from tests.handlers.pos.counter import Counter, error_of


async def code_of(counter: Counter, name: str) -> str:
    reply = (await counter.shop.hear(name, "会员码"))[0]
    return reply.splitlines()[0].removeprefix("会员码：")


async def test_a_purchase_without_a_member_offers_its_points_to_whoever_scans(
    counter: Counter,
) -> None:
    said = await counter.report(counter.basket(3299))
    assert (said.status, said.is_replay) == (201, False)
    assert set(said.body) == {"purchase_id", "points_earned", "claim", "receipt_text"}
    assert said.body["points_earned"] == 32
    claim = said.body["claim"]
    assert claim["url"] == f"http://shop.test/r/{claim['token']}"
    assert claim["expires_at"] == "2027-02-10T10:00:00+08:00"
    assert said.body["receipt_text"] == ("山茶咖啡 春熙路店\n微信扫码领取 32 积分，30 天内有效")
    assert "积分到账：+32" in (await counter.shop.hear("小李", claim["token"]))[0]


async def test_a_purchase_with_a_code_is_the_members(counter: Counter) -> None:
    for words in ("填称呼", "李小红"):
        await counter.shop.hear("小李", words)
    said = await counter.report(counter.basket(member_code=await code_of(counter, "小李")))
    assert said.status == 201
    assert (said.body["points_earned"], said.body["points_balance"]) == (32, 114)
    member = said.body["member"]
    assert (member["name_masked"], member["tier"]) == ("李*", "base")
    assert member["member_no"] in said.body["receipt_text"]
    assert "claim" not in said.body


async def test_the_same_again_is_the_first_answer_whatever_happened_since(
    counter: Counter,
) -> None:
    basket = counter.basket(member_code=await code_of(counter, "小李"))
    first = await counter.report(basket)
    await counter.report(counter.basket(member_code=await code_of(counter, "小李")))
    await counter.shop.pass_time(days=40)
    before = await counter.shop.holdings()
    other_spelling = json.dumps(dict(reversed(basket.items())), indent=2).encode()
    for body in (basket, other_spelling):
        again = await counter.report(body)
        assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    assert await counter.shop.holdings() == before


@pytest.mark.parametrize("changed", [{"paid_fen": 3201}, {"receipt_seq": 5}, {"lines": None}])
async def test_other_content_under_one_number_conflicts(
    counter: Counter, changed: dict[str, object]
) -> None:
    basket = counter.basket()
    if changed == {"lines": None}:
        changed = {"lines": [basket["lines"][0] | {"quantity": 2}]}
    await counter.report(basket)
    before = await counter.shop.holdings()
    assert error_of(await counter.report(basket | changed)) == (409, "conflict")
    assert await counter.shop.holdings() == before


async def test_receipt_numbers_belong_to_their_till(counter: Counter) -> None:
    basket = counter.basket(receipt_seq=5)
    first = await counter.report(basket)
    other = await counter.report(basket, till="cd01-2")
    assert (first.status, other.status) == (201, 201)
    assert first.body["claim"]["token"] != other.body["claim"]["token"]


async def test_one_sequence_under_two_numbers_conflicts(counter: Counter) -> None:
    await counter.report(counter.basket(receipt_seq=5))
    said = await counter.report(counter.basket(receipt_seq=5))
    assert error_of(said) == (409, "conflict")


async def test_a_code_that_was_used_is_gone_and_a_made_up_one_unknown(counter: Counter) -> None:
    code = await code_of(counter, "小李")
    assert (await counter.report(counter.basket(member_code=code))).status == 201
    assert error_of(await counter.report(counter.basket(member_code=code))) == (410, "gone")
    for unknown in ("66" + "0" * 16, "12", "会员"):
        said = await counter.report(counter.basket(member_code=unknown))
        assert error_of(said) == (404, "not_found")


async def test_a_code_is_read_for_a_minute_and_one_step_more(counter: Counter) -> None:
    code = await code_of(counter, "小李")
    counter.shop.clock.pass_time(seconds=119)
    assert (await counter.report(counter.basket(member_code=code))).status == 201
    later = await code_of(counter, "老赵")
    counter.shop.clock.pass_time(seconds=121)
    assert error_of(await counter.report(counter.basket(member_code=later))) == (404, "not_found")


async def test_a_quote_nobody_made_is_not_found(counter: Counter) -> None:
    said = await counter.report(counter.basket(quote_id="q1"))
    assert error_of(said) == (404, "not_found")


async def test_a_payment_of_tomorrow_is_a_clock_gone_wrong(counter: Counter) -> None:
    tomorrow = counter.shop.shop.now() + timedelta(hours=24)
    said = await counter.report(counter.basket() | {"paid_at": tomorrow.isoformat()})
    assert said.status == 201
    later = (tomorrow + timedelta(seconds=1)).isoformat()
    said = await counter.report(counter.basket() | {"paid_at": later})
    assert error_of(said) == (422, "unprocessable")


@pytest.mark.parametrize(
    ("fault", "told"),
    [(ConnectionError("10.0.0.7"), "the database is away"), (KeyError("R1"), "this failed here")],
)
async def test_when_something_breaks_the_till_is_asked_to_come_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, fault: Exception, told: str
) -> None:
    async def fail(*_: object) -> None:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(routes, "authenticate", fail)
        said = await counter.report(counter.basket())
    assert error_of(said) == (503, "busy")
    assert said.body["error"]["message"] == f"{told}: send it again"
    assert (await counter.report(counter.basket())).status == 201
    assert counter.counted == [503, 201]

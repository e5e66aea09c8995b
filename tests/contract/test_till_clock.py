"""What time does at the till door (时间): holds and quotes end, answers stand for ever."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import aiohttp
import pytest

from tests.contract.bench import Bench
from tests.contract.conftest import POSTGRES, SQLITE, bench_of, running
from tests.contract.fake_wechat import FakeWeChat
from tests.contract.installation import Installation
from tests.contract.test_till_door import assert_error
from tests.contract.test_till_quotes import coupon_of
from tests.contract.till import line, new_number, purchase, refund

DAY_SECONDS = 86_400
PLAYED_WITHIN_SECONDS = 300  # a month of planned runs happens in between


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
def own_installation(
    wechat: FakeWeChat, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Installation]:
    """Its clock runs ahead, which the other tests would not understand."""
    directory = tmp_path_factory.mktemp("clock")
    with ExitStack() as stack:
        if request.param == SQLITE:
            shop = Installation(directory, wechat, "sqlite://var/shuke.db")
        else:
            postgres = request.getfixturevalue("real_postgres")
            url = postgres.create_database()
            stack.callback(postgres.drop_database, url)
            redis_url = request.getfixturevalue("real_redis").url.replace("/0", "/1")
            shop = Installation(directory, wechat, url, redis_url, process_count=2)
        yield stack.enter_context(running(shop))


@pytest.fixture
async def timed(own_installation: Installation) -> AsyncIterator[Bench]:
    async for made in bench_of(own_installation):
        yield made


async def clock(bench: Bench, body: dict[str, Any] | None = None) -> str:
    """The business clock of the installation, moved forward first where that is asked."""
    url = f"{bench.shop.servers[0].admin_url}/clock"
    patience = aiohttp.ClientTimeout(total=PLAYED_WITHIN_SECONDS)
    method = "POST" if body else "GET"
    async with bench.session.request(method, url, json=body, timeout=patience) as response:
        assert response.status == 200
        now = (await response.json())["now"]
    assert datetime.fromisoformat(now).tzinfo
    return str(now)


async def pass_time(bench: Bench, seconds: int) -> None:
    await clock(bench, {"advance_seconds": seconds})


async def with_money(bench: Bench) -> str:
    """A fresh code of a member who has 550 yuan."""
    phone = await bench.member()
    paid = await bench.till().top_up(50_000, member_code=await bench.member_code(phone))
    assert paid.status == 201
    return await bench.member_code(phone)


async def test_a_hold_ends_by_itself(timed: Bench) -> None:
    till, code = timed.till(), await with_money(timed)
    held = await till.hold(1_000, member_code=code)
    await pass_time(timed, 15 * 60)
    for how in ("capture", "void", "capture"):
        assert_error(await till.end_hold(held.body["hold_id"], how, at=1), 410, "gone")


async def test_a_quote_holds_for_half_an_hour(timed: Bench) -> None:
    till = timed.till()
    early, late = [(await till.quote([line(3200)])).body["quote_id"] for _ in range(2)]
    await pass_time(timed, 29 * 60)
    now = await clock(timed)
    assert (await till.sell(3200, quote_id=early, paid_at=now)).status == 201
    await pass_time(timed, 60)
    assert_error(await till.sell(3200, quote_id=late, paid_at=now), 410, "gone")


async def test_answers_stand_a_month_later(timed: Bench) -> None:
    phone, till, now = await timed.member(), timed.till(), await clock(timed)
    sale = purchase(3200, paid_at=now, member_code=await timed.member_code(phone))
    back = refund(sale["receipt_no"], amount_fen=1200, refunded_at=now)
    coupon = await coupon_of(timed, await timed.member())
    payer = await timed.member_code(await timed.member())
    held = await till.hold(1_000, member_code=await with_money(timed))
    calls: list[tuple[str, dict[str, Any]]] = [
        ("/pos/v1/purchases", sale),
        ("/pos/v1/refunds", back),
        ("/pos/v1/wallet/topups", {"topup_no": "T", "paid_fen": 50_000, "member_code": payer}),
        (f"/pos/v1/coupons/{coupon}/redeem", {"receipt_no": new_number("R")}),
        (f"/pos/v1/wallet/holds/{held.body['hold_id']}/capture", {}),
    ]
    first = [await till.call(path, body) for path, body in calls]
    assert [said.status for said in first] == [201, 201, 201, 200, 200]
    await pass_time(timed, 30 * DAY_SECONDS)
    before = await timed.at_rest()
    for (path, body), said in zip(calls, first, strict=True):
        again = await till.call(path, body, at=1)
        assert (again.status, again.is_replay, again.body) == (200, True, said.body), path
    changed = sale | {"paid_fen": 1}
    assert_error(await till.call("/pos/v1/purchases", changed), 409, "conflict")
    assert await timed.holdings() == before
    timed.shop.verify()

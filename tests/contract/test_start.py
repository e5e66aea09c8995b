"""Starting and stopping (启停): soon there, small, and gone in good order."""

import asyncio
import os
import signal
import time

from tests.contract.bench import Bench

FIRST_ANSWER_SECONDS = 2.0
STOP_SECONDS = 20.0
MEMORY_KB = 120 * 1024
IS_STRICT = bool(os.environ.get("SHUKE_RIG_STRICT"))
PATIENCE = 1.0 if IS_STRICT else 2.0  # the machine of a test run is busy with the tests


async def first_answer_after_start(bench: Bench) -> float:
    """Seconds from the command to the first push answered, every process but one being down."""
    phone = await bench.member()
    for server in bench.shop.servers:
        assert server.end(signal.SIGTERM) == 0
    started = time.monotonic()
    bench.shop.launch(0)
    while not await bench.is_open(0):
        bench.shop.assert_running(0)
        await asyncio.sleep(0.005)
    answer = await phone.deliver(phone.text("积分"))
    assert "50" in answer.numbers
    return time.monotonic() - started


async def test_the_first_push_is_answered_within_two_seconds(bench: Bench) -> None:
    seconds = await first_answer_after_start(bench)
    bench.shop.start_missing()
    print(f"first answer after {seconds:.2f} s")
    assert seconds <= FIRST_ANSWER_SECONDS * PATIENCE


async def test_two_hundred_messages_later_the_process_is_small(bench: Bench) -> None:
    phone = await bench.member()
    for number in range(200):
        words = ("积分", "账单", "优惠券", "帮助")[number % 4]
        assert (await phone.deliver(phone.text(words), at=0)).status == 200
    memory = bench.shop.memory_kb(0)
    print(f"{memory // 1024} MB")
    assert memory <= MEMORY_KB


async def test_sigterm_under_load_finishes_the_work_and_exits_well(bench: Bench) -> None:
    people = [await bench.member() for _ in range(6)]
    tokens = [await bench.receipt(3200) for _ in people]
    server = bench.shop.servers[0]
    at_work = [
        asyncio.create_task(phone.deliver(phone.text(token), at=0))
        for phone, token in zip(people, tokens, strict=True)
    ]
    await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
    assert server.process is not None
    server.process.terminate()
    started = time.monotonic()
    answers = await asyncio.gather(*at_work, return_exceptions=True)
    assert await asyncio.to_thread(server.wait) == 0
    assert time.monotonic() - started <= STOP_SECONDS
    bench.shop.start_missing()
    for phone, token, answer in zip(people, tokens, answers, strict=True):
        if isinstance(answer, BaseException) or answer.is_nothing:
            await phone.says(token)  # WeChat would have tried again
        assert "82" in await bench.points_of(phone)
    bench.shop.verify()


async def test_the_admin_door_tells_health_readiness_and_figures(bench: Bench) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        async with bench.session.get(bench.shop.servers[0].admin_url + path) as response:
            assert response.status == 200
            assert await response.text()
    async with bench.session.get(bench.shop.urls[0] + "/metrics") as response:
        assert response.status == 404


async def test_logs_are_one_object_a_line_and_hold_no_secret(bench: Bench) -> None:
    lines = bench.shop.log_lines()
    assert all({"time", "level", "event"} <= set(line) for line in lines)
    text = repr(lines)
    for secret in bench.secrets():
        assert secret not in text

"""Sessions of the mini-program: who is calling, and who is not (reliability B26, B50, B52)."""

import pytest

from storage.models import MiniSession
from tests.handlers.mini.programme import NAME, Programme


async def test_a_login_begins_a_session_of_which_only_a_hash_is_kept(
    programme: Programme,
) -> None:
    told = await programme.log_in()
    assert told.status == 200
    assert set(told.body) == {"session", "member"}
    assert told.body["member"] is None
    assert len(told.body["session"]) == 43
    stored = str(await programme.shop.holdings())
    assert told.body["session"] not in stored
    assert "session_key" not in stored


async def test_a_member_is_told_their_number_and_masked_phone(programme: Programme) -> None:
    await programme.join()
    await programme.shop.hear(NAME, "填手机号")
    await programme.shop.hear(NAME, "13800138000")
    member = (await programme.log_in()).body["member"]
    assert member["member_no"].startswith("8")
    assert (member["phone"], member["phone_verified"]) == ("138****8000", False)


@pytest.mark.parametrize("account", ["main", "mini2", "../mini"])
async def test_a_code_of_another_account_logs_nobody_in(programme: Programme, account: str) -> None:
    told = await programme.post("/mini/login", {"account": account, "code": programme.code(NAME)})
    assert (told.status, told.error) == (401, "unauthorized")
    assert await MiniSession.all().count() == 0


async def test_a_code_is_good_once(programme: Programme) -> None:
    body = {"account": "mini", "code": programme.code(NAME)}
    assert (await programme.post("/mini/login", body)).status == 200
    assert (await programme.post("/mini/login", body)).status == 401


@pytest.mark.parametrize("session", ["", "x", "x" * 43, "x" * 65, "令牌", "a b"])
async def test_made_up_sessions_are_nobodys(programme: Programme, session: str) -> None:
    await programme.log_in()
    bearer = session.encode().decode("latin-1")
    told = await programme.post("/mini/phone", {"code": "+1:1"}, session=bearer)
    assert (told.status, told.error) == (401, "unauthorized")


async def test_a_new_login_ends_the_session_before_it(programme: Programme) -> None:
    await programme.log_in()
    first = programme.session
    await programme.log_in()
    assert (await programme.post("/mini/logout", {}, session=first)).status == 401
    assert (await programme.post("/mini/logout", {})).status == 200
    assert (await programme.post("/mini/logout", {})).status == 401


async def test_an_idle_session_ends_after_thirty_days_and_a_used_one_does_not(
    programme: Programme,
) -> None:
    await programme.join()
    await programme.log_in()
    for _ in range(2):
        programme.shop.clock.pass_time(days=29)
        assert (await programme.hand_over()).status == 200
    programme.shop.clock.pass_time(days=30, seconds=1)
    assert (await programme.hand_over()).status == 401


async def test_ended_sessions_are_forgotten_at_night(programme: Programme) -> None:
    await programme.log_in()
    await programme.shop.pass_time(days=31)
    assert await MiniSession.all().count() == 0


async def test_sixty_calls_a_minute_are_enough(programme: Programme) -> None:
    await programme.log_in()
    told = [await programme.post("/mini/nothing", {}) for _ in range(2)]
    assert {answer.status for answer in told} == {404}
    statuses = [(await programme.post("/mini/phone", {"code": "x"})).status for _ in range(61)]
    assert statuses[-1] == 429
    assert 429 not in statuses[:60]


async def test_an_address_that_guesses_codes_is_stopped(programme: Programme) -> None:
    body = {"account": "mini", "code": "nobody"}
    statuses = [(await programme.post("/mini/login", body)).status for _ in range(101)]
    assert set(statuses[:100]) == {401}
    assert statuses[-1] == 429


async def test_while_wechat_is_away_the_call_may_be_sent_again(programme: Programme) -> None:
    programme.wechat.is_busy = True
    told = await programme.log_in()
    assert (told.status, told.error) == (503, "busy")
    programme.wechat.is_busy = False
    assert (await programme.log_in()).status == 200


@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        {},
        {"account": "mini"},
        {"account": "mini", "code": 1},
        {"account": "mini", "code": ""},
        {"account": "mini", "code": "x" * 257},
        {"account": "mini", "code": "a\nb"},
        {"account": "mini", "code": "x", "member_no": "80000018"},
        {"account": "mini", "code": "x", "role": "owner"},
    ],
)
async def test_only_what_a_call_asks_for_may_stand_in_it(
    programme: Programme, body: object
) -> None:
    told = await programme.post("/mini/login", body)
    assert (told.status, told.error) == (400, "bad_request")


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"a":1,"a":2}', b"x" * 5000])
async def test_broken_bodies_are_refused_in_json(programme: Programme, raw: bytes) -> None:
    async with programme.client.post(programme.base_url + "/mini/login", data=raw) as answer:
        assert answer.status in (400, 413)
        assert set((await answer.json())["error"]) == {"code", "message", "request_id"}

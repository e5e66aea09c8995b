"""The two token services and what a call with a token that is not good hears."""

import re
from dataclasses import replace
from typing import Any

import pytest

from sandbox.config import SandboxConfig
from tests.sandbox.rig import MAIN, Rig, Rigging

WISH = {"grant_type": "client_credential", "appid": MAIN.appid, "secret": MAIN.secret}


async def classic(rig: Rig, **changes: str) -> Any:
    return await rig.get("/cgi-bin/token", **{**WISH, **changes})


async def stable(rig: Rig, **changes: Any) -> Any:
    return await rig.post("/cgi-bin/stable_token", {**WISH, **changes})


async def errcode_of(rig: Rig, token: str) -> int:
    answer = await rig.get("/cgi-bin/getcallbackip", access_token=token)
    return int(answer.get("errcode", 0))


async def test_a_stable_token_stays_the_same_until_five_minutes_before_its_end(rig: Rig) -> None:
    first = await stable(rig)
    rig.pass_time(seconds=6000)
    again = await stable(rig)
    assert again["access_token"] == first["access_token"]
    assert 300 <= again["expires_in"] <= 1200


async def test_in_the_last_five_minutes_the_old_and_the_new_token_are_both_good(rig: Rig) -> None:
    first = await stable(rig)
    rig.pass_time(seconds=6901)
    second = await stable(rig)
    assert second["access_token"] != first["access_token"]
    assert await errcode_of(rig, first["access_token"]) == 0
    rig.pass_time(seconds=300)
    assert await errcode_of(rig, first["access_token"]) == 42001


async def test_a_forced_token_ends_the_old_one_at_once(rig: Rig) -> None:
    first = await stable(rig)
    second = await stable(rig, force_refresh=True)
    assert await errcode_of(rig, first["access_token"]) == 40001
    assert await errcode_of(rig, second["access_token"]) == 0
    assert (await stable(rig))["access_token"] == second["access_token"]


async def test_forcing_twice_in_thirty_seconds_is_refused(rig: Rig) -> None:
    await stable(rig, force_refresh=True)
    assert (await stable(rig, force_refresh=True))["errcode"] == 45011
    rig.pass_time(seconds=31)
    assert "access_token" in await stable(rig, force_refresh=True)


async def test_forcing_more_than_twenty_times_a_day_is_refused(rig: Rig) -> None:
    for _ in range(20):
        assert "access_token" in await stable(rig, force_refresh=True)
        rig.pass_time(seconds=31)
    assert (await stable(rig, force_refresh=True))["errcode"] == 45009


async def test_a_classic_token_outlives_its_successor_by_five_minutes(rig: Rig) -> None:
    first, second = await classic(rig), await classic(rig)
    assert await errcode_of(rig, first["access_token"]) == 0
    rig.pass_time(seconds=301)
    assert await errcode_of(rig, first["access_token"]) == 40001
    assert await errcode_of(rig, second["access_token"]) == 0


async def test_the_two_services_do_not_end_each_others_tokens(rig: Rig) -> None:
    old, steady = await classic(rig), await stable(rig, force_refresh=True)
    await stable(rig)
    rig.pass_time(minutes=10)
    assert await errcode_of(rig, old["access_token"]) == 0
    await classic(rig)
    rig.pass_time(minutes=10)
    assert await errcode_of(rig, steady["access_token"]) == 0


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"secret": "wrong"}, 40001),
        ({"secret": ""}, 41004),
        ({"appid": ""}, 41002),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"grant_type": "password"}, 40002),
    ],
)
async def test_a_wrong_wish_for_a_token_is_named(
    rig: Rig, changes: dict[str, str], errcode: int
) -> None:
    assert (await classic(rig, **changes))["errcode"] == errcode
    assert (await stable(rig, **changes))["errcode"] == errcode


async def test_a_stable_token_is_asked_for_by_post_only(rig: Rig) -> None:
    assert (await rig.get("/cgi-bin/stable_token", **WISH))["errcode"] == 43002


async def test_a_call_without_a_token_and_with_an_unknown_one_is_refused(rig: Rig) -> None:
    assert (await rig.get("/cgi-bin/getcallbackip"))["errcode"] == 41001
    assert await errcode_of(rig, "90_" + "x" * 60) == 40001
    assert await errcode_of(rig, "short") == 40014


async def test_an_error_text_ends_in_a_request_id_that_holds_the_time(rig: Rig) -> None:
    answer = await rig.get("/cgi-bin/getcallbackip")
    found = re.fullmatch(r"access_token missing rid: (\w{8})-\w{8}-\w{8}", answer["errmsg"])
    assert found is not None
    assert abs(int(found[1], 16) - rig.world.clock.unix()) <= 2


async def test_a_frozen_secret_and_a_foreign_address_get_no_token(rigging: Rigging) -> None:
    frozen = await rigging.rig(replace(MAIN, secret_is_frozen=True))
    assert (await stable(frozen))["errcode"] == 40243
    elsewhere = await rigging.rig(replace(MAIN, ip_whitelist=("203.0.113.7",)))
    answer = await stable(elsewhere)
    assert answer["errcode"] == 40164
    assert "invalid ip 127.0.0.1" in answer["errmsg"]


async def test_a_days_quota_is_used_up_and_comes_back_after_midnight(rigging: Rigging) -> None:
    rig = await rigging.rig(quotas={"/cgi-bin/token": 2})
    await classic(rig)
    await classic(rig)
    assert (await classic(rig))["errcode"] == 45009
    rig.pass_time(days=1)
    assert "access_token" in await classic(rig)


async def test_tokens_and_people_survive_a_restart(rigging: Rigging) -> None:
    state = str(rigging.folder / "state.json")
    rig = await rigging.rig(state=state)
    token = await rig.token()
    await rig.act("follow")
    await rig.tell("phones", expect=201, name="老赵")
    config: SandboxConfig = rig.world.config
    await rigging.clients.pop().close()
    reborn, _ = await rigging.sandbox_of(config)
    async with reborn.get("/cgi-bin/user/get", params={"access_token": token}) as response:
        assert (await response.json())["data"]["openid"] == [rig.openid]
    async with reborn.get("/stage/state") as response:
        assert [phone["name"] for phone in (await response.json())["phones"]][2:] == ["老赵"]

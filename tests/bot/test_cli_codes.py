"""`box`, `code`: codes for a counter or a poster, drawn from what the platform made."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from tests.bot.cli_desk import Desk, Done, make_desk
from tests.bot.fake_wechat import FakePlatform
from tests.bot.test_cli_shop import SHOP

CREATE = "/cgi-bin/qrcode/create"


@pytest.fixture
def platform() -> FakePlatform:
    answer = {"ticket": "gQ", "url": "http://weixin.qq.com/q/box"}
    return FakePlatform(answers={CREATE: answer})


@pytest.fixture
async def desk(tmp_path: Path, platform: FakePlatform) -> AsyncIterator[Desk]:
    desk = make_desk(tmp_path)
    async with TestServer(platform.app()) as server:
        base = str(server.make_url("")).rstrip("/")
        desk.change_config(r'(?m)^api_base = "[^"]*"', f'api_base = "{base}"')
        assert desk.run("load", SHOP).code == 0
        yield desk


async def box(desk: Desk, store: str, path: Path) -> Done:
    return await asyncio.to_thread(desk.run, "box", store, "--out", str(path))


async def test_the_code_is_written_as_a_picture(desk: Desk, platform: FakePlatform) -> None:
    path = desk.folder / "box.png"
    told = (await box(desk, "cd01", path)).data
    assert (told["store"], told["scene"]) == ("cd01", "box_cd01")
    assert path.read_bytes().startswith(b"\x89PNG")
    [made] = [call.data for call in platform.calls if call.path == CREATE]
    scene = {"scene": {"scene_str": "box_cd01"}}
    assert made == {"action_name": "QR_LIMIT_STR_SCENE", "action_info": scene}


async def test_what_cannot_be_drawn_is_refused_in_one_line(
    desk: Desk, platform: FakePlatform
) -> None:
    assert "cd99" in (await box(desk, "cd99", desk.folder / "box.png")).complaint
    nowhere = await box(desk, "cd01", desk.folder / "nowhere" / "box.png")
    assert (nowhere.code, "nowhere" in nowhere.err) == (2, True)
    platform.answers[CREATE] = {"errcode": 48001, "errmsg": "api unauthorized"}
    refused = await box(desk, "cd01", desk.folder / "box.png")
    assert (refused.code, "the platform made no code" in refused.err) == (2, True)


CAMPAIGN = """
[[campaigns]]
code = "{code}"
trigger = "code:{channel}"
actions = [{{points = 5}}]
{more}
"""


def load_campaigns(desk: Desk) -> None:
    """One to come, and one that is over."""
    path = desk.folder / "campaigns.toml"
    to_come = CAMPAIGN.format(code="stall", channel="Market", more='from = "2050-01-01"')
    over = CAMPAIGN.format(code="old", channel="fair", more="ended = true")
    path.write_text(to_come + over)
    assert desk.run("load", str(path)).code == 0


async def code(desk: Desk, channel: str, path: Path) -> Done:
    return await asyncio.to_thread(desk.run, "code", channel, "--out", str(path))


async def test_the_code_of_a_campaign_has_its_channel_as_scene(
    desk: Desk, platform: FakePlatform
) -> None:
    load_campaigns(desk)
    path = desk.folder / "code.png"
    told = (await code(desk, "Market", path)).data
    assert (told["channel"], told["scene"], told["file"]) == ("Market", "Market", str(path))
    assert path.read_bytes().startswith(b"\x89PNG")
    [made] = [call.data for call in platform.calls if call.path == CREATE]
    scene = {"scene": {"scene_str": "Market"}}
    assert made == {"action_name": "QR_LIMIT_STR_SCENE", "action_info": scene}


@pytest.mark.parametrize("channel", ["fair", "stall", "box_cd01"])
async def test_a_channel_without_a_campaign_has_no_code(
    desk: Desk, platform: FakePlatform, channel: str
) -> None:
    load_campaigns(desk)
    path = desk.folder / "code.png"
    assert f"code:{channel}" in (await code(desk, channel, path)).complaint
    assert not path.exists()
    assert [call for call in platform.calls if call.path == CREATE] == []

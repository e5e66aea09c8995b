"""`box`: the code for a store's counter, drawn from what the platform made."""

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

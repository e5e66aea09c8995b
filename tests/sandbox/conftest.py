"""A sandbox for each test, with 小王 and 小李, a till, and a shop behind it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from sandbox.config import Shuke
from tests.sandbox.rig import ENROLMENT, Rig, Rigging
from tests.sandbox.till_door import TillDoor


@pytest.fixture
async def rigging(tmp_path: Path) -> AsyncIterator[Rigging]:
    (tmp_path / "till.json").write_text(json.dumps(ENROLMENT), encoding="utf-8")
    made = Rigging(tmp_path)
    yield made
    await made.stop()


@pytest.fixture
async def rig(rigging: Rigging) -> Rig:
    """The service account in safe mode."""
    return await rigging.rig()


@pytest.fixture
def door() -> TillDoor:
    return TillDoor()


@pytest.fixture
async def till(rigging: Rigging, door: TillDoor) -> Rig:
    app = web.Application()
    app.router.add_post("/pos/v1/{call:.+}", door.hear)
    return await rigging.rig(shuke=Shuke(url=await rigging.serve(app)))

"""Puts the sandbox together (装配): the one place that knows all its parts."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from aiohttp import ClientSession, TCPConnector, web

from sandbox.api.routes import api_routes
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.faults import FaultPlan
from sandbox.journal import Journal
from sandbox.keys import PUSHER, WORLD
from sandbox.mass_jobs import resume_jobs
from sandbox.media_shelf import MediaShelf
from sandbox.push.pusher import Pusher
from sandbox.sms import take_order
from sandbox.stage.door import StageFault, stage_errors
from sandbox.stage.routes import stage_routes
from sandbox.state_file import read_state, write_state
from sandbox.world import World

WEB_FOLDER = Path(__file__).with_name("web")
SAVE_EVERY_SECONDS = 0.3
# A large state is saved less often: no more than a twentieth of the time goes into it.
SAVING_SHARE = 20
MOST_REQUEST_BYTES = 16 * 1024 * 1024


def build_app(config: SandboxConfig) -> web.Application:
    app = web.Application(client_max_size=MOST_REQUEST_BYTES, middlewares=[stage_errors])
    app[WORLD] = build_world(config)
    app.cleanup_ctx.append(_saving)
    app.cleanup_ctx.append(_pushing)
    app.on_shutdown.append(_wake_the_waiting)
    app.router.add_get("/", show_page)
    app.router.add_static("/web/", WEB_FOLDER)
    app.router.add_routes(stage_routes())
    app.router.add_route("*", "/stage/{path:.*}", _no_such_stage)
    app.router.add_post("/sms/send", take_order)
    app.router.add_routes(api_routes())
    return app


def build_world(config: SandboxConfig) -> World:
    state = read_state(config.state)
    clock = Clock(state)
    media_folder = f"{config.state}.media" if config.state else ""
    world = World(
        config=config,
        state=state,
        clock=clock,
        journal=Journal(state),
        faults=FaultPlan(),
        media=MediaShelf(state, clock, media_folder),
    )
    world.populate()
    return world


async def show_page(_request: web.Request) -> web.StreamResponse:
    page = WEB_FOLDER / "index.html"
    if not page.is_file():
        return web.Response(text="The sandbox runs; its page is not installed.")
    return web.FileResponse(page, headers={"Cache-Control": "no-cache"})


async def _no_such_stage(_request: web.Request) -> web.StreamResponse:
    raise StageFault(404, "the stage knows no such path")


async def _saving(app: web.Application) -> AsyncIterator[None]:
    world = app[WORLD]
    task = asyncio.create_task(_save_often(world))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    write_state(world.config.state, world.state)


async def _save_often(world: World) -> None:
    pause = SAVE_EVERY_SECONDS
    while True:
        if world.is_dirty:
            world.is_dirty = False
            begun = time.monotonic()
            write_state(world.config.state, world.state)
            pause = max(SAVE_EVERY_SECONDS, SAVING_SHARE * (time.monotonic() - begun))
        await asyncio.sleep(pause)


async def _pushing(app: web.Application) -> AsyncIterator[None]:
    # A connection kept alive may die with the shop's restart; each push gets its own.
    async with ClientSession(connector=TCPConnector(force_close=True, limit=0)) as session:
        pusher = app[PUSHER] = Pusher(app[WORLD], session)
        resume_jobs(app[WORLD], pusher)
        yield
        await pusher.stop()
    await app[WORLD].close()


async def _wake_the_waiting(app: web.Application) -> None:
    """Long polls end by themselves, so that stopping does not wait for them."""
    app[WORLD].stop_waiting()

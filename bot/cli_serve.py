"""`python -m bot serve`: the server, in the roles web, deliver and schedule."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Any

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from bot.admin import AdminDoor, ClockStopped
from bot.app import (
    Parts,
    accounts_of,
    delivery_for,
    dispatcher_for,
    gateways_for,
    machine_now,
    opened_shop,
)
from bot.broadcaster import Broadcaster
from bot.cli_output import fault
from bot.commands import Commands
from bot.config import Settings
from bot.couriers import couriers_for
from bot.delivery import Delivery
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.inbox import Inbox
from bot.metrics import (
    TicketMetrics,
    count_till_request,
    custody_gauges,
    sending_gauges,
    state_gauges,
)
from bot.mini_platform import mini_platform
from bot.pushes import Push
from bot.web import Pages
from bot.webhook import Webhook
from bot.wechat import WeChatGateway
from bot.write_behind import WriteBehind
from handlers.mini.routes import MiniDoor
from handlers.pages.claim import ClaimPages
from handlers.pages.download import DownloadPages
from handlers.pages.gift import GiftPages
from handlers.pages.home import HomePages
from handlers.pages.login import Login, LoginFailed
from handlers.pages.subscribe import SubscribePages
from handlers.pos.routes import TillDoor
from scheduler.player import Stopped
from scheduler.runner import Runner
from scheduler.timetable import timetable
from services.broadcasts.work import work_round
from services.custody.backups import backup_age, give_up_backups
from services.custody.clone_guard import guard_against_clones
from services.messages.contacts import flush_contacts
from services.messages.outbox import outbox_states, queue_replies, sending_state
from services.messages.sending import is_sending_paused
from services.tickets.figures import ticket_gauges
from storage.database import is_outage
from storage.migrate import SchemaMismatch, check_schema

log = logging.getLogger(__name__)

ROLES = ("web", "deliver", "schedule")
LARGEST_BODY = 256 * 1024 + 1
RULES_SECONDS = 2.0
# Together below the 20 s of contract §1, with a send that is under way.
DRAIN_SECONDS = 6.0
SHUTDOWN_SECONDS = 3.0
KEEPALIVE_SECONDS = 10.0


def add_to(commands: Commands) -> None:
    server = commands.add("serve", "run the server", _serve)
    server.add_argument("--only", help="roles, such as web,deliver,schedule")
    server.add_argument("--port", type=int)
    server.add_argument("--admin-port", type=int)


async def _serve(settings: Settings, options: argparse.Namespace) -> int:
    roles = tuple(options.only.split(",")) if options.only else ROLES
    if unknown := set(roles) - set(ROLES):
        return fault(f"--only knows {', '.join(ROLES)}, not {min(unknown)}")
    await serve(settings, roles)
    return 0


async def serve(settings: Settings, roles: tuple[str, ...] = ROLES) -> None:
    """Run until SIGTERM or Ctrl-C; then finish or hand back what is under way."""
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(opened_shop(settings))
        await _guard(parts)
        await _warn(parts)
        session = await stack.enter_async_context(_http_session())
        gateways = gateways_for(parts, session)
        for gateway in gateways.values():
            stack.push_async_callback(gateway.close)
        delivery = delivery_for(parts.shop, gateways, couriers_for(parts))
        stack.push_async_callback(delivery.close)
        broadcaster = Broadcaster(partial(work_round, parts.shop, token_hex(6)), delivery.wake)
        stack.push_async_callback(broadcaster.close)
        if "deliver" in roles:
            broadcaster.start()
        runner = Runner(
            parts.shop,
            timetable(backup_at=settings.backup.at),
            deliver_all=partial(_deliver_all, broadcaster, delivery),
        )
        stack.push_async_callback(runner.close)
        contacts = WriteBehind(partial(flush_contacts, parts.shop))
        stack.push_async_callback(contacts.close)
        contacts.start()
        inbox = Inbox(parts.shop.cache)
        stack.push_async_callback(inbox.drain, DRAIN_SECONDS)
        await _start_background(stack, parts, roles, runner=runner, delivery=delivery)
        await _open_doors(
            stack, parts, roles, runner=runner, inbox=inbox, wake=delivery, gateways=gateways
        )
        log.info("serving", extra={"facts": {"port": settings.server.port, "roles": list(roles)}})
        await _until_asked_to_stop()
        log.info("stopping")
        give_up_backups(parts.shop)


async def _deliver_all(broadcaster: Broadcaster, delivery: Delivery) -> None:
    """What a clock that is moved ahead waits for before it goes on."""
    await broadcaster.work_all()
    while await delivery.deliver_due():
        await broadcaster.work_all()


def _http_session() -> ClientSession:
    # A POST on a connection the platform has just closed would end as uncertain.
    connector = TCPConnector(keepalive_timeout=KEEPALIVE_SECONDS)
    return ClientSession(timeout=ClientTimeout(total=10), connector=connector)


async def _start_background(
    stack: AsyncExitStack,
    parts: Parts,
    roles: tuple[str, ...],
    *,
    runner: Runner,
    delivery: Delivery,
) -> None:
    watch = asyncio.create_task(_watch_rules(parts), name="rules")
    stack.push_async_callback(_end, watch)
    if "deliver" in roles:
        delivery.start()
    if "schedule" in roles:
        runner.start()


async def _open_doors(
    stack: AsyncExitStack,
    parts: Parts,
    roles: tuple[str, ...],
    *,
    runner: Runner,
    inbox: Inbox,
    wake: Delivery,
    gateways: Mapping[str, WeChatGateway],
) -> None:
    server = parts.settings.server
    admin = _admin_door(parts, runner).app()
    await _listen(stack, admin, server.admin_host, server.admin_port)
    if "web" in roles:
        app = web.Application(client_max_size=LARGEST_BODY)
        _webhook(parts, inbox, wake).add_to(app)
        TillDoor(parts.shop, is_outage=is_outage, count=count_till_request).add_to(app)
        MiniDoor(parts.shop, mini_platform(gateways), is_outage=is_outage).add_to(app)
        _add_pages(app, parts, gateways)
        await _listen(stack, app, server.host, server.port)


def _webhook(parts: Parts, inbox: Inbox, delivery: Delivery) -> Webhook:
    async def queue(push: Push, part: str, contents: list[dict[str, Any]]) -> None:
        await queue_replies(
            parts.shop,
            account=push.account,
            openid=push.openid,
            key=f"{push.key}:{part}" if part else push.key,
            contents=contents,
        )
        delivery.wake()

    return Webhook(
        accounts_of(parts.settings),
        inbox,
        dispatch=dispatcher_for(parts).dispatch,
        queue_replies=queue,
        is_outage=is_outage,
        apology=parts.wordings.fill("help/apology", {}),
        now_seconds=lambda: machine_now().timestamp(),
    )


def _add_pages(app: web.Application, parts: Parts, gateways: Mapping[str, WeChatGateway]) -> None:
    pages = Pages()
    HomePages(parts.shop, pages).add_to(app)
    service = next((g for g in gateways.values() if g.account.kind == "service"), None)
    login = _login(parts, service) if service is not None else None
    ClaimPages(parts.shop, pages, login).add_to(app)
    GiftPages(parts.shop, pages, login).add_to(app)
    DownloadPages(parts.shop, pages).add_to(app)
    appids = {
        name: gateway.account.appid
        for name, gateway in gateways.items()
        if gateway.account.kind == "service"
    }
    SubscribePages(parts.shop, pages, parts.settings.wechat.mp_base, appids).add_to(app)


def _login(parts: Parts, gateway: WeChatGateway) -> Login:
    async def exchange(code: str) -> str:
        try:
            return await gateway.exchange_oauth_code(code)
        except (DeliveryFailed, DeliveryUncertain) as failed:
            raise LoginFailed from failed

    return Login(
        shop=parts.shop,
        account=gateway.account.name,
        appid=gateway.account.appid,
        oauth_base=parts.settings.wechat.oauth_base,
        exchange=exchange,
    )


def _admin_door(parts: Parts, runner: Runner) -> AdminDoor:
    async def problems() -> list[str]:
        try:
            await check_schema()
        except SchemaMismatch as mismatch:
            return [str(mismatch)]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            return [f"the database does not answer: {type(error).__name__}"]
        return []

    async def gauges() -> bytes:
        states = state_gauges(await outbox_states(), is_degraded=parts.shop.cache.degraded)
        sending = await sending_state(parts.shop)
        states += sending_gauges(sending.waiting, sending.oldest_seconds, sending.paused)
        custody = custody_gauges(
            is_paused=await is_sending_paused(), backup_age=await backup_age(parts.shop)
        )
        tickets = await ticket_gauges(parts.shop)
        served = TicketMetrics(tickets.open, tickets.overdue, tickets.replies)
        return states + custody + served.as_text()

    async def now() -> datetime:
        await parts.shop.keep_up()
        return parts.shop.clock.local(parts.shop.now())

    async def play_until(target: datetime) -> None:
        try:
            await runner.play_until(target)
        except Stopped as stopped:
            raise ClockStopped from stopped

    return AdminDoor(
        problems=problems,
        gauges=gauges,
        now=now,
        play_until=play_until if parts.settings.is_sandbox else None,
    )


async def _listen(stack: AsyncExitStack, app: web.Application, host: str, port: int) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, host, port).start()


async def _watch_rules(parts: Parts) -> None:
    """What `load` or `keys` changed elsewhere holds here within three seconds (contract §1)."""
    while True:
        await asyncio.sleep(RULES_SECONDS)
        try:
            await parts.shop.rules.refresh()
            parts.shop.keys.refresh()
        except Exception:
            log.exception("rules_not_read")


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _guard(parts: Parts) -> None:
    """Before anything can be sent; a folder that cannot be written leaves the guard off."""
    try:
        if await guard_against_clones(parts.shop, parts.settings.keys.file):
            log.warning("sending_paused", extra={"facts": {"why": "cloned"}})
    except OSError as error:
        log.warning("clone_guard_off", extra={"facts": {"reason": error.strerror}})


async def _warn(parts: Parts) -> None:
    for warning in (*parts.settings.warnings, *await parts.shop.cache.warnings()):
        log.warning("warning", extra={"facts": {"warning": warning}})


async def _until_asked_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    await stop.wait()

"""The composition root (组装): the only place that knows every part and joins them.

Also the only place that asks what time it is.
"""

import json
import os
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from aiohttp import ClientSession

import handlers
from bot.accounts import Account
from bot.config import Settings
from bot.contact_kinds import contact_kind
from bot.delivery import Delivery
from bot.dispatcher import Dispatcher, Found
from bot.mass import MassSender
from bot.notice_forms import load_notice_forms
from bot.pacing import Pacing
from bot.pushes import Push
from bot.routing import handler_modules, table_of
from bot.sending import Courier, Sender
from bot.tokens import Token
from bot.wechat import WeChatGateway
from bot.wording import Wordings, load_wordings
from loyalty.person import Person
from loyalty.send_results import SendResult
from services.clock import BusinessClock
from services.custody.auditing import audit_refusal
from services.ledger.told import note_told
from services.mass.gathering import MassCall, take_mass_call
from services.mass.last_look import confirm_mass_call, keep_mass_call, leave_out_of_mass_call
from services.mass.results import mass_call_refused, mass_call_taken, mass_call_unanswered
from services.mass.tags import forget_mass_tag, keep_mass_tag, known_tags
from services.messages.contacts import note_contact
from services.messages.outbox import ClaimedMessage, take_due_messages
from services.messages.outbox_results import begin_sending, record_results
from services.messages.waiting import take_first_lines
from services.people.callers import identify, keep_progress
from services.rules import RulesBook
from services.shop import BackupPlace, Shop
from storage.cache import Cache, CachedTokens
from storage.cache_turns import Turn
from storage.database import (
    DatabaseAddress,
    DatabaseMissing,
    close_database,
    open_database,
)
from storage.keyring import LiveKeyRing, load_or_create_keyring
from storage.migrate import check_schema, migrate
from storage.pace import pause_api, take_turn
from storage.shop import ensure_installation


def machine_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What every command of one process works with."""

    settings: Settings
    shop: Shop
    wordings: Wordings


@asynccontextmanager
async def opened_shop(settings: Settings, *, patient: bool = False) -> AsyncIterator[Parts]:
    """Database, keys, cache and rules of an installation; brings SQLite's schema up to date."""
    async with AsyncExitStack() as stack:
        address = await connect(settings, patient=patient)
        stack.push_async_callback(close_database)
        await (migrate() if address.is_sqlite else check_schema())
        installation = await ensure_installation(secrets.token_hex(8))
        cache = Cache.open(redis_url(settings), installation=installation)
        stack.push_async_callback(cache.close)
        wordings = load_wordings()
        clock = BusinessClock(machine_now)
        shop = Shop(
            environment=settings.environment,
            public_url=settings.server.public_url,
            keys=load_keys(settings),
            cache=cache,
            clock=clock,
            rules=RulesBook(clock),
            random_bytes=os.urandom,
            phrase=wordings.fill,
            sends_sms=settings.sms.is_on,
            asks_who=settings.asks_who,
            account_kinds={one.name: one.kind for one in settings.wechat.accounts},
            notice_forms=load_notice_forms(),
            audit_anchors=settings.audit.anchor_file,
            backups=backup_place(settings),
        )
        offset_ms = await shop.rules.refresh()
        if offset_ms and not settings.is_sandbox:
            raise DatabaseMissing("this database's clock was moved in a sandbox: take another one")
        shop.clock.jump_to_offset_ms(offset_ms)
        yield Parts(settings, shop, wordings)


async def connect(settings: Settings, *, patient: bool = False) -> DatabaseAddress:
    """Open the configured database; the sandbox makes the folder of its file."""
    address = database_address(settings)
    if settings.is_sandbox and address.is_sqlite:
        Path(address.url.removeprefix("sqlite://")).parent.mkdir(parents=True, exist_ok=True)
    await open_database(address, patient=patient)
    return address


def database_address(settings: Settings) -> DatabaseAddress:
    database = settings.database
    return DatabaseAddress(database.url, database.password, database.pool_size)


def backup_place(settings: Settings) -> BackupPlace:
    return BackupPlace(database_address(settings), settings.backup.folder, settings.backup.keep)


def redis_url(settings: Settings) -> str:
    url, password = settings.redis.url, settings.redis.password
    return url.replace("://", f"://:{quote(password, safe='')}@", 1) if password else url


def load_keys(settings: Settings) -> LiveKeyRing:
    if settings.is_sandbox:
        settings.keys.file.parent.mkdir(parents=True, exist_ok=True)
        load_or_create_keyring(settings.keys.file, os.urandom)
    return LiveKeyRing(settings.keys.file)


def accounts_of(settings: Settings) -> dict[str, Account]:
    return {
        account.name: Account(
            name=account.name,
            kind=account.kind,
            appid=account.appid,
            original_id=account.original_id,
            token=account.token,
            aes_key=account.aes_key,
            aes_key_previous=account.aes_key_previous,
            mode=account.mode,
            secret=account.secret,
        )
        for account in settings.wechat.accounts
    }


def dispatcher_for(parts: Parts) -> Dispatcher:
    shop = parts.shop

    async def find(account: str, openid: str, key: str) -> Found:
        caller = await identify(shop, account, openid, key)
        return Found(caller.person, caller.progress)

    async def save(person: Person, progress: str | None, prior: str | None, key: str) -> None:
        await keep_progress(shop, person, progress, prior, key)

    async def remember(person: Person, told: str, grounds: Mapping[str, object]) -> None:
        await note_told(shop, person, told, grounds)

    async def note_refusal(person: Person, what: str, about: int | str | None, key: str) -> None:
        await audit_refusal(shop, person, what, about=about, key=key)

    async def first_lines(person: Person, key: str) -> list[str]:
        return await take_first_lines(shop, person, key=key)

    def note(person: Person, push: Push) -> None:
        if (kind := contact_kind(push)) is not None:
            note_contact(shop, person.follower_id, kind)

    return Dispatcher(
        shop,
        table_of(handler_modules(handlers)),
        parts.wordings,
        find,
        save,
        remember,
        note_refusal,
        first_lines,
        note,
    )


class BoundOutbox:
    """The outbox use cases under this worker's name."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._worker = secrets.token_hex(6)

    async def take_due(self, limit: int) -> list[ClaimedMessage]:
        # Quiet hours and windows are those of a clock that somebody moved elsewhere.
        await self._shop.keep_up()
        return await take_due_messages(self._shop, self._worker, limit)

    async def begin(self, messages: Sequence[ClaimedMessage]) -> set[int]:
        return await begin_sending(self._shop, self._worker, messages)

    async def record(self, results: Sequence[SendResult[ClaimedMessage]]) -> set[int]:
        return await record_results(self._shop, self._worker, results)


class BoundMassCalls:
    """The use cases of mass sends under this worker's name."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._worker = secrets.token_hex(6)

    async def take(self) -> MassCall | None:
        return await take_mass_call(self._shop, self._worker)

    async def taken(self, call: MassCall, platform_id: str | None) -> None:
        await mass_call_taken(self._shop, self._worker, call, platform_id)

    async def refused(self, call: MassCall, reason: str, wait_until: datetime | None) -> None:
        await mass_call_refused(self._shop, self._worker, call, reason, wait_until=wait_until)

    async def unanswered(self, call: MassCall, reason: str) -> None:
        await mass_call_unanswered(self._shop, self._worker, call, reason)

    async def confirm(self, call: MassCall) -> MassCall | None:
        return await confirm_mass_call(self._shop, self._worker, call)

    async def keep(self, call: MassCall) -> bool:
        return await keep_mass_call(self._shop, self._worker, call)

    async def leave_out(self, call: MassCall, refused: Mapping[str, str]) -> bool:
        return await leave_out_of_mass_call(self._shop, self._worker, call, refused)

    async def keep_tag(self, call: MassCall, tag_id: int) -> int:
        return await keep_mass_tag(self._shop, call.id, call.account, tag_id)

    async def forget_tag(self, row_id: int) -> None:
        await forget_mass_tag(row_id)

    async def known_tags(self, call: MassCall) -> set[int]:
        return await known_tags(call.account)


class SharedWays:
    """The fleet's count of calls and pauses, in the cache."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def take(self, account: str, api: str, lane: int) -> Turn:
        return await take_turn(self._shop.cache, account, api, lane, now=self._shop.now())

    async def pause(self, account: str, api: str, until: datetime) -> None:
        await pause_api(self._shop.cache, account, api, until=until)


def delivery_for(
    shop: Shop, gateways: Mapping[str, WeChatGateway], couriers: Mapping[str, Courier]
) -> Delivery:
    pacing = Pacing(SharedWays(shop), now=shop.now)
    mass = MassSender(BoundMassCalls(shop), gateways, pacing)
    return Delivery(BoundOutbox(shop), Sender(gateways, couriers), pacing, mass)


class SharedTokens:
    """Access tokens in the cache, for the gateways of all processes."""

    def __init__(self, cache: Cache) -> None:
        self._tokens = CachedTokens(cache)

    async def get(self, appid: str) -> Token | None:
        text = await self._tokens.get(appid)
        return Token(**json.loads(text)) if text else None

    async def put(self, appid: str, token: Token, ttl_seconds: int) -> None:
        kept = json.dumps({"value": token.value, "refresh_at_seconds": token.refresh_at_seconds})
        await self._tokens.put(appid, kept, ttl_seconds)

    def lock(self, appid: str) -> AbstractAsyncContextManager[bool]:
        return self._tokens.lock(appid)


def gateways_for(parts: Parts, session: ClientSession) -> dict[str, WeChatGateway]:
    return {
        name: WeChatGateway(
            account,
            session,
            api_base=parts.settings.wechat.api_base,
            tokens=SharedTokens(parts.shop.cache),
            now_seconds=lambda: machine_now().timestamp(),
        )
        for name, account in accounts_of(parts.settings).items()
    }

"""A shop for tests: the demo shop on a real database, with a clock that tests move by hand."""

import os
import tomllib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.backends.base.executor import EXECUTOR_CACHE

from bot.wording import load_wordings
from loyalty.fingerprints import fingerprint
from loyalty.person import Person
from loyalty.receipts import Receipt, UnverifiedReceipt, minutes_at, read_token, sign_receipt
from services.clock import BusinessClock
from services.ledger.points import points_balance
from services.loading import load_shop
from services.org.tills import Till, enrol_till
from services.people.callers import identify
from services.people.joining import Joined, join_member
from services.purchases.reporting import PurchaseReport
from services.rules import RulesBook
from services.shop import Shop
from storage.cache import Cache
from storage.cache_twin import TwinCache
from storage.database import DatabaseAddress, close_database, open_database
from storage.keyring import KEY_BYTES, PURPOSES, KeyRing
from storage.migrate import applied_migrations, known_migrations, migrate
from storage.sealing import unseal_bytes
from storage.shop import ensure_installation, read_installation
from storage.tills import signing_till
from tests.outbox import KEYS
from tests.source_code import ROOT

PUBLIC_URL = "http://shop.test"
# A Monday, ten o'clock in the shop.
OPENING = datetime(2027, 1, 11, 2, 0, tzinfo=UTC)
WORDINGS = load_wordings()


class MachineClock:
    """The machine's clock as a test sets it; call it to read it."""

    def __init__(self, now: datetime = OPENING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **lengths: float) -> None:
        """Lengths as timedelta takes them: pass_time(days=30)."""
        self.now += timedelta(**lengths)


@asynccontextmanager
async def open_test_shop(
    address: DatabaseAddress,
    *,
    clock: MachineClock | None = None,
    environment: str = "sandbox",
    cache: Cache | None = None,
    keys: KeyRing | None = None,
) -> AsyncIterator[Shop]:
    """The demo shop on this database; an empty one is migrated and loaded first.

    A second opening of the same database is the same shop only with the same `keys`.
    """
    async with AsyncExitStack() as stack:
        # tortoise keeps statements by the connection's name, whatever dialect it spoke last.
        EXECUTOR_CACHE.clear()
        await open_database(address)
        stack.push_async_callback(close_database)
        if await applied_migrations() != known_migrations():
            await migrate()
        await ensure_installation("test")
        cache = cache or Cache(TwinCache())
        stack.push_async_callback(cache.close)
        business_clock = BusinessClock(clock or MachineClock())
        shop = Shop(
            environment=environment,
            public_url=PUBLIC_URL,
            keys=keys or new_keys(),
            cache=cache,
            clock=business_clock,
            rules=RulesBook(business_clock),
            random_bytes=os.urandom,
            phrase=WORDINGS.fill,
        )
        _, rules_version = await read_installation()
        if rules_version == 0:
            await load_shop(shop, demo_shop())
        shop.clock.jump_to_offset_ms(await shop.rules.refresh())
        yield shop


def new_keys() -> KeyRing:
    """New ones, but of the audit trail, which the copied demo shop has begun, and of fields, which
    tests open in the outbox."""
    keys = {purpose: {1: os.urandom(KEY_BYTES)} for purpose in PURPOSES}
    return KeyRing({**keys, **{name: {1: KEYS.key(name, 1)} for name in ("audit", "field")}})


def demo_shop() -> dict[str, Any]:
    """The demo's shop file, to load or to change first."""
    return tomllib.loads((ROOT / "tools" / "demo_shop.toml").read_text(encoding="utf-8"))


async def a_follower(shop: Shop, name: str = "li", *, account: str = "main") -> Person:
    """The person as the shop finds them now: a member after joining."""
    return (await identify(shop, account, f"openid-{name}", "")).person


async def a_member(shop: Shop, name: str = "li", *, account: str = "main") -> Person:
    person = await a_follower(shop, name, account=account)
    await join(shop, person)
    return await a_follower(shop, name, account=account)


async def join(shop: Shop, person: Person, *, key: str = "", subscribes: bool = False) -> Joined:
    """Agree to the programme; the message is the person's first unless it has a `key`."""
    key = key or f"join-{person.openid}"
    return await join_member(shop, person, subscribes=subscribes, shown_text="terms", key=key)


async def a_till(shop: Shop, code: str = "cd01-1") -> Till:
    """The till with a new key; again for the same till: the next epoch."""
    await enrol_till(shop, code)
    found = await signing_till(code)
    assert found is not None
    place = f"{found.till_no}:{found.epoch}"
    key = unseal_bytes(
        shop.keys, found.key_sealed, table="till_keys", column="key_sealed", row=place
    )
    return Till(found.till_no, code, found.store_id, found.store_name, found.epoch, key)


def a_report(
    shop: Shop,
    receipt_no: str = "R-1",
    *,
    yuan: int = 32,
    sequence: int | None = None,
    member_code: str | None = None,
    paid_at: datetime | None = None,
) -> PurchaseReport:
    """One latte of so many yuan, paid now."""
    line = {"sku": "latte", "name": "latte", "category": "coffee", "quantity": 1}
    content = [receipt_no, yuan, sequence, member_code, (paid_at or shop.now()).isoformat()]
    return PurchaseReport(
        receipt_no=receipt_no,
        receipt_seq=sequence,
        paid_at=paid_at or shop.now(),
        paid_fen=yuan * 100,
        lines=[{**line, "amount_fen": yuan * 100}],
        member_code=member_code,
        fingerprint=fingerprint(content),
    )


def a_receipt(
    shop: Shop, till: Till, sequence: int = 7, *, yuan: int = 32, paid_at: datetime | None = None
) -> UnverifiedReceipt:
    """What a person scans from a receipt that the till signed by itself."""
    receipt = Receipt(
        epoch=till.epoch,
        till_no=till.till_no,
        sequence=sequence,
        minutes=minutes_at(paid_at or shop.now()),
        amount_fen=yuan * 100,
    )
    brand, environment = shop.rules.brand_code, shop.environment
    return read(sign_receipt(receipt, till.key, brand=brand, environment=environment))


def read(token: str) -> UnverifiedReceipt:
    unverified = read_token(token)
    assert unverified is not None, token
    return unverified


async def points_of(shop: Shop, person: Person) -> int:
    assert person.member_id is not None
    return (await points_balance(shop, person.member_id)).points

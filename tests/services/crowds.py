"""A crowd (人群样本): a small shop of random members, as rows and as plain values."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.audiences.keys import detail_index
from services.shop import Shop
from storage.instants import day_of, from_ms, to_ms
from storage.sql import row, rows
from tests.services.posting import member_id_of
from tests.shop_parts import a_member

PEOPLE = 24
TAGS, CATEGORIES, SOURCES = ("甲", "乙"), ("coffee", "fresh"), ("box", "qr")
DISTRICTS, STAGES = ("锦江区", "渝中区"), ("active", "dormant", "lost")
TIERS, KINDS = ("base", "silver", "gold"), ("welcome10", "latte")
NAMED = (("champion", 5, 5, 4), ("at_risk", 2, 4, 3), ("lost", 1, 1, 1))
MESSAGES = ("promotion", "care")


@dataclass(slots=True)
class Bought:
    store_id: int
    paid_ms: int
    paid_fen: int
    refunded_fen: int
    categories: dict[str, int]

    @property
    def counts(self) -> bool:
        return self.refunded_fen < self.paid_fen


@dataclass(slots=True)
class Held:
    """A coupon."""

    kind: str
    usable: bool
    ends_on: date
    used_ms: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Somebody:
    id: int
    number: str
    joined_ms: int
    store_id: int | None
    region_id: int | None
    is_active: bool
    details: dict[str, str] = field(default_factory=dict)
    tier: str | None = None
    tags: set[str] = field(default_factory=set)
    source: str | None = None
    follows: bool = False
    purchases: list[Bought] = field(default_factory=list)
    balances: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    lots: list[tuple[int, date]] = field(default_factory=list)
    coupons: list[Held] = field(default_factory=list)
    heard: list[tuple[str, int]] = field(default_factory=list)
    complains: bool = False
    stage: str | None = None
    scores: tuple[str, int, int, int] | None = None


class Crowd:
    """Writes random rows; what it wrote stands in `people`."""

    def __init__(self, shop: Shop, seed: int = 7) -> None:
        self.shop = shop
        self.random = random.Random(seed)
        self.people: list[Somebody] = []
        self.now_ms = to_ms(shop.now())

    async def gather(self) -> list[Somebody]:
        self.first_id = member_id_of(await a_member(self.shop, "first"))
        for number in range(PEOPLE):
            await self._add(number)
        return self.people

    async def _add(self, number: int) -> None:
        chance = self.random
        somebody = Somebody(
            id=0,
            number=f"{700000 + number}",
            joined_ms=self._past(),
            store_id=chance.choice([None, 1, 2, 4]),
            region_id=chance.choice([None, None, 1, 2]),
            is_active=chance.random() < 0.9,
        )
        somebody.id = await added(
            "members",
            member_no=somebody.number,
            state="active" if somebody.is_active else "closed",
            joined_at=somebody.joined_ms,
            join_key=f"crowd-{number}",
            home_store_id=somebody.store_id,
            region_id=somebody.region_id,
        )
        self.people.append(somebody)
        await self._describe(somebody)
        await self._trade(somebody)
        await self._endow(somebody)

    def _past(self, days: int = 120) -> int:
        return self.now_ms - self.random.randrange(days * 86_400_000)

    def _is(self, share: float) -> bool:
        return self.random.random() < share

    async def _describe(self, who: Somebody) -> None:
        for name, values in (("gender", ("男", "女")), ("district", DISTRICTS)):
            if self._is(0.6):
                who.details[name] = self.random.choice(values)
                await self._detail(who.id, name, who.details[name])
        if self._is(0.6):
            who.tier = self.random.choice(TIERS)
            await added(
                "member_tiers", member_id=who.id, tier=who.tier, growth=0, since_on="2026-01-01"
            )
        who.tags = {tag for tag in TAGS if self._is(0.4)}
        for tag in who.tags:
            await added(
                "member_tags", member_id=who.id, tag=tag, source="staff", reason="", tagged_at=1
            )
        if self._is(0.7):
            who.source, who.follows = self.random.choice([None, *SOURCES]), self._is(0.5)
            await added(
                "followers",
                account="main",
                openid=f"crowd-{who.id}",
                member_id=who.id,
                follows=who.follows,
                changed_at=1,
                source=who.source,
                first_seen_at=1,
            )
        if self._is(0.7):
            who.stage = self.random.choice(STAGES)
            await added(
                "member_rhythms",
                member_id=who.id,
                visits=0,
                stage=who.stage,
                stage_since="2026-01-01",
            )
        if self._is(0.7):
            who.scores = self.random.choice(NAMED)
            facts = dict(zip(("name", "r", "f", "m"), who.scores, strict=True))
            await added("rfm_scores", member_id=who.id, scored_on="2026-01-01", **facts)

    async def _detail(self, member_id: int, name: str, value: str) -> None:
        await rows(
            "INSERT INTO member_details"
            " (member_id, name, value_sealed, changed_at, changed_by, value_index)"
            " SELECT $1, $2, $3, 1, 'member', $4",
            member_id,
            name,
            b"sealed",
            detail_index(self.shop, name, value),
        )

    async def _trade(self, who: Somebody) -> None:
        for _ in range(self.random.choice([0, 0, 1, 2, 4])):
            paid_fen = self.random.choice([0, 1_000, 2_500, 10_000])
            bought = Bought(
                store_id=self.random.choice([1, 2, 4]),
                paid_ms=self._past(),
                paid_fen=paid_fen,
                refunded_fen=self.random.choice([0, 0, 0, paid_fen // 2, paid_fen]),
                categories={},
            )
            who.purchases.append(bought)
            await self._purchase(who.id, bought)

    async def _purchase(self, member_id: int, bought: Bought) -> None:
        purchase_id = await added(
            "purchases",
            till_id=1,
            store_id=bought.store_id,
            receipt_no=f"C-{self.random.random()}",
            key_epoch=1,
            paid_at=bought.paid_ms,
            paid_fen=bought.paid_fen,
            refunded_fen=bought.refunded_fen,
            lines="[]",
            member_id=member_id,
            points=0,
            claim_until=0,
            fingerprint="f",
            recorded_at=1,
        )
        left = bought.paid_fen - bought.refunded_fen
        for category in CATEGORIES:
            if self._is(0.6):
                bought.categories[category] = left // 2
                await added(
                    "purchase_categories",
                    purchase_id=purchase_id,
                    category=category,
                    amount_fen=left // 2,
                )

    async def _endow(self, who: Somebody) -> None:
        for unit in ("points", "growth", "principal", "bonus"):
            if self._is(0.6):
                balance = self.random.choice([0, 50, 100, 5_000])
                debt = 0 if balance else self.random.choice([0, 30])
                who.balances[unit] = balance, balance // 10, debt
                await self._account(who, unit)
        for _ in range(self.random.choice([0, 0, 1, 2])):
            await self._coupon(who)
        for _ in range(self.random.choice([0, 0, 1, 2])):
            await self._message(who)
        if self._is(0.2):
            who.complains = True
            await self._complaint(who)

    async def _account(self, who: Somebody, unit: str) -> None:
        balance, held, debt = who.balances[unit]
        account_id = await added(
            "ledger_accounts",
            member_id=who.id,
            unit=unit,
            name="member",
            balance=balance,
            held=held,
            debt=debt,
        )
        if unit != "points":
            return
        entry = await row("SELECT MIN(id) AS id FROM ledger_entries")
        assert entry is not None
        for _ in range(self.random.choice([0, 1, 2])):
            expires_on = self.shop.today() + timedelta(days=self.random.randrange(-3, 40))
            who.lots.append((50, expires_on))
            await added(
                "lots",
                account_id=account_id,
                entry_id=entry["id"],
                amount=50,
                remaining=50,
                expires_on=expires_on.isoformat(),
                opened_at=1,
            )

    async def _coupon(self, who: Somebody) -> None:
        today = self.shop.today()
        starts_on = today + timedelta(days=self.random.choice([-9, -9, 0, 3]))
        ends_on = starts_on + timedelta(days=self.random.choice([3, 9, 30]))
        state, is_offered = self.random.choice(["issued", "issued", "void"]), self._is(0.2)
        usable = state == "issued" and not is_offered and starts_on <= today <= ends_on
        held = Held(self.random.choice(KINDS), usable, ends_on)
        who.coupons.append(held)
        coupon_id = await added(
            "coupons",
            code=f"crowd-{self.random.random()}",
            kind=held.kind,
            member_id=who.id,
            terms="{}",
            state=state,
            key=f"crowd-{self.random.random()}",
            starts_on=starts_on.isoformat(),
            ends_on=ends_on.isoformat(),
            issued_at=1,
            uses_left=1,
            offered_at=1 if is_offered else None,
        )
        if self._is(0.4):
            held.used_ms.append(self._past())
            await added(
                "coupon_uses",
                coupon_id=coupon_id,
                state="used",
                till_id=1,
                receipt_no="C-1",
                used_at=held.used_ms[0],
            )

    async def _message(self, who: Somebody) -> None:
        message_class, left_ms = self.random.choice(MESSAGES), self._past(30)
        is_sent = self._is(0.8)
        if is_sent:
            who.heard.append((message_class, left_ms))
        await rows(
            "INSERT INTO outbox (key, account, openid, class, content, state, due_at, created_at,"
            " member_id, lane, left_at) VALUES ($1, 'main', '', $2, '', $3, 1, 1, $4, 2, $5)",
            f"crowd-{self.random.random()}",
            message_class,
            "sent" if is_sent else "failed",
            who.id,
            left_ms,
        )

    async def _complaint(self, who: Somebody) -> None:
        follower = await row("SELECT MIN(id) AS id FROM followers")
        assert follower is not None
        await added(
            "tickets",
            key=f"crowd-{who.id}",
            kind="complaint",
            state="new",
            follower_id=follower["id"],
            member_id=who.id,
            promise_at=1,
            created_at=1,
        )


async def added(table: str, **values: object) -> int:
    """The new row's id, or its member's where it has none of its own."""
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    key = "member_id" if table in ("member_tiers", "member_rhythms", "rfm_scores") else "id"
    found = await row(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places}) RETURNING {key} AS id",
        *values.values(),
    )
    assert found is not None
    return int(found["id"])


def day_of_ms(milliseconds: int) -> date:
    return day_of(from_ms(milliseconds))

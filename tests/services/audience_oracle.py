"""The oracle of audiences (人群对照): the same filter asked of plain values, one by one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.audiences.conditions import Condition
from loyalty.audiences.filters import Both, Filter, Not
from storage.audience_parts import COMPARE
from storage.audience_people import PRIME, SHARES, factors_of
from tests.services.crowds import Bought, Somebody, day_of_ms

STORES = {"春熙路店": 1, "cd01": 1, "宽窄巷子店": 2, "cq01": 4}
REGIONS = {"成都": 1, "cq": 2}
REGION_OF_STORE = {1: 1, 2: 1, 4: 2}
RUNGS: tuple[str, ...] = ("base", "silver", "gold")
KINDS = {"新人券": "welcome10", "welcome10": "welcome10", "latte": "latte"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition and the day it is asked on."""

    condition: Condition
    today: date
    tiers: Mapping[str, str]

    def compares(self, amount: int) -> bool:
        assert self.condition.number is not None
        return COMPARE[self.condition.operator](amount, self.condition.number)

    def compares_day(self, day: date | None) -> bool:
        if day is None:
            return self.condition.operator == "≠"
        wanted = self.condition.day
        assert wanted is not None
        return COMPARE[self.condition.operator](day.toordinal(), wanted.toordinal())

    def names_any(self, found: Iterable[object], wanted: Iterable[object]) -> bool:
        return bool(set(found) & set(wanted)) != (self.condition.operator == "≠")

    def is_within(self, milliseconds: int) -> bool:
        days = self.condition.days
        return days is None or day_of_ms(milliseconds) >= self.today - timedelta(days=days)

    def purchases(self, who: Somebody, categories: tuple[str, ...]) -> list[Bought]:
        stores = {STORES[name] for name in self.condition.at}
        return [
            bought
            for bought in who.purchases
            if bought.counts
            and self.is_within(bought.paid_ms)
            and (not stores or bought.store_id in stores)
            and (not categories or any(bought.categories.get(one, 0) > 0 for one in categories))
        ]


def holds(wanted: Filter, who: Somebody, *, today: date, tiers: Mapping[str, str]) -> bool:
    if isinstance(wanted, Not):
        return not holds(wanted.part, who, today=today, tiers=tiers)
    if not isinstance(wanted, Condition):
        each = [holds(part, who, today=today, tiers=tiers) for part in wanted.parts]
        return all(each) if isinstance(wanted, Both) else any(each)
    return ORACLES[wanted.word](Asked(wanted, today, tiers), who)


def _spend(asked: Asked, who: Somebody) -> bool:
    of = asked.condition.of
    found = asked.purchases(who, of)
    if not asked.condition.operator:
        return bool(found)
    if not of:
        return asked.compares(sum(bought.paid_fen - bought.refunded_fen for bought in found))
    return asked.compares(sum(b.categories.get(one, 0) for b in found for one in set(of)))


def _visits(asked: Asked, who: Somebody) -> bool:
    found = asked.purchases(who, asked.condition.of)
    return asked.compares(len({(b.store_id, day_of_ms(b.paid_ms)) for b in found}))


def _bought(asked: Asked, who: Somebody) -> bool:
    found = bool(asked.purchases(who, asked.condition.names))
    return found != (asked.condition.operator == "≠")


def _edge(edge: Callable[[list[int]], int]) -> Callable[[Asked, Somebody], bool]:
    def oracle(asked: Asked, who: Somebody) -> bool:
        instants = [bought.paid_ms for bought in asked.purchases(who, ())]
        return asked.compares_day(day_of_ms(edge(instants)) if instants else None)

    return oracle


def _region(asked: Asked, who: Somebody) -> bool:
    home = who.region_id or REGION_OF_STORE.get(who.store_id or 0)
    return asked.names_any([home], [REGIONS[name] for name in asked.condition.names])


def _tier(asked: Asked, who: Somebody) -> bool:
    rungs = list(dict.fromkeys(asked.tiers.values()))
    wanted = [asked.tiers[name] for name in asked.condition.names]
    if asked.condition.operator in ("=", "≠"):
        return asked.names_any([who.tier or rungs[0]], wanted)
    place = rungs.index(who.tier or rungs[0])
    return COMPARE[asked.condition.operator](place, rungs.index(wanted[0]))


def _balance(*units: str, part: int = 0, free: bool = False) -> Callable[[Asked, Somebody], bool]:
    def oracle(asked: Asked, who: Somebody) -> bool:
        held = [who.balances.get(unit, (0, 0, 0)) for unit in units]
        return asked.compares(sum(one[part] - (one[1] if free else 0) for one in held))

    return oracle


def _expiring(asked: Asked, who: Somebody) -> bool:
    last = asked.today + timedelta(days=asked.condition.days or 0)
    return asked.compares(sum(points for points, day in who.lots if asked.today <= day <= last))


def _coupon(asked: Asked, who: Somebody) -> bool:
    days = asked.condition.days
    last = date.max if days is None else asked.today + timedelta(days=days)
    kinds = [own.kind for own in who.coupons if own.usable and own.ends_on <= last]
    return _any_kind(asked, kinds)


def _used(asked: Asked, who: Somebody) -> bool:
    kinds = [own.kind for own in who.coupons if any(map(asked.is_within, own.used_ms))]
    return _any_kind(asked, kinds)


def _preference(asked: Asked, who: Somebody) -> bool:
    used = [own.kind for own in who.coupons if own.used_ms]
    discounts, gifts = used.count("welcome10"), used.count("latte")
    prefers = {discounts: "discount", gifts: "gift"}[max(discounts, gifts)]
    return asked.names_any([prefers] if discounts != gifts else [], _meant(asked))


def _any_kind(asked: Asked, kinds: list[str]) -> bool:
    if not asked.condition.names:
        return bool(kinds)
    return asked.names_any(kinds, [KINDS[name] for name in asked.condition.names])


def _received(asked: Asked, who: Somebody) -> bool:
    found = [kind for kind, left_ms in who.heard if asked.is_within(left_ms)]
    if not asked.condition.names:
        return bool(found)
    return asked.names_any(found, _meant(asked))


def _meant(asked: Asked) -> list[str | None]:
    return [asked.condition.kind.meaning_of(name) for name in asked.condition.names]


def _random(asked: Asked, who: Somebody) -> bool:
    factor, shift = factors_of("".join(asked.condition.of))
    place = pow((who.id * factor + shift) % PRIME, 2, PRIME) % SHARES
    assert asked.condition.number is not None
    return place < asked.condition.number


def _detail(name: str) -> Callable[[Asked, Somebody], bool]:
    return lambda asked, who: asked.names_any([who.details.get(name)], asked.condition.names)


def _score(place: int) -> Callable[[Asked, Somebody], bool]:
    def oracle(asked: Asked, who: Somebody) -> bool:
        return who.scores is not None and asked.compares(int(str(who.scores[place])))

    return oracle


ORACLES: dict[str, Callable[[Asked, Somebody], bool]] = {
    "everybody": lambda asked, who: True,
    "gender": _detail("gender"),
    "district": _detail("district"),
    "joined": lambda asked, who: (
        asked.is_within(who.joined_ms)
        if asked.condition.days is not None
        else asked.compares_day(day_of_ms(who.joined_ms))
    ),
    "source": lambda asked, who: asked.names_any([who.source], asked.condition.names),
    "follows": lambda asked, who: who.follows,
    "region": _region,
    "store": lambda asked, who: asked.names_any(
        [who.store_id], [STORES[name] for name in asked.condition.names]
    ),
    "tier": _tier,
    "member_no": lambda asked, who: asked.names_any([who.number], asked.condition.names),
    "tag": lambda asked, who: asked.names_any(who.tags, asked.condition.names),
    "spend": _spend,
    "unspent": lambda asked, who: not asked.purchases(who, asked.condition.of),
    "visits": _visits,
    "bought": _bought,
    "not_bought": lambda asked, who: not _bought(asked, who),
    "last_bought": _edge(max),
    "first_bought": _edge(min),
    "points": _balance("points"),
    "growth": _balance("growth"),
    "points_debt": _balance("points", part=2),
    "expiring_points": _expiring,
    "stored": _balance("principal", "bonus", free=True),
    "coupon": _coupon,
    "expiring_coupon": _coupon,
    "used_coupon": _used,
    "preference": _preference,
    "received": _received,
    "not_received": lambda asked, who: not _received(asked, who),
    "complaint": lambda asked, who: who.complains,
    "stage": lambda asked, who: asked.names_any([who.stage], _meant(asked)),
    "rfm": lambda asked, who: asked.names_any([who.scores and who.scores[0]], _meant(asked)),
    "recency": _score(1),
    "frequency": _score(2),
    "monetary": _score(3),
    "random": _random,
}

"""Audiences as SQL (人群查询): the database finds whom the filter means, on both databases."""

from datetime import date

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.audiences.filters import Filter
from loyalty.audiences.words import WORDS, Takes, Word
from services.audiences.finding import Audience, includes, names_of, people_of
from services.shop import Shop
from storage.audience_sql import PARTS
from storage.sql import Values, rows
from tests.loyalty.filters import Names, Pools, conditions, joined
from tests.services.audience_oracle import KINDS, ORACLES, REGIONS, STORES, holds
from tests.services.crowds import CATEGORIES, DISTRICTS, PEOPLE, SOURCES, TAGS, Crowd

TIERS = {"普通会员": "base", "银卡": "silver", "gold": "gold", "黑卡": "black"}
NAMED: dict[str, tuple[str, ...]] = {
    "store": tuple(STORES),
    "region": tuple(REGIONS),
    "tier": tuple(TIERS),
    "district": DISTRICTS,
    "source": SOURCES,
    "tag": TAGS,
    "member_no": tuple(f"{700000 + number}" for number in range(PEOPLE)),
    "category": CATEGORIES,
    "seed": ("一", "二"),
    "bought": CATEGORIES,
    "not_bought": CATEGORIES,
}
# Asked of tables that are tried elsewhere, or put in place before.
ELSEWHERE = {"segment", "birth_month", "birthday", "signed_up", "attended"}
ASKED = tuple(word for word in WORDS if word.key not in ELSEWHERE)


def some_names(key: str) -> Names:
    known = NAMED.get(key) or tuple(KINDS)
    return st.lists(st.sampled_from(known), min_size=1, max_size=2).map(tuple)


def some_number(word: Word) -> st.SearchStrategy[int]:
    if word.takes is Takes.SCORE:
        return st.integers(1, 5)
    if word.takes is Takes.PERCENT:
        return st.sampled_from([0, 100, 5_000, 10_000])
    if word.key == "visits":
        return st.integers(0, 4)
    return st.sampled_from([0, 30, 50, 90, 100, 500, 1_000, 2_500, 5_000, 12_500])


POOLS = Pools(
    words=ASKED,
    names=some_names,
    numbers=some_number,
    day=st.dates(date(2026, 9, 10), date(2027, 1, 15)),
    days=st.integers(1, 100),
)


def drawn(wanted: st.SearchStrategy[Filter], count: int) -> list[Filter]:
    """So many filters; a database under test is no place for Hypothesis to come back to."""
    found: list[Filter] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(wanted)
    def keep(one: Filter) -> None:
        found.append(one)

    keep()
    return found


async def found_by(shop: Shop, wanted: Filter) -> set[int]:
    values = Values()
    people = people_of(shop, Audience("", wanted))(values)
    lines = await rows(f"SELECT m.id FROM members m WHERE {people}", *values.all)
    return {line["id"] for line in lines}


async def test_the_database_finds_whom_a_filter_means(shop: Shop) -> None:
    crowd = await Crowd(shop).gather()
    tiers = names_of(shop).lists["tiers"]
    in_order = {name: str(value) for name, (value,) in tiers.items()} | TIERS
    ids, hits = {who.id for who in crowd}, 0
    filters = drawn(conditions(POOLS), 260) + drawn(joined(conditions(POOLS)), 140)
    for wanted in filters:
        meant = {
            who.id
            for who in crowd
            if who.is_active and holds(wanted, who, today=shop.today(), tiers=in_order)
        }
        assert await found_by(shop, wanted) & ids == meant, wanted.as_text()
        hits += 0 < len(meant) < len(crowd)
    assert len(filters) >= 200
    assert hits > len(filters) // 3, "filters that mean nobody or everybody prove little"


async def test_one_member_is_looked_at_as_everybody_is(shop: Shop) -> None:
    await Crowd(shop).gather()
    for wanted in drawn(joined(conditions(POOLS)), 25):
        found = await found_by(shop, wanted)
        audience = Audience("", wanted)
        line = await rows("SELECT id FROM members ORDER BY id LIMIT 6")
        for member_id in (one["id"] for one in line):
            is_in = await includes(shop, audience, member_id)
            assert is_in == (member_id in found), wanted.as_text()


def test_every_word_is_asked_of_the_database() -> None:
    assert set(PARTS) == {word.key for word in WORDS} - {"segment"}
    assert set(ORACLES) == {word.key for word in ASKED}

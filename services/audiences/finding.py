"""Audiences (人群): whom a filter or a saved name means, how many they are, a few of them.

Whoever asks means the members of their own stores; the shop itself means the whole brand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.audiences.birthdays import days_meant
from loyalty.audiences.filters import Filter
from loyalty.audiences.names import Known, Names, in_place
from loyalty.audiences.preferences import preference_for
from loyalty.audiences.reading import parse_filter
from loyalty.audiences.words import BY_KEY, PREFERENCES
from loyalty.people import mask_name
from loyalty.person import Person
from loyalty.staff import Right
from loyalty.tiers import rungs_of
from services.audiences.keys import keyed_values
from services.audiences.segments import saved_filters
from services.details.birthday_index import indexes_of_day
from services.details.keeping import unsealed
from services.org.staff import Reach, allow, reach_of
from services.shop import Shop
from storage.audience_sql import Moment
from storage.audience_sql import people_in as people_within
from storage.audiences import how_many, is_among, newest_of
from storage.sql import Part, Row, Values


@dataclass(frozen=True, slots=True)
class Audience:
    """`name` is what was typed: a saved name, or the filter as it is written."""

    name: str
    filter: Filter
    stores: Reach = None


async def read_audience(shop: Shop, person: Person | None, text: str) -> Audience:
    """全部, a saved name or a filter, as far as the person's stores reach; without one, all.

    Raises a kind of AudienceUnread, NameUnknown, TooMuchAsked.
    """
    if person is not None:
        allow(person, Right.AUDIENCE)
    stores = None if person is None else reach_of(shop, person)
    return audience_from(shop, text, await saved_filters(shop), stores)


def audience_from(
    shop: Shop, text: str, saved: dict[str, Filter], stores: Reach = None
) -> Audience:
    """The same where the saved audiences are at hand; raises what read_audience raises."""
    wanted = " ".join(text.split())
    known = {name.casefold(): name for name in saved}
    if name := known.get(wanted.casefold()):
        return Audience(name, checked(shop, saved[name], saved), stores)
    found = parse_filter(wanted)
    return Audience(found.as_text(), checked(shop, found, saved), stores)


def checked(shop: Shop, wanted: Filter, saved: dict[str, Filter]) -> Filter:
    """With saved audiences in place and every name known; raises what read_audience raises."""
    whole = in_place(wanted, saved)
    names_of(shop).check(whole)
    return whole


async def count_people(shop: Shop, audience: Audience) -> int:
    return await how_many(people_of(shop, audience))


async def sample(shop: Shop, audience: Audience, n: int = 3) -> list[str]:
    """So many of them, masked, a line each."""
    return [masked_line(shop, found) for found in await newest_of(people_of(shop, audience), n)]


async def includes(shop: Shop, audience: Audience, member_id: int) -> bool:
    return await is_among(people_of(shop, audience, is_one=True), member_id)


def people_of(shop: Shop, audience: Audience, *, is_one: bool = False) -> Part:
    """The condition on members m that makes the audience at this moment.

    `is_one`: it will be asked about one member.
    """
    moment = moment_of(shop, is_one=is_one)

    def condition(values: Values) -> str:
        return people_within(audience.filter, values, moment=moment, stores=audience.stores)

    return condition


def moment_of(shop: Shop, *, is_one: bool = False) -> Moment:
    return Moment(
        now=shop.now(),
        today=shop.today(),
        names=names_of(shop),
        keyed=lambda word, name: _keyed(shop, word, name),
        is_one=is_one,
    )


def _keyed(shop: Shop, word: str, name: str) -> Sequence[str]:
    """The digests that a name in a filter stands for; of a birthday those of all days it means."""
    if word not in ("birth_month", "birthday"):
        return keyed_values(shop, word, name)
    choice = BY_KEY[word].meaning_of(name)
    assert choice is not None, name
    days = days_meant(word, choice, shop.today())
    return [index for day in days for index in indexes_of_day(shop, day)]


def names_of(shop: Shop) -> Names:
    """What this shop's stores, tiers and so on are called, by code and by name."""
    places = shop.rules.places
    kinds = shop.rules.coupon_kinds.values()
    activities = [
        (code, shop.rules.activities[code].name, number)
        for code, number in shop.rules.activity_numbers.items()
        if code in shop.rules.activities
    ]
    return Names(
        {
            "regions": _both(
                [(place.region, place.region_name, place.region_id) for place in places.values()]
            ),
            "stores": _both(
                [(place.store, place.store_name, number) for number, place in places.items()]
            ),
            "tiers": _both(
                [(tier.code, tier.name, tier.code) for tier in rungs_of(shop.rules.tiers)]
            ),
            "coupon_kinds": _both([(kind.code, kind.name, kind.code) for kind in kinds]),
            "preferences": {
                meaning: tuple(kind.code for kind in kinds if preference_for(kind.kind) == meaning)
                for _, meaning in PREFERENCES
            },
            "activities": _both(activities)
            | {str(number): (number,) for _, _, number in activities},
        }
    )


def _both(found: Sequence[tuple[str, str, Known]]) -> dict[str, tuple[Known, ...]]:
    """By name first, as people say it."""
    by_name: dict[str, tuple[Known, ...]] = {}
    for _, name, value in dict.fromkeys(found):
        by_name[name] = (*by_name.get(name, ()), value)
    return by_name | {code: (value,) for code, _, value in found}


def masked_line(shop: Shop, found: Row) -> str:
    sealed = found["name_sealed"]
    name = mask_name(unsealed(shop, found["id"], "name", sealed)) if sealed is not None else ""
    facts = {"member_no": found["member_no"], "name": name or shop.phrase("staff/no_name", {})}
    return shop.phrase("audiences/sample_line", facts)

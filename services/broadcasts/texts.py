"""Texts of group sends (群发内容): filled for each person, for many people in a few reads."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from loyalty.broadcast_contents import Content, Place, filled, places_in
from loyalty.money import yuan_text
from loyalty.people import mask_name
from services.details.keeping import unsealed
from services.org.staff import where_named
from services.shop import Shop
from services.tiers.rungs import tiers_of
from storage.broadcast_facts import names_and_homes, points_of_many, stored_of_many
from storage.broadcasts import broadcast_contents
from storage.sql import Row

Facts = dict[int, dict[str, str]]


async def filled_contents(
    shop: Shop, wanted: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], dict[str, Any]]:
    """By (broadcast, member): what is said to them right now; a few reads, however many."""
    contents = await broadcast_contents(broadcast_id for broadcast_id, _ in wanted)
    places = {place for content in contents.values() for place in places_in(content)}
    facts = await facts_of_members(shop, {member_id for _, member_id in wanted}, places)
    return {
        (broadcast_id, member_id): said_to(shop, contents[broadcast_id], facts[member_id])
        for broadcast_id, member_id in wanted
    }


def said_to(shop: Shop, content: Content, facts: dict[str, str]) -> dict[str, Any]:
    """Filled; a text ends with how to hear no more of the kind."""
    said = filled(content, facts)
    if said["kind"] == "text":
        said["value"] = shop.phrase("broadcast/said", {"text": said["value"]})
    return said


async def facts_of_members(
    shop: Shop, member_ids: Iterable[int], places: Iterable[str], *, masked: bool = False
) -> Facts:
    """What stands in these places for each; of a name only the surname where it is `masked`."""
    ids, wanted = sorted(set(member_ids)), set(places)
    facts: Facts = {member_id: {} for member_id in ids}
    if not ids or not wanted:
        return facts
    if wanted & {Place.NAME, Place.STORE}:
        for line in await names_and_homes(ids):
            facts[line["id"]][Place.NAME] = _name(shop, line, masked=masked)
            facts[line["id"]][Place.STORE] = where_named(shop, line["home_store_id"])
    if Place.TIER in wanted:
        for member_id, tier in (await tiers_of(shop, ids)).items():
            facts[member_id][Place.TIER] = tier.name
    if Place.POINTS in wanted:
        _put(facts, Place.POINTS, await points_of_many(ids, shop.today()), as_text=str)
    if Place.STORED in wanted:
        stored = await stored_of_many(ids, today=shop.today(), now=shop.now())
        _put(facts, Place.STORED, stored, as_text=yuan_text)
    return facts


def _put(facts: Facts, place: str, found: list[Row], *, as_text: Callable[[int], str]) -> None:
    amounts = {line["member_id"]: int(line["amount"]) for line in found}
    for member_id, own in facts.items():
        own[place] = as_text(amounts.get(member_id, 0))


def _name(shop: Shop, line: Row, *, masked: bool) -> str:
    sealed = line["name_sealed"]
    name = unsealed(shop, line["id"], "name", sealed) if sealed is not None else ""
    return (mask_name(name) if masked else name) or shop.phrase("broadcast/somebody", {})

"""Receipts that are not quite right (变造小票): none is accepted, all are refused alike."""

import random
from collections import defaultdict
from typing import Any
from urllib.parse import quote

from tests.contract.bench import Bench
from tests.contract.client import Phone
from tests.contract.mutations import RECEIPTS, is_shaped
from tests.contract.rig import scale, seed

Told = dict[tuple[str, bool], set[Any]]
TRIES = 250
TRIES_A_PERSON = 8  # ten failures an hour are one limit of the door
WAYS = ("link", "scene", "menu scan", "link typed", "typed")


async def attempt(phone: Phone, way: str, *, token: str, link: str) -> Any:
    """What the phone is told; a page by its status and words."""
    if way == "link":
        page = await phone.opens(link + quote(token, safe=""))
        return page.status, page.words
    pushes = {
        "scene": lambda: phone.scan(token),
        "menu scan": lambda: phone.scan_result(link + token),
        "link typed": lambda: phone.text(link + token),
        "typed": lambda: phone.text(token),
    }
    answer = await phone.deliver(pushes[way]())
    assert answer.status == 200
    return answer.text


async def test_no_mutated_receipt_is_accepted(bench: Bench) -> None:
    chance = random.Random(seed())
    token = await bench.receipt(7700)
    till = bench.shop.enrolments["cd01-1"]
    offline = bench.till().offline_token(bench.new_sequence(), 8800)
    people = [await bench.member() for _ in range(scale(TRIES) // TRIES_A_PERSON + 1)]
    unknown = await people[0].says("天地玄黄宇宙洪荒"), await people[0].scans("poster-7")
    before, told, errors = await bench.at_rest(), defaultdict(set), bench.shop.errors()
    for number in range(scale(TRIES)):
        way, kind = WAYS[number % len(WAYS)], chance.choice(list(RECEIPTS))
        made = RECEIPTS[kind](chance.choice([token, offline]), till, chance)
        phone = people[number // TRIES_A_PERSON]
        said = await attempt(phone, way, token=made, link=till.claim_url)
        told[way, is_shaped(made)].add((said, kind, made))
    assert await bench.holdings() == before
    assert bench.shop.errors() == errors
    assert_all_refused_alike(told, unknown)
    assert "127" in await people[-1].says(token)
    assert "88" in await people[-1].says(offline)


def assert_all_refused_alike(told: Told, unknown: tuple[str, str]) -> None:
    """One page, one sentence; what is not shaped like a token is an unknown word or scene."""
    unknown_word, unknown_scene = unknown
    words = {key: {said for said, _, _ in tries} for key, tries in told.items()}
    pages = words["link", True] | words["link", False]
    assert len({text for _, text in pages}) == 1, pages
    assert {404} <= {status for status, _ in pages} <= {404, 429}, pages  # all from one address
    refusals = words["link typed", True]
    assert len(refusals) == 1, refusals
    assert refusals.isdisjoint(unknown)
    for key in (("link typed", False), ("menu scan", True), ("menu scan", False), ("scene", True)):
        assert words[key] == refusals, told[key]
    assert words["scene", False] <= refusals | {unknown_scene}, told["scene", False]
    assert words["typed", False] == {unknown_word}, told["typed", False]
    assert words["typed", True] in (refusals, {unknown_word}), told["typed", True]

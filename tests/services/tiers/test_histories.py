"""Any history (等级全程): whatever is bought, brought back and waited for, tiers stay lawful."""

import json
import random
from datetime import date
from itertools import pairwise

import pytest

from loyalty.person import Person
from loyalty.tiers import deserved_place
from services.shop import Shop
from services.tiers.measures import ladder_of, progress_of
from services.tiers.reviews import review_tiers
from storage.instants import day_of, from_ms
from storage.sql import Row, row, rows
from tests.services.growing import brings_back, spends, use_ladder
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member

PLACES = {"base": 0, "silver": 1, "gold": 2, "black": 3}
STEPS = 60


async def standing_of(person: Person) -> Row:
    found = await row("SELECT * FROM member_tiers WHERE member_id = $1", person.member_id)
    return found or {"tier": "base", "until_on": None}


async def deserved_by(shop: Shop, person: Person) -> int:
    ladder = ladder_of(shop)
    progress = await progress_of(shop, member_id_of(person), ladder=ladder)
    return deserved_place(ladder.rungs, progress.measures)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_the_rules_of_tiers_hold(
    shop: Shop, clock: MachineClock, seed: int
) -> None:
    dice = random.Random(seed)
    await use_ladder(shop, visit_from_fen=1000, gold={"match": "any", "visits": 5})
    li, bought = await a_member(shop), dict[int, int]()
    for _ in range(STEPS):
        before = await standing_of(li)
        match dice.choice(["buys", "buys", "returns", "waits"]):
            case "buys":
                fen = dice.choice([500, 1000, 20_000, 60_000, 300_000])
                bought[(await spends(shop, li, fen))[0]] = fen
                now = PLACES[(await standing_of(li))["tier"]]
                assert now >= max(PLACES[before["tier"]], await deserved_by(shop, li))
            case "returns" if bought:
                purchase_id = dice.choice(list(bought))
                fen = dice.randint(1, bought.pop(purchase_id))
                await brings_back(shop, li, purchase_id, fen)
                now = PLACES[(await standing_of(li))["tier"]]
                assert min(PLACES[before["tier"]], await deserved_by(shop, li)) <= now
                assert now <= PLACES[before["tier"]]
            case _:
                clock.pass_time(days=dice.choice([1, 20, 29, 100, 200]))
                await review_tiers(shop)
    await assert_lawful(li)


async def assert_lawful(person: Person) -> None:
    """Reviews come after the end of a term and go one step down at most; graces are rare."""
    changes = await rows("SELECT * FROM tier_changes ORDER BY id")
    graces = []
    for line in changes:
        fall = PLACES[line["from_tier"]] - PLACES[line["to_tier"]]
        facts = json.loads(line["facts"])
        if line["reason"] == "grace":
            graces.append(date.fromisoformat(facts["last_day"]))
        assert fall == {"kept": 0, "grace": 0, "stepped_down": 1}.get(line["reason"], fall)
        assert line["reason"] != "reached" or fall < 0
        assert line["reason"] != "returned" or fall > 0
        if line["key"].startswith("tier:review:"):
            assert day_of(from_ms(line["changed_at"])).isoformat() > facts["last_day"]
    assert all((late - soon).days >= 730 for soon, late in pairwise(graces))

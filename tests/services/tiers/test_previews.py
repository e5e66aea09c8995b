"""Previews of a ladder (等级预演): counts of who rises, stays and goes down, nobody touched."""

from datetime import timedelta

import pytest

from services.loading import load_shop
from services.shop import Shop
from services.tiers.checks import check_ladder
from services.tiers.previews import NoLadderAhead, preview_ladder
from services.tiers.reviews import raise_tiers
from tests.services.growing import RUNGS, instant_of, moves, spends, tier_code
from tests.shop_parts import MachineClock, a_member

HARDER = (("base", 0), ("silver", 800), ("gold", 1000), ("black", 6000))


def a_file(rungs: tuple[tuple[str, int], ...], starts: str | None = None) -> dict[str, object]:
    tiers = [{"code": code, "name": code, "growth": growth} for code, growth in rungs]
    return {"tiers": tiers, "ladder": {"starts": instant_of(starts).date()} if starts else {}}


async def a_town(shop: Shop) -> None:
    """Five members: two below the first rung, two on silver, one on gold."""
    for name, fen in (("a", 0), ("b", 30_000), ("c", 50_000), ("d", 120_000), ("e", 200_000)):
        person = await a_member(shop, name)
        if fen:
            await spends(shop, person, fen)


async def test_without_a_coming_ladder_there_is_nothing_to_preview(shop: Shop) -> None:
    with pytest.raises(NoLadderAhead):
        await preview_ladder(shop)


async def test_a_file_is_previewed_without_being_loaded(shop: Shop) -> None:
    await a_town(shop)
    before = await moves()
    assert await preview_ladder(shop, a_file(HARDER)) == {
        "starts": "2027-01-11",
        "members": 5,
        "up": {"silver→gold": 1},
        "down_at_review": {"silver→base": 1},
        "same": 3,
        "replaced": {},
    }
    assert await moves() == before


async def test_a_ladder_loaded_ahead_is_previewed_and_then_comes(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 120_000)
    await load_shop(shop, a_file(HARDER, "2027-03-01"))
    await shop.rules.refresh()
    preview = await preview_ladder(shop)
    assert (preview["starts"], preview["up"]) == ("2027-03-01", {"silver→gold": 1})
    assert await raise_tiers(shop) == 0
    clock.now = instant_of("2027-03-01")
    assert await raise_tiers(shop) == 1
    assert await tier_code(shop, li) == "gold"


async def test_what_will_be_too_old_by_then_does_not_count(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await spends(shop, li, 100_000, at=shop.now() - timedelta(days=350))
    preview = await preview_ladder(shop, a_file(RUNGS, "2027-03-01"))
    assert preview["down_at_review"] == {"silver→base": 1}


async def test_a_rung_that_goes_away_is_named(shop: Shop) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    preview = await preview_ladder(shop, a_file((("base", 0), ("member", 400))))
    assert preview["replaced"] == {"silver→member": 1}


async def test_a_check_tells_who_stands_where_and_how_far_the_next_rung_is(shop: Shop) -> None:
    await a_town(shop)
    assert await check_ladder(shop) == {
        "members": 5,
        "tiers": {"base": 2, "silver": 2, "gold": 1, "black": 0},
        "median_gap_percent": {"base": 66, "silver": 66, "gold": 200},
        "too_close": [],
        "too_far": ["gold"],
    }

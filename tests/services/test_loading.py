"""Loading the shop file (载入): what changed becomes a version, twice is the same as once."""

import asyncio
from typing import Any

import pytest

from loyalty.shop_file.reading import ShopFileFaults
from services.loading import load_shop
from services.org.tills import enrol_till
from services.shop import Shop
from storage.sql import rows
from tests.shop_parts import a_till, demo_shop

Data = dict[str, Any]
TABLES = ("brands", "regions", "stores", "tills", "rules")


async def contents() -> list[list[dict[str, Any]]]:
    return [await rows(f"SELECT * FROM {table} ORDER BY id") for table in TABLES]


async def test_the_same_file_again_changes_nothing(shop: Shop) -> None:
    before = await contents()
    assert await load_shop(shop, demo_shop()) == []
    assert await contents() == before


async def test_what_changed_is_told_line_by_line(shop: Shop) -> None:
    data: Data = demo_shop()
    data["brand"]["name"] = "玫瑰咖啡"
    data["stores"][0]["name"] = "新春熙路店"
    data["points"]["points_per_yuan"] = 2
    data["coupon_kinds"][0]["stock"] = 5
    changes = await load_shop(shop, data)
    assert changes == ["brand camellia", "store cd01", "points", "coupon_kinds welcome10"]


async def test_a_changed_rule_is_a_new_version_and_the_old_one_stays(shop: Shop) -> None:
    data: Data = demo_shop()
    data["points"]["points_per_yuan"] = 2
    await load_shop(shop, data)
    versions = await rows("SELECT version FROM rules WHERE kind = 'points' ORDER BY version")
    assert [found["version"] for found in versions] == [1, 2]


async def test_offers_and_stored_value_are_rules_of_their_own(shop: Shop) -> None:
    data: Data = demo_shop()
    data["promotions"][0]["amount_fen"] = 1500
    data["rewards"][1]["points"] = 500
    data["topup_offers"][0]["bonus_fen"] = 6000
    data["point_boosts"][0]["percent"] = 300
    data["wallet"]["hold_minutes"] = 5
    assert await load_shop(shop, data) == [
        "wallet",
        "point_boosts member-day",
        "promotions bakery-100-20",
        "rewards latte",
        "topup_offers topup500",
    ]
    await shop.rules.refresh()
    assert shop.rules.wallet.hold_minutes == 5
    assert [offer.bonus_fen for offer in shop.rules.topup_offers] == [6000, 15000]
    assert [reward.code for reward in shop.rules.rewards] == ["shipping6", "latte", "cake"]


async def test_a_file_with_a_fault_writes_nothing(shop: Shop) -> None:
    before = await contents()
    data: Data = demo_shop()
    data["brand"]["name"] = "玫瑰咖啡"
    data["tiers"][1]["discount"] = 98
    with pytest.raises(ShopFileFaults) as faults:
        await load_shop(shop, data)
    assert len(faults.value.faults) == 1
    assert await contents() == before


async def test_a_file_with_one_part_leaves_the_rest(shop: Shop) -> None:
    new_store: Data = {"stores": [{"code": "hz03", "region": "hz", "name": "西湖店"}]}
    assert await load_shop(shop, new_store) == ["store hz03"]
    assert await load_shop(shop, {"tills": [{"code": "hz03-1", "store": "hz03"}]}) == [
        "till hz03-1"
    ]
    assert (await enrol_till(shop, "hz03-1"))["epoch"] == 0
    await shop.rules.refresh()
    assert shop.rules.brand_name == "山茶咖啡"


async def test_a_part_that_names_what_nobody_knows_is_refused(shop: Shop) -> None:
    with pytest.raises(ShopFileFaults):
        await load_shop(shop, {"tills": [{"code": "x-1", "store": "nowhere"}]})


async def test_a_till_moved_to_another_store_keeps_its_number_and_key(shop: Shop) -> None:
    till = await a_till(shop)
    assert await load_shop(shop, {"tills": [{"code": "cd01-1", "store": "cd02"}]}) == [
        "till cd01-1"
    ]
    [moved] = await rows(
        "SELECT t.id, s.code FROM tills t JOIN stores s ON s.id = t.store_id WHERE t.code = $1",
        "cd01-1",
    )
    assert moved == {"id": till.till_no, "code": "cd02"}
    assert await rows("SELECT epoch FROM till_keys WHERE signs_requests") == [{"epoch": 0}]


async def test_two_loads_at_once_end_as_one(shop: Shop) -> None:
    data: Data = demo_shop()
    data["points"]["points_per_yuan"] = 2
    results = await asyncio.gather(
        *[load_shop(shop, data) for _ in range(4)], return_exceptions=True
    )
    assert [result for result in results if not isinstance(result, BaseException)]
    versions = await rows("SELECT COUNT(*) AS n FROM rules WHERE kind = 'points'")
    assert versions[0]["n"] >= 2
    await shop.rules.refresh()
    assert shop.rules.points.points_per_yuan == 2
    assert await load_shop(shop, data) == []


CAMPAIGN = {"code": "test", "trigger": "birthday", "actions": [{"points": 5}]}


@pytest.mark.parametrize(
    ("terms", "place", "problem"),
    [
        ({"audience": "等级>=钻石"}, "audience", "is no audience"),
        ({"audience": "生鲜常客们"}, "audience", "is no audience"),
        ({"actions": [{"coupon": "cake"}], "budget_fen": 100}, "budget_fen", "what a coupon"),
        ({"actions": [{"form": "taste"}]}, "actions", "nobody has written"),
        ({"hold_out_group": "ladder"}, "hold_out_group", "needs hold_out"),
    ],
)
async def test_a_campaign_that_could_never_work_is_not_loaded(
    shop: Shop, terms: dict[str, object], place: str, problem: str
) -> None:
    with pytest.raises(ShopFileFaults) as refused:
        await load_shop(shop, {"campaigns": [CAMPAIGN | terms], "points": {"pending_days": 9}})
    [fault] = refused.value.faults
    assert (fault.path, problem in fault.problem) == (f"campaigns[0].{place}", True)
    await shop.rules.refresh()
    assert shop.rules.points.pending_days == 0


async def test_a_campaign_may_name_what_comes_with_it(shop: Shop) -> None:
    region = {"code": "bj", "name": "北京"}
    store = {"code": "bj01", "region": "bj", "name": "国贸店"}
    data = {
        "regions": [region],
        "stores": [store],
        "campaigns": [CAMPAIGN | {"audience": "区域=北京"}],
    }
    assert "campaigns test" in await load_shop(shop, data)

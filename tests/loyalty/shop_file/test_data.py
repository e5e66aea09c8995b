"""The shop file (商家档案) as data: written down and read back it is the same shop."""

import json
import tomllib

from hypothesis import given

from loyalty.shop_file.reading import CouponKind, Tier, read_shop_file
from tests.loyalty.shop_files import Data, shop_files
from tests.source_code import ROOT


@given(shop_files())
def test_a_shop_written_down_as_data_is_read_back_the_same(data: Data) -> None:
    shop = read_shop_file(data)
    assert read_shop_file(json.loads(json.dumps(shop.as_data()))) == shop


@given(shop_files())
def test_each_part_says_all_that_was_written(data: Data) -> None:
    said = read_shop_file(data).as_data()
    for section in ("point_boosts", "promotions", "rewards", "coupon_kinds", "tiers"):
        said_parts = said.get(section, [])
        assert isinstance(said_parts, list)
        for part, written in zip(said_parts, data.get(section, []), strict=True):
            assert {**part, **as_json(written)} == part


def as_json(written: Data) -> Data:
    plain: Data = json.loads(json.dumps(written, default=str))
    return {**plain, **{key: plain[key].strip() for key in ("name", "item") if key in plain}}


def test_the_demo_shop_is_read_back_the_same() -> None:
    text = (ROOT / "tools" / "demo_shop.toml").read_text("utf-8")
    shop = read_shop_file(tomllib.loads(text))
    assert read_shop_file(json.loads(json.dumps(shop.as_data()))) == shop


def test_what_the_first_version_wrote_down_is_read_with_defaults() -> None:
    kind = {"code": "w", "name": "新人券", "kind": "money_off", "amount_fen": 1000}
    kept = {**kind, "threshold_fen": 5000, "valid": "30d", "stock": 1000, "per_member": 1}
    tier = {"code": "base", "name": "普通会员", "growth": 0, "discount_percent": 100}
    shop = read_shop_file({"coupon_kinds": [kept], "tiers": [tier]})
    assert shop.coupon_kinds == (
        CouponKind(
            "w",
            "新人券",
            "money_off",
            amount_fen=1000,
            threshold_fen=5000,
            valid_days=30,
            stock=1000,
            per_member=1,
        ),
    )
    assert shop.tiers == (Tier("base", "普通会员", 0, 100),)

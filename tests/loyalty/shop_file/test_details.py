"""The profile (资料) in the shop file: its upkeep, and which districts are whose."""

import tomllib

import pytest

from loyalty.shop_file.reading import ProfileTerms, ShopFileFaults, read_shop_file

REGIONS = """
[[regions]]
code = "cd"
name = "成都"
districts = ["锦江区", "高新区"]
[[regions]]
code = "xa"
name = "西安"
districts = ["{}"]
"""


def test_without_a_word_a_detail_is_asked_about_every_ninety_days() -> None:
    assert ProfileTerms() == ProfileTerms(check_days=90, stale_months=12)
    assert read_shop_file({"profile": {}}).profile == ProfileTerms()


def test_a_shop_may_leave_the_question_out() -> None:
    assert read_shop_file({"profile": {"check_days": 0}}).profile == ProfileTerms(check_days=0)


@pytest.mark.parametrize("line", ["check_days = -1", "check_days = true", "stale_months = 0"])
def test_an_upkeep_out_of_reason_is_refused(line: str) -> None:
    with pytest.raises(ShopFileFaults) as refused:
        read_shop_file(tomllib.loads(f"[profile]\n{line}"))
    [fault] = refused.value.faults
    assert fault.path == f"profile.{line.split(' ')[0]}"


def test_a_district_tells_one_region_only() -> None:
    assert read_shop_file(tomllib.loads(REGIONS.format("雁塔区"))).regions[1].districts
    with pytest.raises(ShopFileFaults) as refused:
        read_shop_file(tomllib.loads(REGIONS.format("高新区")))
    [fault] = refused.value.faults
    assert str(fault).startswith("regions[1].districts: has a district of region cd")

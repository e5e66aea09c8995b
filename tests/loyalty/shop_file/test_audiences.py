"""Saved audiences and tags (人群、标签) in the shop file: filters are read when it is loaded."""

from typing import Any

import pytest

from loyalty.audiences.reading import parse_filter
from loyalty.shop_file.reading import SegmentTerms, ShopFileFaults, TagTerms, read_shop_file

TAG: dict[str, Any] = {
    "tag": "生鲜常客",
    "when": "90天内消费(生鲜)>=500",
    "because": "因为你常买生鲜",
}


def test_a_filter_is_kept_in_one_way_of_writing_it() -> None:
    file = read_shop_file({"segments": [{"name": "老客", "filter": "到店≥3次 且(全部)"}]})
    assert file.segments == (SegmentTerms("老客", "到店>=3次 且 全部"),)
    assert file.segments[0].wanted == parse_filter("到店>=3次 且 全部")
    assert read_shop_file(file.as_data()) == file


def test_a_tag_has_a_filter_and_a_reason() -> None:
    file = read_shop_file({"tags": [TAG]})
    assert file.tags == (TagTerms(**TAG),)
    assert read_shop_file(file.as_data()) == file


@pytest.mark.parametrize(
    ("section", "part", "path"),
    [
        ("segments", {"name": "甲且乙", "filter": "全部"}, "segments[0].name"),
        ("segments", {"name": "积分", "filter": "全部"}, "segments[0].name"),
        ("segments", {"name": "老客", "filter": "消废>5"}, "segments[0].filter"),
        ("segments", {"name": "老客"}, "segments[0].filter"),
        ("tags", {**TAG, "when": "(" * 50}, "tags[0].when"),
        ("tags", {**TAG, "because": ""}, "tags[0].because"),
        ("tags", {**TAG, "tag": "x" * 33}, "tags[0].tag"),
    ],
)
def test_what_cannot_be_read_is_a_fault(section: str, part: dict[str, object], path: str) -> None:
    with pytest.raises(ShopFileFaults) as refused:
        read_shop_file({section: [part]})
    assert [fault.path for fault in refused.value.faults] == [path]


def test_a_fault_tells_the_place_and_what_could_stand_there() -> None:
    with pytest.raises(ShopFileFaults) as refused:
        read_shop_file({"segments": [{"name": "老客", "filter": "全部 且 消废>5"}]})
    assert "at letter 6" in str(refused.value)
    assert "消费" in str(refused.value)


def test_the_same_audience_stands_once() -> None:
    part = {"name": "老客", "filter": "全部"}
    with pytest.raises(ShopFileFaults):
        read_shop_file({"segments": [part, part]})

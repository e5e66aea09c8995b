"""[service] in the shop file (客户服务): its hours and promises, and what is refused."""

from typing import Any

import pytest

from loyalty.service_terms import PromiseTerms, ServiceTerms
from loyalty.shop_file.reading import ShopFileFaults, read_shop_file

GOLD = [{"code": "base", "name": "普通", "growth": 0}, {"code": "gold", "name": "金", "growth": 9}]


def service(**values: Any) -> ServiceTerms | None:
    return read_shop_file({"service": values, "tiers": GOLD}).service


def faults(**values: Any) -> list[str]:
    with pytest.raises(ShopFileFaults) as refused:
        service(**values)
    return [fault.path for fault in refused.value.faults]


def test_an_empty_section_is_what_holds_without_one() -> None:
    assert service() == ServiceTerms()


def test_a_promise_is_for_a_kind_and_perhaps_a_tier() -> None:
    line = {"kind": "human", "tier": "gold", "minutes": 10}
    assert service(promises=[line]) == ServiceTerms(
        promises=(PromiseTerms("human", tier="gold", minutes=10),)
    )


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"hours": "9-21"}, "service.hours"),
        ({"hours": 9}, "service.hours"),
        ({"close_days": 0}, "service.close_days"),
        ({"upper_percent": 101}, "service.upper_percent"),
        ({"promises": "soon"}, "service.promises"),
        ({"promises": ["soon"]}, "service.promises[0]"),
        ({"promises": [{"kind": "order", "days": 1}]}, "service.promises[0].kind"),
        ({"promises": [{"kind": "human"}]}, "service.promises[0].minutes"),
        ({"promises": [{"kind": "human", "days": 1, "minutes": 1}]}, "service.promises[0].minutes"),
        ({"promises": [{"kind": "human", "days": 0}]}, "service.promises[0].days"),
        ({"promises": [{"kind": "human", "days": 1, "who": "x"}]}, "service.promises[0].who"),
        ({"promises": [{"kind": "human", "days": 1}] * 2}, "service.promises"),
        ({"promises": [{"kind": "human", "tier": "tin", "days": 1}]}, "service.promises[0].tier"),
    ],
)
def test_what_cannot_be_promised_is_refused_with_its_place(
    values: dict[str, Any], path: str
) -> None:
    assert faults(**values) == [path]

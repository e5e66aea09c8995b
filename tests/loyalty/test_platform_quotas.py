"""接口额度: when a quota that is used up begins anew."""

from datetime import UTC, datetime

import pytest

from loyalty.platform_quotas import quota_resets_at

# Half past eleven at night in China on the last day of a year.
LATE = datetime(2027, 12, 31, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("errcode", "until"),
    [
        (45009, datetime(2027, 12, 31, 16, 0, tzinfo=UTC)),
        (45028, datetime(2027, 12, 31, 16, 0, tzinfo=UTC)),
        (45011, datetime(2027, 12, 31, 15, 31, tzinfo=UTC)),
        (45066, datetime(2027, 12, 31, 15, 31, tzinfo=UTC)),
    ],
)
def test_quotas_end_at_the_minute_the_day_or_the_month_of_china(
    errcode: int, until: datetime
) -> None:
    assert quota_resets_at(errcode, LATE) == until


def test_a_month_lasts_until_its_end() -> None:
    assert quota_resets_at(45028, datetime(2027, 1, 31, 12, tzinfo=UTC)) == datetime(
        2027, 1, 31, 16, tzinfo=UTC
    )
    assert quota_resets_at(45028, datetime(2027, 1, 1, 12, tzinfo=UTC)) == datetime(
        2027, 1, 31, 16, tzinfo=UTC
    )


def test_who_may_send_to_many_once_a_day_may_again_tomorrow() -> None:
    noon = datetime(2027, 1, 1, 4, tzinfo=UTC)
    tomorrow = datetime(2027, 1, 1, 16, tzinfo=UTC)
    assert quota_resets_at(45028, noon, is_daily=True) == tomorrow
    assert quota_resets_at(48001, noon, is_daily=True) is None


@pytest.mark.parametrize("errcode", [None, 48001, 45015, -1])
def test_other_refusals_are_no_matter_of_quota(errcode: int | None) -> None:
    assert quota_resets_at(errcode, LATE) is None

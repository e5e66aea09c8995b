"""What each refusal of the platform means."""

import pytest

from bot.delivery_errors import failure_for


@pytest.mark.parametrize("errcode", [-1, 42010, 43108, 45011, 45066])
def test_busy_and_too_fast_may_be_tried_again(errcode):
    assert failure_for(errcode, "").kind == "try_again"


@pytest.mark.parametrize(("errcode", "seconds"), [(-1, 0), (45011, 60), (45066, 60), (42010, 60)])
def test_a_minute_quota_waits_for_its_minute(errcode, seconds):
    assert failure_for(errcode, "").wait_seconds == seconds


@pytest.mark.parametrize(
    "errcode",
    [40001, 40002, 40013, 40037, 40125, 40164, 40200, 40243, 43104, 43107, 45009, 45028, 48001,
     48004, 48006, 50002, 50007, 61004, 61007, 89503, 89504, 89505, 89506, 89507],
)  # fmt: skip
def test_configuration_and_quota_stop_everything_of_the_kind(errcode):
    assert failure_for(errcode, "").kind == "stop"


@pytest.mark.parametrize(
    ("errcode", "mark"),
    [
        (40003, "unknown_openid"),
        (43004, "not_subscribed"),
        (43019, "blacklisted"),
        (43101, "notice_refused"),
        (45015, "window_closed"),
        (45047, "allowance_used"),
        (46004, "unknown_openid"),
        (48002, "messages_switched_off"),
        (49003, "unknown_openid"),
        (50005, "not_subscribed"),
        (70000, "minor_protected"),
    ],
)
def test_an_unreachable_person_is_marked_with_the_reason(errcode, mark):
    failed = failure_for(errcode, "text of the platform")
    assert (failed.kind, failed.mark) == ("permanent", mark)
    assert failed.errmsg == "text of the platform"


@pytest.mark.parametrize(
    "errcode", [40007, 40033, 45002, 45008, 47003, 45168, 65303, 87014, 123456]
)
def test_a_bad_payload_and_an_unknown_code_are_never_repeated(errcode):
    failed = failure_for(errcode, "")
    assert (failed.kind, failed.mark) == ("permanent", None)

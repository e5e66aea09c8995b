"""通知参数: what each kind of key may say, and what is refused before a call is spent."""

import pytest

from loyalty.notice_values import BadValue, fitted


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "请及时使用"),
        ("number2", "12.5"),
        ("letter1", "abc"),
        ("symbol1", "!?"),
        ("character_string3", "T-2027/0001"),
        ("time4", "2027-03-01 18:30"),
        ("time4", "2027年3月1日 18:30~2027年3月1日 20:00"),
        ("time4", "18:30"),
        ("date5", "2027-03-01"),
        ("date5", "3月1日 18:30"),
        ("amount6", "¥50.00"),
        ("amount6", "50.00元"),
        ("phone_number7", "+86 138-0013-8000"),
        ("car_number8", "川A12345"),
        ("name9", "张三"),
        ("phrase10", "处理完毕"),
        ("const11", "已完成"),
    ],
)
def test_what_fits_stays_as_it_is(key: str, value: str) -> None:
    assert fitted(key, value) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", " \n "),
        ("number2", "五"),
        ("number2", "1" * 33),
        ("letter1", "a1"),
        ("symbol1", "!!!!!!"),
        ("character_string3", "工单1"),
        ("time4", "2027-03-01"),
        ("date5", "明天"),
        ("date5", "2027-03-01T18:30"),
        ("amount6", "12345678901"),
        ("amount6", "五十元"),
        ("phone_number7", "138001380001380013"),
        ("car_number8", "川A12345678"),
        ("name9", "这个名字实在太长太长了"),
        ("name9", "x" * 21),
        ("phrase10", "超过五个字了"),
        ("phrase10", "done"),
        ("thing", "without a number"),
        ("unknown1", "x"),
    ],
)
def test_what_the_platform_would_refuse_is_refused(key: str, value: str) -> None:
    with pytest.raises(BadValue) as refused:
        fitted(key, value)
    assert refused.value.key == key


def test_only_a_thing_is_cut_and_says_so() -> None:
    told = fitted("thing1", "很长的一段话" * 5)
    assert (len(told), told[-1]) == (20, "…")
    assert fitted("thing1", "一" * 20) == "一" * 20


def test_lines_become_one_line() -> None:
    assert fitted("thing1", "拿铁\n美式  一杯") == "拿铁 美式 一杯"

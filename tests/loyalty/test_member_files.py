"""Member files: which columns and cells are understood, and what is refused with a reason."""

from datetime import date

import pytest

from loyalty.member_files import (
    FileFault,
    RowFault,
    cell_of,
    columns_of,
    encoding_of,
    external_no_of,
    fen_of,
    joined_on_of,
    number_of,
)

TODAY = date(2027, 1, 11)
CALLED = {
    "external_no": ("external_no", "会员号", "卡号"),
    "phone": ("phone", "手机号"),
    "points": ("points", "积分"),
    "principal": ("principal",),
    "principal_fen": ("principal_fen",),
}


def test_titles_are_read_in_both_languages_and_in_any_order() -> None:
    assert columns_of(["手机号", " External_No ", "积分"], CALLED) == {
        "phone": 0,
        "external_no": 1,
        "points": 2,
    }


def test_what_a_rejected_file_adds_is_left_out() -> None:
    assert columns_of(["line", "reason", "卡号"], CALLED) == {"external_no": 2}


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        (["phone"], "external_no"),
        (["external_no", "shoe size"], "'shoe size'"),
        (["会员号", "卡号"], "second time"),
        (["external_no", "principal", "principal_fen"], "twice"),
    ],
)
def test_titles_that_cannot_be_meant_are_named(titles: list[str], said: str) -> None:
    with pytest.raises(FileFault, match=said):
        columns_of(titles, CALLED)


@pytest.mark.parametrize(
    ("written", "encoding"),
    [("王小明", "utf-8"), ("王小明", "gbk"), ("plain", "utf-8")],
)
def test_the_encoding_is_found_also_where_a_block_ends_inside_a_letter(
    written: str, encoding: str
) -> None:
    data = written.encode(encoding)
    blocks = [data[place : place + 1] for place in range(len(data))]
    found = encoding_of(blocks)
    assert data.decode(found) == written


def test_a_file_that_is_cut_inside_a_letter_or_is_no_text_is_refused() -> None:
    for data in ("王".encode()[:1], b"\xff\xff\xff"):
        with pytest.raises(FileFault, match="UTF-8"):
            encoding_of([data])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 7 ", "7"),
        ("'+8613800138000", "+8613800138000"),
        ('="013800"', "013800"),
        ("'quoted'", "'quoted'"),
        ("", ""),
    ],
)
def test_a_cell_is_what_its_writer_saw(cell: str, text: str) -> None:
    assert cell_of(cell) == text


def test_nothing_is_zero_and_numbers_are_whole() -> None:
    assert [number_of("points", text) for text in ("", "0", "120")] == [0, 0, 120]
    for text in ("-1", "1.5", "1e3", "1,000", chr(0xFF11), "9999999999"):
        with pytest.raises(RowFault, match="points"):
            number_of("points", text)


def test_money_is_read_to_the_fen() -> None:
    assert [fen_of(text) for text in ("", "128", "128.5", "0.05")] == [0, 12800, 12850, 5]
    for text in ("-1", "1.234", "1,000", "￥5", "12345678"):
        with pytest.raises(RowFault, match="principal"):
            fen_of(text)


@pytest.mark.parametrize(
    "text", ["2020-05-01", "2020/5/1", "2020.5.1", "2020年5月1日", "20200501", "2020-05-01 10:00"]
)
def test_days_are_read_as_spreadsheets_write_them(text: str) -> None:
    assert joined_on_of(text, TODAY) == date(2020, 5, 1)


@pytest.mark.parametrize("text", ["2020-13-01", "1/5/20", "2027-01-12", "1969-12-31", "today"])
def test_no_member_joined_on_a_day_that_is_none_or_still_to_come(text: str) -> None:
    with pytest.raises(RowFault, match="joined_on"):
        joined_on_of(text, TODAY)


def test_nobody_has_to_say_since_when() -> None:
    assert joined_on_of("", TODAY) is None


def test_members_are_told_apart_by_their_number() -> None:
    assert external_no_of("A1") == "A1"
    for text in ("", "1" * 61):
        with pytest.raises(RowFault, match="external_no"):
            external_no_of(text)

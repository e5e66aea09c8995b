"""CSV (表格文件): what a spreadsheet must never run, and what it must show as it is."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from loyalty.csv_text import csv_field, csv_file, csv_line, is_formula


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"),
        *("\uff1d1", "\uff0b1", "\uff0d1", "\uff20a"),
        *("\u3000=1", "a\n=1", "\ttext", "\n=1"),
    ],
)
def test_what_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert csv_field(text).startswith("\"'")


@pytest.mark.parametrize("text", ["王小明", "a-b", "1=1", "138****5678", "", "2027-01-11"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert csv_field(text) == f'"{text}"'


def test_numbers_are_numbers_and_nothing_is_empty() -> None:
    assert csv_line([-30, None, 5]) == '"-30","","5"\r\n'


def test_quotes_commas_and_lines_stay_inside_their_field() -> None:
    assert csv_line(['a"b', "c,d", "e\nf"]) == '"a""b","c,d","e\nf"\r\n'


@given(some.lists(some.lists(some.text(), min_size=1, max_size=4), min_size=1, max_size=4))
def test_whatever_is_written_is_read_again_and_starts_no_formula(lines: list[list[str]]) -> None:
    text = csv_file(lines).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    marked = [[f"'{one}" if is_formula(one) else one for one in line] for line in lines]
    assert read == marked

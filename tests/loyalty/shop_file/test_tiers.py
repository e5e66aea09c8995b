"""Tiers (等级) in the shop file: rungs that rise, their measures, benefits and gifts."""

import tomllib
from datetime import date

import pytest

from loyalty.shop_file.reading import LadderTerms, ShopFile, ShopFileFaults, Tier, read_shop_file

TIERS = """
[[tiers]]
code = "base"
name = "普通会员"

[[tiers]]
code = "silver"
name = "银卡"
growth = 500
visits = 10

[[tiers]]
code = "gold"
name = "金卡"
growth = 2000
"""


def read(text: str) -> ShopFile:
    return read_shop_file(tomllib.loads(text))


def faults_of(text: str) -> list[str]:
    try:
        read(text)
    except ShopFileFaults as wrong:
        return [fault.path for fault in wrong.faults]
    return []


def changed(old: str, new: str) -> str:
    assert old in TIERS
    return TIERS.replace(old, new, 1)


def test_a_rung_has_measures_benefits_and_gifts() -> None:
    more = 'growth = 2000\nspend_fen = 9\nmatch = "any"\nbenefits = ["九五折"]\n'
    gold = read(changed("growth = 2000", f"{more}gifts = [{{points = 5}}, {{coupon = 'a'}}]"))
    assert gold.tiers[2] == Tier(
        "gold",
        "金卡",
        2000,
        spend_fen=9,
        match="any",
        benefits=("九五折",),
        gifts=(("points", 5), ("coupon", "a")),
    )


def test_a_ladder_may_go_by_visits_or_by_what_was_spent_alone() -> None:
    by_visits = changed("growth = 500\nvisits = 10", "visits = 10")
    assert faults_of(by_visits.replace("growth = 2000", "visits = 30")) == []
    by_spending = changed("growth = 500\nvisits = 10", "spend_fen = 1")
    assert faults_of(by_spending.replace("growth = 2000", "spend_fen = 2")) == []


@pytest.mark.parametrize(("old", "new", "faults"), [
    ("growth = 2000", "", ["tiers[2].growth"]),
    ("growth = 2000", "growth = 500", ["tiers[2].growth"]),
    ("growth = 2000", "growth = 499", ["tiers[2].growth"]),
    ("growth = 2000", "growth = 2000\nvisits = 9", ["tiers[2].visits"]),
    ("growth = 2000", "growth = 499\nvisits = 9", ["tiers[2].growth", "tiers[2].visits"]),
    ("growth = 2000", "visits = 10", ["tiers[2].visits"]),
    ("growth = 2000", "growth = 500\nvisits = 11", []),
    ("growth = 2000", "growth = 2000\nvisits = 10001", ["tiers[2].visits"]),
    ("growth = 2000", "growth = 2000\nspend_fen = -1", ["tiers[2].spend_fen"]),
    ("growth = 2000", 'growth = 2000\nmatch = "most"', ["tiers[2].match"]),
    ("growth = 2000", 'growth = 2000\nmatch = "any"', []),
    ("growth = 2000", "growth = 2000\nbenefits = [1]", ["tiers[2].benefits"]),
    ("growth = 2000", "growth = 2000\ngifts = []", ["tiers[2].gifts"]),
    ("growth = 2000", "growth = 2000\ngifts = [{tag = 'a'}]", ["tiers[2].gifts[0].tag"]),
    ('name = "普通会员"', 'name = "普通会员"\ngrowth = 1', ["tiers[0].growth"]),
    ('name = "普通会员"', 'name = "普通会员"\nvisits = 1', ["tiers[0].visits"]),
    ('name = "普通会员"', 'name = "普通会员"\ngifts = [{points = 1}]', ["tiers[0].gifts"]),
])  # fmt: skip
def test_rungs_that_do_not_rise_or_are_no_rungs_are_refused(
    old: str, new: str, faults: list[str]
) -> None:
    assert faults_of(changed(old, new)) == faults


def test_a_gift_names_a_coupon_kind_that_there_is() -> None:
    kind = '[[coupon_kinds]]\ncode = "a"\nname = "a"\nkind = "gift"\nitem = "a"\nvalid = "1d"\n'
    gift = "growth = 2000\ngifts = [{points = 1}, {coupon = 'b'}]"
    assert faults_of(kind + changed("growth = 2000", gift)) == ["tiers[2].gifts[1].coupon"]


def test_the_ladder_says_how_rungs_are_reached_and_kept() -> None:
    ladder = read("[ladder]\nstarts = 2027-02-01\nwindow_days = 0\nvisit_from_fen = 1000").ladder
    assert ladder == LadderTerms(date(2027, 2, 1), window_days=0, visit_from_fen=1000)
    assert read("[ladder]").ladder == LadderTerms()


@pytest.mark.parametrize("line", [
    'starts = "soon"', "starts = 2027-02-01T00:00:00Z", "window_days = -1", "keep_percent = 101",
    "term_months = 0", "grace_days = 366", "visit_from_fen = -1", "months = 1",
])  # fmt: skip
def test_a_ladder_out_of_range_is_refused(line: str) -> None:
    assert faults_of(f"[ladder]\n{line}") == [f"ladder.{line.split(' ')[0]}"]

"""The audit (对账): sound books give no complaint, and every kind of damage gives its own."""

from dataclasses import replace
from typing import Any

import pytest

from loyalty.audit import Posting, faults_of
from tests.loyalty.books import Books


@pytest.fixture
def books() -> Books:
    """A life with all that happens: earning, spending, lapsing, undoing, returning."""
    kept = Books()
    first = kept.earn(100)
    kept.pass_days(10)
    kept.earn(60)
    draws = kept.spend(120)
    kept.pass_days(25)
    kept.undo_spend(draws)
    kept.spend(15)
    kept.take_back(100, first)
    return kept


EARNING, SPEND = 0, 2


def kinds(posting: Posting) -> set[str]:
    return {complaint.kind for complaint in faults_of(posting)}


def with_changed(posting: Posting, part: str, index: int = 0, **changes: Any) -> Posting:
    """The posting with one line of a part changed."""
    lines = list(getattr(posting, part))
    lines[index] = lines[index]._replace(**changes)
    changed: dict[str, Any] = {part: lines}
    return posting._replace(**changed)


def test_sound_books_give_no_complaint(books: Books) -> None:
    assert books.complaints() == []
    assert Books().complaints() == []


def test_a_changed_entry_of_the_shop_does_not_sum_to_zero(books: Books) -> None:
    earning = books.postings[EARNING]
    [issued] = [i for i, line in enumerate(earning.entries) if line.account == "points:issued"]
    changed = with_changed(earning, "entries", issued, amount=-99)
    assert kinds(changed) == {"unbalanced_transaction", "altered_transaction"}
    assert next(faults_of(changed)).message == "entries sum to 1 points, not 0"


def test_a_changed_entry_of_a_member_is_not_what_its_lots_say(books: Books) -> None:
    changed = with_changed(books.postings[SPEND], "entries", 0, amount=-1)
    assert kinds(changed) == {"unbalanced_transaction", "loose_entry", "altered_transaction"}


def test_units_are_summed_apart(books: Books) -> None:
    earning = books.postings[EARNING]
    [points] = [i for i, line in enumerate(earning.entries) if line.account == "points:issued"]
    changed = with_changed(earning, "entries", points, account="growth:issued")
    totals = [it.message for it in faults_of(changed) if it.kind == "unbalanced_transaction"]
    assert sorted(totals) == [
        "entries sum to -100 growth, not 0",
        "entries sum to 100 points, not 0",
    ]


@pytest.mark.parametrize(
    ("part", "changes", "kind"),
    [
        ("allocations", {"amount": -1}, "loose_entry"),
        ("allocations", {"lot_id": 9}, "altered_transaction"),
        ("allocations", {"lot_account_id": 1}, "misplaced_lot"),
        ("allocations", {"entry_id": 99}, "misplaced_lot"),
    ],
)
def test_a_changed_allocation_is_seen(
    books: Books, part: str, changes: dict[str, Any], kind: str
) -> None:
    assert kind in kinds(with_changed(books.postings[SPEND], part, **changes))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"amount": 101}, "loose_entry"),
        ({"account_id": 1}, "misplaced_lot"),
        ({"entry_id": 99}, "misplaced_lot"),
        ({"opened_ms": 5}, "misplaced_lot"),
        ({"opened_until": "2099-12-31"}, "altered_transaction"),
        ({"opened_until": None}, "altered_transaction"),
    ],
)
def test_a_changed_lot_is_seen(books: Books, changes: dict[str, Any], kind: str) -> None:
    assert kind in kinds(with_changed(books.postings[EARNING], "opened", **changes))


def test_a_missing_line_of_any_part_is_seen(books: Books) -> None:
    spend = books.postings[SPEND]
    assert "loose_entry" in kinds(spend._replace(allocations=spend.allocations[1:]))
    assert "unbalanced_transaction" in kinds(spend._replace(entries=spend.entries[1:]))
    earning = books.postings[EARNING]
    assert "loose_entry" in kinds(earning._replace(opened=[]))
    assert kinds(earning._replace(entries=[], opened=[])) == {"altered_transaction"}


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "adjust"},
        {"cause": '{"purchase": 2}'},
        {"key": "other"},
        {"actor": "other"},
        {"reverses_id": 1},
        {"recorded_ms": 99},
    ],
)
def test_a_changed_column_of_the_transaction_is_seen(books: Books, changed: dict[str, Any]) -> None:
    spend = books.postings[SPEND]
    altered = spend._replace(head=replace(spend.head, **changed))
    assert kinds(altered) == {"altered_transaction"}
    [complaint] = faults_of(altered)
    assert complaint.subject == f"transaction {spend.id}"


def test_a_forged_digest_is_seen(books: Books) -> None:
    for digest in ("2:", "2:" + "0" * 64, "0" * 64, ""):
        assert kinds(books.postings[SPEND]._replace(digest=digest)) == {"altered_transaction"}


def test_growth_and_the_shops_own_accounts_have_no_lots_to_name(books: Books) -> None:
    accounts = {line.account for line in books.postings[EARNING].entries}
    assert {"growth:member:17", "growth:issued", "points:issued"} <= accounts
    assert kinds(books.postings[EARNING]) == set()


def test_the_digests_of_the_first_release_are_good_for_ever() -> None:
    """Written down when it was made: kind, cause, entries, allocations and lots, nothing else."""
    books = Books()
    books.earn(50)
    books.spend(7)
    digests = [
        "049bd4b716994f18f2c8dea256d990c1858816b0f47954b78a2052cb65373202",
        "fb9dee2317747f57fb08fbbd89e4fb1ff6da510f880ff8c5a865f92e699dc7bc",
    ]
    for posting, digest in zip(books.postings, digests, strict=True):
        first = posting._replace(digest=digest)
        assert kinds(first) == set()
        assert kinds(first._replace(head=replace(first.head, actor="other"))) == set()
        assert kinds(first._replace(head=replace(first.head, cause='{"purchase": 9}'))) == {
            "altered_transaction"
        }

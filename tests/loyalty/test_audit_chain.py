"""The audit chain (审计链): whatever is changed, taken out, put in or cut off is found."""

from typing import Any

import pytest

from loyalty.audit_anchors import Anchor, read_anchor
from loyalty.audit_chain import BEGINNING, ChainCheck, Head, Link, link_hash

KEY = b"k" * 32
Chain = list[tuple[Link, str]]


def a_link(number: int, **changed: Any) -> Link:
    plain = Link(number, 1, "follower:1", 3, "owner", None, "member.view", 7, "", "{}", None, "m1")
    return plain._replace(**changed)


def a_chain(rows: int = 5) -> Chain:
    made: Chain = []
    before = BEGINNING
    for number in range(1, rows + 1):
        link = a_link(number, key=f"m{number}")
        before = link_hash(KEY, before, link)
        made.append((link, before))
    return made


def kinds(chain: Chain, head: Head | None = None, *anchors: Anchor) -> set[str]:
    check = ChainCheck(KEY, anchors)
    found = [fault for link, kept in chain for fault in check.faults_of(link, kept)]
    sound = a_chain()[-1]
    found += check.faults_at_end(head or Head(sound[0].id, sound[1]))
    return {complaint.kind for complaint in found}


def test_a_sound_chain_gives_no_complaint() -> None:
    assert kinds(a_chain()) == set()
    assert kinds([], Head(0, BEGINNING)) == set()


@pytest.mark.parametrize("column", Link._fields[1:])
def test_a_changed_column_is_found(column: str) -> None:
    chain = a_chain()
    link, kept = chain[2]
    changed: dict[str, Any] = {column: 99}
    chain[2] = link._replace(**changed), kept
    assert kinds(chain) == {"altered_audit_row"}


def test_a_row_taken_out_is_found() -> None:
    chain = a_chain()
    assert kinds(chain[:2] + chain[3:]) == {"audit_gap", "altered_audit_row"}
    assert "audit_gap" in kinds(chain[1:])


def test_two_rows_that_change_places_are_found() -> None:
    chain = a_chain()
    chain[1], chain[2] = chain[2], chain[1]
    assert "audit_gap" in kinds(chain)
    (first, one), (second, two) = chain[1], chain[2]
    chain[1], chain[2] = (first._replace(id=2), one), (second._replace(id=3), two)
    assert kinds(chain) == {"altered_audit_row"}


def test_a_cut_tail_is_found_by_the_head() -> None:
    assert kinds(a_chain()[:3]) == {"audit_cut"}
    assert kinds([]) == {"audit_cut"}


def test_a_cut_tail_whose_head_was_rewritten_is_found_by_an_anchor() -> None:
    chain = a_chain()
    anchor = Anchor("2027-01-11", 4, chain[3][1])
    shorter = chain[:3]
    head = Head(3, shorter[-1][1])
    assert kinds(shorter, head) == set()
    assert kinds(shorter, head, anchor) == {"audit_anchor"}


def test_a_chain_written_anew_does_not_fit_its_anchor() -> None:
    chain = a_chain()
    assert kinds(chain, None, Anchor("2027-01-11", 4, "f" * 64)) == {"audit_anchor"}
    of_both_days = Anchor("2027-01-11", 4, chain[3][1]), Anchor("2027-01-12", 4, "f" * 64)
    assert kinds(chain, None, *of_both_days) == {"audit_anchor"}


def test_without_the_key_nobody_makes_a_hash() -> None:
    link = a_link(1)
    assert link_hash(KEY, BEGINNING, link) != link_hash(b"x" * 32, BEGINNING, link)


def test_columns_cannot_flow_into_each_other() -> None:
    one, other = a_link(1, what="a", subject="bc"), a_link(1, what="ab", subject="c")
    assert link_hash(KEY, BEGINNING, one) != link_hash(KEY, BEGINNING, other)


def test_an_anchor_is_read_back_from_its_line() -> None:
    anchor = Anchor("2027-01-11", 4, "f" * 64)
    assert read_anchor(anchor.as_line()) == anchor


@pytest.mark.parametrize("line", ["", "x", "[]", "{}", '{"day": "d", "id": "x", "hash": "f"}'])
def test_what_is_no_anchor_is_not_read_as_one(line: str) -> None:
    assert read_anchor(line) is None
    assert read_anchor(Anchor("2027-01-11", 4, "f").as_line()) is None

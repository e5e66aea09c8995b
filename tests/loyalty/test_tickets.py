"""Tickets (工单): which step leads where, whom a text names, and what the figures say."""

import pytest

from loyalty.remedies import LARGEST_REMEDY_POINTS, alone_on_a_ticket
from loyalty.service_figures import FirstReply, ServiceFigures, figures_of, percentile
from loyalty.staff import Right, Role, has_right
from loyalty.ticket_names import staff_named
from loyalty.tickets import (
    AFTER,
    UNFINISHED,
    TicketState,
    TicketStep,
    TicketUnknown,
    read_ticket_number,
)

ENDED = {TicketState.RESOLVED, TicketState.CLOSED}


def test_every_step_but_the_first_is_taken_from_somewhere() -> None:
    assert set(AFTER) == set(TicketStep) - {TicketStep.OPEN}


def test_only_the_member_brings_back_what_has_ended() -> None:
    for step, moves in AFTER.items():
        back = {was for was, now in moves.items() if was in ENDED and now not in ENDED}
        assert back == (ENDED if step is TicketStep.REOPEN else set()), step


def test_nothing_is_closed_that_was_not_resolved_first() -> None:
    for step, moves in AFTER.items():
        closed = {was for was, now in moves.items() if now is TicketState.CLOSED}
        assert closed <= ENDED, step


def test_staff_answer_only_what_is_open() -> None:
    for step in (TicketStep.REPLY, TicketStep.ASK, TicketStep.RESOLVE, TicketStep.TAKE):
        assert set(AFTER[step]) == set(UNFINISHED)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("员工3 不理人", [3]),
        ("店员 12 号和店长7", [12, 7]),
        ("工号：\uff17，还有工号7", [7]),
        ("3号店员", [3]),
        ("员工编号 # 5", [5]),
        ("3 号桌等了 20 分钟", []),
        ("员工 1234567890", []),
        ("", []),
    ],
)
def test_a_text_names_staff_by_their_number(text: str, numbers: list[int]) -> None:
    assert staff_named(text) == numbers


def test_a_number_is_read_and_nothing_else() -> None:
    assert read_ticket_number("\uff112") == 12
    for text in ("", "-1", "1.5", "一", "1" * 13):
        with pytest.raises(TicketUnknown):
            read_ticket_number(text)


def test_no_clerk_sees_a_complaint_or_gives_a_remedy() -> None:
    assert not has_right(Role.CLERK, Right.TICKETS)
    assert alone_on_a_ticket(Role.CLERK) == 0


def test_a_larger_role_gives_more_alone_and_nobody_more_than_the_largest() -> None:
    limits = [alone_on_a_ticket(role) for role in (Role.SUPPORT, Role.MANAGER, Role.OWNER)]
    assert limits == sorted(limits)
    assert limits[-1] <= LARGEST_REMEDY_POINTS


def test_a_promise_still_open_is_neither_kept_nor_broken() -> None:
    replies = [FirstReply(60, True), FirstReply(600, False), FirstReply(None, None)]
    assert figures_of(replies) == ServiceFigures(3, 60, 600, 50)
    assert figures_of([FirstReply(None, False)]) == ServiceFigures(1, None, None, 0)
    assert figures_of([]) == ServiceFigures(0, None, None, None)


@pytest.mark.parametrize(
    ("count", "median", "ninth"), [(1, 1, 1), (2, 1, 2), (9, 5, 9), (10, 5, 9), (100, 50, 90)]
)
def test_nine_in_ten_are_within_the_ninth_tenth(count: int, median: int, ninth: int) -> None:
    lengths = list(range(1, count + 1))
    assert (percentile(lengths, 50), percentile(lengths, 90)) == (median, ninth)

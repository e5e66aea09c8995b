"""Staff training (员工培训): a pass is the person's for six months; whoever nears its end hears."""

import pytest

from loyalty.person import Person
from loyalty.staff import NotAllowed, Role
from services.org.training import (
    Attempt,
    Score,
    finish_quiz,
    is_trained,
    question_of,
    remind_of_training,
    the_quiz,
    trained_until,
)
from services.shop import Shop
from storage.sql import rows
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock, a_follower, a_member

QUIZ = the_quiz()


def all_right(seed: str = "seed") -> Attempt:
    given = "".join(str(question.right + 1) for question in QUIZ.in_order_of(seed))
    return Attempt(QUIZ.version, seed, given)


async def trained(shop: Shop, name: str = "boss", *, key: str = "quiz") -> Person:
    person = await a_staff(shop, name, Role.MANAGER, "cd01")
    await finish_quiz(shop, person, all_right(), key=key)
    return person


def test_the_quiz_asks_five_to_eight_questions_and_a_guess_does_not_pass() -> None:
    assert 5 <= len(QUIZ.questions) <= 8
    assert (QUIZ.pass_percent, QUIZ.months) == (80, 6)
    assert {question.right for question in QUIZ.questions} == {0, 1, 2}


def test_questions_follow_until_all_are_answered() -> None:
    whole = all_right()
    for place in range(len(QUIZ.questions)):
        assert question_of(Attempt(QUIZ.version, "seed", whole.given[:place])) is not None
    assert question_of(whole) is None
    assert question_of(Attempt(QUIZ.version + 1, "seed")) is None


async def test_a_pass_is_kept_once_a_message(shop: Shop) -> None:
    person = await a_staff(shop)
    scores = {await finish_quiz(shop, person, all_right(), key="quiz") for _ in range(2)}
    assert [score.percent for score in scores] == [100]
    assert len(await rows("SELECT 1 FROM training_passes")) == 1
    assert len(await rows("SELECT 1 FROM audit_log WHERE what = 'staff.train'")) == 1


async def test_too_few_right_answers_are_no_pass(shop: Shop) -> None:
    person, right = await a_staff(shop), all_right().given
    wrong = "".join(str(int(answer) % 3 + 1) for answer in right[:2]) + right[2:]
    score = await finish_quiz(shop, person, Attempt(QUIZ.version, "seed", wrong), key="quiz")
    assert score == Score(71, 80, None)
    assert not await is_trained(shop, person)


async def test_a_pass_holds_through_its_last_day(shop: Shop, clock: MachineClock) -> None:
    person = await trained(shop)
    assert str(await trained_until(person)) == "2027-07-11"
    clock.pass_time(days=181)
    assert await is_trained(shop, person)
    clock.pass_time(days=1)
    assert not await is_trained(shop, person)


async def test_another_role_keeps_the_pass_of_the_person(shop: Shop) -> None:
    await trained(shop, "boss")
    assert await is_trained(shop, await a_staff(shop, "boss", Role.SUPPORT, ""))
    assert not await is_trained(shop, await a_staff(shop, "new", Role.MANAGER, "cd01"))


async def test_nobody_but_staff_is_trained(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        await finish_quiz(shop, await a_member(shop), all_right(), key="quiz")
    assert await rows("SELECT * FROM training_passes") == []


async def test_reminders_come_two_weeks_and_three_days_before_and_once_each(
    shop: Shop, clock: MachineClock
) -> None:
    await trained(shop)
    clock.pass_time(days=166)
    sent = [await reminded(shop)]
    for days in (1, 9, 1, 1, 2):
        clock.pass_time(days=days)
        sent.append(await reminded(shop))
    assert sent == [0, 1, 1, 1, 2, 2]


async def test_a_run_that_was_missed_is_made_up_for(shop: Shop, clock: MachineClock) -> None:
    await trained(shop)
    clock.pass_time(days=179)
    assert await reminded(shop) == 1


async def test_whoever_passed_again_or_is_no_staff_is_not_reminded(
    shop: Shop, clock: MachineClock
) -> None:
    again = await trained(shop, "again", key="q1")
    await trained(shop, "gone", key="q2")
    gone = await a_follower(shop, "gone")
    await rows("UPDATE staff SET state = 'stopped' WHERE id = $1", gone.staff_id)
    clock.pass_time(days=170)
    await finish_quiz(shop, again, all_right(), key="q3")
    assert await reminded(shop) == 0


async def reminded(shop: Shop) -> int:
    await remind_of_training(shop)
    return len(await rows("SELECT 1 FROM outbox WHERE key LIKE 'training:%'"))

"""Staff training (员工培训): a short quiz about confidentiality, good for some months.

Whoever has not passed it sees masked data only (A26).
"""

import functools
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from loyalty.person import Person
from loyalty.quiz import Quiz, QuizQuestion, is_right, read_quiz
from loyalty.staff import Right
from loyalty.standings import months_later
from services.custody.auditing import Act, audit
from services.messages.telling import tell_follower
from services.org.staff import allow
from services.shop import Shop
from storage.training import (
    add_training_pass,
    newest_training_pass,
    training_passes_ending,
)
from storage.transactions import transactional

QUIZ_FILE = Path(__file__).parents[2] / "templates" / "training.toml"
REMIND_DAYS = (3, 14)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: `seed` orders the questions, `given` has a digit for each answer so far."""

    version: int
    seed: str
    given: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one answer."""

    is_right: bool
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """Of a whole try; `until` is the last day of the pass, if it is one."""

    percent: int
    pass_percent: int
    until: date | None


@functools.cache
def the_quiz() -> Quiz:
    return read_quiz(tomllib.loads(QUIZ_FILE.read_text(encoding="utf-8")))


def question_of(attempt: Attempt) -> QuizQuestion | None:
    """The next question; None when all are answered or the quiz is another one by now."""
    quiz = the_quiz()
    questions = quiz.in_order_of(attempt.seed)
    is_over = attempt.version != quiz.version or len(attempt.given) >= len(questions)
    return None if is_over else questions[len(attempt.given)]


def verdict_on(attempt: Attempt, answer: str) -> Verdict:
    question = question_of(attempt)
    assert question is not None, "there is a question open"
    return Verdict(is_right(question, answer), question.why)


@transactional
async def finish_quiz(shop: Shop, person: Person, attempt: Attempt, *, key: str) -> Score:
    """Score a try; a pass is kept once per key."""
    allow(person, Right.TRAIN)
    assert person.staff_id is not None, "allowed"
    quiz = the_quiz()
    percent = quiz.score_percent(attempt.seed, attempt.given)
    if percent < quiz.pass_percent:
        return Score(percent, quiz.pass_percent, None)
    until = months_later(shop.today(), quiz.months)
    await add_training_pass(
        key=key,
        staff_id=person.staff_id,
        quiz_version=quiz.version,
        score=percent,
        passed_at=shop.now(),
        until=until.isoformat(),
    )
    act = Act("staff.train", facts={"score": percent, "until": until.isoformat()})
    await audit(shop, person, act, key=key)
    return Score(percent, quiz.pass_percent, until)


async def trained_until(person: Person) -> date | None:
    """The last day of this person's newest pass, over or not."""
    found = await newest_training_pass(person.follower_id)
    return date.fromisoformat(found["until"]) if found else None


async def is_trained(shop: Shop, person: Person) -> bool:
    until = await trained_until(person)
    return until is not None and shop.today() <= until


@transactional
async def remind_of_training(shop: Shop) -> int:
    """Whose pass ends within two weeks hears of it, and once more three days before."""
    today = shop.today()
    ending = await training_passes_ending(today, today + timedelta(days=max(REMIND_DAYS)))
    for line in ending:
        until = date.fromisoformat(line["until"])
        days = next(days for days in REMIND_DAYS if until <= today + timedelta(days=days))
        text = shop.phrase("training/ending", {"until": until})
        await tell_follower(shop, line, text, key=f"training:{line['id']}:{days}")
    return len(ending)

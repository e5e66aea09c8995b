"""The quiz of staff training (员工培训测验): questions in an order of each try, and what passes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

ANSWERS = 3
Item = TypeVar("Item")


class BadQuiz(Exception):
    """The file is no quiz; the text says where."""


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """`right` is the place of the right answer; `why` is told after any answer."""

    text: str
    answers: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True, slots=True)
class Quiz:
    """`pass_percent` of right answers are a pass, for so many months."""

    version: int
    pass_percent: int
    months: int
    questions: tuple[QuizQuestion, ...]

    def in_order_of(self, seed: str) -> tuple[QuizQuestion, ...]:
        """Questions and their answers as this try has them; the same seed gives the same."""
        mixed = _mixed(self.questions, seed)
        return tuple(
            _with_mixed_answers(question, f"{seed}:{place}") for place, question in enumerate(mixed)
        )

    def score_percent(self, seed: str, given: str) -> int:
        """`given` has a digit for each question: the number of the answer, from 1."""
        questions = self.in_order_of(seed)
        assert len(given) == len(questions), given
        right = sum(is_right(one, answer) for one, answer in zip(questions, given, strict=True))
        return right * 100 // len(questions)


def is_right(question: QuizQuestion, answer: str) -> bool:
    return int(answer) == question.right + 1


def read_quiz(data: Mapping[str, Any]) -> Quiz:
    """Raises BadQuiz for a file that could not be asked or passed."""
    questions = tuple(
        _read_question(place, entry) for place, entry in enumerate(data.get("questions", ()))
    )
    if not questions:
        raise BadQuiz("[[questions]] are needed")
    return Quiz(
        version=_number(data, "version", highest=1_000_000),
        pass_percent=_number(data, "pass_percent", highest=100),
        months=_number(data, "months", highest=60),
        questions=questions,
    )


def _number(data: Mapping[str, Any], name: str, *, highest: int) -> int:
    number = data.get(name)
    if type(number) is not int or not 1 <= number <= highest:
        raise BadQuiz(f"{name}: write 1 to {highest}")
    return number


def _read_question(place: int, entry: Mapping[str, Any]) -> QuizQuestion:
    answers = tuple(entry.get("answers", ()))
    texts = [entry.get("text"), entry.get("why"), *answers]
    if len(answers) != ANSWERS or not all(isinstance(text, str) and text for text in texts):
        raise BadQuiz(f"questions[{place}]: text, why and {ANSWERS} answers are needed")
    right = _number(entry, "right", highest=ANSWERS)
    return QuizQuestion(entry["text"], answers, right - 1, entry["why"])


def _with_mixed_answers(question: QuizQuestion, seed: str) -> QuizQuestion:
    answers = _mixed(question.answers, seed)
    right = answers.index(question.answers[question.right])
    return QuizQuestion(question.text, tuple(answers), right, question.why)


def _mixed(items: Sequence[Item], seed: str) -> list[Item]:
    order = sorted(range(len(items)), key=lambda place: _draw(seed, place))
    return [items[place] for place in order]


def _draw(seed: str, place: int) -> bytes:
    return hashlib.sha256(f"{seed}:{place}".encode()).digest()

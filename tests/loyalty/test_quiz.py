"""The quiz (测验): read strictly, in another order each time, passed by what was right."""

from typing import Any

import pytest

from loyalty.quiz import BadQuiz, is_right, read_quiz

FILE: dict[str, Any] = {
    "version": 2,
    "pass_percent": 80,
    "months": 6,
    "questions": [
        {"text": f"q{n}", "answers": ["a", "b", "c"], "right": n % 3 + 1, "why": "because"}
        for n in range(6)
    ],
}
QUIZ = read_quiz(FILE)


def right_answers(seed: str) -> str:
    return "".join(str(question.right + 1) for question in QUIZ.in_order_of(seed))


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_right_answers_are_right_in_any_order(seed: str) -> None:
    given = right_answers(seed)
    assert QUIZ.score_percent(seed, given) == 100
    questions = QUIZ.in_order_of(seed)
    assert {question.text for question in questions} == {f"q{n}" for n in range(6)}
    for question in questions:
        number = int(question.text[1:])
        assert question.answers[question.right] == "abc"[number % 3]


def test_the_same_seed_gives_the_same_order_and_another_one_another() -> None:
    assert QUIZ.in_order_of("one") == QUIZ.in_order_of("one")
    assert len({QUIZ.in_order_of(str(seed)) for seed in range(10)}) == 10


def test_the_score_is_whole_percent_rounded_down() -> None:
    given = right_answers("one")
    wrong = str(int(given[0]) % 3 + 1)
    assert QUIZ.score_percent("one", wrong + given[1:]) == 83
    assert not is_right(QUIZ.in_order_of("one")[0], wrong)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 0},
        {"version": "1"},
        {"pass_percent": 101},
        {"months": None},
        {"questions": []},
        {"questions": [{"text": "q", "answers": ["a", "b"], "right": 1, "why": "w"}]},
        {"questions": [{"text": "q", "answers": ["a", "b", ""], "right": 1, "why": "w"}]},
        {"questions": [{"text": "q", "answers": ["a", "b", "c"], "right": 4, "why": "w"}]},
        {"questions": [{"text": "q", "answers": ["a", "b", "c"], "right": 1}]},
    ],
)
def test_a_quiz_that_could_not_be_asked_or_passed_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadQuiz):
        read_quiz(FILE | changed)

"""Words of a filter (词): the line cut into names, operators, brackets and what joins them."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from loyalty.audiences.conditions import SPAN
from loyalty.audiences.unread import BracketWanted
from loyalty.audiences.words import BY_NAME, word_named

# The longest first; 、 parts names as a comma does.
MARKS = re.compile(r'>=|<=|!=|<>|==|[=≠>≥<≤(),、]|"(?:[^"]|"")*"|[^\s=≠>≥<≤!(),、"]+|\S')
SAME_MARK = {"≥": ">=", "≤": "<=", "!=": "≠", "<>": "≠", "==": "=", "、": ","}
OPERATORS = frozenset({"=", "≠", ">", ">=", "<", "<="})
JOINTS = {"且": "且", "and": "且", "或": "或", "or": "或", "非": "非", "not": "非"}
BELONGS = {"属于": "=", "不属于": "≠", "in": "="}
GLUED = re.compile(r"不?属于|且|或|^非")


class Sort(StrEnum):
    WORD = "word"
    QUOTED = "quoted"
    OPERATOR = "operator"
    JOINT = "joint"
    MARK = "mark"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """`place` counts letters of the line from 0, as it reads after folding wide letters."""

    sort: Sort
    text: str
    place: int

    def is_mark(self, mark: str) -> bool:
        return self.sort is Sort.MARK and self.text == mark

    def is_joint(self, joint: str) -> bool:
        return self.sort is Sort.JOINT and self.text == joint


def tokens_of(line: str) -> list[Token]:
    """The words of a line, and an end. Quotation marks keep a name as it is."""
    folded = unicodedata.normalize("NFKC", line)
    # The marks of a Chinese keyboard.
    folded = folded.replace("“", '"').replace("”", '"')
    tokens: list[Token] = []
    for match in MARKS.finditer(folded):
        tokens += _cut(match[0], match.start())
    return [*tokens, Token(Sort.END, "", len(folded))]


def _cut(text: str, place: int) -> list[Token]:
    mark = SAME_MARK.get(text, text)
    if mark in OPERATORS:
        return [Token(Sort.OPERATOR, mark, place)]
    if mark in ("(", ")", ","):
        return [Token(Sort.MARK, mark, place)]
    if text.startswith('"'):
        if len(text) < 2:
            raise BracketWanted(word=text, place=place, could='"')
        return [Token(Sort.QUOTED, text[1:-1].replace('""', '"').strip(), place)]
    return _run(text, place)


def _run(text: str, place: int) -> list[Token]:
    """A run of letters, which people write without spaces: 成都且等级."""
    if text.casefold() in JOINTS:
        return [Token(Sort.JOINT, JOINTS[text.casefold()], place)]
    if text.casefold() in BELONGS:
        return [Token(Sort.OPERATOR, BELONGS[text.casefold()], place)]
    for glue in GLUED.finditer(text):
        head, tail = text[: glue.start()], text[glue.end() :]
        if _joins(head, glue[0], tail):
            before = _run(head, place) if head else []
            after = _run(tail, place + glue.end()) if tail else []
            return [*before, *_run(glue[0], place + glue.start()), *after]
    return [Token(Sort.WORD, text, place)]


def _joins(head: str, glue: str, tail: str) -> bool:
    """Whether the letter joins here, and is no part of a name."""
    if glue in BELONGS:
        return word_named(head) is not None
    return _begins_condition(tail) and not (glue == "非" and not tail)


def _begins_condition(text: str) -> bool:
    if not text or text.startswith(("非", "在")) or SPAN.match(text):
        return True
    return any(text.casefold().startswith(name) for name in BY_NAME if len(name) > 1)

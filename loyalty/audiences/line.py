"""A filter's line under the reader's finger (行): the next word, and taking it."""

from collections.abc import Sequence

from loyalty.audiences.conditions import MOST_NAMES, is_name
from loyalty.audiences.lexing import Sort, Token
from loyalty.audiences.unread import NameWanted


class Line:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._at = 0

    @property
    def next(self) -> Token:
        return self.tokens[self._at]

    def take(self) -> Token:
        """The next word; the end stays the end."""
        token = self.next
        if token.sort is not Sort.END:
            self._at += 1
        return token

    def takes_mark(self, mark: str) -> bool:
        return self.next.is_mark(mark) and bool(self.take())

    def takes_joint(self, joint: str) -> bool:
        return self.next.is_joint(joint) and bool(self.take())

    def takes_names(self) -> tuple[str, ...]:
        """One name or several with commas between them. Raises NameWanted."""
        names = [self.takes_name()]
        while self.takes_mark(","):
            names.append(self.takes_name())
        if len(names) > MOST_NAMES:
            raise NameWanted(word=names[MOST_NAMES], place=self.next.place, could=str(MOST_NAMES))
        return tuple(names)

    def takes_name(self) -> str:
        token = self.take()
        if token.sort not in (Sort.WORD, Sort.QUOTED) or not is_name(token.text):
            raise NameWanted(word=token.text, place=token.place)
        return token.text

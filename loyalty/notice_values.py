"""Values of notices (通知参数): what each kind of key may say (wechat-platform 4.5).

The platform refuses a whole notice for one bad value (47003), so it is refused here, before a
call is spent. Only a `thing` may lose its end: a figure or a name cut short says something else.
"""

import re
from collections.abc import Callable

KEY = re.compile(r"([a-z]+(?:_[a-z]+)?)\d+")
LONGEST_THING = 20
CHINESE = re.compile(r"[\u3400-\u9fff]")
CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
# 年, 月 and 日 by their numbers, as everything Chinese that people read lies in templates.
YEAR, MONTH, DATE_MARK = r"\u5e74", r"\u6708", r"\u65e5"
MONTH_DAY = rf"\d{{1,2}}{MONTH}\d{{1,2}}{DATE_MARK}"
DAY = rf"(?:\d{{4}}{YEAR}{MONTH_DAY}|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{MONTH_DAY})"
TIME = rf"(?:{DAY}\s*)?{CLOCK}"
DATE = rf"{DAY}(?:\s*{CLOCK})?"

Rule = Callable[[str], bool]


class BadValue(Exception):
    """A value that the platform would refuse; `key` names where."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def fitted(key: str, value: str) -> str:
    """The value as this key may say it. Raises BadValue."""
    kind = KEY.fullmatch(key)
    text = " ".join(value.split())
    if kind is None or not text:
        raise BadValue(key)
    if kind[1] == "thing" and len(text) > LONGEST_THING:
        return text[: LONGEST_THING - 1] + "…"
    rule = RULES.get(kind[1])
    if rule is None or not rule(text):
        raise BadValue(key)
    return text


def _up_to(length: int) -> Rule:
    return lambda text: len(text) <= length


def _shaped(pattern: str) -> Rule:
    shape = re.compile(pattern, re.ASCII)
    return lambda text: shape.fullmatch(text) is not None


def _is_name(text: str) -> bool:
    """Ten characters with Chinese among them, twenty letters without."""
    return len(text) <= (10 if CHINESE.search(text) else 20)


RULES: dict[str, Rule] = {
    "thing": _up_to(LONGEST_THING),
    "number": _shaped(r"-?(?=[\d.]{1,32}$)\d+(?:\.\d+)?"),
    "letter": _shaped(r"[A-Za-z]{1,32}"),
    "symbol": _shaped(r"[!-/:-@\[-`{-~]{1,5}"),
    "character_string": _shaped(r"[\x21-\x7e]{1,32}"),
    "time": _shaped(rf"{TIME}(?:\s*~\s*{TIME})?"),
    "date": _shaped(rf"{DATE}(?:\s*~\s*{DATE})?"),
    # Twelve digits in the rules of service accounts, ten in those of mini-programs: the smaller.
    "amount": _shaped(r"[¥￥$€£]?-?\d{1,10}(?:\.\d{1,2})?\u5143?"),
    "phone_number": _shaped(r"[\d+\-() ]{1,17}"),
    "car_number": _up_to(8),
    "name": _is_name,
    "phrase": _shaped(r"[\u3400-\u9fff]{1,5}"),
    "enum": _up_to(20),
    "const": _up_to(20),
}

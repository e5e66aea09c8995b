"""The value rules (参数规则) of typed keys in templates and subscription messages."""

import re
from collections.abc import Callable

from sandbox.forms import Form

KEY = re.compile(r"([a-z]+(?:_[a-z]+)?)\d+")
CHINESE = re.compile(r"[\u3400-\u9fff]")
CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
# 年, 月, 日 and 元 by their numbers: Chinese that people read lies in files of words.
YEAR, MONTH, DATE_MARK, YUAN = r"\u5e74", r"\u6708", r"\u65e5", r"\u5143"
MONTH_DAY = rf"\d{{1,2}}{MONTH}\d{{1,2}}{DATE_MARK}"
DAY = rf"(?:\d{{4}}{YEAR}{MONTH_DAY}|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{MONTH_DAY})"
TIME = rf"(?:{DAY}\s*)?{CLOCK}"
DATE = rf"{DAY}(?:\s*{CLOCK})?"
Rule = Callable[[str], bool]


def broken_key(form: Form, data: object) -> str | None:
    """The first key whose value the platform would refuse; keys the form has not are dropped."""
    given = data if isinstance(data, dict) else {}
    return next((key for key in form.fields if not _fits(form, key, given.get(key))), None)


def words_of(form: Form, data: dict[str, dict[str, str]]) -> list[dict[str, str]]:
    return [
        {"label": label, "value": str(data[key]["value"])} for key, label in form.fields.items()
    ]


def _fits(form: Form, key: str, entry: object) -> bool:
    value = entry.get("value") if isinstance(entry, dict) else None
    kind = KEY.fullmatch(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or kind is None:
        return False
    if key in form.choices:
        return value in form.choices[key]
    return RULES[kind[1]](value)


def _up_to(length: int) -> Rule:
    return lambda text: len(text) <= length and "\n" not in text


def _shaped(pattern: str) -> Rule:
    shape = re.compile(pattern, re.ASCII)
    return lambda text: shape.fullmatch(text) is not None


def _is_name(text: str) -> bool:
    """Ten characters with Chinese in it, twenty letters without."""
    return len(text) <= (10 if CHINESE.search(text) else 20)


RULES: dict[str, Rule] = {
    "thing": _up_to(20),
    "number": _shaped(r"-?(?=[\d.]{1,32}$)\d+(?:\.\d+)?"),
    "letter": _shaped(r"[A-Za-z]{1,32}"),
    "symbol": _shaped(r"[!-/:-@\[-`{-~]{1,5}"),
    "character_string": _shaped(r"[\x21-\x7e]{1,32}"),
    "time": _shaped(rf"{TIME}(?:\s*~\s*{TIME})?"),
    "date": _shaped(rf"{DATE}(?:\s*~\s*{DATE})?"),
    # Ten digits at mini-programs, twelve at service accounts: the narrower rule holds for both.
    "amount": _shaped(rf"[¥￥$€£]?-?\d{{1,10}}(?:\.\d{{1,2}})?{YUAN}?"),
    "phone_number": _shaped(r"[\d+\-() ]{1,17}"),
    "car_number": _up_to(8),
    "name": _is_name,
    "phrase": _shaped(r"[\u3400-\u9fff]{1,5}"),
    "enum": _up_to(20),
    "const": _up_to(20),
}

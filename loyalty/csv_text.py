"""CSV (表格文件): lines a spreadsheet shows and never runs as a formula (reliability B33)."""

import unicodedata
from collections.abc import Iterable

# Excel takes a file without it for GBK.
BYTE_ORDER_MARK = "\ufeff"
STARTS_FORMULA = "=+-@"


def csv_file(lines: Iterable[Iterable[object]]) -> bytes:
    """A whole file in UTF-8, a line each."""
    return (BYTE_ORDER_MARK + "".join(map(csv_line, lines))).encode()


def csv_line(values: Iterable[object]) -> str:
    return ",".join(map(csv_field, values)) + "\r\n"


def csv_field(value: object) -> str:
    """Quoted; a text that a spreadsheet might run gets an apostrophe. Numbers are numbers."""
    if value is None:
        return '""'
    if isinstance(value, int):
        return f'"{value}"'
    text = str(value)
    marked = f"'{text}" if is_formula(text) else text
    return '"' + marked.replace('"', '""') + '"'


def is_formula(text: str) -> bool:
    """Also behind white space, in full width, on a further line, and behind a tab itself."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    folded = unicodedata.normalize("NFKC", text)
    return any(line.strip()[:1] in tuple(STARTS_FORMULA) for line in folded.splitlines())

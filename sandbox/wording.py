"""What the sandbox itself says (提示语), kept in wording.toml beside this file."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


def say(key: str, **facts: str) -> str:
    return str(_wordings()[key]).format(**facts)


def default_phones() -> list[str]:
    return list(_wordings()["default_phones"])


@cache
def _wordings() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("wording.toml").read_text(encoding="utf-8"))

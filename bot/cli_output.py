"""What commands print: an answer as JSON, a fault as text on stderr; and the files they read."""

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

FAULT = 2


def show(answer: Mapping[str, object]) -> int:
    print(json.dumps(answer, ensure_ascii=False))
    return 0


def fault(text: str) -> int:
    print(text, file=sys.stderr)
    return FAULT


def read_toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))

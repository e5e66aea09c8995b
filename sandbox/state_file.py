"""The one JSON file (存档文件) that lets the sandbox forget nothing over a restart."""

import json
from pathlib import Path

from sandbox.codec import DoesNotFit, decode, encode
from sandbox.records import State


def read_state(path: str) -> State:
    if not path or not Path(path).exists():
        return State()
    try:
        table = json.loads(Path(path).read_text(encoding="utf-8"))
        state: State = decode(State, table, strict=False)
    except ValueError as fault:
        raise DoesNotFit(f"{path} is not a state of this sandbox ({fault}); move it away") from None
    return state


def write_state(path: str, state: State) -> None:
    """Replaced in one step: a crash leaves the old file or the new one, never half of one."""
    if not path:
        return
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        # Not `dump`, which writes piece by piece and takes several times as long.
        file.write(json.dumps(encode(state), ensure_ascii=False, separators=(",", ":")))
    fresh.replace(target)

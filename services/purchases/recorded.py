"""What a till is answered (回执): kept with the effect and given again for the same number."""

import json
from dataclasses import dataclass
from typing import Any

from loyalty.refusals import Refusal

Answer = dict[str, Any]


class NumberConflict(Refusal):
    """This number was reported by this till with other content."""

    wording = "tills/conflict"
    status = 409


@dataclass(frozen=True, slots=True)
class Recorded:
    """`status` is what the first answer had; a replay is told as such."""

    answer: Answer
    is_replay: bool
    status: int = 201


def replayed(known: dict[str, Any], fingerprint: str) -> Recorded:
    """The first answer of a row with `fingerprint` and `answer`. Raises NumberConflict."""
    if known["fingerprint"] != fingerprint:
        raise NumberConflict
    return Recorded(json.loads(known["answer"]), is_replay=True)

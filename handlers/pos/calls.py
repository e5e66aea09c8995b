"""A till's call (调用): what a handler is given, and how a recorded answer goes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.web import json_answer
from services.purchases.recorded import Recorded


@dataclass(frozen=True, slots=True)
class TillCall:
    """The strict JSON of the body, and the parts of the path such as a coupon's code."""

    body: Any
    path: Mapping[str, str]


def recorded_answer(recorded: Recorded) -> web.Response:
    """The first answer with its status, or again with 200 and the replay header (contract §6)."""
    if recorded.is_replay:
        return json_answer(recorded.answer, headers={"Idempotent-Replay": "true"})
    return json_answer(recorded.answer, status=recorded.status)

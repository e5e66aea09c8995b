"""The shop's door for tills, as the sandbox's till finds it in tests."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

CLAIM = {"token": "t", "url": "http://127.0.0.1:8000/r/t", "expires_at": "2027-01-01T00:00:00Z"}
ONE_LATTE: dict[str, Any] = {"lines": [{"sku": "latte", "quantity": 1}]}


@dataclass
class TillDoor:
    """The shop's door for tills; keeps what was knocked with."""

    status: int = 201
    answer: dict[str, Any] = field(default_factory=lambda: {"claim": CLAIM})
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    @property
    def heard(self) -> tuple[str, dict[str, Any]]:
        """The last call and what it said."""
        return self.calls[-1], json.loads(self.bodies[-1])

    async def hear(self, request: web.Request) -> web.Response:
        self.headers.append(dict(request.headers))
        self.calls.append(request.match_info["call"])
        self.bodies.append(await request.read())
        return web.json_response(self.answer, status=self.status)

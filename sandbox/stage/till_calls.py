"""A till's calls (收银台调用): signed JSON to the shop's till door, and what came back."""

from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientTimeout, web
from aiohttp.client_exceptions import ClientError

from sandbox.keys import WORLD
from sandbox.records import JsonObject
from sandbox.stage.door import StageFault
from sandbox.stage.enrolment import Enrolment, enrolment_or_none
from sandbox.stage.till_codes import signed_headers, written
from sandbox.world import World

DOOR = "/pos/v1"
PATIENCE = ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the shop's server said; status 503 also where it was not reached."""

    status: int
    body: Any

    @property
    def is_done(self) -> bool:
        return self.status in (200, 201, 202) and isinstance(self.body, dict)


def at_till(request: web.Request) -> tuple[World, Enrolment]:
    world = request.app[WORLD]
    enrolment = enrolment_or_none(world.config)
    if enrolment is None:
        raise StageFault(409, "no till is enrolled: `enrolment` of [till] names no file")
    return world, enrolment


async def call_door(world: World, enrolment: Enrolment, path: str, body: JsonObject) -> Answered:
    """`path` below the door, such as /quotes."""
    text = written(body)
    headers = signed_headers(enrolment, "POST", DOOR + path, body=text)
    address = world.config.shuke.url.rstrip("/") + DOOR + path
    try:
        async with (
            ClientSession(timeout=PATIENCE) as session,
            session.post(address, data=text, headers=headers) as response,
        ):
            return Answered(response.status, await _body(response))
    except (ClientError, TimeoutError, OSError) as fault:
        return Answered(
            503, {"error": f"the shop's server was not reached: {type(fault).__name__}"}
        )


def asked_and_told(body: JsonObject, answer: Answered) -> JsonObject:
    return {"request": body, "status": answer.status, "answer": answer.body}


async def _body(response: ClientResponse) -> Any:
    try:
        return await response.json(content_type=None)
    except ValueError:
        return await response.text(errors="replace")

"""What a till asks before it is paid (询问): who shows this code, and what the basket costs."""

from dataclasses import dataclass, field

from aiohttp import web

from sandbox.records import JsonObject
from sandbox.stage.door import told, wish_of
from sandbox.stage.till_calls import asked_and_told, at_till, call_door
from sandbox.stage.till_sales import BasketLine, lines_of


@dataclass(frozen=True, slots=True)
class ShownCode:
    member_code: str


@dataclass(frozen=True, slots=True)
class Question:
    """A basket to be priced; what is empty or zero is not asked for."""

    lines: list[BasketLine]
    member_code: str = ""
    coupon_codes: list[str] = field(default_factory=list)
    points: int = 0
    stored_fen: int = 0


async def identify(request: web.Request) -> web.Response:
    world, enrolment = at_till(request)
    shown = await wish_of(request, ShownCode)
    body: JsonObject = {"member_code": shown.member_code}
    answer = await call_door(world, enrolment, "/members/identify", body)
    return told(asked_and_told(body, answer))


async def quote(request: web.Request) -> web.Response:
    world, enrolment = at_till(request)
    question = await wish_of(request, Question)
    wanted: JsonObject = {
        "member_code": question.member_code,
        "coupon_codes": question.coupon_codes,
        "points": question.points,
        "stored_fen": question.stored_fen,
    }
    body: JsonObject = {"lines": lines_of(world, question.lines)}
    body |= {name: value for name, value in wanted.items() if value}
    return told(asked_and_told(body, await call_door(world, enrolment, "/quotes", body)))

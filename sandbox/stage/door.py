"""The stage's door (舞台接口): reads a request into a typed wish and answers in JSON."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web

from sandbox.acts import NotFollowing, Push, Talk
from sandbox.codec import DoesNotFit, decode
from sandbox.config import Account
from sandbox.keys import PUSHER, WORLD
from sandbox.records import Contact, JsonObject, Phone
from sandbox.world import World

Wish = TypeVar("Wish")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class StageFault(Exception):
    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@web.middleware
async def stage_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.path.startswith("/stage/"):
        return await handler(request)
    try:
        return await handler(request)
    except StageFault as fault:
        return _refused(fault.status, str(fault))
    except DoesNotFit as fault:
        return _refused(400, str(fault))
    except NotFollowing:
        return _refused(409, "this person does not follow the account")
    except web.HTTPException as fault:
        return _refused(fault.status, fault.reason)


async def wish_of(request: web.Request, kind: type[Wish]) -> Wish:
    """The JSON body as this kind of wish; an empty body is a wish without particulars."""
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise StageFault(400, "the body is not JSON") from None
    wish: Wish = decode(kind, body, strict=False)
    return wish


def phone_of(request: web.Request) -> Phone:
    phone = request.app[WORLD].state.phones.get(request.match_info["phone"])
    if phone is None:
        raise StageFault(404, "there is no such phone")
    return phone


def account_named(world: World, name: str) -> Account:
    account = world.config.account(name)
    if account is None:
        raise StageFault(404, f"there is no account {name!r}")
    return account


def contact_of(request: web.Request, account_name: str) -> Contact:
    world = request.app[WORLD]
    return world.contact(account_named(world, account_name), phone_of(request).id)


def talk_of(request: web.Request, account_name: str) -> Talk:
    world = request.app[WORLD]
    account = account_named(world, account_name)
    contact = world.contact(account, phone_of(request).id)
    return Talk(world, request.app[PUSHER], account, contact)


def number_in(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, "")
    if value and not (value.isascii() and value.isdigit()):
        raise StageFault(400, f"{name}: not a whole number")
    return int(value) if value else default


async def answer_of(request: web.Request, push: Push | None, **more: Any) -> web.Response:
    """`?settled=1` waits until the push is answered and tells what the person saw."""
    answer: JsonObject = {"pushed": push is not None, **more}
    if push is not None and request.query.get("settled"):
        row = await push
        answer["verdict"], answer["journal"] = row.verdict, row.n
    return told(answer)


def told(answer: Any, *, status: int = 200) -> web.Response:
    return web.json_response(answer, status=status, dumps=_dumps)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _refused(status: int, sentence: str) -> web.Response:
    return told({"error": sentence}, status=status)

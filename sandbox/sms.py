"""The SMS provider (短信服务商): takes signed orders, and whoever has the number reads the text."""

import hmac
import json
from dataclasses import dataclass

from aiohttp import web

from sandbox.codec import DoesNotFit, decode
from sandbox.identifiers import number_of
from sandbox.keys import WORLD
from sandbox.records import Phone, ShortMessage
from sandbox.world import World

KEPT_MESSAGES = 100
CHINA = "+86"


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    to: str
    text: str


async def take_order(request: web.Request) -> web.Response:
    """The same id is sent once. A number nobody here has is taken, too, as in life."""
    world = request.app[WORLD]
    body = await request.read()
    if not _is_signed(request, world.config.sms.secret, body):
        return web.json_response({"error": "the signature is wrong"}, status=401)
    try:
        order: Order = decode(Order, json.loads(body))
    except (ValueError, DoesNotFit) as fault:
        return web.json_response({"error": str(fault)}, status=400)
    _send(world, order)
    return web.json_response({"id": order.id})


def newest_for(world: World, phone: Phone) -> ShortMessage | None:
    number = number_of(phone.id)
    messages = reversed(world.state.short_messages)
    return next((message for message in messages if message.to == number), None)


def _send(world: World, order: Order) -> None:
    state = world.state
    if any(message.id == order.id for message in state.short_messages):
        return
    to = order.to.removeprefix(CHINA)
    state.short_message_count += 1
    state.short_messages.append(
        ShortMessage(state.short_message_count, order.id, to, order.text, world.clock.now())
    )
    del state.short_messages[:-KEPT_MESSAGES]
    phone = next((each for each in state.phones.values() if number_of(each.id) == to), None)
    row = world.journal.add("sms", phone.name if phone else "", to, at=world.clock.now())
    row.request, row.verdict = order.text, "delivered" if phone else "nobody"
    world.changed()
    if phone is not None:
        for account in world.config.accounts:
            world.bell(world.contact(account, phone.id)).ring()


def _is_signed(request: web.Request, secret: str, body: bytes) -> bool:
    """X-Signature: the hex HMAC-SHA-256 of X-Timestamp, line feed and body."""
    if not secret:
        return False
    signed = request.headers.get("X-Timestamp", "").encode() + b"\n" + body
    expected = hmac.digest(secret.encode(), signed, "sha256").hex()
    given = request.headers.get("X-Signature", "")
    return hmac.compare_digest(expected.encode(), given.encode())

"""The phones (手机): who there is, and the chat as one person sees it."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from sandbox.identifiers import number_of
from sandbox.keys import WORLD
from sandbox.notices import NOTICES
from sandbox.records import ChatMessage, Contact, JsonObject, Phone
from sandbox.sms import newest_for
from sandbox.stage.door import (
    StageFault,
    account_named,
    contact_of,
    number_in,
    phone_of,
    told,
    wish_of,
)
from sandbox.stage.enrolment import enrolment_or_none
from sandbox.world import World, notices_name

MOST_WAIT_SECONDS = 60
LONGEST_NAME = 20
MANY = 10**9


@dataclass(frozen=True, slots=True)
class NewPhone:
    name: str


async def show_state(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    config = world.config
    enrolment = enrolment_or_none(config)
    label = config.till.store_label
    till = {"till": enrolment.till, "store_label": label or enrolment.till} if enrolment else None
    return told(
        {
            "accounts": [
                {"name": a.name, "label": a.label, "kind": a.kind, "appid": a.appid}
                for a in config.accounts
            ],
            "phones": [_phone(world, phone) for phone in world.state.phones.values()],
            "goods": [
                {"sku": g.sku, "name": g.name, "category": g.category, "amount_fen": g.amount_fen}
                for g in config.goods
            ],
            "topups": [{"paid_fen": t.paid_fen, "bonus_fen": t.bonus_fen} for t in config.topups],
            "till": till,
            "now": world.clock.now().isoformat(),
        }
    )


async def add_phone(request: web.Request) -> web.Response:
    wish = await wish_of(request, NewPhone)
    name = wish.name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise StageFault(400, f"name: 1 to {LONGEST_NAME} characters")
    world = request.app[WORLD]
    return told(_phone(world, world.add_phone(name)), status=201)


async def show_chat(request: web.Request) -> web.Response:
    """Long poll: answers at once when there is news after `after`, else waits up to `wait` s."""
    world = request.app[WORLD]
    contact = _other_side(request)
    after, known = number_in(request, "after", 0), _known_news(request)
    seconds = min(number_in(request, "wait", 0), MOST_WAIT_SECONDS)
    before = (contact.following, world.is_typing(contact))
    ends = asyncio.get_running_loop().time() + seconds
    phone = phone_of(request)
    while not (
        _has_news(world, contact, after=after, before=before)
        or _has_other_news(world, phone, known)
    ):
        left = ends - asyncio.get_running_loop().time()
        if left <= 0 or world.is_closing:
            break
        await world.bell(contact).wait(left)
    beside = {"sms": _sms(world, phone), "notices": phone.notice_count}
    return told(_chat(world, contact, after) | beside)


async def show_menu(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    account = account_named(world, request.query.get("account", ""))
    return told(world.record(account).menu or {"button": []})


def _has_news(world: World, contact: Contact, *, after: int, before: tuple[bool, bool]) -> bool:
    if contact.messages and contact.messages[-1].n > after:
        return True
    return (contact.following, world.is_typing(contact)) != before


def _other_side(request: web.Request) -> Contact:
    """An account, or WeChat's own chat with the notices of this phone."""
    account = request.query.get("account", "")
    if account != NOTICES:
        return contact_of(request, account)
    phone = phone_of(request)
    name = notices_name(phone)
    return Contact(name, phone.id, "", following=True, messages=phone.notices)


def _known_news(request: web.Request) -> tuple[int, int]:
    """The newest SMS and notice the page has heard of; an older page asks for no notices."""
    return number_in(request, "sms", 0), number_in(request, "notices", MANY)


def _has_other_news(world: World, phone: Phone, known: tuple[int, int]) -> bool:
    sms, notices = known
    return _newest_sms(world, phone) > sms or phone.notice_count > notices


def _newest_sms(world: World, phone: Phone) -> int:
    newest = newest_for(world, phone)
    return newest.n if newest else 0


def _sms(world: World, phone: Phone) -> JsonObject | None:
    newest = newest_for(world, phone)
    return {"n": newest.n, "at": newest.at.isoformat(), "text": newest.text} if newest else None


def _chat(world: World, contact: Contact, after: int) -> JsonObject:
    return {
        "messages": [_message(entry) for entry in contact.messages if entry.n > after],
        "following": contact.following,
        "typing": world.is_typing(contact),
    }


def _message(message: ChatMessage) -> JsonObject:
    shown = {
        "n": message.n,
        "at": message.at.isoformat(),
        "from": message.sender,
        "kind": message.kind,
        **message.facts,
    }
    return shown | {"via": message.via} if message.via else shown


def _phone(world: World, phone: Phone) -> JsonObject:
    contacts = {a.name: world.contact(a, phone.id) for a in world.config.accounts}
    return {
        "id": phone.id,
        "name": phone.name,
        "avatar": "",
        "number": number_of(phone.id),
        "openids": {name: contact.openid for name, contact in contacts.items()},
        "following": {name: contact.following for name, contact in contacts.items()},
    }

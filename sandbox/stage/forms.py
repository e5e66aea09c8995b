"""Subscriptions on the phone (订阅): the popup, the switch in the settings, and blocking."""

from dataclasses import dataclass, field

from aiohttp import web

from sandbox.forms import Form, forms_of
from sandbox.records import Contact, JsonObject
from sandbox.stage.door import StageFault, answer_of, contact_of, talk_of, told, wish_of
from sandbox.subscribing import NoSuchForm, answer_popup, take_back


@dataclass(frozen=True, slots=True)
class PopupWish:
    account: str
    accepted: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TakeBackWish:
    account: str
    form: str


@dataclass(frozen=True, slots=True)
class BlockWish:
    account: str
    blocked: bool


async def show_forms(request: web.Request) -> web.Response:
    """What this person may be asked for by the account, and what they have given."""
    talk = talk_of(request, request.query.get("account", ""))
    listed = [
        _form(form, talk.contact)
        for form in forms_of(talk.account)
        if form.kind in ("subscription", "mini")
    ]
    return told({"forms": listed, "blocked": talk.contact.blocks_messages})


async def subscribe(request: web.Request) -> web.Response:
    wish = await wish_of(request, PopupWish)
    talk = talk_of(request, wish.account)
    try:
        pushed = answer_popup(talk, accepted=wish.accepted, rejected=wish.rejected)
    except NoSuchForm as fault:
        raise StageFault(400, str(fault)) from None
    return await answer_of(request, pushed, held=talk.contact.subscriptions)


async def unsubscribe(request: web.Request) -> web.Response:
    wish = await wish_of(request, TakeBackWish)
    talk = talk_of(request, wish.account)
    try:
        pushed = take_back(talk, wish.form)
    except NoSuchForm as fault:
        raise StageFault(400, str(fault)) from None
    return await answer_of(request, pushed, held=talk.contact.subscriptions)


async def block(request: web.Request) -> web.Response:
    """接收消息 switched off: templates fail by `user block`, mass messages pass by."""
    wish = await wish_of(request, BlockWish)
    talk = talk_of(request, wish.account)
    contact_of(request, wish.account).blocks_messages = wish.blocked
    talk.world.changed()
    return told({"blocked": wish.blocked})


def _form(form: Form, contact: Contact) -> JsonObject:
    return {
        "id": form.id,
        "kind": form.kind,
        "title": form.title,
        "labels": list(form.fields.values()),
        "held": contact.subscriptions.get(form.id, 0),
    }

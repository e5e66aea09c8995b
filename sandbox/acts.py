"""What a person does with an account (用户行为): follow, leave, write, scan; each causes a push."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sandbox.allowance import grant
from sandbox.config import Account
from sandbox.journal import JournalRow
from sandbox.push import kinds
from sandbox.push.pusher import Pusher
from sandbox.records import Contact, JsonObject, QrCode
from sandbox.wording import say
from sandbox.world import World

Push = asyncio.Task[JournalRow]

# How the account was found: the platform's names for the `scene_kind` of the stage.
FOUND_BY = {
    "": "ADD_SCENE_SEARCH",
    "search": "ADD_SCENE_SEARCH",
    "qr": "ADD_SCENE_QR_CODE",
    "profile_card": "ADD_SCENE_PROFILE_CARD",
    "paid": "ADD_SCENE_PAID",
}


class NotFollowing(Exception):
    """Only a follower can write to an account."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One person before one account."""

    world: World
    pusher: Pusher
    account: Account
    contact: Contact

    def push(self, body: JsonObject) -> Push:
        return self.pusher.start(self.account, self.contact, body)


def follow(talk: Talk, *, scene: str = "", scene_kind: str = "") -> Push | None:
    """`scene`: of the QR that was scanned, or the transaction number after paying."""
    contact = talk.contact
    if contact.following:
        return None
    found_by = scene_kind or ("qr" if scene else "")
    contact.following = True
    contact.followed_at = talk.world.clock.now()
    contact.subscribe_scene = FOUND_BY.get(found_by, "ADD_SCENE_OTHERS")
    contact.qr_scene, contact.qr_scene_str = 0, ""
    grant(talk.world, contact, "follow")
    tip = say("follow_tip", label=talk.account.label)
    talk.world.add_message(contact, "system", "tip", text=tip)
    if found_by == "paid":
        return talk.push(kinds.follow(key=f"last_trade_no_{scene}"))
    return talk.push(_follow_by_scene(talk, scene) if scene else kinds.follow())


def unfollow(talk: Talk) -> Push | None:
    """The window of customer-service messages closes with it."""
    if not talk.contact.following or talk.account.is_mini:
        return None
    talk.contact.following = False
    talk.contact.grants.clear()
    talk.contact.tag_ids.clear()
    tip = say("unfollow_tip", label=talk.account.label)
    talk.world.add_message(talk.contact, "system", "tip", text=tip)
    return talk.push(kinds.unfollow())


def scan_code(talk: Talk, code: QrCode) -> Push | None:
    """A follower scans; anybody else follows by it. A code too old does nothing."""
    if code.expires_at is not None and code.expires_at <= talk.world.clock.now():
        return None
    if not talk.contact.following:
        return follow(talk, scene=code.scene, scene_kind="qr")
    grant(talk.world, talk.contact, "scan")
    return talk.push(kinds.scan(code))


def write_text(talk: Talk, text: str, *, menu_id: str = "") -> Push:
    require_following(talk)
    talk.world.add_message(talk.contact, "member", "text", text=text)
    grant(talk.world, talk.contact, "menu_link" if menu_id else "message")
    return talk.push(kinds.text(text, menu_id=menu_id))


def send(talk: Talk, body: JsonObject, *, kind: str, **shown: Any) -> Push:
    """Any other message: a picture, a place, a link."""
    require_following(talk)
    talk.world.add_message(talk.contact, "member", kind, **shown)
    grant(talk.world, talk.contact, "message")
    return talk.push(body)


def tap_menu(talk: Talk, body: JsonObject, *, gives_leave: bool) -> Push:
    """Only `click` and the scan kinds of menu give leave for customer-service messages."""
    require_following(talk)
    if gives_leave:
        grant(talk.world, talk.contact, "menu")
    return talk.push(body)


def enter_chat(talk: Talk, session_from: str) -> Push:
    grant(talk.world, talk.contact, "enter")
    return talk.push(kinds.enter_chat(session_from))


def require_following(talk: Talk) -> None:
    if not talk.contact.following:
        raise NotFollowing


def _follow_by_scene(talk: Talk, scene: str) -> JsonObject:
    talk.contact.qr_scene = int(scene) if scene.isdigit() else 0
    talk.contact.qr_scene_str = "" if scene.isdigit() else scene
    codes = talk.world.record(talk.account).qr_codes.values()
    ticket = next((code.ticket for code in codes if code.scene == scene), "TICKET")
    return kinds.follow(key=f"qrscene_{scene}", ticket=ticket)

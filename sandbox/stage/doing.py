"""What a phone does to an account (操作): follow, leave, enter, tap the menu, hand out codes."""

from dataclasses import dataclass

from aiohttp import web

from sandbox.acts import Talk, enter_chat, follow, require_following, tap_menu, unfollow
from sandbox.api.login_codes import issue_code
from sandbox.push import kinds
from sandbox.push.kinds import Place
from sandbox.records import JsonObject
from sandbox.stage.browser import opened_page
from sandbox.stage.door import StageFault, answer_of, contact_of, phone_of, talk_of, told, wish_of

SCAN_KINDS = ("scancode_push", "scancode_waitmsg")
PICTURE_KINDS = ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")


@dataclass(frozen=True, slots=True)
class AccountWish:
    account: str


@dataclass(frozen=True, slots=True)
class FollowWish:
    account: str
    scene: str = ""
    scene_kind: str = ""


@dataclass(frozen=True, slots=True)
class EnterWish:
    account: str
    session_from: str = ""


@dataclass(frozen=True, slots=True)
class MenuWish:
    account: str
    path: list[int]
    latitude: float = 30.657
    longitude: float = 104.0817
    label: str = ""


@dataclass(frozen=True, slots=True)
class MenuScanWish:
    account: str
    key: str
    content: str


async def follow_account(request: web.Request) -> web.Response:
    wish = await wish_of(request, FollowWish)
    talk = talk_of(request, wish.account)
    if talk.account.is_mini:
        raise StageFault(409, "a mini-program has no followers")
    pushed = follow(talk, scene=wish.scene, scene_kind=wish.scene_kind)
    return await answer_of(request, pushed, following=True)


async def unfollow_account(request: web.Request) -> web.Response:
    wish = await wish_of(request, AccountWish)
    talk = talk_of(request, wish.account)
    pushed = unfollow(talk)
    return await answer_of(request, pushed, following=talk.contact.following)


async def enter_account(request: web.Request) -> web.Response:
    """Opening the chat tells only a mini-program's server anything."""
    wish = await wish_of(request, EnterWish)
    talk = talk_of(request, wish.account)
    pushed = enter_chat(talk, wish.session_from) if talk.account.is_mini else None
    return await answer_of(request, pushed)


async def tap_menu_button(request: web.Request) -> web.Response:
    wish = await wish_of(request, MenuWish)
    talk = talk_of(request, wish.account)
    require_following(talk)
    button = _button_at(talk, wish.path)
    kind = str(button.get("type", ""))
    if kind == "click":
        body = kinds.menu_click(str(button["key"]))
        return await answer_of(request, tap_menu(talk, body, gives_leave=True), kind=kind)
    if kind == "view":
        return await _open_view(request, talk, str(button["url"]))
    return await _tap_other(request, talk, button, wish=wish)


async def scan_by_menu(request: web.Request) -> web.Response:
    wish = await wish_of(request, MenuScanWish)
    talk = talk_of(request, wish.account)
    kind = _scan_kind(talk, wish.key)
    body = kinds.menu_scan(kind, wish.key, wish.content)
    return await answer_of(request, tap_menu(talk, body, gives_leave=True), kind=kind)


async def give_login_code(request: web.Request) -> web.Response:
    """What `wx.login` gives to a mini-program's page."""
    return await _give_code(request, "login")


async def give_phone_code(request: web.Request) -> web.Response:
    """What the phone number button gives to a mini-program's page."""
    return await _give_code(request, "phone")


async def _give_code(request: web.Request, purpose: str) -> web.Response:
    wish = await wish_of(request, AccountWish)
    talk = talk_of(request, wish.account)
    if not talk.account.is_mini:
        raise StageFault(409, "only a mini-program asks for such codes")
    phone_id = phone_of(request).id
    code = issue_code(talk.world, talk.account, purpose=purpose, phone_id=phone_id)
    return told({"code": code, "openid": contact_of(request, wish.account).openid})


async def _open_view(request: web.Request, talk: Talk, url: str) -> web.Response:
    pushed = tap_menu(talk, kinds.menu_view(url, _menu_id(talk)), gives_leave=False)
    page = await opened_page(talk.world, phone_of(request).id, url)
    return await answer_of(request, pushed, kind="view", opened=page)


async def _tap_other(
    request: web.Request, talk: Talk, button: JsonObject, *, wish: MenuWish
) -> web.Response:
    kind, key = str(button.get("type", "")), str(button.get("key", ""))
    if kind in SCAN_KINDS:
        # The camera opens first; what it reads comes by `scan-menu`.
        return told({"pushed": False, "kind": kind, "key": key})
    if kind == "miniprogram":
        body = kinds.menu_mini_program(str(button["pagepath"]), _menu_id(talk))
    elif kind == "location_select":
        place = Place(f"{wish.latitude:.6f}", f"{wish.longitude:.6f}", wish.label)
        body = kinds.menu_location(key, place)
    elif kind in PICTURE_KINDS:
        body = kinds.menu_pictures(kind, key, ["1b5f7c23b5bf75682a53e7b6d163e185"])
    else:
        raise StageFault(409, "this button does nothing in the sandbox")
    return await answer_of(request, tap_menu(talk, body, gives_leave=False), kind=kind)


def _button_at(talk: Talk, path: list[int]) -> JsonObject:
    """A sub-menu itself sends nothing when it is opened, so only leaves can be tapped."""
    level: list[JsonObject] = (talk.world.record(talk.account).menu or {}).get("button", [])
    button: JsonObject = {}
    for place in path:
        if not 0 <= place < len(level):
            raise StageFault(404, "there is no such menu button")
        button = level[place]
        level = button.get("sub_button") or []
    if not button or level:
        raise StageFault(404, "there is no such menu button")
    return button


def _scan_kind(talk: Talk, key: str) -> str:
    tops: list[JsonObject] = (talk.world.record(talk.account).menu or {}).get("button", [])
    leaves = [leaf for top in tops for leaf in (top.get("sub_button") or [top])]
    named = (str(leaf.get("type")) for leaf in leaves if leaf.get("key") == key)
    return next((kind for kind in named if kind in SCAN_KINDS), "scancode_waitmsg")


def _menu_id(talk: Talk) -> int:
    return 400000000 + len(talk.account.appid)

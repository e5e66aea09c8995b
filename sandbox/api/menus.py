"""Custom menus (自定义菜单): up to three buttons under the chat, up to five below each."""

from typing import Any

from sandbox.api.door import OFFICIAL, ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.records import JsonObject

MOST_TOP, MOST_SUB = 3, 5
LONGEST_TOP_BYTES, LONGEST_SUB_BYTES = 16, 60
LONGEST_KEY_BYTES, LONGEST_URL_BYTES = 128, 1024
NEEDS: dict[str, tuple[str, ...]] = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}


async def create_menu(call: ApiCall) -> JsonObject:
    buttons = call.body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_TOP:
        raise PlatformError(40016)
    for button in buttons:
        _check_top(button)
    call.record.menu = {"button": buttons}
    call.world.changed()
    return {"errcode": 0, "errmsg": "ok"}


async def show_own_menu(call: ApiCall) -> JsonObject:
    if call.record.menu is None:
        raise PlatformError(46003)
    tops = [{"sub_button": [], **button} for button in call.record.menu["button"]]
    return {"menu": {"button": tops}}


async def delete_menu(call: ApiCall) -> JsonObject:
    call.record.menu = None
    call.world.changed()
    return {"errcode": 0, "errmsg": "ok"}


async def show_current_menu(call: ApiCall) -> JsonObject:
    """The same buttons in another shape: sub-buttons stand in a `list`."""
    if call.record.menu is None:
        return {"is_menu_open": 0}
    tops = [_in_list_shape(button) for button in call.record.menu["button"]]
    return {"is_menu_open": 1, "selfmenu_info": {"button": tops}}


def _check_top(button: Any) -> None:
    subs = button.get("sub_button") if isinstance(button, dict) else None
    if not subs:
        _check_button(button, LONGEST_TOP_BYTES)
        return
    _check_name(button, LONGEST_TOP_BYTES)
    if not isinstance(subs, list) or len(subs) > MOST_SUB:
        raise PlatformError(40023)
    for sub in subs:
        _check_button(sub, LONGEST_SUB_BYTES)


def _check_button(button: Any, longest_name: int) -> None:
    _check_name(button, longest_name)
    needs = NEEDS.get(str(button.get("type")))
    if needs is None:
        raise PlatformError(40017)
    for name in needs:
        _check_value(name, button.get(name))


def _check_name(button: Any, longest: int) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= longest:
        raise PlatformError(40018)


def _check_value(name: str, value: Any) -> None:
    longest = LONGEST_URL_BYTES if name == "url" else LONGEST_KEY_BYTES
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= longest:
        raise PlatformError(40020 if name == "url" else 40019)


def _in_list_shape(button: JsonObject) -> JsonObject:
    if not button.get("sub_button"):
        return {name: value for name, value in button.items() if name != "sub_button"}
    return {"name": button["name"], "sub_button": {"list": button["sub_button"]}}


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/menu/create", create_menu, kinds=OFFICIAL, raw_text=True),
    Endpoint("GET", "/cgi-bin/menu/get", show_own_menu, kinds=OFFICIAL),
    Endpoint("GET", "/cgi-bin/menu/delete", delete_menu, kinds=OFFICIAL),
    Endpoint("GET", "/cgi-bin/get_current_selfmenu_info", show_current_menu, kinds=OFFICIAL),
)

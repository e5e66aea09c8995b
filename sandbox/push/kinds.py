"""The kinds of push (推送种类) a phone can cause: what a member sends and what a member does."""

from dataclasses import dataclass

from sandbox.config import Account
from sandbox.records import JsonObject, MediaRecord, QrCode


@dataclass(frozen=True, slots=True)
class Place:
    latitude: str
    longitude: str
    label: str = ""


def text(content: str, *, menu_id: str = "") -> JsonObject:
    """`menu_id`: the member tapped an item of a menu message instead of typing."""
    body: JsonObject = {"MsgType": "text", "Content": content}
    return body | {"bizmsgmenuid": menu_id} if menu_id else body


def image(picture: MediaRecord, url: str) -> JsonObject:
    return {"MsgType": "image", "PicUrl": url, "MediaId": picture.id}


def voice(sound: MediaRecord) -> JsonObject:
    # Speech is no longer recognised by the platform: no Recognition field.
    return {"MsgType": "voice", "MediaId": sound.id, "Format": "amr", "MediaId16K": sound.id}


def video(film: MediaRecord, thumb: MediaRecord) -> JsonObject:
    return {"MsgType": "video", "MediaId": film.id, "ThumbMediaId": thumb.id}


def location(place: Place) -> JsonObject:
    return {
        "MsgType": "location",
        "Location_X": place.latitude,
        "Location_Y": place.longitude,
        "Scale": 20,
        "Label": place.label,
    }


def link(title: str, description: str, url: str) -> JsonObject:
    return {"MsgType": "link", "Title": title, "Description": description, "Url": url}


def mini_program_card(title: str, appid: str, page_path: str) -> JsonObject:
    return {
        "MsgType": "miniprogrampage",
        "Title": title,
        "AppId": appid,
        "PagePath": page_path,
        "ThumbUrl": "",
        "ThumbMediaId": "",
    }


def follow(*, key: str = "", ticket: str = "") -> JsonObject:
    return _event("subscribe", key) | ({"Ticket": ticket} if ticket else {})


def unfollow() -> JsonObject:
    return _event("unsubscribe", "")


def scan(code: QrCode) -> JsonObject:
    return _event("SCAN", code.scene) | {"Ticket": code.ticket}


def menu_click(key: str) -> JsonObject:
    return _event("CLICK", key)


def menu_view(url: str, menu_id: int) -> JsonObject:
    return _event("VIEW", url) | {"MenuId": menu_id}


def menu_mini_program(page_path: str, menu_id: int) -> JsonObject:
    return _event("view_miniprogram", page_path) | {"MenuId": menu_id}


def menu_scan(kind: str, key: str, content: str) -> JsonObject:
    """`kind` is scancode_push or scancode_waitmsg."""
    scan_type = "qrcode" if content else "barcode"
    return _event(kind, key) | {"ScanCodeInfo": {"ScanType": scan_type, "ScanResult": content}}


def menu_location(key: str, place: Place) -> JsonObject:
    details = location(place) | {"Poiname": ""}
    del details["MsgType"]
    return _event("location_select", key) | {"SendLocationInfo": details}


def menu_pictures(kind: str, key: str, md5_sums: list[str]) -> JsonObject:
    pictures = {"item": [{"PicMd5Sum": md5} for md5 in md5_sums]}
    details = {"Count": len(md5_sums), "PicList": pictures}
    return _event(kind, key) | {"SendPicsInfo": details}


def reported_location(place: Place, precision: str) -> JsonObject:
    return {
        "MsgType": "event",
        "Event": "LOCATION",
        "Latitude": place.latitude,
        "Longitude": place.longitude,
        "Precision": precision,
    }


def enter_chat(session_from: str) -> JsonObject:
    return {
        "MsgType": "event",
        "Event": "user_enter_tempsession",
        "SessionFrom": session_from,
    }


def subscription_event(account: Account, name: str, entries: list[JsonObject]) -> JsonObject:
    """`name` is popup, change or sent. JSON has no wrapper, and one entry alone is no list."""
    body: JsonObject = {"MsgType": "event", "Event": f"subscribe_msg_{name}_event"}
    if account.format == "json":
        return body | {"List": entries[0] if len(entries) == 1 else entries}
    return body | {f"SubscribeMsg{name.capitalize()}Event": {"List": entries}}


def _event(name: str, key: str) -> JsonObject:
    return {"MsgType": "event", "Event": name, "EventKey": key}

"""Acts (会员动作): what a person does besides writing: follow, scan, tap, enter."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.markup import Fields
from bot.pushes.fields import child_of, degrees_of, items_of, number_of, text_of
from bot.pushes.push import PushBody

SCENE_PREFIX = "qrscene_"
TRADE_PREFIX = "last_trade_no_"


@dataclass(frozen=True, slots=True)
class Follow(PushBody):
    """`scene` of the code that was scanned, or `trade_no` of the payment that led here."""

    scene: str | None = None
    ticket: str = ""
    trade_no: str | None = None


@dataclass(frozen=True, slots=True)
class Unfollow(PushBody):
    pass


@dataclass(frozen=True, slots=True)
class Scan(PushBody):
    """A follower scanned a code with a scene."""

    scene: str
    ticket: str


@dataclass(frozen=True, slots=True)
class MenuTap(PushBody):
    key: str


@dataclass(frozen=True, slots=True)
class MenuView(PushBody):
    url: str
    menu_id: str


@dataclass(frozen=True, slots=True)
class MenuMiniProgram(PushBody):
    page_path: str
    menu_id: str


@dataclass(frozen=True, slots=True)
class ScanCode(PushBody):
    """The menu's camera read `content`; the person `waits` for an answer or sees the content."""

    key: str
    scan_kind: str
    content: str
    waits: bool


@dataclass(frozen=True, slots=True)
class MenuPhotos(PushBody):
    """The pictures themselves follow as image messages."""

    key: str
    source: str
    count: int
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MenuLocation(PushBody):
    key: str
    latitude: float
    longitude: float
    label: str
    place_name: str


@dataclass(frozen=True, slots=True)
class LocationReport(PushBody):
    latitude: float
    longitude: float
    precision: float


@dataclass(frozen=True, slots=True)
class EnterChat(PushBody):
    """A person opened the customer-service chat of a mini-program."""

    session_from: str


def _event_key(fields: Fields) -> str:
    return text_of(fields, "EventKey")


def _follow(fields: Fields) -> Follow:
    key = _event_key(fields)
    return Follow(
        scene=key.removeprefix(SCENE_PREFIX) if key.startswith(SCENE_PREFIX) else None,
        ticket=text_of(fields, "Ticket"),
        trade_no=key.removeprefix(TRADE_PREFIX) if key.startswith(TRADE_PREFIX) else None,
    )


def _scan_code(fields: Fields, *, waits: bool) -> ScanCode:
    info = child_of(fields, "ScanCodeInfo")
    return ScanCode(
        key=_event_key(fields),
        scan_kind=text_of(info, "ScanType"),
        content=text_of(info, "ScanResult"),
        waits=waits,
    )


def _photos(fields: Fields) -> MenuPhotos:
    info = child_of(fields, "SendPicsInfo")
    pictures = items_of(child_of(info, "PicList"), "item")
    return MenuPhotos(
        key=_event_key(fields),
        source=text_of(fields, "Event").lower(),
        count=number_of(info, "Count"),
        digests=tuple(text_of(picture, "PicMd5Sum") for picture in pictures),
    )


def _menu_location(fields: Fields) -> MenuLocation:
    info = child_of(fields, "SendLocationInfo")
    return MenuLocation(
        key=_event_key(fields),
        latitude=degrees_of(info, "Location_X", largest=90),
        longitude=degrees_of(info, "Location_Y", largest=180),
        label=text_of(info, "Label"),
        place_name=text_of(info, "Poiname"),
    )


def _location_report(fields: Fields) -> LocationReport:
    return LocationReport(
        latitude=degrees_of(fields, "Latitude", largest=90),
        longitude=degrees_of(fields, "Longitude", largest=180),
        precision=degrees_of(fields, "Precision", largest=100_000_000),
    )


ACT_READERS: dict[str, Callable[[Fields], PushBody]] = {
    "subscribe": _follow,
    "unsubscribe": lambda fields: Unfollow(),
    "scan": lambda fields: Scan(_event_key(fields), text_of(fields, "Ticket")),
    "click": lambda fields: MenuTap(_event_key(fields)),
    "view": lambda fields: MenuView(_event_key(fields), text_of(fields, "MenuId")),
    "view_miniprogram": lambda fields: MenuMiniProgram(
        _event_key(fields), text_of(fields, "MenuId")
    ),
    "scancode_push": lambda fields: _scan_code(fields, waits=False),
    "scancode_waitmsg": lambda fields: _scan_code(fields, waits=True),
    "pic_sysphoto": _photos,
    "pic_photo_or_album": _photos,
    "pic_weixin": _photos,
    "location_select": _menu_location,
    "location": _location_report,
    "user_enter_tempsession": lambda fields: EnterChat(text_of(fields, "SessionFrom")),
}

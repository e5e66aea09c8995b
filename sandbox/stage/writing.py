"""What a phone sends into a chat (发消息): words, pictures, sounds, places, links."""

from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass

from aiohttp import web

from sandbox.acts import require_following, send, write_text
from sandbox.config import Account
from sandbox.keys import WORLD
from sandbox.media_shelf import picture_type
from sandbox.push import kinds
from sandbox.push.kinds import Place
from sandbox.push.replies import media_url
from sandbox.records import MediaRecord
from sandbox.stage.door import StageFault, answer_of, talk_of, wish_of

MOST_TEXT = 5000


@dataclass(frozen=True, slots=True)
class TextWish:
    account: str
    text: str
    menu_id: str = ""


@dataclass(frozen=True, slots=True)
class FileWish:
    account: str
    image_base64: str = ""
    media_base64: str = ""


@dataclass(frozen=True, slots=True)
class PlaceWish:
    account: str
    latitude: float
    longitude: float
    label: str = ""
    precision: float = 60.0


@dataclass(frozen=True, slots=True)
class LinkWish:
    account: str
    title: str
    url: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class CardWish:
    account: str
    title: str
    appid: str
    page_path: str = ""


async def send_text(request: web.Request) -> web.Response:
    wish = await wish_of(request, TextWish)
    if not 1 <= len(wish.text) <= MOST_TEXT:
        raise StageFault(400, f"text: 1 to {MOST_TEXT} characters")
    talk = talk_of(request, wish.account)
    return await answer_of(request, write_text(talk, wish.text, menu_id=wish.menu_id))


async def send_image(request: web.Request) -> web.Response:
    wish = await wish_of(request, FileWish)
    talk = talk_of(request, wish.account)
    require_following(talk)
    picture = _kept(request, talk.account, "image", text=wish.image_base64)
    shown_at = media_url(picture.id)
    body = kinds.image(picture, f"{request.url.origin()}{shown_at}")
    return await answer_of(request, send(talk, body, kind="image", image_url=shown_at))


async def send_voice(request: web.Request) -> web.Response:
    wish = await wish_of(request, FileWish)
    talk = talk_of(request, wish.account)
    require_following(talk)
    sound = _kept(request, talk.account, "voice", text=wish.media_base64)
    shown = send(talk, kinds.voice(sound), kind="voice", media_url=media_url(sound.id))
    return await answer_of(request, shown)


async def send_video(request: web.Request) -> web.Response:
    wish = await wish_of(request, FileWish)
    talk = talk_of(request, wish.account)
    require_following(talk)
    film = _kept(request, talk.account, "video", text=wish.media_base64)
    thumb = _kept(request, talk.account, "thumb", text=wish.media_base64)
    shown = send(talk, kinds.video(film, thumb), kind="video", media_url=media_url(film.id))
    return await answer_of(request, shown)


async def send_location(request: web.Request) -> web.Response:
    wish = await wish_of(request, PlaceWish)
    talk = talk_of(request, wish.account)
    shown = {"latitude": wish.latitude, "longitude": wish.longitude, "label": wish.label}
    body = kinds.location(place_of(wish))
    return await answer_of(request, send(talk, body, kind="location", **shown))


async def report_location(request: web.Request) -> web.Response:
    """The LOCATION event: the phone tells where it is, the member writes nothing."""
    wish = await wish_of(request, PlaceWish)
    talk = talk_of(request, wish.account)
    require_following(talk)
    body = kinds.reported_location(place_of(wish), f"{wish.precision:.6f}")
    return await answer_of(request, talk.push(body))


async def send_link(request: web.Request) -> web.Response:
    wish = await wish_of(request, LinkWish)
    body = kinds.link(wish.title, wish.description, wish.url)
    card = {
        "title": wish.title,
        "description": wish.description,
        "url": wish.url,
        "image_url": "",
    }
    shown = send(talk_of(request, wish.account), body, kind="news", articles=[card])
    return await answer_of(request, shown)


async def send_card(request: web.Request) -> web.Response:
    wish = await wish_of(request, CardWish)
    body = kinds.mini_program_card(wish.title, wish.appid, wish.page_path)
    talk = talk_of(request, wish.account)
    return await answer_of(request, send(talk, body, kind="miniprogrampage", title=wish.title))


async def show_media(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    record = world.media.find_anywhere(request.match_info["media"])
    if record is None:
        raise StageFault(404, "there is no such media")
    content = world.media.content(record.id)
    # The declared type of an upload is a stranger's word: nothing here may run as a page.
    safety = {"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=3600"}
    return web.Response(body=content, content_type=record.content_type, headers=safety)


def place_of(wish: PlaceWish) -> Place:
    return Place(f"{wish.latitude:.6f}", f"{wish.longitude:.6f}", wish.label)


def _kept(request: web.Request, account: Account, kind: str, *, text: str) -> MediaRecord:
    try:
        content = b64decode(text.rpartition(",")[2], validate=True)
    except NotBase64:
        raise StageFault(400, "the file is not base64") from None
    content_type = picture_type(content)
    if kind == "image" and content_type is None:
        raise StageFault(400, "the picture is no PNG, JPEG or GIF")
    plain_types = {"voice": "audio/amr", "video": "video/mp4", "thumb": "image/jpeg"}
    return request.app[WORLD].media.put(
        account,
        kind,
        content,
        content_type=plain_types.get(kind) or content_type or "image/png",
        file_name=f"{kind}.bin",
    )

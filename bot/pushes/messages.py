"""Messages (消息): what a person writes, shows or sends into the chat."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.markup import Fields
from bot.pushes.fields import degrees_of, needed_text, number_of, text_of
from bot.pushes.push import PushBody, TextMessage


@dataclass(frozen=True, slots=True)
class ImageMessage(PushBody):
    media_id: str
    picture_url: str


@dataclass(frozen=True, slots=True)
class VoiceMessage(PushBody):
    """`recognition` is empty since the platform stopped recognising speech."""

    media_id: str
    sound_format: str
    media_id_16k: str
    recognition: str


@dataclass(frozen=True, slots=True)
class VideoMessage(PushBody):
    media_id: str
    thumb_media_id: str
    is_short: bool


@dataclass(frozen=True, slots=True)
class LocationMessage(PushBody):
    latitude: float
    longitude: float
    scale: int
    label: str


@dataclass(frozen=True, slots=True)
class LinkMessage(PushBody):
    title: str
    description: str
    url: str


@dataclass(frozen=True, slots=True)
class MiniProgramPage(PushBody):
    title: str
    appid: str
    page_path: str
    thumb_url: str
    thumb_media_id: str


def _text(fields: Fields) -> TextMessage:
    return TextMessage(text_of(fields, "Content"), text_of(fields, "bizmsgmenuid"))


def _image(fields: Fields) -> ImageMessage:
    return ImageMessage(needed_text(fields, "MediaId"), text_of(fields, "PicUrl"))


def _voice(fields: Fields) -> VoiceMessage:
    return VoiceMessage(
        media_id=needed_text(fields, "MediaId"),
        sound_format=text_of(fields, "Format"),
        media_id_16k=text_of(fields, "MediaId16K"),
        recognition=text_of(fields, "Recognition"),
    )


def _video(fields: Fields) -> VideoMessage:
    return VideoMessage(
        media_id=needed_text(fields, "MediaId"),
        thumb_media_id=text_of(fields, "ThumbMediaId"),
        is_short=text_of(fields, "MsgType").lower() == "shortvideo",
    )


def _location(fields: Fields) -> LocationMessage:
    return LocationMessage(
        latitude=degrees_of(fields, "Location_X", largest=90),
        longitude=degrees_of(fields, "Location_Y", largest=180),
        scale=number_of(fields, "Scale"),
        label=text_of(fields, "Label"),
    )


def _link(fields: Fields) -> LinkMessage:
    return LinkMessage(
        title=text_of(fields, "Title"),
        description=text_of(fields, "Description"),
        url=needed_text(fields, "Url"),
    )


def _mini_program_page(fields: Fields) -> MiniProgramPage:
    return MiniProgramPage(
        title=text_of(fields, "Title"),
        appid=text_of(fields, "AppId"),
        page_path=text_of(fields, "PagePath"),
        thumb_url=text_of(fields, "ThumbUrl"),
        thumb_media_id=text_of(fields, "ThumbMediaId"),
    )


MESSAGE_READERS: dict[str, Callable[[Fields], PushBody]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
    "miniprogrampage": _mini_program_page,
}

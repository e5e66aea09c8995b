"""Temporary media (临时素材): files the shop's server hands in to send them later."""

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox.api.door import OFFICIAL, Answer, ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.media_shelf import picture_type
from sandbox.push.replies import media_url
from sandbox.records import JsonObject, MediaRecord

MEGABYTE = 1024 * 1024
MOST_BYTES = {
    "image": 10 * MEGABYTE,
    "voice": 2 * MEGABYTE,
    "video": 10 * MEGABYTE,
    "thumb": 64 * 1024,
}
MOST_ARTICLE_IMAGE_BYTES = MEGABYTE
PLAIN_TYPES = {"voice": "audio/amr", "video": "video/mp4"}


async def upload_media(call: ApiCall) -> JsonObject:
    kind = call.query.get("type", "")
    if kind not in MOST_BYTES or (call.account.is_mini and kind != "image"):
        raise PlatformError(40004)
    record = _kept(call, kind, await _uploaded(call), most_bytes=MOST_BYTES[kind])
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: record.id, "created_at": call.world.clock.unix()}


async def upload_article_image(call: ApiCall) -> JsonObject:
    file = await _uploaded(call)
    record = _kept(call, "image", file, most_bytes=MOST_ARTICLE_IMAGE_BYTES)
    if record.content_type not in ("image/png", "image/jpeg"):
        raise PlatformError(40005)
    return {"url": f"{call.request.url.origin()}{media_url(record.id)}"}


async def download_media(call: ApiCall) -> Answer:
    """Bytes, but for a film the address of its bytes."""
    media_id = call.query.get("media_id", "")
    if not media_id:
        raise PlatformError(41006)
    record = call.world.media.find(call.account, media_id)
    if record is None:
        raise PlatformError(40007)
    if record.kind == "video":
        return {"video_url": f"{call.request.url.origin()}{media_url(record.id)}"}
    headers = {"Content-Disposition": f'attachment; filename="{record.file_name}"'}
    content = call.world.media.content(record.id)
    return web.Response(body=content, content_type=record.content_type, headers=headers)


async def _uploaded(call: ApiCall) -> FileField:
    if not call.request.content_type.startswith("multipart/"):
        raise PlatformError(41005)
    file = (await call.request.post()).get("media")
    if not isinstance(file, FileField):
        raise PlatformError(41005)
    return file


def _kept(call: ApiCall, kind: str, file: FileField, *, most_bytes: int) -> MediaRecord:
    content = file.file.read()
    if not content:
        raise PlatformError(44002)
    if len(content) > most_bytes:
        raise PlatformError(40009 if kind == "image" else 40006)
    content_type = PLAIN_TYPES.get(kind) or picture_type(content)
    if content_type is None:
        raise PlatformError(40005)
    record = call.world.media.put(
        call.account,
        kind,
        content,
        content_type=content_type,
        file_name=_harmless(file.filename),
    )
    call.world.changed()
    return record


def _harmless(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter in "._-") or "media"


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/media/upload", upload_media, sends_file=True),
    Endpoint("GET", "/cgi-bin/media/get", download_media),
    Endpoint(
        "POST", "/cgi-bin/media/uploadimg", upload_article_image, kinds=OFFICIAL, sends_file=True
    ),
)

"""Files the shop hands in: kept three days, refused when they do not fit."""

from typing import Any

from aiohttp import FormData

from sandbox.qr_image import qr_png
from tests.sandbox.rig import Rig


async def upload(rig: Rig, content: bytes, *, kind: str = "image", path: str = "upload") -> Any:
    form = FormData()
    form.add_field("media", content, filename="a.png", content_type="image/png")
    query = {"access_token": await rig.token(), "type": kind}
    async with rig.client.post(f"/cgi-bin/media/{path}", params=query, data=form) as response:
        return await response.json()


async def test_a_file_is_kept_three_days(rig: Rig) -> None:
    picture = qr_png("1")
    record = await upload(rig, picture)
    query = {"media_id": record["media_id"], "access_token": await rig.token()}
    assert await rig.bytes_at("/cgi-bin/media/get", **query) == picture
    rig.pass_time(days=3)
    gone = await rig.call("/cgi-bin/media/get", media_id=record["media_id"])
    assert gone["errcode"] == 40007


async def test_a_file_that_does_not_fit_is_refused(rig: Rig) -> None:
    assert (await upload(rig, b"no picture"))["errcode"] == 40005
    assert (await upload(rig, b"x", kind="poem"))["errcode"] == 40004
    thumb = qr_png("1") + b"x" * 65536
    assert (await upload(rig, thumb, kind="thumb"))["errcode"] == 40006
    assert (await rig.call("/cgi-bin/media/upload", {}, type="image"))["errcode"] == 41005
    assert "/stage/media/" in (await upload(rig, qr_png("1"), path="uploadimg"))["url"]

"""QR pictures for the page (二维码图片)."""

from urllib.parse import urlencode

from aiohttp import web

from sandbox.qr_image import TooLongForQr, qr_png
from sandbox.stage.door import StageFault, number_in

LARGEST_SCALE = 20


def qr_address(text: str) -> str:
    return "/stage/qr.png?" + urlencode({"text": text})


async def show_qr(request: web.Request) -> web.Response:
    scale = min(max(number_in(request, "scale", 6), 1), LARGEST_SCALE)
    text = request.query.get("text", "")
    if not text:
        raise StageFault(400, "text: missing")
    try:
        picture = qr_png(text, scale=scale)
    except TooLongForQr as fault:
        raise StageFault(400, str(fault)) from None
    return web.Response(body=picture, content_type="image/png")

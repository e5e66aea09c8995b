"""Mini-program calls (小程序接口): login, phone number, and its own round-looking codes."""

import hashlib
import re
from base64 import b64encode
from urllib.parse import urlencode

from aiohttp import web

from sandbox.api.door import MINI, Answer, ApiCall, Endpoint, OpenCall, OpenEndpoint
from sandbox.api.errors import PlatformError
from sandbox.api.login_codes import use_code
from sandbox.api.tokens import identified
from sandbox.identifiers import number_of, openid_of, unionid_of
from sandbox.qr_image import qr_png_of_width
from sandbox.records import JsonObject

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]*")
LONGEST_SCENE = 32
NARROWEST, USUAL, WIDEST = 280, 430, 1280


async def log_in(call: OpenCall) -> JsonObject:
    """A real success carries no errcode."""
    if call.query.get("grant_type") != "authorization_code":
        raise PlatformError(40002)
    account = identified(
        call, appid=call.query.get("appid", ""), secret=call.query.get("secret", "")
    )
    if not account.is_mini:
        raise PlatformError(40013)
    text = call.query.get("js_code", "")
    if not text:
        raise PlatformError(41008)
    code = use_code(call.world, account, text, purpose="login")
    session = hashlib.sha256(f"session:{text}".encode()).digest()[:16]
    union = {"unionid": unionid_of(code.phone_id)} if account.bound_to_union else {}
    return {
        "session_key": b64encode(session).decode(),
        "openid": openid_of(code.phone_id, account.appid),
        **union,
    }


async def show_phone_number(call: ApiCall) -> JsonObject:
    text = call.body.get("code")
    if not isinstance(text, str) or not text:
        raise PlatformError(41008)
    code = use_code(call.world, call.account, text, purpose="phone")
    number = number_of(code.phone_id)
    stamp = {"timestamp": call.world.clock.unix(), "appid": call.account.appid}
    info = {
        "phoneNumber": number,
        "purePhoneNumber": number,
        "countryCode": "86",
        "watermark": stamp,
    }
    return {"errcode": 0, "errmsg": "ok", "phone_info": info}


async def make_code(call: ApiCall) -> Answer:
    """A picture when all is well, JSON when not. Here it is an ordinary QR the phones can scan."""
    scene, page = call.body.get("scene"), call.body.get("page", "")
    if not isinstance(scene, str) or not 1 <= len(scene) <= LONGEST_SCENE:
        raise PlatformError(40169)
    if not SCENE.fullmatch(scene):
        raise PlatformError(40129)
    if not isinstance(page, str) or page.startswith("/") or "?" in page:
        raise PlatformError(41030)
    width = call.body.get("width", USUAL)
    if type(width) is not int:
        raise PlatformError(47001)
    names = {"account": call.account.name, "page": page, "scene": scene}
    text = f"{call.request.url.origin()}/wxacode?{urlencode(names)}"
    picture = qr_png_of_width(text, min(max(width, NARROWEST), WIDEST))
    return web.Response(body=picture, content_type="image/png")


ENDPOINTS = (
    OpenEndpoint("GET", "/sns/jscode2session", log_in),
    Endpoint("POST", "/wxa/business/getuserphonenumber", show_phone_number, kinds=MINI),
    Endpoint("POST", "/wxa/getwxacodeunlimit", make_code, kinds=MINI),
)

"""Calls of a mini-program (小程序调用): log in, hand over the phone number, log out.

Who is calling stands in the session alone; no call names a member (reliability B50).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from bot.web import JsonFault
from handlers.mini.codes import CodeRefused, MiniPlatform
from loyalty.person import Person
from loyalty.refusals import Refusal
from services.details.phones import Verified, phone_mask, verified_before, verified_by_platform
from services.people.mini_sessions import check_login_address, log_in, log_out, note_failed_login
from services.people.viewing import note_view
from services.shop import Shop

Told = dict[str, object]


class JoinFirst(Refusal):
    """Nothing personal is stored of who has not agreed to it."""

    wording = "phone/members_only"
    status = 403


@dataclass(frozen=True, slots=True)
class MiniCall:
    """The texts of the body, and where it came from."""

    texts: Mapping[str, str]
    address: str


async def post_login(shop: Shop, platform: MiniPlatform, call: MiniCall) -> Told:
    await check_login_address(shop, call.address)
    account = call.texts["account"]
    try:
        openid, unionid = await platform.user_of(account, call.texts["code"])
    except CodeRefused:
        await note_failed_login(shop, call.address)
        raise JsonFault(401, "this code logs nobody in: ask wx.login for a new one") from None
    login = await log_in(shop, account=account, openid=openid, unionid=unionid)
    return {"session": login.token, "member": await _member(shop, login.person)}


async def post_phone(shop: Shop, platform: MiniPlatform, call: MiniCall, person: Person) -> Told:
    """The same code again gets the first answer, although the platform takes it only once."""
    if not person.is_member:
        raise JoinFirst
    code = call.texts["code"]
    key = f"mini-phone:{hashlib.sha256(code.encode()).hexdigest()}"
    verified = await verified_before(shop, person, key=key)
    if verified is None:
        try:
            phone = await platform.phone_of(person.account, code)
        except CodeRefused:
            raise JsonFault(422, "this code tells no number: let it be tapped again") from None
        verified = await verified_by_platform(shop, person, phone, key=key)
    return _told(shop, verified)


async def post_view(shop: Shop, platform: MiniPlatform, call: MiniCall, person: Person) -> Told:
    """The page of a product or of a category was looked at; kept of who agreed to marketing."""
    what, name = call.texts["what"], call.texts["name"]
    if what not in ("sku", "category"):
        raise JsonFault(400, "what must be sku or category")
    viewed = {"sku": "", "category": "", what: name}
    noted = await note_view(shop, person, sku=viewed["sku"], category=viewed["category"])
    return {"noted": noted}


async def post_logout(shop: Shop, platform: MiniPlatform, call: MiniCall, person: Person) -> Told:
    await log_out(shop, person)
    return {"session": None}


def _told(shop: Shop, verified: Verified) -> Told:
    if verified.state == "held":
        message = shop.phrase("phone/held_elsewhere", {"phone": verified.phone})
        return {"phone": verified.phone, "verified": False, "message": message}
    return {
        "phone": verified.phone,
        "verified": True,
        "merged_points": verified.points,
        "merged_stored_fen": verified.stored_fen,
    }


async def _member(shop: Shop, person: Person) -> Told | None:
    if person.member_id is None:
        return None
    phone, is_verified = await phone_mask(shop, person.member_id) or (None, False)
    return {"member_no": person.member_no, "phone": phone, "phone_verified": is_verified}

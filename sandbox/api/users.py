"""Followers (粉丝) as the account may look at them: no name and no face, since 2021."""

from typing import Any

from sandbox.api.door import OFFICIAL, ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.records import Contact, JsonObject

MOST_PER_BATCH = 100
MOST_PER_LIST = 10_000
LONGEST_REMARK = 30


async def show_user(call: ApiCall) -> JsonObject:
    openid = call.query.get("openid", "")
    if not openid:
        raise PlatformError(41009)
    return _described(call, _known(call, openid))


async def show_users(call: ApiCall) -> JsonObject:
    wanted = call.body.get("user_list")
    if not isinstance(wanted, list) or not all(isinstance(entry, dict) for entry in wanted):
        raise PlatformError(47001)
    if not 1 <= len(wanted) <= MOST_PER_BATCH:
        raise PlatformError(40032)
    people = [_known(call, entry.get("openid")) for entry in wanted]
    return {"user_info_list": [_described(call, contact) for contact in people]}


async def list_followers(call: ApiCall) -> JsonObject:
    """In the order of following; `next_openid` is the last of the page."""
    followers = [c for c in call.record.contacts.values() if c.following]
    openids = [
        c.openid for c in sorted(followers, key=lambda c: (c.followed_at is None, c.followed_at))
    ]
    after = call.query.get("next_openid", "")
    if after and after not in openids:
        raise PlatformError(40003)
    page = openids[openids.index(after) + 1 :] if after else openids
    page = page[:MOST_PER_LIST]
    answer: JsonObject = {"total": len(openids), "count": len(page)}
    if page:
        answer["data"] = {"openid": page}
    return answer | {"next_openid": page[-1] if page else ""}


async def set_remark(call: ApiCall) -> JsonObject:
    remark = call.body.get("remark")
    if not isinstance(remark, str) or len(remark) >= LONGEST_REMARK:
        raise PlatformError(40035)
    _known(call, call.body.get("openid")).remark = remark
    call.world.changed()
    return {"errcode": 0, "errmsg": "ok"}


def _known(call: ApiCall, openid: Any) -> Contact:
    contact = call.world.contact_of_openid(call.account, openid) if type(openid) is str else None
    if contact is None:
        raise PlatformError(40003)
    return contact


def _described(call: ApiCall, contact: Contact) -> JsonObject:
    union = {"unionid": contact.unionid} if call.account.bound_to_union else {}
    if not contact.following:
        return {"subscribe": 0, "openid": contact.openid, **union}
    followed_at = contact.followed_at
    return {
        "subscribe": 1,
        "openid": contact.openid,
        "language": "",
        "subscribe_time": int(followed_at.timestamp()) if followed_at else 0,
        **union,
        "remark": contact.remark,
        "groupid": contact.tag_ids[0] if contact.tag_ids else 0,
        "tagid_list": contact.tag_ids,
        "subscribe_scene": contact.subscribe_scene,
        "qr_scene": contact.qr_scene,
        "qr_scene_str": contact.qr_scene_str,
    }


ENDPOINTS = (
    Endpoint("GET", "/cgi-bin/user/info", show_user, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/user/info/batchget", show_users, kinds=OFFICIAL),
    Endpoint("GET", "/cgi-bin/user/get", list_followers, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/user/info/updateremark", set_remark, kinds=OFFICIAL, raw_text=True),
)

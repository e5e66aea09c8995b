"""Tags (标签) an account puts on its followers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sandbox.api.door import OFFICIAL, ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.records import Contact, JsonObject, Tag

MOST_TAGS = 100
MOST_PER_FOLLOWER = 20
MOST_PER_BATCH = 50
LONGEST_NAME_BYTES = 30
# 0, 1 and 2 belong to the system: blacklist, starred, ungrouped.
LAST_SYSTEM_TAG = 2
FIRST_TAG = 100


async def create_tag(call: ApiCall) -> JsonObject:
    name = _new_name(call)
    if len(call.record.tags) >= MOST_TAGS:
        raise PlatformError(45056)
    call.record.tag_count += 1
    tag = Tag(FIRST_TAG + call.record.tag_count - 1, name)
    call.record.tags[str(tag.id)] = tag
    call.world.changed()
    return {"tag": {"id": tag.id, "name": tag.name}}


async def list_tags(call: ApiCall) -> JsonObject:
    tags = call.record.tags.values()
    return {
        "tags": [
            {"id": tag.id, "name": tag.name, "count": len(_bearers(call, tag))} for tag in tags
        ]
    }


async def rename_tag(call: ApiCall) -> JsonObject:
    tag = _tag(call, _wanted(call).get("id"))
    tag.name = _new_name(call)
    call.world.changed()
    return {"errcode": 0, "errmsg": "ok"}


async def delete_tag(call: ApiCall) -> JsonObject:
    tag = _tag(call, _wanted(call).get("id"))
    for contact in _bearers(call, tag):
        contact.tag_ids.remove(tag.id)
    del call.record.tags[str(tag.id)]
    call.world.changed()
    return {"errcode": 0, "errmsg": "ok"}


async def tag_members(call: ApiCall) -> JsonObject:
    async with _alone(call):
        return _tag_all(call)


async def untag_members(call: ApiCall) -> JsonObject:
    async with _alone(call):
        return _untag_all(call)


def _tag_all(call: ApiCall) -> JsonObject:
    tag, people = _tag(call, call.body.get("tagid")), _people(call)
    fresh = [contact for contact in people if tag.id not in contact.tag_ids]
    if any(len(contact.tag_ids) >= MOST_PER_FOLLOWER for contact in fresh):
        raise PlatformError(45059)
    for contact in fresh:
        contact.tag_ids.append(tag.id)
    call.world.changed()
    return {"errcode": 0, "errmsg": "ok"}


def _untag_all(call: ApiCall) -> JsonObject:
    tag = _tag(call, call.body.get("tagid"))
    for contact in _people(call):
        if tag.id in contact.tag_ids:
            contact.tag_ids.remove(tag.id)
    call.world.changed()
    return {"errcode": 0, "errmsg": "ok"}


@asynccontextmanager
async def _alone(call: ApiCall) -> AsyncIterator[None]:
    """Of two such calls at once the later is told that its tag does not exist."""
    name = call.account.name
    if name in call.world.tagging:
        raise PlatformError(45159)
    call.world.tagging.add(name)
    try:
        await asyncio.sleep(call.world.config.platform.tagging_seconds)
        yield
    finally:
        call.world.tagging.discard(name)


async def tags_of_member(call: ApiCall) -> JsonObject:
    return {"tagid_list": _follower(call, call.body.get("openid")).tag_ids}


async def members_of_tag(call: ApiCall) -> JsonObject:
    openids = sorted(c.openid for c in _bearers(call, _tag(call, call.body.get("tagid"))))
    page = [openid for openid in openids if openid > str(call.body.get("next_openid") or "")]
    return {
        "count": len(page),
        "data": {"openid": page},
        "next_openid": page[-1] if page else "",
    }


def _new_name(call: ApiCall) -> str:
    name = _wanted(call).get("name")
    if not isinstance(name, str) or not name.strip():
        raise PlatformError(45157)
    if len(name.encode()) > LONGEST_NAME_BYTES:
        raise PlatformError(45158)
    if any(tag.name == name for tag in call.record.tags.values()):
        raise PlatformError(45157)
    return name


def _wanted(call: ApiCall) -> JsonObject:
    wanted = call.body.get("tag")
    if not isinstance(wanted, dict):
        raise PlatformError(47001)
    return wanted


def _tag(call: ApiCall, number: Any) -> Tag:
    if type(number) is int and number <= LAST_SYSTEM_TAG:
        raise PlatformError(45058)
    tag = call.record.tags.get(str(number))
    if tag is None:
        raise PlatformError(45159)
    return tag


def _people(call: ApiCall) -> list[Contact]:
    openids = call.body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= MOST_PER_BATCH:
        raise PlatformError(40032)
    return [_follower(call, openid) for openid in openids]


def _follower(call: ApiCall, openid: Any) -> Contact:
    contact = call.world.contact_of_openid(call.account, openid) if type(openid) is str else None
    if contact is None:
        raise PlatformError(49003)
    return contact


def _bearers(call: ApiCall, tag: Tag) -> list[Contact]:
    return [c for c in call.record.contacts.values() if tag.id in c.tag_ids]


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/tags/create", create_tag, kinds=OFFICIAL, raw_text=True),
    Endpoint("GET", "/cgi-bin/tags/get", list_tags, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/tags/update", rename_tag, kinds=OFFICIAL, raw_text=True),
    Endpoint("POST", "/cgi-bin/tags/delete", delete_tag, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/tags/members/batchtagging", tag_members, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/tags/members/batchuntagging", untag_members, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/tags/getidlist", tags_of_member, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/user/tag/get", members_of_tag, kinds=OFFICIAL),
)

"""Tags of the fake platform (标签): fifty people a call, and one such call at a time."""

from typing import Any

from tests.contract.fake_sending import Call, Sending
from tests.contract.fake_tokens import Refused

FIRST_TAG = 100
MOST_PER_BATCH = 50
MOST_TAGS = 100
# How long a call that tags people is under way, and disturbs others.
TAGGING_SECONDS = 0.005
TAGGING = ("tags/members/batchtagging", "tags/members/batchuntagging")
DESK = frozenset({"tags/create", "tags/get", "tags/delete", "user/tag/get", *TAGGING})


def tag_call(sending: Sending, call: Call) -> dict[str, Any]:
    if call.api == "tags/create":
        return _create(sending, call)
    if call.api == "tags/get":
        told = [
            {"id": number, "name": sending.tag_names[number], "count": len(people)}
            for number, people in sending.tags.items()
        ]
        return {"tags": told}
    if call.api == "tags/delete":
        number: Any = (call.body.get("tag") or {}).get("id")
        _people_of(sending, number)
        del sending.tags[number], sending.tag_names[number]
        return {"errcode": 0, "errmsg": "ok"}
    people = _people_of(sending, call.body.get("tagid"))
    if call.api == "user/tag/get":
        after = str(call.body.get("next_openid") or "")
        page = sorted(openid for openid in people if openid > after)[:10_000]
        last = page[-1] if page else ""
        return {"count": len(page), "data": {"openid": page}, "next_openid": last}
    return _move(people, call)


def _create(sending: Sending, call: Call) -> dict[str, Any]:
    name = (call.body.get("tag") or {}).get("name")
    if not isinstance(name, str) or not name or name in sending.tag_names.values():
        raise Refused(45157, "invalid tag name, or the name exists")
    if len(name.encode()) > 30:
        raise Refused(45158, "tag name too long")
    if len(sending.tags) >= MOST_TAGS:
        raise Refused(45056, "too many tags")
    number = max(sending.tags, default=FIRST_TAG - 1) + 1
    sending.tags[number], sending.tag_names[number] = set(), name
    return {"tag": {"id": number, "name": name}}


def _move(people: set[str], call: Call) -> dict[str, Any]:
    openids = call.body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= MOST_PER_BATCH:
        raise Refused(40032, "invalid openid list size")
    if call.api == TAGGING[0]:
        people.update(openids)
    else:
        people.difference_update(openids)
    return {"errcode": 0, "errmsg": "ok"}


def _people_of(sending: Sending, number: Any) -> set[str]:
    if number not in sending.tags:
        raise Refused(45159, "invalid tag id")
    return sending.tags[number]

"""Mass messages (群发): one message to many, by their openids, by a tag, or to everybody."""

from datetime import timedelta
from typing import Any

from sandbox.api.door import OFFICIAL, SERVICE, ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.api.mass_content import content_of
from sandbox.api.once import remember, sent_before
from sandbox.clock import day_in_china
from sandbox.identifiers import new_message_id
from sandbox.keys import PUSHER
from sandbox.mass_jobs import MOST_A_MONTH, MassTeller, may_receive
from sandbox.records import JsonObject, MassJob

FEWEST, MOST = 2, 10_000
LONGEST_OWN_ID_BYTES = 32
REMEMBERED = timedelta(hours=24)
TRIED_APART = timedelta(minutes=1)
KEPT_JOBS = 200


async def send_to_openids(call: ApiCall) -> JsonObject:
    openids = call.body.get("touser")
    if not isinstance(openids, list) or not all(isinstance(each, str) for each in openids):
        raise PlatformError(40130)
    openids = list(dict.fromkeys(openids))
    if len(openids) < FEWEST:
        raise PlatformError(40130)
    if len(openids) > MOST:
        raise PlatformError(40032)
    if not any(openid in call.record.contacts for openid in openids):
        raise PlatformError(40003)
    return _submit(call, openids, everybody=False)


async def send_to_all(call: ApiCall) -> JsonObject:
    chosen = call.body.get("filter")
    if not isinstance(chosen, dict):
        raise PlatformError(47001)
    people = [c for c in call.record.contacts.values() if c.following]
    if chosen.get("is_to_all") is True:
        return _submit(call, [c.openid for c in people], everybody=True)
    number = chosen.get("tag_id")
    if str(number) not in call.record.tags:
        raise PlatformError(40152)
    tagged = [c.openid for c in people if number in c.tag_ids]
    return _submit(call, tagged, everybody=False)


def _submit(call: ApiCall, openids: list[str], *, everybody: bool) -> JsonObject:
    kind, (shown_as, facts) = content_of(call)
    own_id = call.body.get("clientmsgid")
    if own_id:
        _refuse_repeat(call, str(own_id))
    _check_quota(call, openids, everybody=everybody)
    now = call.world.clock.now()
    job = MassJob(new_message_id(), openids, kind, shown_as, facts, now, planned=call.outcome)
    call.record.mass_jobs[str(job.msg_id)] = job
    for old in list(call.record.mass_jobs)[:-KEPT_JOBS]:
        del call.record.mass_jobs[old]
    if own_id:
        remember(call, f"mass {own_id}", job.msg_id)
    MassTeller(call.world, call.request.app[PUSHER], call.account).start(job)
    call.world.changed()
    articles: dict[str, Any] = {"msg_data_id": job.msg_id + 1} if kind == "mpnews" else {}
    return {
        "errcode": 0,
        "errmsg": "send job submission success",
        "msg_id": job.msg_id,
        **articles,
    }


def _refuse_repeat(call: ApiCall, own_id: str) -> None:
    """The number of the first call comes back, but not to whoever asks again at once."""
    if len(own_id.encode()) > LONGEST_OWN_ID_BYTES:
        raise PlatformError(45067)
    known = sent_before(call, f"mass {own_id}", within=REMEMBERED)
    if known is None:
        return
    last, known.tried_at = known.tried_at, call.world.clock.now()
    if known.tried_at - last < TRIED_APART:
        raise PlatformError(45066)
    raise PlatformError(45065, more={"msg_id": known.msg_id})


def _check_quota(call: ApiCall, openids: list[str], *, everybody: bool) -> None:
    """A subscription account sends once a day; everybody is written to once a day, four a month."""
    today = day_in_china(call.world.clock.now())
    days, month = call.record.mass_to_all, today[:7]
    if everybody or call.account.kind == "subscription":
        if today in days or len([day for day in days if day[:7] == month]) >= _a_month(call):
            raise PlatformError(45028)
        call.record.mass_to_all = [*days, today][-40:]
        return
    people = [call.record.contacts[openid] for openid in openids if openid in call.record.contacts]
    if people and not any(may_receive(call.world, contact) for contact in people):
        raise PlatformError(45028)


def _a_month(call: ApiCall) -> int:
    return 31 if call.account.kind == "subscription" else MOST_A_MONTH


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/message/mass/send", send_to_openids, kinds=SERVICE, raw_text=True),
    Endpoint("POST", "/cgi-bin/message/mass/sendall", send_to_all, kinds=OFFICIAL, raw_text=True),
)

"""The desk of mass messages (群发管理): previews, how far a job is, taking back, speed."""

from sandbox.api.door import OFFICIAL, ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.api.mass_content import content_of
from sandbox.mass_jobs import DELETED, SENDING
from sandbox.records import Contact, JsonObject, MassJob

SPEEDS = (80, 60, 45, 30, 10)
CAN_BE_DELETED = ("mpnews", "mpvideo")


async def preview(call: ApiCall) -> JsonObject:
    """To one person, and on nobody's count."""
    contact = _viewer(call)
    _kind, (shown_as, facts) = content_of(call)
    call.world.add_message(contact, "account", shown_as, via="preview", **facts)
    return {"errcode": 0, "errmsg": "preview success"}


async def show_job(call: ApiCall) -> JsonObject:
    job = _job(call)
    return {"msg_id": job.msg_id, "msg_status": job.status}


async def delete_job(call: ApiCall) -> JsonObject:
    """Cards stay in the chats; one still on its way is not sent."""
    job = _job(call)
    if job.kind not in CAN_BE_DELETED:
        raise PlatformError(40008)
    if job.status == SENDING:
        job.counts = dict.fromkeys(("TotalCount", "FilterCount", "SentCount", "ErrorCount"), 0)
        job.outcome = "send fail"
    job.status = DELETED
    call.world.changed()
    return {"errcode": 0, "errmsg": "ok"}


async def set_speed(call: ApiCall) -> JsonObject:
    speed = call.body.get("speed")
    if type(speed) is not int or not 0 <= speed < len(SPEEDS):
        raise PlatformError(45083)
    call.record.mass_speed = speed
    call.world.changed()
    return {"errcode": 0, "errmsg": "ok"}


async def show_speed(call: ApiCall) -> JsonObject:
    return {"speed": call.record.mass_speed, "realspeed": SPEEDS[call.record.mass_speed]}


def _viewer(call: ApiCall) -> Contact:
    """By openid, or by the WeChat name, which in the sandbox is the phone's name."""
    openid, name = call.body.get("touser"), call.body.get("towxname")
    for contact in call.record.contacts.values():
        phone = call.world.state.phones.get(contact.phone_id)
        if name and phone and phone.name == name:
            return contact
        if not name and contact.openid == openid:
            return contact
    raise PlatformError(40003)


def _job(call: ApiCall) -> MassJob:
    job = call.record.mass_jobs.get(str(call.body.get("msg_id", "")))
    if job is None:
        raise PlatformError(40059)
    return job


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/message/mass/preview", preview, kinds=OFFICIAL, raw_text=True),
    Endpoint("POST", "/cgi-bin/message/mass/get", show_job, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/message/mass/delete", delete_job, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/message/mass/speed/set", set_speed, kinds=OFFICIAL),
    Endpoint("POST", "/cgi-bin/message/mass/speed/get", show_speed, kinds=OFFICIAL),
)

"""Small services (基础接口): quotas, addresses, the page ticket."""

from datetime import timedelta

from sandbox.api.door import OFFICIAL, ApiCall, Endpoint, OpenCall, OpenEndpoint
from sandbox.api.errors import PlatformError
from sandbox.api.quotas import clear_quotas, daily_limit, todays_record
from sandbox.api.tokens import identified
from sandbox.identifiers import new_ticket
from sandbox.records import JsonObject

TICKET_LIFE = timedelta(seconds=7200)


async def clear_quota(call: ApiCall) -> JsonObject:
    if call.body.get("appid") != call.account.appid:
        raise PlatformError(40013)
    clear_quotas(call.world, call.account)
    return {"errcode": 0, "errmsg": "ok"}


async def clear_quota_by_secret(call: OpenCall) -> JsonObject:
    account = identified(
        call,
        appid=str(call.body.get("appid", "")),
        secret=str(call.body.get("appsecret", "")),
    )
    clear_quotas(call.world, account)
    return {"errcode": 0, "errmsg": "ok"}


async def show_quota(call: ApiCall) -> JsonObject:
    path = str(call.body.get("cgi_path", ""))
    limit = daily_limit(call.world, call.account, path)
    if limit is None:
        raise PlatformError(76021)
    used = todays_record(call.world, call.account).quota_used.get(path, 0)
    quota = {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}
    return {"errcode": 0, "errmsg": "ok", "quota": quota}


async def show_addresses(_call: ApiCall) -> JsonObject:
    return {"ip_list": ["127.0.0.1"]}


async def show_page_ticket(call: ApiCall) -> JsonObject:
    """The ticket pages sign with; the same one until it ends."""
    if call.query.get("type") not in ("jsapi", "wx_card"):
        raise PlatformError(40097)
    now, record = call.world.clock.now(), call.record
    ends = record.jsapi_ticket_expires_at
    if not record.jsapi_ticket or ends is None or ends <= now:
        record.jsapi_ticket, ends = new_ticket(), now + TICKET_LIFE
        record.jsapi_ticket_expires_at = ends
        call.world.changed()
    left = int((ends - now).total_seconds())
    return {"errcode": 0, "errmsg": "ok", "ticket": record.jsapi_ticket, "expires_in": left}


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/clear_quota", clear_quota),
    OpenEndpoint("POST", "/cgi-bin/clear_quota/v2", clear_quota_by_secret),
    Endpoint("POST", "/cgi-bin/openapi/quota/get", show_quota),
    Endpoint("GET", "/cgi-bin/get_api_domain_ip", show_addresses),
    Endpoint("GET", "/cgi-bin/getcallbackip", show_addresses),
    Endpoint("GET", "/cgi-bin/ticket/getticket", show_page_ticket, kinds=OFFICIAL),
)

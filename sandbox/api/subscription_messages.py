"""Subscription messages (订阅通知、订阅消息): each accept in a popup lets the account send once."""

from typing import Any

from sandbox.api.customer_service import receiver
from sandbox.api.door import MINI, SERVICE, ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.api.template_messages import check_values, shown, wanted_form
from sandbox.forms import Form, FormKind
from sandbox.identifiers import new_message_id
from sandbox.notices import show_notice
from sandbox.push.kinds import subscription_event
from sandbox.records import Contact, JsonObject

STATES = (None, "", "developer", "trial", "formal")
LANGUAGES = (None, "", "zh_CN", "en_US", "zh_HK", "zh_TW")
SYSTEM_FAILURE = "5002"


async def send_of_service_account(call: ApiCall) -> JsonObject:
    return _send(call, "subscription")


async def send_of_mini_program(call: ApiCall) -> JsonObject:
    if call.body.get("miniprogram_state") not in STATES or call.body.get("lang") not in LANGUAGES:
        raise PlatformError(40035)
    return _send(call, "mini")


def _send(call: ApiCall, kind: FormKind) -> JsonObject:
    contact, form = receiver(call), wanted_form(call, kind)
    page = call.body.get("page") or ""
    if not isinstance(page, str) or (kind == "mini" and page.startswith("/")):
        raise PlatformError(41030)
    check_values(call, form)
    if contact.subscriptions.get(form.id, 0) < 1:
        raise PlatformError(43101)
    contact.subscriptions[form.id] -= 1
    if not call.outcome:
        # A service account's page is a web page, a mini-program's one of its own.
        leads_to = {"page": page} if kind == "mini" else {"url": page}
        facts: dict[str, Any] = shown(call, form) | leads_to
        show_notice(call.world, call.account, contact, via="subscribe", **facts)
    _tell_sent(call, contact, form)
    # The number comes with the event only.
    return {"errcode": 0, "errmsg": "ok"}


def _tell_sent(call: ApiCall, contact: Contact, form: Form) -> None:
    entry = {
        "TemplateId": form.id,
        "MsgID": str(new_message_id()),
        "ErrorCode": SYSTEM_FAILURE if call.outcome else "0",
        "ErrorStatus": call.outcome or "success",
    }
    call.push_event(contact, subscription_event(call.account, "sent", [entry]))


ENDPOINTS = (
    Endpoint(
        "POST",
        "/cgi-bin/message/subscribe/bizsend",
        send_of_service_account,
        kinds=SERVICE,
        raw_text=True,
    ),
    Endpoint(
        "POST",
        "/cgi-bin/message/subscribe/send",
        send_of_mini_program,
        kinds=MINI,
        raw_text=True,
    ),
)

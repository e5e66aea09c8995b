"""Template messages (模板消息): what a service account may tell its followers in approved forms."""

from datetime import timedelta

from sandbox.api.customer_service import receiver
from sandbox.api.door import SERVICE, ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.api.once import remember, sent_before
from sandbox.forms import Form, FormKind, form_of, forms_of
from sandbox.identifiers import new_message_id
from sandbox.notices import show_notice
from sandbox.records import Contact, JsonObject
from sandbox.value_rules import broken_key, words_of

# A client's own id stands for one message to one person for so long.
REMEMBERED = timedelta(minutes=10)
SUCCESS = "success"
BLOCKED = "failed:user block"


async def send_template(call: ApiCall) -> JsonObject:
    contact, form = receiver(call), wanted_form(call, "template")
    if not contact.following:
        raise PlatformError(43004)
    check_values(call, form)
    own_id = call.body.get("client_msg_id")
    name = f"template {contact.openid} {own_id}"
    if own_id and (known := sent_before(call, name, within=REMEMBERED)):
        return _accepted(known.msg_id)
    msg_id = new_message_id()
    if own_id:
        remember(call, name, msg_id)
    _finish(call, contact, form, msg_id=msg_id)
    return _accepted(msg_id)


async def list_templates(call: ApiCall) -> JsonObject:
    listed = [
        {
            "template_id": form.id,
            "title": form.title,
            "content": "\n".join(f"{label}:{{{{{k}.DATA}}}}" for k, label in form.fields.items()),
        }
        for form in forms_of(call.account)
        if form.kind == "template"
    ]
    return {"template_list": listed}


def wanted_form(call: ApiCall, kind: FormKind) -> Form:
    form = form_of(call.account, call.body.get("template_id"), kind)
    if form is None:
        raise PlatformError(40037)
    return form


def check_values(call: ApiCall, form: Form) -> None:
    if key := broken_key(form, call.body.get("data")):
        raise PlatformError(47003, key=key)


def shown(call: ApiCall, form: Form) -> JsonObject:
    """What the card on the phone says and where it leads: a mini-program before a page."""
    mini = call.body.get("miniprogram")
    return {
        "title": form.title,
        "fields": words_of(form, call.body["data"]),
        "url": str(call.body.get("url") or ""),
        "mini_program": mini if isinstance(mini, dict) else None,
    }


def _finish(call: ApiCall, contact: Contact, form: Form, *, msg_id: int) -> None:
    status = call.outcome or (BLOCKED if contact.blocks_messages else SUCCESS)
    if status == SUCCESS:
        show_notice(call.world, call.account, contact, via="template", **shown(call, form))
    event = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": msg_id, "Status": status}
    call.push_event(contact, event)


def _accepted(msg_id: int) -> JsonObject:
    return {"errcode": 0, "errmsg": "ok", "msgid": msg_id}


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/message/template/send", send_template, kinds=SERVICE, raw_text=True),
    Endpoint("GET", "/cgi-bin/template/get_all_private_template", list_templates, kinds=SERVICE),
)

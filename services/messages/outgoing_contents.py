"""What leaves (发出的内容): contents opened, filled for each person, fitted to their channel."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.messages import Channel
from loyalty.notice_forms import filled_form, noticed
from loyalty.notice_values import BadValue
from loyalty.send_gate import Go
from services.broadcasts.texts import filled_contents
from services.messages.queueing import opened_content, text_of
from services.shop import Shop
from storage.broadcasts import broadcast_contents
from storage.limits import BAD_VALUES_TOLD, is_within
from storage.sealing import CannotUnseal
from storage.sql import Row

log = logging.getLogger(__name__)

Content = dict[str, Any]


async def opened_contents(shop: Shop, rows: Sequence[Row]) -> dict[int, Content]:
    """By the message's id, unfilled. What cannot be unsealed is missing: no later try reads it."""
    broadcast_ids = {row["broadcast_id"] for row in rows if row["broadcast_id"] is not None}
    alike = await broadcast_contents(broadcast_ids) if broadcast_ids else {}
    contents = {}
    for row in rows:
        content = alike.get(row["broadcast_id"]) or _opened(shop, row)
        if content is not None:
            contents[row["id"]] = content
    return contents


def _opened(shop: Shop, row: Row) -> Content | None:
    try:
        return opened_content(shop.keys, row)
    except CannotUnseal:
        log.error("cannot_unseal", extra={"facts": {"table": "outbox", "id": row["id"]}})
        return None


async def ready_contents(
    shop: Shop, leaving: Mapping[int, Go], rows: Sequence[Row], contents: Mapping[int, Content]
) -> dict[int, Content]:
    """As each channel takes it. Missing is what the platform would refuse for a bad value, and
    what has lost its wording since it was put in: it must not hold up all others."""
    told = [row for row in rows if row["id"] in leaving]
    said = await _filled_for_each(shop, told, contents)
    ready = {}
    for row in told:
        try:
            ready[row["id"]] = _for_channel(shop, row, said[row["id"]], leaving[row["id"]])
        except BadValue as bad:
            await _complain(shop, said[row["id"]]["wording"], bad.key)
        except LookupError:
            await _complain(shop, said[row["id"]]["wording"], "wording")
    return ready


async def _filled_for_each(
    shop: Shop, rows: Sequence[Row], contents: Mapping[int, Content]
) -> dict[int, Content]:
    said = {row["id"]: contents[row["id"]] for row in rows}
    group = [row for row in rows if row["broadcast_id"] is not None]
    if group:
        texts = await filled_contents(
            shop, [(row["broadcast_id"], row["member_id"]) for row in group]
        )
        said |= {row["id"]: texts[row["broadcast_id"], row["member_id"]] for row in group}
    return said


def _for_channel(shop: Shop, row: Row, content: Content, go: Go) -> Content:
    """Raises BadValue, and LookupError for a wording that is not there or wants other facts."""
    if content["kind"] != "notice":
        return content
    if go.channel is Channel.SERVICE:
        return {"kind": "text", "value": text_of(shop, content)}
    kind = shop.account_kinds.get(go.account, "")
    form = shop.notice_forms.form_for(content["wording"], go.channel, kind, go.account)
    if form is None:
        raise BadValue("template_id")
    return {
        "kind": "form",
        "notice": noticed(row["message_class"], filled_form(form, content["facts"])),
    }


async def _complain(shop: Shop, wording: str, key: str) -> None:
    """One line for a form and its key, however many people it was for."""
    if await is_within(shop.cache, BAD_VALUES_TOLD, f"{wording}:{key}"):
        log.error("bad_value", extra={"facts": {"wording": wording, "key": key}})

"""Messages (消息): put into the outbox sealed, opened by whoever sends them.

What they say may be a phone number in full; only here is it sealed and opened.
"""

import json
from collections.abc import Mapping
from typing import Any, Unpack

from services.shop import Shop
from storage.keyring import Keys
from storage.outbox import Addressing, put_in_outbox
from storage.sealing import seal, unseal
from storage.sql import Row


async def queue_message(
    shop: Shop,
    *,
    key: str,
    account: str,
    openid: str,
    content: dict[str, Any],
    message_class: str = "transactional",
    otherwise: str | None = None,
    **addressing: Unpack[Addressing],
) -> None:
    """A helper for use cases; the same key again changes nothing.

    `otherwise`: what becomes of it when it cannot be delivered. Whom it is about and until when
    it waits is what the send gate judges by; without a person it leaves as it stands.
    """
    await put_in_outbox(
        key=key,
        account=account,
        openid=openid,
        message_class=message_class,
        content_sealed=sealed_content(shop, key, content),
        now=shop.clock.machine_now(),
        otherwise=otherwise,
        **addressing,
    )


def sealed_content(shop: Shop, key: str, content: Mapping[str, Any]) -> bytes:
    """As the row with this key holds it."""
    return seal(shop.keys, json.dumps(content, ensure_ascii=False), **_place(key))


def opened_content(keys: Keys, message: Row) -> dict[str, Any]:
    """Of a row with key, content and content_sealed. Raises CannotUnseal."""
    sealed = message["content_sealed"]
    # Rows from before messages were sealed, and those that are blanked, are in clear.
    text = message["content"]
    if sealed is not None:
        text = unseal(keys, sealed, **_place(message["key"]))
    content: dict[str, Any] = json.loads(text)
    return content


def text_of(shop: Shop, content: Mapping[str, Any]) -> str:
    """What it says in the chat; empty where it is no text."""
    if content["kind"] == "notice" and "value" not in content:
        return shop.phrase(content["wording"], content["facts"])
    return str(content["value"]) if content["kind"] in ("text", "notice") else ""


def _place(key: str) -> dict[str, str]:
    return {"table": "outbox", "column": "content_sealed", "row": key}

"""Service notices (服务通知): where a template or subscription message is read on the phone."""

from typing import Any

from sandbox.config import Account
from sandbox.records import ChatMessage, Contact
from sandbox.world import KEPT_MESSAGES, World

# The chat of WeChat itself, beside those with accounts.
NOTICES = "notices"


def show_notice(
    world: World, account: Account, contact: Contact, *, via: str, **facts: Any
) -> None:
    """In the account's own chat for followers, else among the notices of WeChat."""
    if contact.following and not account.is_mini:
        world.add_message(contact, "account", "form", via=via, **facts)
        return
    phone = world.state.phones.get(contact.phone_id)
    if phone is None:
        return
    phone.notice_count += 1
    facts = {"label": account.label, **facts}
    phone.notices.append(
        ChatMessage(phone.notice_count, world.clock.now(), "account", "form", facts, via)
    )
    del phone.notices[:-KEPT_MESSAGES]
    world.changed()
    world.ring_for_notices(phone)

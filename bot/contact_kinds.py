"""Contact kinds (会员动作): which push lets us write to somebody, and as what the platform counts
it."""

from bot.pushes import EnterChat, Follow, MenuTap, Push, PushBody, Scan, ScanCode, TextMessage
from loyalty.contacts import ContactKind

# Other taps on a menu, such as opening a page, give nothing (wechat-platform 4.2).
BY_EVENT: dict[type[PushBody], ContactKind] = {
    Follow: ContactKind.FOLLOW,
    Scan: ContactKind.SCAN,
    MenuTap: ContactKind.MENU,
    ScanCode: ContactKind.MENU,
    EnterChat: ContactKind.ENTER,
}


def contact_kind(push: Push) -> ContactKind | None:
    """A word that was tapped in a message counts as a tap on a menu, not as a message."""
    body = push.body
    if isinstance(body, TextMessage) and body.menu_id:
        return ContactKind.MENU
    if push.message_id:
        return ContactKind.MESSAGE
    return BY_EVENT.get(type(body))

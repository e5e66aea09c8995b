"""Contact kinds (会员动作): as what the platform counts each push."""

import pytest

from bot.contact_kinds import contact_kind
from bot.pushes import (
    EnterChat,
    Follow,
    ImageMessage,
    MenuTap,
    MenuView,
    Push,
    PushBody,
    Scan,
    ScanCode,
    TextMessage,
    Unfollow,
)


def kind_of(body: PushBody, *, message_id: str = "") -> str | None:
    return contact_kind(Push("main", "gh", "li", 1, message_id, "key", body))


@pytest.mark.parametrize("body", [TextMessage("积分"), ImageMessage("media", "")])
def test_whatever_somebody_sends_is_a_message(body: PushBody) -> None:
    assert kind_of(body, message_id="1") == "message"


def test_a_word_that_was_tapped_is_a_tap_on_a_menu() -> None:
    assert kind_of(TextMessage("积分", menu_id="1"), message_id="1") == "menu"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (MenuTap("积分"), "menu"),
        (ScanCode("key", "qrcode", "text", waits=True), "menu"),
        (Follow(), "follow"),
        (Scan("scene", "ticket"), "scan"),
        (EnterChat(""), "enter"),
    ],
)
def test_what_somebody_does_is_counted_by_what_it_is(body: PushBody, kind: str) -> None:
    assert kind_of(body) == kind


@pytest.mark.parametrize("body", [MenuView("https://example.com", ""), Unfollow()])
def test_opening_a_page_and_leaving_give_nothing(body: PushBody) -> None:
    assert kind_of(body) is None

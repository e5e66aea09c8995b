"""工单图片: wanted once, kept sealed, shown to who may see the ticket, gone with its words."""

import pytest

from loyalty.person import Person
from loyalty.pictures import LARGEST_PICTURE, picture_kind
from loyalty.staff import Role
from loyalty.tickets import TicketUnknown
from services.custody.retention import erase_overdue
from services.messages.queueing import opened_content
from services.people.closing import close_member
from services.shop import Shop
from services.tickets.answers import name_subject
from services.tickets.opening import Draft, open_ticket
from services.tickets.pictures import (
    MOST_PICTURES,
    NoPictures,
    NoTicketForPicture,
    Shown,
    TooManyPictures,
    add_picture,
    keep_picture,
    lose_picture,
    open_with_picture,
    picture_bytes,
    pictures_as_files,
    show_pictures,
    wanted_media,
)
from storage.sql import change, row, rows
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock, a_follower, a_member

PNG, JPEG = b"\x89PNG\r\n\x1a\nsalad", b"\xff\xd8\xff\xe0salad"


async def a_ticket(shop: Shop, name: str = "li", key: str = "t1") -> int:
    draft = Draft("complaint", "有虫", store_id=1)
    return (await open_ticket(shop, await a_follower(shop, name), draft, key=key)).id


async def a_picture(shop: Shop, name: str = "li", key: str = "p1") -> int:
    """Added to the newest open ticket; its number."""
    await add_picture(shop, await a_follower(shop, name), f"media-{key}", key=key)
    found = await row("SELECT id FROM ticket_pictures WHERE key = $1", key)
    assert found is not None
    number: int = found["id"]
    return number


async def errands(shop: Shop, kind: str) -> list[str]:
    """What the outbox is to carry of this kind."""
    found = await rows("SELECT * FROM outbox ORDER BY id")
    contents = [opened_content(shop.keys, line) for line in found]
    return [content["value"] for content in contents if content["kind"] == kind]


@pytest.fixture
async def manager(shop: Shop) -> Person:
    return await a_staff(shop, "manager", Role.MANAGER, "cd01")


async def test_a_picture_becomes_a_step_of_the_ticket_and_is_sent_for_once(shop: Shop) -> None:
    ticket_id = await a_ticket(shop)
    number = await a_picture(shop)
    assert await a_picture(shop) == number
    assert await wanted_media(number) == "media-p1"
    assert await errands(shop, "picture") == [str(number)]
    steps = await rows("SELECT step, ticket_id, picture_id FROM ticket_messages ORDER BY id")
    assert steps[1:] == [{"step": "add", "ticket_id": ticket_id, "picture_id": number}]


async def test_a_ticket_may_begin_with_a_picture(shop: Shop) -> None:
    li = await a_follower(shop)
    draft = Draft("feedback", "", store_id=1)
    ticket = await open_with_picture(shop, li, draft, "media", key="p1")
    assert await open_with_picture(shop, li, draft, "media", key="p1") == ticket
    [step] = await rows("SELECT step, picture_id FROM ticket_messages")
    assert step["step"] == "open"
    assert step["picture_id"] is not None


async def test_a_picture_about_nothing_is_not_wanted(shop: Shop) -> None:
    await a_ticket(shop, "wang")
    with pytest.raises(NoTicketForPicture):
        await a_picture(shop)
    with pytest.raises(TicketUnknown):
        await add_picture(shop, await a_follower(shop), "media", key="p1", ticket_id=1)
    assert await rows("SELECT id FROM ticket_pictures") == []


async def test_what_is_fetched_is_sealed_and_opens_again(shop: Shop) -> None:
    await a_ticket(shop)
    number = await a_picture(shop)
    assert await keep_picture(shop, number, JPEG)
    assert await wanted_media(number) is None
    [found] = await rows("SELECT bytes_sealed, media_id FROM ticket_pictures")
    assert b"salad" not in bytes(found["bytes_sealed"])
    assert found["media_id"] == ""
    assert await picture_bytes(shop, number) == ("jpeg", JPEG)
    assert await pictures_as_files(shop, await a_follower(shop)) == {f"picture-{number}.jpeg": JPEG}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "png"),
        (JPEG, "jpeg"),
        (b"GIF89a", None),
        (b"<svg onload=alert(1)>", None),
        (b"", None),
        (PNG + b"0" * LARGEST_PICTURE, None),
    ],
)
def test_only_small_png_and_jpeg_are_pictures(content: bytes, kind: str | None) -> None:
    assert picture_kind(content) == kind


async def test_what_is_no_picture_is_lost(shop: Shop, manager: Person) -> None:
    ticket_id = await a_ticket(shop)
    number = await a_picture(shop)
    assert not await keep_picture(shop, number, b"<html>")
    assert await picture_bytes(shop, number) is None
    shown = await show_pictures(shop, manager, ticket_id, page=1, key="s1")
    assert shown == Shown(coming=0, wanted=0, gone=1)


async def test_staff_are_sent_a_page_at_a_time_newest_first(shop: Shop, manager: Person) -> None:
    ticket_id = await a_ticket(shop)
    numbers = [await a_picture(shop, key=f"p{place}") for place in range(5)]
    for number in numbers[:-1]:
        await keep_picture(shop, number, PNG)
    for _ in range(2):
        first = await show_pictures(shop, manager, ticket_id, page=1, key="s1")
        assert first == Shown(coming=3, wanted=1, gone=0)
    assert await errands(shop, "ticket_picture") == [str(number) for number in numbers[3:0:-1]]
    second = await show_pictures(shop, manager, ticket_id, page=2, key="s2")
    assert second == Shown(coming=1, wanted=0, gone=0)
    with pytest.raises(NoPictures):
        await show_pictures(shop, manager, ticket_id, page=3, key="s3")
    seen = await rows("SELECT what, subject FROM audit_log WHERE what = 'ticket.pictures'")
    assert seen == [{"what": "ticket.pictures", "subject": f"ticket:{ticket_id}"}] * 2


async def test_pictures_of_others_tickets_do_not_exist(shop: Shop, manager: Person) -> None:
    ticket_id = await a_ticket(shop)
    await keep_picture(shop, await a_picture(shop), PNG)
    other = await a_staff(shop, "other", Role.MANAGER, "cd02")
    with pytest.raises(TicketUnknown):
        await show_pictures(shop, other, ticket_id, page=1, key="s1")
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    assert manager.staff_id is not None
    await name_subject(shop, owner, ticket_id, manager.staff_id, key="n1")
    with pytest.raises(TicketUnknown):
        await show_pictures(shop, manager, ticket_id, page=1, key="s2")
    assert await errands(shop, "ticket_picture") == []


async def test_a_ticket_holds_so_many_pictures(shop: Shop) -> None:
    await a_ticket(shop)
    for place in range(MOST_PICTURES):
        await a_picture(shop, key=f"p{place}")
    with pytest.raises(TooManyPictures):
        await a_picture(shop, key="one more")
    assert len(await errands(shop, "picture")) == MOST_PICTURES


async def test_pictures_go_when_the_person_leaves(shop: Shop) -> None:
    li = await a_member(shop)
    await a_ticket(shop)
    kept, wanted = await a_picture(shop), await a_picture(shop, key="p2")
    await keep_picture(shop, kept, PNG)
    await close_member(shop, li, shown_text="bye", key="bye")
    found = await rows("SELECT state, bytes_sealed, media_id FROM ticket_pictures")
    assert found == [{"state": "erased", "bytes_sealed": None, "media_id": ""}] * 2
    await keep_picture(shop, wanted, PNG)
    await lose_picture(shop, wanted)
    assert await picture_bytes(shop, wanted) is None


async def test_pictures_go_with_the_words_of_a_closed_ticket(
    shop: Shop, clock: MachineClock
) -> None:
    await a_ticket(shop)
    await keep_picture(shop, await a_picture(shop), PNG)
    clock.pass_time(days=731)
    await erase_overdue(shop)
    assert await rows("SELECT state FROM ticket_pictures") == [{"state": "kept"}]
    await change("UPDATE tickets SET state = 'closed', closed_at = 0")
    await erase_overdue(shop)
    assert await rows("SELECT state FROM ticket_pictures") == [{"state": "erased"}]

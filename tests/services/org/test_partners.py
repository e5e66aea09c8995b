"""授权: nothing goes to a partner without this member's own yes to just this text."""

from typing import Any

import pytest

from loyalty.person import Person
from loyalty.shop_file.reading import Partner
from services.loading import load_shop
from services.org.partners import (
    PartnerUnknown,
    agree_to_partner,
    partner_members,
    partner_named,
    partner_text,
    partners_of,
    withdraw_partner,
)
from services.people.closing import close_member
from services.people.consents import has_consent
from services.shop import Shop
from storage.sql import rows
from tests.services.posting import member_id_of
from tests.shop_parts import a_member

GYM: dict[str, Any] = {
    "code": "gym",
    "name": "健身房",
    "contact": "010-1",
    "purpose": "寄送体验券",
    "kinds": ["phone", "name"],
}


async def load(shop: Shop, **changed: object) -> Partner:
    await load_shop(shop, {"partners": [{**GYM, **changed}]})
    await shop.rules.refresh()
    return partner_named(shop, "gym")


async def agree(shop: Shop, person: Person, *, key: str = "yes") -> None:
    await agree_to_partner(shop, person, "gym", key=key)


async def test_nobody_is_handed_out_without_their_own_yes(shop: Shop) -> None:
    li, _, gym = await a_member(shop), await a_member(shop, "wang"), await load(shop)
    assert await partner_members(shop, gym) == []
    await agree(shop, li)
    assert await partner_members(shop, gym) == [member_id_of(li)]


async def test_each_partner_is_a_consent_of_its_own(shop: Shop) -> None:
    li = await a_member(shop)
    await load(shop)
    await agree(shop, li)
    states = {one.partner.code: one.agreed_on for one in await partners_of(shop, member_id_of(li))}
    assert states == {"bookstore": None, "gym": "2027-01-11"}
    assert not await has_consent(member_id_of(li), "partner:bookstore")
    assert not await has_consent(member_id_of(li), "marketing")


async def test_a_no_holds_at_once_and_both_are_kept_with_their_text(shop: Shop) -> None:
    li, gym = await a_member(shop), await load(shop)
    await agree(shop, li)
    await withdraw_partner(shop, li, "健身房", key="no")
    assert await partner_members(shop, gym) == []
    said = await rows(
        "SELECT c.given, t.text FROM consents c JOIN consent_texts t ON t.text_hash = c.text_hash"
        " WHERE c.purpose = 'partner:gym' ORDER BY c.id"
    )
    text = partner_text(shop, gym)
    assert [(bool(line["given"]), line["text"]) for line in said] == [(True, text), (False, text)]
    assert all(part in text for part in ("健身房", "010-1", "寄送体验券", "称呼、手机号"))


@pytest.mark.parametrize(
    "changed", [{"purpose": "别的"}, {"contact": "010-2"}, {"kinds": ["phone"]}, {"name": "新名"}]
)
async def test_another_text_has_to_be_agreed_to_anew(shop: Shop, changed: dict[str, Any]) -> None:
    li = await a_member(shop)
    await load(shop)
    await agree(shop, li)
    gym = await load(shop, **changed)
    assert await partner_members(shop, gym) == []
    await agree(shop, li, key="again")
    assert await partner_members(shop, gym) == [member_id_of(li)]


async def test_the_order_of_kinds_asks_nobody_anew(shop: Shop) -> None:
    li = await a_member(shop)
    await load(shop)
    await agree(shop, li)
    assert await partner_members(shop, await load(shop, kinds=["name", "phone"])) == [
        member_id_of(li)
    ]


async def test_an_ended_partner_is_none(shop: Shop) -> None:
    li = await a_member(shop)
    await load(shop)
    await agree(shop, li)
    with pytest.raises(PartnerUnknown):
        await load(shop, ended=True)
    assert [one.partner.code for one in await partners_of(shop, member_id_of(li))] == ["bookstore"]


async def test_the_same_message_again_is_one_consent(shop: Shop) -> None:
    li = await a_member(shop)
    await load(shop)
    for _ in range(2):
        await agree(shop, li)
    assert len(await rows("SELECT 1 AS one FROM consents WHERE purpose = 'partner:gym'")) == 1


async def test_whoever_left_is_handed_to_nobody(shop: Shop) -> None:
    li, gym = await a_member(shop), await load(shop)
    await agree(shop, li)
    await close_member(shop, li, shown_text="leaving", key="bye")
    assert await partner_members(shop, gym) == []
    assert not await has_consent(member_id_of(li), "partner:gym")


async def test_long_lists_come_in_pages(shop: Shop) -> None:
    people = [await a_member(shop, f"m{number}") for number in range(3)]
    gym = await load(shop)
    for number, person in enumerate(people):
        await agree(shop, person, key=f"yes{number}")
    first = await partner_members(shop, gym, limit=2)
    assert first == [member_id_of(person) for person in people[:2]]
    assert await partner_members(shop, gym, after=first[-1]) == [member_id_of(people[2])]

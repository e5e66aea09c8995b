"""The deeds of demo guests (演示动作): each is the use case that a chat or a till would call."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from loyalty.fingerprints import fingerprint
from loyalty.person import Person
from loyalty.refusals import Refusal
from sandbox.identifiers import number_of
from services.coupons.exchanges import exchange_points
from services.coupons.gifts import offer_coupon
from services.coupons.issuing import issue_coupon, own_coupons
from services.coupons.points_mall import visit_mall
from services.details.keeping import change_detail
from services.ledger.points import points_balance
from services.org.tills import Till
from services.people.callers import identify
from services.people.joining import join_member
from services.purchases.member_codes import show_code
from services.purchases.quoting import QuoteRequest, make_quote
from services.purchases.refunds import RefundReport, record_refund
from services.purchases.reporting import PurchaseReport, record_purchase
from services.shop import Shop
from services.wallet.balance import stored_value
from services.wallet.holds import HoldRequest, hold
from services.wallet.topups import TopUpRequest, top_up
from storage.transactions import inside
from tools.demo_cast import GIVEN_NAMES, GOODS, PHONES, REGULAR, SURNAMES
from tools.demo_story import SEED, Deed, Event

ACCOUNT = "main"
CONSENT_TEXT = "demo data: joined before this installation kept chats"
# Points may pay at most half of a basket that the tier has made cheaper already.
MOST_POINTS_PERCENT = 40


@dataclass(frozen=True, slots=True)
class Told:
    """An event, the shop as it is at that moment, and who did it; a quoted basket has its quote."""

    shop: Shop
    till: Till
    openid: str
    event: Event
    quote_id: str | None = None
    payable_fen: int | None = None

    @property
    def number(self) -> str:
        return f"D{self.event.at:%y%m%d%H%M%S}-{self.event.guest}"

    async def person(self) -> Person:
        return (await identify(self.shop, ACCOUNT, self.openid, "")).person

    async def member_id(self) -> int:
        member_id = (await self.person()).member_id
        assert member_id is not None, "a guest joins first"
        return member_id

    async def member_code(self) -> str:
        return (await show_code(self.shop, await self.member_id())).code


async def quote_basket(told: Told) -> Told:
    """The basket with every coupon the guest has; who has none pays with points."""
    member_id = await told.member_id()
    codes = tuple(own.coupon.code for own in await own_coupons(told.shop, member_id))
    lines = _lines(told.event.basket)
    most = sum(line["amount_fen"] for line in lines) * MOST_POINTS_PERCENT // 100
    points = 0 if codes else min((await points_balance(told.shop, member_id)).points, most)
    request = QuoteRequest(
        lines=lines,
        member_code=await told.member_code(),
        coupon_codes=codes[:20],
        points=points - points % 100,
    )
    quote = await make_quote(told.shop, told.till, request)
    return replace(
        told, quote_id=str(quote["quote_id"]), payable_fen=int(str(quote["payable_fen"]))
    )


async def _join(told: Told) -> None:
    chance = random.Random(f"{SEED}:{told.event.guest}")
    await inside(join_member)(
        told.shop,
        await told.person(),
        subscribes=chance.random() < 0.6,
        shown_text=CONSENT_TEXT,
        key=f"demo:join:{told.event.guest}",
    )
    member_id = await told.member_id()
    for name, value in _details(chance, told.event.guest):
        key = f"demo:detail:{told.event.guest}:{name}"
        await inside(change_detail)(told.shop, member_id, name, value, key=key)


async def _buy(told: Told) -> None:
    lines = _lines(told.event.basket)
    total_fen = sum(line["amount_fen"] for line in lines)
    body = {"receipt_no": told.number, "lines": lines}
    report = PurchaseReport(
        receipt_no=told.number,
        receipt_seq=None,
        paid_at=told.event.at,
        paid_fen=total_fen if told.payable_fen is None else told.payable_fen,
        lines=lines,
        member_code=await told.member_code(),
        quote_id=told.quote_id,
        fingerprint=fingerprint(body),
    )
    await inside(record_purchase)(told.shop, told.till, report)


async def _buy_with_card(told: Told) -> None:
    """As much as the card has; the rest in cash."""
    total_fen = sum(line["amount_fen"] for line in _lines(told.event.basket))
    stored = await stored_value(told.shop, await told.member_id())
    amount_fen = min(total_fen, stored.available_fen)
    if amount_fen == 0:
        return await _buy(told)
    code = await told.member_code()
    request = HoldRequest(told.number, code, amount_fen, fingerprint({"hold": told.number}))
    await inside(hold)(told.shop, told.till, request)
    await _buy(told)


async def _top_up(told: Told) -> None:
    request = TopUpRequest(
        topup_no=told.number,
        member_code=await told.member_code(),
        paid_fen=told.event.amount_fen,
        bonus_fen=None,
        fingerprint=fingerprint({"topup_no": told.number}),
    )
    with suppress(Refusal):  # above what a card may hold
        await inside(top_up)(told.shop, told.till, request)


async def _refund(told: Told) -> None:
    assert told.event.bought_at is not None, "a refund has its purchase"
    bought = replace(told, event=replace(told.event, at=told.event.bought_at))
    report = RefundReport(
        refund_no=f"R{told.number}",
        receipt_no=bought.number,
        amount_fen=None,
        lines=_lines(told.event.basket),
        refunded_at=told.event.at,
        fingerprint=fingerprint({"refund_no": told.number}),
    )
    await inside(record_refund)(told.shop, told.till, report)


async def _exchange(told: Told) -> None:
    member_id = await told.member_id()
    offers = (await visit_mall(told.shop, member_id)).offers
    within_reach = [offer for offer in offers if not offer.missing and not offer.is_sold_out]
    for offer in within_reach[-1:]:
        await inside(exchange_points)(
            told.shop,
            member_id,
            offer.code,
            shown_points=offer.points,
            key=f"demo:exchange:{told.event.guest}",
        )


async def _present(told: Told) -> None:
    key = f"demo:present:{told.event.kind}:{told.event.guest}"
    member_id = await told.member_id()
    await issue_coupon(told.shop, member_id, told.event.kind, key=key, cause={"by": "shop"})


async def _offer_gift(told: Told) -> None:
    key = f"demo:gift:{told.event.guest}"
    with suppress(Refusal):  # no coupon left, or none that may be passed on
        await inside(offer_coupon)(told.shop, await told.person(), "1", key=key)


DEEDS: dict[Deed, Callable[[Told], Awaitable[None]]] = {
    Deed.JOIN: _join,
    Deed.BUY: _buy,
    Deed.BUY_AS_QUOTED: _buy,
    Deed.BUY_WITH_CARD: _buy_with_card,
    Deed.REFUND: _refund,
    Deed.TOP_UP: _top_up,
    Deed.EXCHANGE: _exchange,
    Deed.PRESENT: _present,
    Deed.OFFER_GIFT: _offer_gift,
}


def _lines(basket: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    return [_line(good, quantity) for good, quantity in basket]


def _line(good: int, quantity: int) -> dict[str, Any]:
    sku, name, category, amount_fen = GOODS[good]
    return {
        "sku": sku,
        "name": name,
        "category": category,
        "quantity": quantity,
        "amount_fen": amount_fen * quantity,
    }


def _details(chance: random.Random, guest: int) -> list[tuple[str, str]]:
    """What the member has told: many a name, half a birthday, some a phone."""
    told = []
    if guest == 0:
        told.append(("name", REGULAR))
    elif chance.random() < 0.8:
        told.append(("name", chance.choice(SURNAMES) + chance.choice(GIVEN_NAMES)))
    if chance.random() < 0.5:
        month, day = chance.randint(1, 12), chance.randint(1, 28)
        lunar = "农历" if chance.random() < 0.2 else ""
        told.append(("birthday", f"{lunar}{chance.randint(1962, 2006)}-{month:02d}-{day:02d}"))
    if guest == 0:
        told.append(("phone", number_of(f"p{PHONES.index(REGULAR) + 1}")))
    elif chance.random() < 0.4:
        told.append(("phone", f"138{chance.randrange(10**8):08d}"))
    return told

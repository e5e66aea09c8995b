"""Quotes (报价) as they are kept: a price that was told holds for half an hour.

A purchase that is paid as quoted is not reckoned anew: what was told at the counter is what is
done, or the purchase is refused as a whole.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from loyalty.baskets import Basket, Line
from loyalty.member_codes import MemberCodeReading
from loyalty.money import yuan_text
from loyalty.refusals import Refusal
from services.org.tills import Till
from services.shop import Shop
from storage.instants import from_ms
from storage.quotes import delete_unpaid_quotes, locked_quote, pay_quote
from storage.sql import Row
from storage.transactions import transactional

QUOTE_LIFE = timedelta(minutes=30)
# So long a till hears that its quote is too old; later nobody knows of it.
REMEMBERED_FOR = timedelta(days=7)


class QuoteUnknown(Refusal):
    """This till was told no such quote."""

    wording = "tills/quote_unknown"
    status = 404


class QuoteTooOld(Refusal):
    wording = "tills/quote_too_old"
    status = 410


class QuotePaid(Refusal):
    """Another receipt was paid with it."""

    wording = "tills/quote_paid"
    status = 409


class NotAsQuoted(Refusal):
    """Other lines, or another amount than the quote's `payable`."""

    wording = "tills/not_as_quoted"


@dataclass(frozen=True, slots=True)
class TakenQuote:
    """What a purchase does that is paid as quoted; `reading` is the code still to be bound.

    `lines` are the basket with what each line finally costs as `paid_fen`.
    """

    quote_row_id: int
    member_id: int | None
    reading: MemberCodeReading | None
    lines: list[dict[str, Any]]
    coupon_codes: tuple[str, ...]
    points: int
    payable_fen: int


async def take_quote(
    shop: Shop, till: Till, quote_id: str, *, lines: Sequence[dict[str, Any]], paid_fen: int
) -> TakenQuote:
    """The quote this purchase is paid by.

    A helper for use cases. Raises QuoteUnknown, QuotePaid, QuoteTooOld, NotAsQuoted.
    """
    quote = await locked_quote(quote_id)
    if quote is None or quote["till_id"] != till.till_no:
        raise QuoteUnknown
    if quote["purchase_id"] is not None:
        raise QuotePaid
    if shop.now() >= from_ms(quote["expires_at"]):
        raise QuoteTooOld
    is_same_basket = basket_of(json.loads(quote["lines"])) == basket_of(lines)
    if not is_same_basket or paid_fen != quote["payable_fen"]:
        raise NotAsQuoted(payable=yuan_text(quote["payable_fen"]))
    return TakenQuote(
        quote_row_id=quote["id"],
        member_id=quote["member_id"],
        reading=_reading(quote),
        lines=_priced(quote),
        coupon_codes=tuple(json.loads(quote["coupon_codes"])),
        points=quote["points"],
        payable_fen=quote["payable_fen"],
    )


def _priced(quote: Row) -> list[dict[str, Any]]:
    prices = json.loads(quote["line_fen"])
    lines = json.loads(quote["lines"])
    return [{**line, "paid_fen": fen} for line, fen in zip(lines, prices, strict=True)]


async def mark_quote_paid(quote_row_id: int, purchase_id: int) -> None:
    """A quote is paid once. A helper for use cases. Raises QuotePaid."""
    if not await pay_quote(quote_row_id, purchase_id):
        raise QuotePaid


@transactional
async def forget_quotes(shop: Shop) -> int:
    """Drop what nobody paid; how many."""
    return await delete_unpaid_quotes(shop.now() - REMEMBERED_FOR)


def basket_of(lines: Sequence[dict[str, Any]]) -> Basket:
    """A till's lines as the price rules read them."""
    return Basket(
        tuple(
            Line(
                sku=line["sku"],
                name=line["name"],
                category=line["category"],
                quantity=line["quantity"],
                amount_fen=line["amount_fen"],
            )
            for line in lines
        )
    )


def _reading(quote: Row) -> MemberCodeReading | None:
    if quote["member_id"] is None:
        return None
    return MemberCodeReading(
        handle=quote["member_id"], uses=quote["code_uses"], step=quote["code_step"]
    )

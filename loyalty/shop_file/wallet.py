"""Stored value (储值) in the shop file: its limits, and what a top-up brings."""

from collections.abc import Sequence

from loyalty.shop_file.table import LARGEST_NUMBER, Table
from loyalty.shop_file.value import TopUpOffer, WalletTerms

# More than 5,000 yuan is no registered single-purpose card (field-rules D5).
LARGEST_CARD_FEN = 500_000


def read_wallet(table: Table) -> WalletTerms:
    plain = WalletTerms()
    number = table.number
    return WalletTerms(
        limit_fen=number("limit_fen", plain.limit_fen, lowest=1, highest=LARGEST_CARD_FEN),
        hold_minutes=number("hold_minutes", plain.hold_minutes, lowest=1, highest=1440),
        confirm_above_fen=number(
            "confirm_above_fen", plain.confirm_above_fen, lowest=0, highest=LARGEST_NUMBER
        ),
        withdraw_days=number("withdraw_days", plain.withdraw_days, lowest=0, highest=365),
        alone_fen=number("alone_fen", plain.alone_fen, lowest=0, highest=LARGEST_NUMBER),
    )


def read_topup_offer(table: Table) -> TopUpOffer:
    return TopUpOffer(
        code=table.code(),
        paid_fen=table.number("paid_fen", lowest=1, highest=LARGEST_CARD_FEN),
        bonus_fen=table.number("bonus_fen", lowest=1, highest=LARGEST_NUMBER),
        bonus_days=table.optional_number("bonus_days", lowest=1, highest=9999),
    )


def check_topup_offers(
    top: Table, wallet: WalletTerms | None, offers: Sequence[TopUpOffer]
) -> None:
    """Nobody could ever take an offer that a card of this shop cannot hold."""
    misread = {fault.path for fault in top.faults}
    if wallet is None or "wallet.limit_fen" in misread:
        return
    for index, offer in enumerate(offers):
        if offer.paid_fen > wallet.limit_fen:
            place, problem = f"topup_offers[{index}].paid_fen", "is above wallet.limit_fen"
            top.fault(place, problem, f"write {wallet.limit_fen} or less")

"""Offers (优惠) in the shop file: boosts, promotions, goods for points, stored value."""

from loyalty.shop_file_scope import read_scope, texts
from loyalty.shop_file_table import LARGEST_NUMBER, Table
from loyalty.shop_file_terms import PointBoost, Promotion, Reward, TopUpOffer, WalletTerms

PROMOTIONS = {
    "money_off": ("amount_fen",),
    "percent_off": ("discount_percent",),
    "bundle": ("skus", "price_fen"),
}


def read_point_boost(table: Table) -> PointBoost:
    percent = table.optional_number("percent", lowest=101, highest=10_000)
    points = table.optional_number("points", lowest=1, highest=LARGEST_NUMBER)
    if (percent is None) == (points is None):
        table.fault("percent", "and points are not one of the two", "write one of them")
    return PointBoost(
        code=table.code(),
        name=table.text("name"),
        percent=percent,
        points=points,
        threshold_fen=table.number("threshold_fen", 0, lowest=0, highest=LARGEST_NUMBER),
        scope=read_scope(table),
    )


def read_promotion(table: Table) -> Promotion:
    kind = table.choice("kind", tuple(PROMOTIONS))
    for figure in {figure for figures in PROMOTIONS.values() for figure in figures}:
        if kind and table.has(figure) != (figure in PROMOTIONS[kind]):
            problem = "does not belong to" if table.has(figure) else "is missing for"
            table.fault(figure, f"{problem} {kind}", f"{kind} has {', '.join(PROMOTIONS[kind])}")
    return Promotion(
        code=table.code(),
        name=table.text("name"),
        kind=kind,
        threshold_fen=table.number("threshold_fen", 0, lowest=0, highest=LARGEST_NUMBER),
        amount_fen=table.optional_number("amount_fen", lowest=1, highest=LARGEST_NUMBER),
        discount_percent=table.optional_number("discount_percent", lowest=1, highest=99),
        skus=texts(table, "skus"),
        price_fen=table.optional_number("price_fen", lowest=0, highest=LARGEST_NUMBER),
        every=table.switch("every", False),
        with_tier_price=table.switch("with_tier_price", False),
        scope=read_scope(table),
    )


def read_reward(table: Table) -> Reward:
    return Reward(
        code=table.code(),
        name=table.text("name"),
        points=table.number("points", lowest=1, highest=LARGEST_NUMBER),
        coupon=table.code("coupon"),
        stock=table.optional_number("stock", lowest=0, highest=LARGEST_NUMBER),
        per_member=table.optional_number("per_member", lowest=1, highest=LARGEST_NUMBER),
        returns_points=table.switch("returns_points", False),
        scope=read_scope(table),
    )


def read_wallet(table: Table) -> WalletTerms:
    plain = WalletTerms()
    number = table.number
    return WalletTerms(
        # More than 5,000 yuan is no registered single-purpose card (field-rules D5).
        limit_fen=number("limit_fen", plain.limit_fen, lowest=1, highest=500_000),
        hold_minutes=number("hold_minutes", plain.hold_minutes, lowest=1, highest=1440),
        confirm_above_fen=number(
            "confirm_above_fen", plain.confirm_above_fen, lowest=0, highest=LARGEST_NUMBER
        ),
        withdraw_days=number("withdraw_days", plain.withdraw_days, lowest=0, highest=365),
    )


def read_topup_offer(table: Table) -> TopUpOffer:
    return TopUpOffer(
        code=table.code(),
        paid_fen=table.number("paid_fen", lowest=1, highest=LARGEST_NUMBER),
        bonus_fen=table.number("bonus_fen", lowest=1, highest=LARGEST_NUMBER),
        bonus_days=table.optional_number("bonus_days", lowest=1, highest=9999),
    )

"""Offers (优惠) in the shop file: more points for a while, price promotions, goods for points."""

from loyalty.shop_file.figures import check_figures
from loyalty.shop_file.scope import read_scope, texts
from loyalty.shop_file.standing import PointBoost
from loyalty.shop_file.table import LARGEST_NUMBER, Table
from loyalty.shop_file.value import Promotion, Reward

NEEDED = {
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
    kind = table.choice("kind", tuple(NEEDED))
    check_figures(table, kind, needed=NEEDED, possible={})
    promotion = Promotion(
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
        scope=read_scope(table, has_goods=kind != "bundle"),
    )
    _check_every(table, promotion)
    _check_bundle(table, promotion)
    return promotion


def _check_every(table: Table, promotion: Promotion) -> None:
    """Each full threshold takes the amount off once more, which must not go below nothing."""
    if not promotion.every:
        return
    if promotion.kind != "money_off":
        table.fault("every", f"does not belong to {promotion.kind or 'this'}", "remove it")
    elif promotion.threshold_fen < (promotion.amount_fen or 1):
        problem = "is below what every full threshold takes off"
        table.fault("threshold_fen", problem, "write amount_fen or more")


def _check_bundle(table: Table, promotion: Promotion) -> None:
    if promotion.kind != "bundle":
        return
    if len(promotion.skus) == 1:
        table.fault("skus", "is one only", "write two or more")
    if promotion.threshold_fen:
        table.fault("threshold_fen", "does not belong to bundle", "remove it")


def read_reward(table: Table) -> Reward:
    return Reward(
        code=table.code(),
        name=table.text("name"),
        points=table.number("points", lowest=1, highest=LARGEST_NUMBER),
        coupon=table.code("coupon"),
        stock=table.optional_number("stock", lowest=0, highest=LARGEST_NUMBER),
        per_member=table.optional_number("per_member", lowest=1, highest=LARGEST_NUMBER),
        returns_points=table.switch("returns_points", False),
        scope=read_scope(table, has_goods=False),
    )

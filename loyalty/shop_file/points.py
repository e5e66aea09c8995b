"""Points (积分) in the shop file: how they are earned, how long they live, what they take off."""

import re

from loyalty.shop_file.scope import texts
from loyalty.shop_file.standing import PointsPolicy
from loyalty.shop_file.table import LARGEST_NUMBER, Table

EXPIRE = re.compile(r"(inactive:)?[1-9][0-9]{0,3}d|month_end|year_end|never")
EXPIRE_REMEDY = 'write "365d", "month_end", "year_end", "inactive:180d" or "never"'


def read_points(table: Table) -> PointsPolicy:
    plain = PointsPolicy()
    number, optional, limit = table.number, table.optional_number, LARGEST_NUMBER
    return PointsPolicy(
        points_per_yuan=number("points_per_yuan", plain.points_per_yuan, lowest=0, highest=1000),
        expire=_read_expire(table, plain.expire),
        pending_days=number("pending_days", plain.pending_days, lowest=0, highest=365),
        claim_days=number("claim_days", plain.claim_days, lowest=1, highest=365),
        # Tills that are tried out claim for one person all day long: a live shop writes a limit.
        claims_per_day=number("claims_per_day", plain.claims_per_day, lowest=0, highest=limit),
        claims_per_store_per_day=number(
            "claims_per_store_per_day", plain.claims_per_store_per_day, lowest=0, highest=limit
        ),
        value_fen=number("value_fen", plain.value_fen, lowest=1, highest=100_000),
        offset_unit=number("offset_unit", plain.offset_unit, lowest=1, highest=limit),
        # 0 is a shop whose points take nothing off at the till.
        offset_percent_cap=number(
            "offset_percent_cap", plain.offset_percent_cap, lowest=0, highest=100
        ),
        pending_from_fen=number(
            "pending_from_fen", plain.pending_from_fen, lowest=0, highest=limit
        ),
        cap_per_receipt=optional("cap_per_receipt", lowest=1, highest=limit),
        cap_per_day=optional("cap_per_day", lowest=1, highest=limit),
        excluded_categories=texts(table, "excluded_categories"),
        excluded_skus=texts(table, "excluded_skus"),
        bonus_paid_earns=table.switch("bonus_paid_earns", plain.bonus_paid_earns),
        return_days=number("return_days", plain.return_days, lowest=0, highest=365),
        adjust_limit=number("adjust_limit", plain.adjust_limit, lowest=0, highest=limit),
    )


def _read_expire(table: Table, default: str) -> str:
    return table.matching("expire", EXPIRE, EXPIRE_REMEDY) if table.offers("expire") else default

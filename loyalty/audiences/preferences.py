"""Preferences (偏好): money off or something for nothing, by the coupons somebody has used."""

from datetime import date

from loyalty.standings import months_later

MONTHS_COUNTED = 24
# Kinds of coupons that make something cheaper; all others bring something.
DISCOUNTS = frozenset({"money_off", "percent_off", "shipping"})


def preference_for(kind: str) -> str:
    """One of the meanings in words.PREFERENCES."""
    return "discount" if kind in DISCOUNTS else "gift"


def counted_from(today: date) -> date:
    return months_later(today, -MONTHS_COUNTED)

"""Scopes (适用范围): whether something holds on a day, at a store, for a tier, for these goods."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from loyalty.shop_file.terms import Scope


class Miss(StrEnum):
    """Why a scope does not hold; the first of several is told."""

    NOT_YET = "not_yet"
    OVER = "over"
    DAY = "day"
    STORE = "store"
    REGION = "region"
    TIER = "tier"


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, where and for whom; what is not known is empty and misses every scope that asks."""

    day: date
    store: str = ""
    region: str = ""
    tier: str = ""


def misses(scope: Scope, occasion: Occasion) -> Miss | None:
    """None where the scope holds; goods are asked about apart, with `covers_goods`."""
    if scope.first_day is not None and occasion.day < scope.first_day:
        return Miss.NOT_YET
    if scope.last_day is not None and occasion.day > scope.last_day:
        return Miss.OVER
    if not _is_on(scope, occasion.day):
        return Miss.DAY
    if scope.stores and occasion.store not in scope.stores:
        return Miss.STORE
    if scope.regions and occasion.region not in scope.regions:
        return Miss.REGION
    if scope.tiers and occasion.tier not in scope.tiers:
        return Miss.TIER
    return None


def covers_goods(scope: Scope, category: str) -> bool:
    """Without categories all goods are meant; an excluded category is out in any case."""
    if category in scope.excluded_categories:
        return False
    return not scope.categories or category in scope.categories


def _is_on(scope: Scope, day: date) -> bool:
    """Weekdays and days of the month are both asked for where both are written."""
    if day in scope.excluded_days:
        return False
    if scope.weekdays and day.isoweekday() not in scope.weekdays:
        return False
    return not scope.days_of_month or day.day in scope.days_of_month

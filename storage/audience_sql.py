"""An audience as SQL (人群查询): one condition over members, the same on both databases.

Nothing that somebody typed becomes SQL: words choose among the parts below, and all else is a
value. A part is never NULL.
"""

from collections.abc import Mapping

from loyalty.audiences.filters import Both, Either, Filter, Not
from storage.audience_holdings import HOLDINGS
from storage.audience_parts import Asked, Moment, Question
from storage.audience_people import PEOPLE
from storage.audience_purchases import PURCHASES
from storage.reach import reach_filter
from storage.sql import Values

__all__ = ["Moment", "condition", "people_in"]

# A saved audience stands no more for itself here: what it asks for has been put in its place.
PARTS: Mapping[str, Asked] = {**PEOPLE, **PURCHASES, **HOLDINGS}


def condition(wanted: Filter, values: Values, *, moment: Moment, member: str = "m") -> str:
    """The condition on `member`, an alias of members; its values are added to `values`."""
    if isinstance(wanted, Not):
        return f"NOT ({condition(wanted.part, values, moment=moment, member=member)})"
    if isinstance(wanted, Both | Either):
        joint = " AND " if isinstance(wanted, Both) else " OR "
        parts = (condition(part, values, moment=moment, member=member) for part in wanted.parts)
        return f"({joint.join(parts)})"
    return PARTS[wanted.word](Question(wanted, values, moment, member))


def people_in(
    wanted: Filter,
    values: Values,
    *,
    moment: Moment,
    stores: frozenset[int] | None,
    member: str = "m",
) -> str:
    """The active members whom a filter means, as far as these stores reach; None is the brand."""
    reach, reached = reach_filter(stores, member, first=len(values.all) + 1)
    values.all += reached
    asked = condition(wanted, values, moment=moment, member=member)
    return f"{member}.state = 'active' AND {reach} AND {asked}"

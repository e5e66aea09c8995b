"""Partners (异业伙伴) in the shop file: to whom members' data may go, if each of them agrees."""

from dataclasses import dataclass

from loyalty.shop_file.parts import ShopTerms
from loyalty.shop_file.table import Table

# What can be handed out at all; money and purchases never.
KINDS = ("member_no", "name", "phone", "birthday", "tier")
LONGEST_PURPOSE = 120


@dataclass(frozen=True, slots=True)
class Partner(ShopTerms):
    """Who receives which kinds of data what for; an `ended` one is neither offered nor served."""

    code: str
    name: str
    contact: str
    purpose: str
    kinds: tuple[str, ...]
    ended: bool = False


def read_partner(table: Table) -> Partner:
    return Partner(
        code=table.code(),
        name=table.text("name"),
        contact=table.text("contact"),
        purpose=table.text("purpose", longest=LONGEST_PURPOSE),
        kinds=_read_kinds(table),
        ended=table.switch("ended", default=False),
    )


def _read_kinds(table: Table) -> tuple[str, ...]:
    values = table.value("kinds")
    if not isinstance(values, list) or not values or not all(one in KINDS for one in values):
        wanted = ", ".join(f'"{kind}"' for kind in KINDS)
        table.fault("kinds", "is not a list of kinds of data", f"write some of {wanted}")
        return ()
    # In one order, so that the same kinds written otherwise ask nobody anew.
    return tuple(kind for kind in KINDS if kind in values)

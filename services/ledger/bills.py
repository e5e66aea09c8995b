"""Bills (账单): the newest ledger lines of a member, with the facts that put them into words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from loyalty.ledger import AccountKind
from services.clock import day_of
from services.shop import Shop
from storage.instants import from_ms
from storage.ledger import newest_lines

LINES = 10


@dataclass(frozen=True, slots=True)
class BillLine:
    """`kind` names the wording, `facts` fill it; the amount is signed, stored value in fen. What is
    owed counts below zero."""

    day: str
    kind: str
    facts: Mapping[str, object]
    unit: str
    amount: int
    is_debt: bool = False


async def newest_bills(shop: Shop, member_id: int) -> list[BillLine]:
    lines = await newest_lines(member_id, LINES)
    bills = []
    for line in lines:
        cause = json.loads(line["cause"])
        bills.append(
            BillLine(
                day=day_of(from_ms(line["occurred_at"])).isoformat(),
                kind=cause["what"],
                facts=cause,
                unit=line["unit"],
                amount=line["amount"],
                is_debt=line["name"] == AccountKind.DEBT,
            )
        )
    return bills

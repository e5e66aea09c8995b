"""Stored value for tests: a till, a member with a code, and what both do with a card."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from loyalty.fingerprints import fingerprint
from loyalty.ledger import Unit
from loyalty.person import Person
from services.ledger.posting import lock_accounts
from services.org.tills import Till
from services.purchases.member_codes import show_code
from services.purchases.recorded import Answer, Recorded
from services.shop import Shop
from services.wallet.balance import StoredValue, stored_value
from services.wallet.card_refunds import refund_card
from services.wallet.hold_endings import capture, void
from services.wallet.hold_steps import WALLET_UNITS
from services.wallet.holds import HoldRequest, hold
from services.wallet.stored_payments import Captured, capture_for_purchase
from services.wallet.stored_returns import return_stored
from services.wallet.topups import TopUpRequest, top_up
from storage.sql import change, rows
from storage.transactions import transactional
from tests.services.posting import member_id_of
from tests.shop_parts import a_member, a_till


@dataclass(slots=True)
class Counter:
    """A till in front of one member."""

    shop: Shop
    till: Till
    person: Person
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def member_id(self) -> int:
        return member_id_of(self.person)

    async def code(self) -> str:
        return (await show_code(self.shop, self.member_id)).code

    async def top_up(self, paid_fen: int, bonus_fen: int | None = 0, **facts: Any) -> Recorded:
        topup_no = facts.get("topup_no") or f"T-{next(self.numbers)}"
        code = facts.get("code") or await self.code()
        mark = fingerprint([topup_no, paid_fen, bonus_fen])
        request = TopUpRequest(topup_no, code, paid_fen, bonus_fen, mark)
        return await top_up(self.shop, self.till, request)

    async def hold(self, amount_fen: int, **facts: Any) -> Recorded:
        receipt_no = facts.get("receipt_no") or f"R-{next(self.numbers)}"
        code = facts.get("code") or await self.code()
        mark = fingerprint([receipt_no, amount_fen])
        return await hold(self.shop, self.till, HoldRequest(receipt_no, code, amount_fen, mark))

    async def capture(self, hold_id: int, amount_fen: int | None = None) -> Recorded:
        return await capture(self.shop, self.till, hold_id, amount_fen)

    async def void(self, hold_id: int, amount_fen: int | None = None) -> Recorded:
        return await void(self.shop, self.till, hold_id, amount_fen)

    async def pay(self, amount_fen: int, **facts: Any) -> Answer:
        held = await self.hold(amount_fen, **facts)
        return (await self.capture(held.answer["hold_id"])).answer

    async def stored(self) -> StoredValue:
        return await stored_value(self.shop, self.member_id)

    async def balances(self) -> tuple[int, int]:
        stored = await self.stored()
        return stored.principal_fen, stored.bonus_fen

    async def buys(self, receipt_no: str, paid_fen: int) -> Captured:
        """What a purchase would take of its hold."""

        @transactional
        async def purchase() -> Captured:
            accounts = await lock_accounts(self.member_id, WALLET_UNITS)
            return await capture_for_purchase(
                self.shop,
                self.till,
                receipt_no,
                paid_fen=paid_fen,
                accounts=accounts,
                member_id=self.member_id,
            )

        return await purchase()

    async def tops_up_for_days(self) -> tuple[int, int]:
        """By an offer whose bonus ends, as much bonus as is paid: how much, for how many days."""
        for offer in self.shop.rules.topup_offers:
            if offer.bonus_days:
                await self.top_up(offer.paid_fen, offer.paid_fen)
                return offer.paid_fen, offer.bonus_days
        raise AssertionError("the shop has such an offer")

    async def gives_back(self, purchase_id: int, amount_fen: int, *, key: str) -> int:
        @transactional
        async def refund() -> int:
            accounts = await lock_accounts(self.member_id, [Unit.POINTS])
            given_fen = await return_stored(
                self.shop, purchase_id, amount_fen, key=key, accounts=accounts
            )
            statement = "UPDATE purchases SET stored_returned_fen = stored_returned_fen + $1"
            await change(statement + " WHERE id = $2", given_fen, purchase_id)
            return given_fen

        return await refund()

    async def refund_card(self, key: str = "card") -> Any:
        @transactional
        async def refund() -> Any:
            return await refund_card(self.shop, self.member_id, key=key, actor="test")

        return await refund()


async def a_counter(shop: Shop) -> Counter:
    return Counter(shop, await a_till(shop), await a_member(shop))


async def a_card(shop: Shop, paid_fen: int = 3_000, given_fen: int = 1_000) -> Counter:
    """Somebody whose card was topped up."""
    counter = await a_counter(shop)
    await counter.top_up(paid_fen, given_fen)
    return counter


async def a_purchase(counter: Counter, receipt_no: str, paid_fen: int) -> int:
    """The row of a purchase that has arrived, and no more of it."""
    [found] = await rows(
        "INSERT INTO purchases (till_id, receipt_no, key_epoch, paid_at, paid_fen, lines, points,"
        " claim_until, fingerprint, answer, recorded_at, stored_fen)"
        " VALUES ($1, $2, 0, 1, $3, '[]', 0, 1, 'f', '{}', 1, COALESCE((SELECT captured_fen"
        " FROM wallet_holds WHERE till_id = $1 AND receipt_no = $2), 0)) RETURNING id",
        counter.till.till_no,
        receipt_no,
        paid_fen,
    )
    return int(found["id"])


async def lots(unit: str) -> list[tuple[int, int]]:
    """(left, held) of every lot of a unit, oldest first."""
    found = await rows(
        "SELECT l.remaining, l.held FROM lots l JOIN ledger_accounts a ON a.id = l.account_id"
        " WHERE a.unit = $1 ORDER BY l.id",
        unit,
    )
    return [(line["remaining"], line["held"]) for line in found]

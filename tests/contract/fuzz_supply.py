"""What a fuzzer's till has at hand (实物): members with money, codes, quotes, receipts, holds."""

import itertools
import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.contract.bench import Bench
from tests.contract.client import Phone
from tests.contract.till import Till

CODE_IN_PATH = re.compile(r"(?<=/coupons/)[^/?]+(?=/re)")
HOLD_IN_PATH = re.compile(r"(?<=/wallet/holds/)[^/?]+(?=/[cv])")
INSTANT = re.compile(r"20[234]\d-[01]\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
NUMBERS = ("receipt_no", "refund_no", "topup_no")
LINE = {"sku", "name", "category", "quantity", "amount_fen"}
MOST_FEN = 10**8
CODES_A_PERSON = 8
GOOD_SECONDS = 50.0
TOP_UP_FEN = 80_000


def recent() -> deque[Any]:
    return deque(maxlen=3)


@dataclass(slots=True)
class Supply:
    """A member with money and a coupon, a new one after so many codes; the latest numbers."""

    bench: Bench
    till: Till
    phone: Phone | None = None
    code: str = ""
    good_until: float = 0.0
    shown: int = 0
    coupons: deque[str] = field(default_factory=recent)
    holds: deque[int] = field(default_factory=recent)
    quotes: deque[dict[str, Any]] = field(default_factory=recent)
    receipts: deque[str] = field(default_factory=recent)
    held: deque[str] = field(default_factory=recent)
    redeemed: dict[str, str] = field(default_factory=dict)
    counter: Iterator[int] = field(default_factory=itertools.count)

    async def member_code(self) -> str:
        """The same one until it is used up; a person may not show too many."""
        if self.code and time.monotonic() < self.good_until:
            return self.code
        if self.phone is None or self.shown >= CODES_A_PERSON:
            await self.next_person()
        assert self.phone is not None
        self.shown, self.good_until = self.shown + 1, time.monotonic() + GOOD_SECONDS
        self.code = await self.bench.member_code(self.phone)
        return self.code

    async def next_person(self) -> None:
        self.phone, self.shown = await self.bench.member(), 1
        code = await self.bench.member_code(self.phone)
        known = await self.till.call("/pos/v1/members/identify", {"member_code": code})
        self.coupons.extend(coupon["code"].replace(" ", "") for coupon in known.body["coupons"])
        paid = {"topup_no": self.phone.openid, "member_code": code, "paid_fen": TOP_UP_FEN}
        assert (await self.till.call("/pos/v1/wallet/topups", paid)).status == 201

    def path_that_exists(self, path: str, chance: int) -> str:
        if chance % 4 == 0:
            return path
        path = HOLD_IN_PATH.sub(str(one_of(self.holds, chance)), path) if self.holds else path
        return CODE_IN_PATH.sub(one_of(self.coupons, chance), path) if self.coupons else path

    async def with_what_exists(
        self, asked: dict[str, Any], path: str, chance: int
    ) -> dict[str, Any]:
        """The request with some other values; one in four stays as it is."""
        if chance % 4 == 0:
            return asked
        changed = self.numbers(asked, path, chance)
        if is_text(asked.get("member_code")):
            changed["member_code"] = await self.member_code()
        for name in ("paid_at", "refunded_at"):
            if is_instant(asked.get(name)):
                changed[name] = datetime.now(UTC).isoformat(timespec="seconds")
        codes = asked.get("coupon_codes")
        if self.coupons and isinstance(codes, list) and codes and is_text(codes[0]):
            changed["coupon_codes"] = [one_of(self.coupons, chance), *codes[1:]]
        return asked | changed | self.a_quote(asked, chance)

    def numbers(self, asked: dict[str, Any], path: str, chance: int) -> dict[str, Any]:
        """New ones for what is new; a refund names a receipt, a purchase often one with a hold."""
        fresh = f"N{next(self.counter)}"
        good = [name for name in NUMBERS if is_text(asked.get(name))]
        changed = dict.fromkeys(good, fresh)
        code = CODE_IN_PATH.search(path)
        if code and path.endswith("/release") and code[0] in self.redeemed:
            return changed and {"receipt_no": self.redeemed[code[0]]}
        known = self.receipts if path.endswith("/refunds") else self.held
        if known and "receipt_no" in changed and not path.endswith("/holds") and chance % 3:
            changed["receipt_no"] = one_of(known, chance)
        return changed

    def a_quote(self, asked: dict[str, Any], chance: int) -> dict[str, Any]:
        """A basket that is good in itself is now and then the one that was quoted."""
        lines, paid_fen = asked.get("lines"), asked.get("paid_fen")
        is_good = isinstance(lines, list) and lines and all(is_line(line) for line in lines)
        if not (self.quotes and is_text(asked.get("quote_id")) and is_good):
            return {}
        quote = one_of(self.quotes, chance)
        is_paid = type(paid_fen) is int and 0 <= paid_fen <= MOST_FEN
        return quote if is_paid else {"quote_id": quote["quote_id"]}

    def learn(self, path: str, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        if "member_code" in asked and path.endswith(("/purchases", "/holds", "/topups")):
            self.code = ""
        if path.endswith("/holds"):
            self.holds.append(answer["hold_id"])
            self.held.append(asked["receipt_no"])
        if path.endswith("/purchases"):
            self.receipts.append(asked["receipt_no"])
        if path.endswith("/redeem"):
            self.redeemed[answer["code"]] = asked["receipt_no"]
        if path.endswith("/quotes"):
            paid_fen = answer["payable_fen"]
            kept = {"quote_id": answer["quote_id"], "lines": asked["lines"], "paid_fen": paid_fen}
            self.quotes.append(kept)


def one_of(known: deque[Any], chance: int) -> Any:
    return known[chance % len(known)]


def is_text(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 64 and value.isprintable()


def is_instant(value: object) -> bool:
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        return False
    try:
        return bool(datetime.fromisoformat(value).tzinfo)
    except ValueError:
        return False


def is_line(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != LINE:
        return False
    numbers, texts = (value["quantity"], value["amount_fen"]), (value["sku"], value["category"])
    are_whole = all(type(number) is int and abs(number) <= 10**6 for number in numbers)
    return are_whole and numbers[0] > 0 and all(map(is_text, (*texts, value["name"])))

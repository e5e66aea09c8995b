"""Books of a busy shop (大账本): rows of purchases, claims and spends that add up, made in bulk."""

import itertools
import json
from collections.abc import Generator, Iterator, Mapping

from loyalty.digests import PostingHead, posting_digest

Row = tuple[str | int | bool | None, ...]
# Table: its columns, in an order that the references allow.
COLUMNS: dict[str, str] = {
    "members": "id, member_no, joined_at, join_key",
    "followers": "id, account, openid, member_id, follows, changed_at, first_seen_at",
    "ledger_accounts": "id, member_id, unit, name, balance",
    "purchases": "id, till_id, receipt_no, key_epoch, receipt_seq, paid_at, paid_fen, lines,"
    " member_id, points, claim_until, fingerprint, recorded_at, points_standing, growth_standing",
    "claims": "id, till_id, key_epoch, receipt_seq, follower_id, member_id, state, amount_fen,"
    " paid_at, points, purchase_id, claimed_at",
    "ledger_transactions": "id, key, kind, cause, actor, occurred_at, recorded_at, digest",
    "ledger_entries": "id, transaction_id, account_id, amount",
    "lots": "id, account_id, entry_id, amount, remaining, expires_on, opened_until, opened_at",
    "lot_allocations": "id, entry_id, lot_id, amount",
}
ENTRIES_A_VISIT = 5
LAST_DAY = "2029-12-31"
MOMENT = 1_800_000_000_000


class BusyBooks:
    """`visits` purchases of so many members, each claimed; every second one's points half spent."""

    def __init__(
        self, *, members: int, visits: int, shops: Mapping[str, int], till_id: int
    ) -> None:
        self.members, self.visits = members, visits
        self.shops, self.till_id = shops, till_id
        self.transactions, self.entries = itertools.count(1), itertools.count(1)
        self.balances = dict.fromkeys(range(1, members + 1), 0)
        self.growth = dict.fromkeys(range(1, members + 1), 0)

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Table and row; the accounts come at the end, when their balances are known."""
        for member_id in self.balances:
            yield "members", (member_id, str(member_id), MOMENT, f"join-{member_id}")
            person = (member_id, "main", f"openid-{member_id}", member_id, True, 0, MOMENT)
            yield "followers", person
        for visit in range(1, self.visits + 1):
            yield from self._purchase(visit, visit % self.members + 1)
        for member_id, balance in self.balances.items():
            points, growth = self._accounts(member_id)
            yield "ledger_accounts", (points, member_id, "points", "member", balance)
            growth_row = (growth, member_id, "growth", "member", self.growth[member_id])
            yield "ledger_accounts", growth_row

    def _accounts(self, member_id: int) -> tuple[int, int]:
        return 1_000 + 2 * member_id, 1_001 + 2 * member_id

    def _purchase(self, visit: int, member_id: int) -> Iterator[tuple[str, Row]]:
        points = 10 + visit % 90
        fen, spent = points * 100, (visit % 2) * (points // 2)
        at = MOMENT + visit
        head = (visit, self.till_id, f"R-{visit}", 1, visit, at, fen, "[]", member_id, points)
        yield "purchases", (*head, at, "f", at, points, fen)
        claim = (visit, self.till_id, 1, visit, member_id, member_id, "credited", fen, at, points)
        yield "claims", (*claim, visit, at)
        account, growth = self._accounts(member_id)
        lines = {
            "points:issued": (self.shops["points:issued"], -points),
            f"points:member:{member_id}": (account, points),
            "growth:issued": (self.shops["growth:issued"], -fen),
            f"growth:member:{member_id}": (growth, fen),
        }
        cause = json.dumps({"purchase": visit, "what": "purchase", "yuan": f"{points}.00"})
        earn = PostingHead("earn", cause, f"purchase:{visit}", "system", None, at, at)
        mine = f"points:member:{member_id}"
        entry_ids = yield from self._posting(earn, lines, opened=[(mine, points, LAST_DAY)])
        lot = (visit, account, entry_ids[mine], points, points - spent)
        yield "lots", (*lot, LAST_DAY, LAST_DAY, at)
        self.balances[member_id] += points - spent
        self.growth[member_id] += fen
        if spent:
            yield from self._spend(visit, mine, account, spent)

    def _spend(self, visit: int, mine: str, account: int, spent: int) -> Iterator[tuple[str, Row]]:
        lines = {mine: (account, -spent), "points:redeemed": (self.shops["points:redeemed"], spent)}
        at = MOMENT + visit
        head = PostingHead("spend", '{"what": "spend"}', f"spend:{visit}", "system", None, at, at)
        entry_ids = yield from self._posting(head, lines, allocations=[(mine, visit, -spent)])
        yield "lot_allocations", (visit, entry_ids[mine], visit, -spent)

    def _posting(
        self,
        head: PostingHead,
        lines: Mapping[str, tuple[int, int]],
        *,
        allocations: list[tuple[str, int, int]] | None = None,
        opened: list[tuple[str, int, str]] | None = None,
    ) -> Generator[tuple[str, Row], None, dict[str, int]]:
        digest = posting_digest(
            head,
            entries=[(name, amount) for name, (_, amount) in lines.items()],
            allocations=allocations or [],
            opened=opened or [],
        )
        number, entry_ids = next(self.transactions), {}
        row = (number, head.key, head.kind, head.cause, head.actor)
        yield "ledger_transactions", (*row, head.occurred_ms, head.recorded_ms, digest)
        for name, (account_id, amount) in lines.items():
            entry_ids[name] = next(self.entries)
            yield "ledger_entries", (entry_ids[name], number, account_id, amount)
        return entry_ids

"""Verifying (核对): every truth of the ledger, the shop and the audit trail, held to the tables."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from loyalty.audit import Complaint, faults_of
from loyalty.audit_chain import ChainCheck
from services.custody.audit_anchors import kept_anchors
from services.shop import Shop
from storage.audit import answers_to, postings, row_counts
from storage.audit_closing import CLOSING_TRUTHS
from storage.audit_ledger import LEDGER_TRUTHS
from storage.audit_merges import MERGE_TRUTHS
from storage.audit_shop import SHOP_TRUTHS
from storage.audit_trail import chain, chain_head
from storage.transactions import snapshot


@dataclass(frozen=True, slots=True)
class Verification:
    """The first complaint of each kind, and one line of totals."""

    complaints: tuple[Complaint, ...]
    totals: str


@dataclass(slots=True)
class Findings:
    """How much was read, and what was found wrong: the first of each kind, and how many."""

    read: Counter[str] = field(default_factory=Counter)
    first: dict[str, Complaint] = field(default_factory=dict)
    number: int = 0

    def add(self, complaints: Iterable[Complaint]) -> None:
        for complaint in complaints:
            self.first.setdefault(complaint.kind, complaint)
            self.number += 1


async def verify_ledger(shop: Shop) -> Verification:
    """Reads one moment of the tables, so that a shop that is open verifies like a closed one."""
    findings = Findings()
    # Before the moment, so that every anchor's row is in it.
    anchors, unreadable = await kept_anchors(shop)
    findings.add(unreadable)
    check = ChainCheck(shop.keys.key("audit"), anchors)
    async with snapshot():
        await _read_postings(findings)
        await _compare_counts(findings)
        for truth in (*LEDGER_TRUTHS, *SHOP_TRUTHS, *MERGE_TRUTHS, *CLOSING_TRUTHS):
            answers = await answers_to(truth)
            findings.add(Complaint(truth.kind, subject, message) for subject, message in answers)
        await _walk_the_chain(findings, check)
    read = findings.read
    totals = (
        f"{read['ledger_transactions']} transactions, {read['ledger_entries']} entries,"
        f" {read['lots']} lots, {read['lot_allocations']} allocations,"
        f" {check.rows} audit rows, {findings.number} complaints"
    )
    return Verification(tuple(findings.first.values()), totals)


async def _read_postings(findings: Findings) -> None:
    async for posting in postings():
        findings.add(faults_of(posting))
        findings.read["ledger_transactions"] += 1
        findings.read["ledger_entries"] += len(posting.entries)
        findings.read["lot_allocations"] += len(posting.allocations)
        findings.read["lots"] += len(posting.opened)


async def _compare_counts(findings: Findings) -> None:
    """What was not read with its transaction has none."""
    for table, count in (await row_counts()).items():
        if count != findings.read[table]:
            message = f"{count} rows, {findings.read[table]} of them in transactions"
            findings.add([Complaint("loose_row", table, message)])


async def _walk_the_chain(findings: Findings, check: ChainCheck) -> None:
    async for link, stored_hash in chain():
        findings.add(check.faults_of(link, stored_hash))
    findings.add(check.faults_at_end(await chain_head()))

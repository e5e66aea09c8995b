"""Retention (保存期限): what is kept of people, what for, on which basis, and for how long.

The shortest time that serves the purpose (PIPL 19). What has no days ends with the membership, or
is kept as long as the law asks of books and proofs.
"""

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    CONSENT = "consent"
    # Needed for what the member asked of the shop.
    CONTRACT = "contract"
    # Books, proofs of consent, logs of access.
    LAW = "law"


@dataclass(frozen=True, slots=True)
class Kept:
    """`days` count from the end of what it is for; `holds` is for operators to read."""

    name: str
    holds: str
    purpose: str
    basis: Basis
    days: int | None


RETENTION = (
    Kept("profile", "phone, name, birthday, sealed", "the membership", Basis.CONSENT, None),
    Kept("details", "address, e-mail and the like, sealed", "the membership", Basis.CONSENT, None),
    Kept("tags", "labels with their reasons", "the membership", Basis.CONSENT, None),
    Kept("identities", "openid and unionid of followers", "answering", Basis.CONTRACT, None),
    Kept("ledger", "points and money, without a person once closed", "books", Basis.LAW, None),
    Kept("purchases", "receipts, without a person once closed", "books", Basis.LAW, None),
    Kept(
        "activities",
        "sign-ups, without a person once closed",
        "seats and who came",
        Basis.CONTRACT,
        None,
    ),
    Kept("consents", "what was agreed to and when", "proof", Basis.LAW, None),
    Kept("audit", "who looked and acted, by number", "proof of access", Basis.LAW, None),
    Kept("dialogues", "open questions and their answers", "the conversation", Basis.CONTRACT, 30),
    Kept("messages", "what was said to people", "delivery and its proof", Basis.CONTRACT, 90),
    Kept("replies", "what members wrote back, sealed", "answering", Basis.CONTRACT, 365),
    Kept("waiting_lines", "what could not be delivered, sealed", "delivery", Basis.CONTRACT, 90),
    Kept(
        "contacts",
        "when somebody last wrote, tapped, scanned",
        "writing to them",
        Basis.CONTRACT,
        400,
    ),
    Kept("quotes", "baskets that were priced and not paid", "the price", Basis.CONTRACT, 30),
    Kept("phone_codes", "numbers being verified, sealed", "verification", Basis.CONSENT, 7),
    Kept("logins", "sessions of mini-programs that are over", "logging in", Basis.CONTRACT, 7),
    Kept("downloads", "files that were to be fetched, sealed", "access rights", Basis.LAW, 1),
    Kept("confirmations", "summaries shown to staff, masked", "staff at work", Basis.LAW, 365),
    Kept(
        "tickets", "texts of closed tickets, sealed", "answering and disputes", Basis.CONTRACT, 730
    ),
    Kept("views", "what was looked at, by day", "one offer after it", Basis.CONSENT, 90),
    Kept("job_runs", "runs of the timetable; nobody's data", "operation", Basis.CONTRACT, 400),
    Kept(
        "inactive",
        "members without any purchase or claim",
        "review by the shop",
        Basis.CONSENT,
        730,
    ),
)


def kept(name: str) -> Kept:
    return next(one for one in RETENTION if one.name == name)

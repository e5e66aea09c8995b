"""Shop (商家): what a use case needs besides its arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Event

from loyalty.contacts import ContactKind
from loyalty.notice_forms import NoticeForms
from services.clock import BusinessClock
from services.rules import RulesBook
from storage.cache import Cache
from storage.database import DatabaseAddress
from storage.keyring import Keys

SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """Which database is copied, the folder of the nightly copies, and how many of them stay."""

    database: DatabaseAddress
    folder: Path | None = None
    keep: int = 14
    # Set when the process is asked to end: a backup under way is given up.
    stopping: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Shop:
    environment: str
    public_url: str
    keys: Keys
    cache: Cache
    clock: BusinessClock
    rules: RulesBook
    random_bytes: Callable[[int], bytes]
    # Fills a sentence of templates/chat, where a use case keeps a text with its effect.
    phrase: Callable[[str, Mapping[str, object]], str]
    # Whether SMS can be sent, and the accounts whose people's unionids the platform is asked for.
    sends_sms: bool = False
    asks_who: frozenset[str] = frozenset()
    # What each account is: service, subscription or mini.
    account_kinds: Mapping[str, str] = field(default_factory=dict)
    # Which sentences the platform approved a form for.
    notice_forms: NoticeForms = field(default_factory=NoticeForms)
    # Contacts of followers that are not written down yet, each with when it was.
    contact_notes: dict[tuple[int, ContactKind], datetime] = field(default_factory=dict)
    # Where hashes of the audit trail are kept outside the database.
    audit_anchors: Path | None = None
    backups: BackupPlace | None = None
    # Tills by number and epoch, whose key never changes, as the rules of that version name them.
    receipt_tills: dict[tuple[int, int], tuple[int, object]] = field(default_factory=dict)

    async def keep_up(self) -> None:
        """Take over what other processes changed: rules, and in the sandbox the clock."""
        if self.environment == SANDBOX:
            self.clock.jump_to_offset_ms(await self.rules.refresh())

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        return self.clock.today()

    @property
    def claim_url(self) -> str:
        return f"{self.public_url}/r/"

"""The pretend world (沙箱世界): who there is, what they see, and one place to change it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession, CookieJar

from sandbox.bell import Bell
from sandbox.clock import Clock
from sandbox.codec import DoesNotFit
from sandbox.config import Account, Crowd, SandboxConfig
from sandbox.faults import FaultPlan
from sandbox.identifiers import openid_of, unionid_of
from sandbox.journal import Journal
from sandbox.media_shelf import MediaShelf
from sandbox.records import AccountRecord, ChatMessage, Contact, Phone, State
from sandbox.wording import default_phones

KEPT_MESSAGES = 500
TYPING_LASTS = timedelta(seconds=15)


@dataclass(slots=True)
class World:
    """`bells` wake who waits for a chat; `browsers` keep each phone's cookies."""

    config: SandboxConfig
    state: State
    clock: Clock
    journal: Journal
    faults: FaultPlan
    media: MediaShelf
    is_dirty: bool = False
    is_closing: bool = False
    # Set while the shop's clock is being moved: what it says is the time of each call on the way.
    catch_up: Callable[[], Awaitable[None]] | None = None
    # Accounts at which a call that tags people is under way.
    tagging: set[str] = field(default_factory=set)
    bells: dict[str, Bell] = field(default_factory=dict)
    browsers: dict[str, ClientSession] = field(default_factory=dict)

    def record(self, account: Account) -> AccountRecord:
        return self.state.accounts[account.name]

    def contact(self, account: Account, phone_id: str) -> Contact:
        return self.record(account).contacts[openid_of(phone_id, account.appid)]

    def contact_of_openid(self, account: Account, openid: str) -> Contact | None:
        return self.record(account).contacts.get(openid)

    def changed(self) -> None:
        self.is_dirty = True

    def bell(self, contact: Contact) -> Bell:
        return self.bells.setdefault(contact.openid, Bell())

    def ring_for_notices(self, phone: Phone) -> None:
        """Whoever looks at any chat of this phone hears of it."""
        self.bells.setdefault(notices_name(phone), Bell()).ring()
        for account in self.config.accounts:
            self.bell(self.contact(account, phone.id)).ring()

    def add_phone(self, name: str) -> Phone:
        phone = Phone(id=f"p{len(self.state.phones) + 1}", name=name)
        self.state.phones[phone.id] = phone
        for account in self.config.accounts:
            self._introduce(phone, account)
        self.changed()
        return phone

    def add_message(
        self, contact: Contact, sender: str, kind: str, *, via: str | None = None, **facts: Any
    ) -> ChatMessage:
        contact.message_count += 1
        message = ChatMessage(
            contact.message_count, self.clock.now(), sender, kind, facts=facts, via=via
        )
        contact.messages.append(message)
        # Nobody looks at the chats of a crowd.
        del contact.messages[: -KEPT_MESSAGES if contact.phone_id else -1]
        if sender == "account":
            contact.typing_until = None
        self.changed()
        self.bell(contact).ring()
        return message

    def show_typing(self, contact: Contact, shown: bool) -> None:
        contact.typing_until = self.clock.now() + TYPING_LASTS if shown else None
        self.changed()
        self.bell(contact).ring()

    def is_typing(self, contact: Contact) -> bool:
        return contact.typing_until is not None and contact.typing_until > self.clock.now()

    def populate(self) -> None:
        """Everybody of the state is known at every account of the configuration."""
        for account in self.config.accounts:
            self.state.accounts.setdefault(account.name, AccountRecord())
        for phone in self.state.phones.values():
            for account in self.config.accounts:
                self._introduce(phone, account)
        for crowd in self.config.crowds:
            self._gather(crowd)
        if not self.state.phones:
            for name in self.config.phones or default_phones():
                self.add_phone(name)

    def browser(self, phone_id: str) -> ClientSession:
        """WeChat's browser of one phone, with its own cookies (also for bare IP addresses)."""
        if phone_id not in self.browsers:
            self.browsers[phone_id] = ClientSession(cookie_jar=CookieJar(unsafe=True))
        return self.browsers[phone_id]

    async def close(self) -> None:
        for browser in self.browsers.values():
            await browser.close()
        self.browsers.clear()

    def stop_waiting(self) -> None:
        self.is_closing = True
        self.journal.bell.ring()
        for bell in self.bells.values():
            bell.ring()

    def _gather(self, crowd: Crowd) -> None:
        account = self.config.account(crowd.account)
        if account is None:
            raise DoesNotFit(f"crowds: there is no account {crowd.account!r}")
        followed_at, contacts = self.clock.now(), self.record(account).contacts
        for number in range(1, crowd.count + 1):
            openid = crowd.openids.format(number)
            follower = Contact(openid, "", "", following=True, followed_at=followed_at)
            contacts.setdefault(openid, follower)

    def _introduce(self, phone: Phone, account: Account) -> None:
        openid = openid_of(phone.id, account.appid)
        # A mini-program's chat needs no follow: whoever opens it may write.
        newcomer = Contact(openid, phone.id, unionid_of(phone.id), following=account.is_mini)
        self.record(account).contacts.setdefault(openid, newcomer)


def notices_name(phone: Phone) -> str:
    return f"notices of {phone.id}"

"""What the sandbox is started with: its accounts (公众号、小程序), the till and the goods."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from sandbox.codec import DoesNotFit, decode


@dataclass(frozen=True, slots=True)
class Account:
    """One account at the platform; `webhook` is where its pushes go, empty means nowhere."""

    name: str
    label: str
    kind: Literal["service", "subscription", "mini", "test"]
    appid: str
    original_id: str
    token: str
    aes_key: str
    secret: str
    webhook: str = ""
    mode: Literal["safe", "compatible", "plain"] = "safe"
    format: Literal["xml", "json"] = "xml"
    verified: bool = True
    bound_to_union: bool = True
    secret_is_frozen: bool = False
    ip_whitelist: tuple[str, ...] = ()
    oauth_domain: str = ""

    @property
    def is_mini(self) -> bool:
        return self.kind == "mini"


@dataclass(frozen=True, slots=True)
class Shuke:
    url: str = ""
    admin_url: str = ""


@dataclass(frozen=True, slots=True)
class TillSettings:
    enrolment: str = ""
    store_label: str = ""


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """What signs a shop's orders to the SMS provider the sandbox plays; empty: none is taken."""

    secret: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    sku: str
    name: str
    amount_fen: int
    category: str = ""


@dataclass(frozen=True, slots=True)
class TopUp:
    """A top-up the till has a key for; what it gives is the shop's rule and only shown here."""

    paid_fen: int
    bonus_fen: int = 0


@dataclass(frozen=True, slots=True)
class PlatformRules:
    """Times and tries of the platform; tests shorten them."""

    answer_seconds: float = 5.0
    attempts: int = 3
    token_seconds: int = 7200
    token_overlap_seconds: int = 300
    # How long after taking a message its outcome is known, and how long a mass message takes.
    outcome_seconds: float = 0.2
    mass_seconds: float = 0.5
    # Two calls that tag people at the same time disturb each other for so long.
    tagging_seconds: float = 0.02


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many customer-service messages a trigger gives, and for how long."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class AllowanceRules:
    message: Allowance = Allowance(5, 48 * 3600)
    menu: Allowance = Allowance(3, 60)
    menu_link: Allowance = Allowance(3, 60)
    follow: Allowance = Allowance(3, 60)
    scan: Allowance = Allowance(3, 60)
    enter: Allowance = Allowance(2, 60)
    # How triggers of one kind combine is undocumented: each keeps its own grant unless told not to.
    stack: bool = True


@dataclass(frozen=True, slots=True)
class Crowd:
    """Followers without a phone on the table: `openids` has a place for their number, from 1 on."""

    account: str
    openids: str
    count: int


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    accounts: tuple[Account, ...] = ()
    port: int = 8001
    state: str = ""
    shuke: Shuke = Shuke()
    till: TillSettings = TillSettings()
    goods: tuple[Goods, ...] = ()
    topups: tuple[TopUp, ...] = ()
    # Whose phones lie on the table at first; empty: the usual two.
    phones: tuple[str, ...] = ()
    crowds: tuple[Crowd, ...] = ()
    sms: SmsSettings = SmsSettings()
    platform: PlatformRules = PlatformRules()
    allowance: AllowanceRules = AllowanceRules()
    quotas: dict[str, int] = field(default_factory=dict)

    def account(self, name: str) -> Account | None:
        return next((account for account in self.accounts if account.name == name), None)

    def account_of_appid(self, appid: str) -> Account | None:
        return next((account for account in self.accounts if account.appid == appid), None)


def load_config(path: Path) -> SandboxConfig:
    """Relative paths in the file start at its folder."""
    with path.open("rb") as file:
        return parse_config(tomllib.load(file), folder=path.resolve().parent)


def parse_config(table: Mapping[str, object], *, folder: Path) -> SandboxConfig:
    config: SandboxConfig = decode(SandboxConfig, table)
    _refuse_twins(config.accounts)
    return replace(
        config,
        state=_anchored(config.state, folder),
        till=replace(config.till, enrolment=_anchored(config.till.enrolment, folder)),
    )


def _refuse_twins(accounts: tuple[Account, ...]) -> None:
    for key in ("name", "appid", "original_id"):
        values = [getattr(account, key) for account in accounts]
        twins = {value for value in values if values.count(value) > 1}
        if twins:
            raise DoesNotFit(f"accounts: two share the {key} {min(twins)}")


def _anchored(path: str, folder: Path) -> str:
    return str(folder / path) if path else ""

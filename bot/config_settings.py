"""Settings (配置): what an operator decides before the start, with all defaults."""

from dataclasses import dataclass, field
from pathlib import Path

from bot.accounts import Kind, Mode


@dataclass(frozen=True, slots=True)
class ServerSettings:
    host: str = "127.0.0.1"
    port: int = 8000
    admin_host: str = "127.0.0.1"
    admin_port: int = 8002
    public_url: str = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """A SQLite file in `url` is absolute, so that the folder one starts in does not matter."""

    url: str = "sqlite://var/shuke.db"
    password: str | None = field(default=None, repr=False)
    pool_size: int = 10


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """An empty `url` means the twin inside this process."""

    url: str = ""
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class KeysSettings:
    file: Path = Path("var/keys.toml")


@dataclass(frozen=True, slots=True)
class AuditSettings:
    anchor_file: Path = Path("var/audit-anchors.jsonl")


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Without a folder none is made by itself; `at` is a time of the shop's day."""

    folder: Path | None = None
    keep: int = 14
    at: str = "03:30"


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """With neither file nor url no SMS is sent."""

    file: Path | None = None
    url: str = ""
    secret: str | None = field(default=None, repr=False)

    @property
    def is_on(self) -> bool:
        return self.file is not None or bool(self.url)


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One account of the brand in WeChat (公众号 or 小程序), as its platform page shows it."""

    name: str
    kind: Kind
    appid: str
    original_id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    secret: str = field(repr=False)
    aes_key_previous: str | None = field(default=None, repr=False)
    mode: Mode = "safe"
    allow_plain: bool = False


@dataclass(frozen=True, slots=True)
class WeChatSettings:
    api_base: str = "https://api.weixin.qq.com"
    mp_base: str = "https://mp.weixin.qq.com"
    oauth_base: str = "https://open.weixin.qq.com"
    accounts: tuple[AccountSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    environment: str
    server: ServerSettings
    database: DatabaseSettings
    redis: RedisSettings
    keys: KeysSettings
    wechat: WeChatSettings
    audit: AuditSettings = AuditSettings()
    sms: SmsSettings = SmsSettings()
    backup: BackupSettings = BackupSettings()
    warnings: tuple[str, ...] = ()

    @property
    def asks_who(self) -> frozenset[str]:
        """Accounts whose people may be met in another one, too, which their unionids tell."""
        official = [account.name for account in self.wechat.accounts if account.kind != "mini"]
        return frozenset(official if len(self.wechat.accounts) > 1 else ())

    @property
    def is_sandbox(self) -> bool:
        return self.environment == "sandbox"

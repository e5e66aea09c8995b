"""Configuration (配置): config.toml and the environment, read once into frozen settings."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from re import compile as pattern
from re import search

from bot.config_accounts import read_accounts
from bot.config_backup import read_backup
from bot.config_faults import ConfigurationFaults, Fault
from bot.config_secrets import Surroundings, may_be_read_by_others, read_secret
from bot.config_section import Section
from bot.config_settings import (
    AccountSettings,
    AuditSettings,
    DatabaseSettings,
    KeysSettings,
    RedisSettings,
    ServerSettings,
    Settings,
    SmsSettings,
    WeChatSettings,
)
from bot.config_sms import read_sms
from bot.config_urls import is_far, read_database_address, read_redis_address, read_web_address

__all__ = [
    "AccountSettings",
    "AuditSettings",
    "ConfigurationFaults",
    "DatabaseSettings",
    "Fault",
    "KeysSettings",
    "RedisSettings",
    "ServerSettings",
    "Settings",
    "SmsSettings",
    "WeChatSettings",
    "check_config_lines",
    "load_settings",
]

ENVIRONMENTS = ("sandbox", "production")
HOST = pattern(r"[0-9A-Za-z.:_-]+")
SHORTEST_PASSWORD = 12
LARGEST_FILE_BYTES = 1_000_000


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of one installation, or ConfigurationFaults with everything wrong in them."""
    faults: list[Fault] = []
    settings = _Reading(_read_toml(path), path.absolute().parent, environ, faults).settings()
    if faults:
        raise ConfigurationFaults(faults)
    return settings


def check_config_lines(path: Path, environ: Mapping[str, str]) -> list[str]:
    """One line a fault; none when the program can start with this."""
    try:
        load_settings(path, environ)
    except ConfigurationFaults as wrong:
        return [str(fault) for fault in wrong.faults]
    return []


def _read_toml(path: Path) -> dict[str, object]:
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError):
        raise _not_readable(path, "cannot be read", "write --config FILE") from None
    if len(content) > LARGEST_FILE_BYTES:
        raise _not_readable(path, "is too long", "see config.toml for what may stand in it")
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError:
        raise _not_readable(path, "is not UTF-8 text", "save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        # Of the parser's message only the place is told: the rest might hold a piece of a value.
        place = search(r"\(at [a-z0-9, ]+\)$", str(error))
        problem = f"is not TOML {place[0]}" if place else "is not TOML"
        raise _not_readable(path, problem, "see config.toml for the form") from None


def _not_readable(path: Path, problem: str, remedy: str) -> ConfigurationFaults:
    return ConfigurationFaults([Fault(path.name, problem, remedy)])


@dataclass(slots=True)
class _Reading:
    """One pass over one file."""

    table: dict[str, object]
    folder: Path
    environ: Mapping[str, str]
    faults: list[Fault]
    warnings: list[str] = field(default_factory=list)

    def settings(self) -> Settings:
        top = Section("", self.table, self.faults)
        environment = top.choice("environment", ENVIRONMENTS)
        around = Surroundings(
            folder=self.folder,
            environ=self.environ,
            # Judged as production unless it says sandbox: a wrong word must not hide faults.
            is_production=environment != "sandbox",
        )
        settings = Settings(
            environment=environment,
            server=_read_server(top.section("server"), around),
            database=_read_database(top.section("database"), around),
            redis=_read_redis(top.section("redis"), around),
            keys=_read_keys(top.section("keys"), around),
            wechat=_read_wechat(top.section("wechat"), around, self.warnings),
            audit=_read_audit(top.section("audit"), around),
            sms=read_sms(top.section("sms"), around),
            backup=read_backup(top.section("backup"), around),
            warnings=tuple(self.warnings),
        )
        top.refuse_unknown_keys()
        return settings


def _read_server(section: Section, around: Surroundings) -> ServerSettings:
    plain = ServerSettings()
    settings = ServerSettings(
        host=_read_host(section, "host", plain.host),
        port=section.number("port", plain.port, lowest=1, highest=65535),
        admin_host=_read_host(section, "admin_host", plain.admin_host),
        admin_port=section.number("admin_port", plain.admin_port, lowest=1, highest=65535),
        public_url=read_web_address(
            section,
            "public_url",
            plain.public_url,
            is_production=around.is_production,
            loopback_may_be_plain=False,
        ),
    )
    if settings.port == settings.admin_port:
        section.fault("admin_port", "is the same as port", "write another number")
    section.refuse_unknown_keys()
    return settings


def _read_host(section: Section, key: str, default: str) -> str:
    host = section.text(key, default)
    if host and not HOST.fullmatch(host):
        section.fault(key, "is not an address to listen on", 'write "127.0.0.1" or "0.0.0.0"')
    return host


def _read_database(section: Section, around: Surroundings) -> DatabaseSettings:
    plain = DatabaseSettings()
    url = read_database_address(section, plain.url, around.folder)
    settings = DatabaseSettings(
        url=url,
        password=_read_password(section, url, around),
        pool_size=section.number("pool_size", plain.pool_size, lowest=2, highest=200),
    )
    section.refuse_unknown_keys()
    return settings


def _read_redis(section: Section, around: Surroundings) -> RedisSettings:
    url = read_redis_address(section)
    settings = RedisSettings(url=url, password=_read_password(section, url, around))
    section.refuse_unknown_keys()
    return settings


def _read_password(section: Section, url: str, around: Surroundings) -> str | None:
    is_server = url.startswith(("postgres:", "redis:", "rediss:"))
    # A server on the same machine may trust its own users; over a network nobody is trusted.
    is_needed = around.is_production and is_server and is_far(url)
    password = read_secret(
        section, "password", around, shortest=SHORTEST_PASSWORD, is_needed=is_needed
    )
    if password and url and not is_server:
        section.fault("password", "belongs to no server", "remove it, or name a server in url")
    return password


def _read_keys(section: Section, around: Surroundings) -> KeysSettings:
    file = section.text("file", str(KeysSettings().file))
    section.refuse_unknown_keys()
    path = around.folder / file
    if may_be_read_by_others(path):
        section.fault("file", "may be read by group or others", "run chmod 600 on it")
    return KeysSettings(file=path)


def _read_audit(section: Section, around: Surroundings) -> AuditSettings:
    file = section.text("anchor_file", str(AuditSettings().anchor_file))
    section.refuse_unknown_keys()
    return AuditSettings(anchor_file=around.folder / file)


def _read_wechat(section: Section, around: Surroundings, warnings: list[str]) -> WeChatSettings:
    plain = WeChatSettings()
    bases = {
        key: read_web_address(
            section,
            key,
            getattr(plain, key),
            is_production=around.is_production,
            loopback_may_be_plain=True,
        )
        for key in ("api_base", "mp_base", "oauth_base")
    }
    accounts = read_accounts(section, around, warnings)
    section.refuse_unknown_keys()
    return WeChatSettings(accounts=accounts, **bases)

"""Addresses of the configuration (地址): of this server, WeChat, the database and Redis."""

from pathlib import Path
from re import compile as pattern
from urllib.parse import SplitResult, urlsplit

from bot.config_section import Section

VISIBLE = pattern(r"[!-~]+")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
HTTPS_REMEDY = 'write "https://…"'


def read_web_address(
    section: Section, key: str, default: str, *, is_production: bool, loopback_may_be_plain: bool
) -> str:
    """An http(s) address to which paths are appended, hence without a slash at its end."""
    address = section.text(key, default)
    parts = _split(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        section.fault(key, "is not a web address", 'write "https://host"')
        return address
    if parts.query or parts.fragment or "?" in address or "#" in address or "@" in parts.netloc:
        section.fault(key, "has more than host, port and path", 'write "https://host"')
    if address.endswith("/"):
        section.fault(key, "ends in a slash", "leave the last slash out")
    is_excused = loopback_may_be_plain and parts.hostname in LOOPBACK
    if is_production and parts.scheme != "https" and not is_excused:
        section.fault(key, "is not encrypted (https)", HTTPS_REMEDY)
    return address


def read_database_address(section: Section, default: str, folder: Path) -> str:
    """A SQLite file comes back as an absolute path."""
    address = section.text("url", default)
    if address.startswith("sqlite://"):
        return _sqlite_address(section, address.removeprefix("sqlite://"), folder)
    remedy = 'write "sqlite://path" or "postgres://user@host:5432/name"'
    parts = _split(address)
    if parts is None or parts.scheme != "postgres":
        section.fault("url", "is not the address of a database", remedy)
        return address
    if _holds_password(section, parts):
        return ""
    name = parts.path.removeprefix("/")
    if not parts.hostname or not parts.username or not name or "/" in name:
        section.fault("url", "lacks user, host or name of the database", remedy)
    elif "?" in address or "#" in address:
        section.fault("url", "has more than user, host, port and name", remedy)
    return address


def read_redis_address(section: Section) -> str:
    address = section.text("url", "")
    if not address:
        return ""
    remedy = 'write "redis://host:6379/0", or "" for none'
    parts = _split(address)
    if parts is None or parts.scheme not in ("redis", "rediss") or not parts.hostname:
        section.fault("url", "is not the address of a Redis server", remedy)
        return address
    if _holds_password(section, parts):
        return ""
    database = parts.path.removeprefix("/")
    if "?" in address or "#" in address or (database and not database.isdecimal()):
        section.fault("url", "has more than host, port and number of the database", remedy)
    return address


def is_far(address: str) -> bool:
    """Whether the way to this server leaves the machine."""
    parts = _split(address)
    return bool(parts and parts.hostname and parts.hostname not in LOOPBACK)


def _sqlite_address(section: Section, file: str, folder: Path) -> str:
    if not file or file.startswith(":") or not file.isprintable() or set(file) & set("?#"):
        section.fault("url", "is not a file", 'write "sqlite://var/shuke.db"')
        return ""
    return f"sqlite://{folder / file}"


def _holds_password(section: Section, parts: SplitResult) -> bool:
    if parts.password is None:
        return False
    remedy = 'leave it out there and write password_env = "NAME_OF_A_VARIABLE"'
    section.fault("url", "holds a password", remedy)
    return True


def _split(address: str) -> SplitResult | None:
    """None where the text is no address; urlsplit itself would drop line ends without a word."""
    if not VISIBLE.fullmatch(address):
        return None
    try:
        parts = urlsplit(address)
        if parts.port == 0:
            return None
    except ValueError:
        return None
    return parts

"""Backups of the configuration (备份): where they lie, how many are kept, when one is made."""

from re import compile as pattern

from bot.config_secrets import Surroundings
from bot.config_section import Section
from bot.config_settings import BackupSettings

TIME_OF_DAY = pattern(r"([01][0-9]|2[0-3]):([0-5][0-9])")
MOST_KEPT = 1000


def read_backup(section: Section, around: Surroundings) -> BackupSettings:
    """Without a folder none is made by itself."""
    plain = BackupSettings()
    folder = section.text("folder") if section.has("folder") else ""
    at = section.text("at", plain.at)
    if not TIME_OF_DAY.fullmatch(at):
        section.fault("at", "is not a time of day", 'write at = "03:30"')
        at = plain.at
    keep = section.number("keep", plain.keep, lowest=1, highest=MOST_KEPT)
    section.refuse_unknown_keys()
    return BackupSettings(folder=around.folder / folder if folder else None, keep=keep, at=at)

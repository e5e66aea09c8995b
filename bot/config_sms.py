"""SMS of the configuration (短信): a provider's address, or in the sandbox a file."""

from bot.config_secrets import Surroundings, read_secret
from bot.config_section import Section
from bot.config_settings import SmsSettings
from bot.config_urls import read_web_address

SHORTEST_SECRET = 16


def read_sms(section: Section, around: Surroundings) -> SmsSettings:
    """Nothing of it given: no SMS is sent, and numbers are proven in the mini-program alone."""
    file = section.text("file") if section.has("file") else ""
    if file and around.is_production:
        section.fault("file", "is for the sandbox", "write url and secret_env of a provider")
    url = ""
    if section.has("url"):
        url = read_web_address(
            section,
            "url",
            "",
            is_production=around.is_production,
            loopback_may_be_plain=True,
        )
    if file and url:
        section.fault("file", "and url are both given", "keep one of them")
    secret = read_secret(
        section, "secret", around, shortest=SHORTEST_SECRET, is_needed=section.has("url")
    )
    if secret and not section.has("url"):
        section.fault("secret", "belongs to no provider", "remove it, or write url")
    section.refuse_unknown_keys()
    return SmsSettings(file=around.folder / file if file else None, url=url, secret=secret)

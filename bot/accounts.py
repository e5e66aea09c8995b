"""Account (公众号、小程序): one account of the brand at the platform, as the wire sees it."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["service", "subscription", "mini"]
Mode = Literal["safe", "compatible", "plain"]


@dataclass(frozen=True, slots=True)
class Account:
    """`mode` is what the operator chose on the platform's page; secrets never show in a repr."""

    name: str
    kind: Kind
    appid: str
    original_id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    aes_key_previous: str | None = field(repr=False)
    mode: Mode
    secret: str = field(repr=False)

    @property
    def is_mini(self) -> bool:
        return self.kind == "mini"

    @property
    def formats(self) -> tuple[str, ...]:
        """Only a mini-program's page lets one choose JSON, so only there it is believed."""
        return ("xml", "json") if self.is_mini else ("xml",)

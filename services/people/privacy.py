"""隐私: what is held of a person, what for and how long, and what was agreed to, word for word."""

from dataclasses import dataclass

from loyalty.people import Purpose
from loyalty.refusals import Refusal
from loyalty.retention import kept
from services.shop import Shop
from storage.consents import newest_consents
from storage.imports import origins_of_member
from storage.instants import from_ms
from storage.sql import Row


class NoSuchConsent(Refusal):
    wording = "rights/no_such_consent"


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """What a member last said to one purpose; `text` as it was read then."""

    number: int
    purpose: str
    given: bool
    day: str
    version: str
    text: str

    @property
    def partner(self) -> str:
        """The code of the partner it is about; empty for the shop's own purposes."""
        head, _, code = self.purpose.partition(":")
        return code if head == "partner" else ""

    @property
    def kind(self) -> str:
        """programme, marketing or partner."""
        return "partner" if self.partner else self.purpose


def days_kept(name: str) -> int:
    """How long this kind of data is kept, of those that are erased by time."""
    days = kept(name).days
    assert days is not None, name
    return days


@dataclass(frozen=True, slots=True)
class Origin:
    """From which store's older system a member came, and why the shop may keep that."""

    store_name: str
    day: str
    basis: str


async def origins_shown(shop: Shop, member_id: int) -> list[Origin]:
    """None for who joined by themselves."""
    return [
        Origin(
            store_name=shop.rules.places[line["store_id"]].store_name,
            day=shop.clock.local(from_ms(line["started_at"])).date().isoformat(),
            basis=line["text"],
        )
        for line in await origins_of_member(member_id)
    ]


async def consents_shown(shop: Shop, member_id: int) -> list[ConsentShown]:
    """The shop's own purposes first, then partners."""
    found = sorted(await newest_consents(member_id), key=_place)
    return [
        ConsentShown(
            number=number,
            purpose=line["purpose"],
            given=bool(line["given"]),
            day=shop.clock.local(from_ms(line["recorded_at"])).date().isoformat(),
            version=line["text_version"],
            text=line["text"],
        )
        for number, line in enumerate(found, 1)
    ]


async def consent_numbered(shop: Shop, member_id: int, number: int) -> ConsentShown:
    """Raises NoSuchConsent."""
    for consent in await consents_shown(shop, member_id):
        if consent.number == number:
            return consent
    raise NoSuchConsent


def _place(line: Row) -> tuple[int, str]:
    purpose = line["purpose"]
    own = [one.value for one in Purpose]
    return (own.index(purpose) if purpose in own else len(own), purpose)

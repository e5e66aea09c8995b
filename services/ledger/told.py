"""What was told last (上一句): the sentence a person heard, and what it rests on, for 为什么.

A note in the cache: nothing waits for it, and it may be lost.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from loyalty.person import Person
from services.shop import Shop

TOLD_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Told:
    """`sentence` is empty when nothing is remembered; `grounds` are references and figures."""

    sentence: str = ""
    grounds: Mapping[str, object] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        return self.sentence.partition("/")[0]


async def note_told(
    shop: Shop, person: Person, sentence: str, grounds: Mapping[str, object]
) -> None:
    note = f"{sentence}\n{json.dumps(grounds)}" if grounds else sentence
    await shop.cache.note(_key(person), note.encode(), TOLD_SECONDS)


async def last_told(shop: Shop, person: Person) -> Told:
    """What was said last, within a day."""
    note = await shop.cache.get(_key(person)) or b""
    sentence, _, grounds = note.decode().partition("\n")
    return Told(sentence, json.loads(grounds) if grounds else {})


def _key(person: Person) -> str:
    return f"told:{person.follower_id}"

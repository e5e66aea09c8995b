"""Why something did not leave is told in words, whoever wrote the reason down."""

import re

import pytest

from loyalty.broadcasts import Figures, State
from loyalty.send_gate_values import Held
from services.broadcasts.drafts import broadcast_there
from services.broadcasts.reports import Report
from services.broadcasts.words import progress_text
from services.mass.gathering import take_mass_call
from services.messages.outbox import take_due_messages
from services.shop import Shop
from tests.services.broadcasting import figures
from tests.services.mass_sending import a_sending
from tests.source_code import python_files, text_of

# A reason as it is written beside the state, in SQL and in Python, or given to what writes it.
WRITTEN = (
    re.compile(r"state = 'suppressed', reason = '(\w+)'"),
    re.compile(r"Judged\(\w+, \"suppressed\", \"(\w+)\""),
    re.compile(r"(?:drop_waiting|hold_back_queued)\([^)]*reason=\"(\w+)\""),
)


def test_every_reason_that_is_written_down_is_a_known_one() -> None:
    source = [text_of(path) for path in python_files("services", "storage", "bot", "loyalty")]
    found = {reason for text in source for shape in WRITTEN for reason in shape.findall(text)}
    assert found >= {"cancelled", "left", "stopped"}
    assert found <= set(Held)


@pytest.mark.parametrize("reason", [*Held, "of_another_version"])
async def test_each_has_words(shop: Shop, reason: str) -> None:
    broadcast = await broadcast_there(await a_sending(shop, 1))
    told = Figures(audience=3, suppressed=3, reasons={str(reason): 3})
    text = progress_text(shop, broadcast, Report(1, State.FINISHED, told, {}))
    assert re.search(r"拦截的原因：[^a-z]+ 3$", text)


async def test_the_only_one_of_a_call_for_many_is_told_as_held_back(shop: Shop) -> None:
    object.__setattr__(shop, "account_kinds", {"main": "service"})
    number = await a_sending(shop, 1)
    await take_due_messages(shop, "worker", 10)
    assert await take_mass_call(shop, "worker") is None
    assert (await figures(shop, number)).reasons == {"mass_needs_two": 1}

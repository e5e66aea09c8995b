"""Commands about group sends (群发): draft one, see what came of it, stop or go on.

A draft leaves only after somebody with the right confirms it in chat: 群发 确认 NUMBER.
"""

import argparse
import re
import secrets
import sys
from collections.abc import Awaitable, Callable

from bot.app import Parts, opened_shop
from bot.cli_output import fault, show
from bot.commands import Commands
from bot.config import Settings
from loyalty.refusals import Refusal
from services.broadcasts.commands import draft_at_desk, report_data
from services.broadcasts.reports import report_of
from services.broadcasts.steering import cancel_broadcast, pause_broadcast, resume_broadcast
from storage.sql import Row

LINK = re.compile(r"<a [^>]*>([^<]*)</a>")
Steer = Callable[..., Awaitable[Row]]
STEERING: dict[str, tuple[str, Steer]] = {
    "pause": ("stop one within seconds", pause_broadcast),
    "resume": ("go on with one that pauses", resume_broadcast),
    "cancel": ("end one: what has not left does not leave", cancel_broadcast),
}


def add_to(commands: Commands) -> None:
    group = commands.group("broadcast", "draft a group send, report, pause, resume, cancel")
    draft = group.add(
        "draft",
        "keep a draft, with what would come of it",
        lambda own, given: run_draft(own, given.audience, given.text),
    )
    draft.add_argument("--audience", required=True, help="as it is typed in chat")
    draft.add_argument("--text", required=True)
    report = group.add(
        "report", "what has come of one", lambda own, given: run_report(own, given.id)
    )
    report.add_argument("id", type=int)
    for name, (help_text, _) in STEERING.items():
        steering = group.add(name, help_text, _run_steering)
        steering.add_argument("id", type=int)


async def run_draft(settings: Settings, audience: str, text: str) -> int:
    async with opened_shop(settings, patient=True) as parts:
        try:
            draft = await draft_at_desk(parts.shop, audience, text, key=_key())
        except Refusal as refusal:
            return _refused(parts, refusal)
        word = parts.wordings.fill("broadcast/operator_confirms", {"number": draft["id"]})
    print(f"somebody with the right confirms it in chat: {word}", file=sys.stderr)
    return show(draft)


async def run_report(settings: Settings, number: int) -> int:
    async with opened_shop(settings, patient=True) as parts:
        try:
            return show(report_data(await report_of(parts.shop, None, number)))
        except Refusal as refusal:
            return _refused(parts, refusal)


async def _run_steering(settings: Settings, given: argparse.Namespace) -> int:
    _, steer = STEERING[given.action]
    async with opened_shop(settings) as parts:
        try:
            await steer(parts.shop, None, given.id, key=_key())
            return show(report_data(await report_of(parts.shop, None, given.id)))
        except Refusal as refusal:
            return _refused(parts, refusal)


def _refused(parts: Parts, refusal: Refusal) -> int:
    # What can be tapped in chat is a word to be typed here.
    return fault(LINK.sub("“\\1”", parts.wordings.fill(refusal.wording, refusal.facts)))


def _key() -> str:
    """A command is run once; the same again is another draft."""
    return f"command:{secrets.token_hex(12)}"

"""`python -m bot retention`: what is kept of people, for how long, and what is past its time."""

from bot.app import opened_shop
from bot.cli_output import show
from bot.commands import Commands
from bot.config import Settings
from services.custody.retention import retention_states


def add_to(commands: Commands) -> None:
    commands.add("retention", "how long what is kept, and what is overdue", lambda own, _: run(own))


async def run(settings: Settings) -> int:
    async with opened_shop(settings) as parts:
        for state in await retention_states(parts.shop):
            show(
                {
                    "name": state.kept.name,
                    "holds": state.kept.holds,
                    "kept_for": state.kept.purpose,
                    "basis": state.kept.basis,
                    "days": state.kept.days,
                    "past_due": state.past_due,
                    "oldest": state.oldest,
                }
            )
    return 0

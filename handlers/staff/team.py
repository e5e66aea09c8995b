"""邀请员工、停用、员工: who works here, brought in and sent away by owners."""

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from services.org.staff import Right
from services.org.team import Team, team

router = Router()


@router.staff(
    "邀请员工",
    Right.MANAGE_STAFF,
    takes=(1, 2),
    usage="staff/usage_invite",
    help="staff/help_invite",
)
async def invite(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "invite", arguments)


@router.staff(
    "停用", Right.MANAGE_STAFF, takes=(1, 1), usage="staff/usage_stop", help="staff/help_stop"
)
async def stop(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "stop", arguments)


@router.staff("员工", Right.KNOW_STAFF, takes=(0, 1), help="staff/help_team")
async def list_team(chat: Chat, arguments: tuple[str, ...]) -> None:
    found = await team(chat.shop, chat.person, *arguments)
    await chat.say("staff/team", lines=_lines(chat, found))


def _lines(chat: Chat, found: Team) -> str:
    lines = [
        chat.phrase("staff/team_line", staff=mate.label, since=mate.since) for mate in found.mates
    ]
    if found.more:
        lines.append(chat.phrase("staff/team_more", more=found.more))
    return "\n".join(lines) or chat.phrase("staff/team_empty")

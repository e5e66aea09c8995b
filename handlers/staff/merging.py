"""合并、撤销合并: two memberships of one person become one, or are parted again.

Each word answers with a summary; nothing happens before somebody else's 确认.
"""

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from services.org.staff import Right

router = Router()


@router.staff(
    "合并",
    Right.MERGE,
    takes=(3, 3),
    takes_text=True,
    usage="merging/usage_merge",
    help="merging/help_merge",
)
async def merge_members(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "merge", arguments)


@router.staff(
    "撤销合并",
    Right.MERGE,
    takes=(1, 1),
    usage="merging/usage_undo",
    help="merging/help_undo",
)
async def part_members(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "part", arguments)

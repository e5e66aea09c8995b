"""待核资料、已核、查电话: staff keep members' data right, and see it in full for a reason."""

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from services.details.stale_details import (
    SHOWN_OF_A_MEMBER,
    StaleDetail,
    StaleMember,
    StalePage,
    read_page,
    stale_page,
)
from services.details.unmasking import unmask
from services.org.staff import Right

# So that ten members fit into one message.
LONGEST_SHOWN = 16

router = Router()


@router.staff(
    "待核资料",
    Right.CHECK_DETAILS,
    takes=(0, 1),
    usage="details/usage_stale",
    help="details/help_stale",
)
async def show_stale(chat: Chat, arguments: tuple[str, ...]) -> None:
    number = read_page(arguments[0]) if arguments else 1
    page = await stale_page(chat.shop, chat.person, number, key=chat.key)
    lines = [_member_line(chat, member) for member in page.members]
    lines = lines or [chat.phrase("details/stale_none")]
    if page.has_more:
        lines.append(chat.phrase("details/stale_next", page=number + 1))
    lines += _shares(chat, page)
    await chat.say("details/stale", page=number, lines="\n".join(lines))


@router.staff(
    "已核",
    Right.CHECK_DETAILS,
    takes=(1, 1),
    usage="details/usage_checked",
    help="details/help_checked",
)
async def mark_checked(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "check_details", arguments)


@router.staff(
    "查电话",
    Right.UNMASK,
    takes=(2, 2),
    takes_text=True,
    usage="details/usage_phone",
    help="details/help_phone",
)
async def show_unmasked(chat: Chat, arguments: tuple[str, ...]) -> None:
    number, reason = arguments
    seen = await unmask(chat.shop, chat.person, number, reason, key=chat.key)
    empty = chat.phrase("details/empty")
    shown = {name: value or empty for name, value in seen.shown.items()}
    facts = {**shown, "member_no": seen.member_no}
    if not seen.is_full:
        return await chat.say("details/untrained", **facts)
    await chat.say("details/unmasked", **facts, reason=seen.reason)


def _member_line(chat: Chat, member: StaleMember) -> str:
    shown = [_detail(chat, detail) for detail in member.details[:SHOWN_OF_A_MEMBER]]
    rest = len(member.details) - len(shown)
    if rest:
        shown.append(chat.phrase("details/stale_more", count=rest))
    return chat.phrase(
        "details/stale_line",
        member_no=member.member_no,
        member=member.name_masked or chat.phrase("staff/no_name"),
        what="、".join(shown),
    )


def _detail(chat: Chat, detail: StaleDetail) -> str:
    wording = "details/stale_bounced" if detail.has_bounced else "details/stale_old"
    what = chat.phrase(f"details/name_{detail.name}")
    return chat.phrase(wording, what=what, value=detail.masked[:LONGEST_SHOWN])


def _shares(chat: Chat, page: StalePage) -> list[str]:
    return [
        chat.phrase(
            "details/share",
            store=share.store_name,
            percent=share.percent,
            verified=share.verified,
            total=share.total,
        )
        for share in page.shares
    ]

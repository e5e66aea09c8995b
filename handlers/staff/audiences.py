"""人群、标签: whom something is for: tried, saved, dropped; and tags put on a member by hand."""

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from services.audiences.looks import AudienceLook, see_audience, try_audience
from services.audiences.segment_list import saved_audiences
from services.org.staff import Right
from services.people.member_tags import Tag
from services.people.staff_tags import Tagged, add_tag_by_hand, drop_tag_by_hand, show_tags

router = Router()


@router.staff(
    "人群",
    Right.AUDIENCE,
    takes=(0, 2),
    takes_text=True,
    usage="audiences/usage",
    help="audiences/help",
)
async def audiences(chat: Chat, arguments: tuple[str, ...]) -> None:
    match arguments:
        case ():
            await _list(chat)
        case ("条件",):
            await chat.say("audiences/guide")
        case ("试", text):
            await _say(chat, await try_audience(chat.shop, chat.person, text, key=chat.key))
        case ("看", name):
            await _say(chat, await see_audience(chat.shop, chat.person, name, key=chat.key))
        case ("存", text) if len(parts := text.split(maxsplit=1)) == 2:
            await propose(chat, "segment", tuple(parts))
        case ("删", name):
            await propose(chat, "drop_segment", (name,))
        case _:
            await chat.say("audiences/usage")


@router.staff(
    "标签", Right.AUDIENCE, takes=(1, 3), usage="audiences/usage_tag", help="audiences/help_tag"
)
async def tags(chat: Chat, arguments: tuple[str, ...]) -> None:
    shop, person, key = chat.shop, chat.person, chat.key
    match arguments:
        case (number,):
            await _say_tags(chat, await show_tags(shop, person, number, key=key))
        case (number, "加", tag):
            await _say_tags(chat, await add_tag_by_hand(shop, person, number, tag, key=key))
        case (number, "减", tag):
            await _say_tags(chat, await drop_tag_by_hand(shop, person, number, tag, key=key))
        case _:
            await chat.say("audiences/usage_tag")


async def _list(chat: Chat) -> None:
    found = await saved_audiences(chat.shop, chat.person)
    if not found:
        return await chat.say("audiences/list_none")
    lines = [chat.phrase("audiences/list_line", name=one.name, text=one.text) for one in found]
    await chat.say("audiences/list", lines="\n".join(lines))


async def _say(chat: Chat, look: AudienceLook) -> None:
    if not look.people:
        return await chat.say("audiences/nobody", text=look.text)
    await chat.say("audiences/found", text=look.text, people=look.people, lines=look.lines)


async def _say_tags(chat: Chat, tagged: Tagged) -> None:
    member, found = tagged
    shown = "\n".join(_tag_line(chat, tag) for tag in found) or chat.phrase("audiences/no_tags")
    await chat.say("audiences/tags", member=member.name_masked, number=member.member_no, tags=shown)


def _tag_line(chat: Chat, tag: Tag) -> str:
    return chat.phrase("audiences/tag_line", tag=tag.name, reason=tag.reason)

"""我的数据: everything held about the person who asks, as files behind a link for ten minutes."""

from bot.chat import Chat
from bot.routing import Router
from services.people.my_data import collect_my_data

router = Router(topic="资料")


@router.command("我的数据", "导出我的数据", help="words/my_data")
async def collect(chat: Chat) -> None:
    """Also for who is no member: what is held of a follower is theirs to see."""
    link = await collect_my_data(chat.shop, chat.person, key=chat.key)
    await chat.say("rights/my_data", link=link)

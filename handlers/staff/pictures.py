"""看图: the pictures of a ticket, sent to whoever may see it."""

from bot.chat import Chat
from bot.routing import Router
from services.org.staff import Right
from services.tickets.pictures import show_pictures
from services.tickets.reach import read_ticket_number

router = Router()


@router.staff(
    "看图",
    Right.TICKETS,
    takes=(1, 2),
    usage="service/usage_pictures",
    help="service/help_pictures",
)
async def show(chat: Chat, arguments: tuple[str, ...]) -> None:
    number = read_ticket_number(arguments[0])
    page = int(arguments[1]) if len(arguments) > 1 and arguments[1] in "123456789" else 1
    shown = await show_pictures(chat.shop, chat.person, number, page=page, key=chat.key)
    counts = {"coming": shown.coming, "wanted": shown.wanted, "gone": shown.gone}
    said = [
        chat.phrase(f"service/pictures_{name}", number=number, count=count)
        for name, count in counts.items()
        if count
    ]
    await chat.say("service/pictures", lines="\n".join(said))

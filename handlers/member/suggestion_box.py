"""意见箱: the code at a store's counter opens feedback for that store, unnamed for who wants."""

from bot.chat import Chat
from bot.dialogue import Answer, Answers, Dialogue
from bot.routing import Router
from handlers.member.feedback import open_by_words, read_words
from services.tickets.opening import Draft, TicketKind
from services.tickets.suggestion_box import store_named, store_of_box

router = Router()
UNNAMED = "匿名"
box = router.dialogue(Dialogue("ticket_box"))
unnamed_box = router.dialogue(Dialogue("ticket_box_unnamed"))
unnamed_box.ask("text", prompt="service/ask_unnamed", free_text="but_words")(read_words)


@box.ask("text", prompt="service/ask_box", offers=(UNNAMED,), free_text="but_words")
def read_box(text: str) -> Answer:
    return read_words(text)


async def open_box(chat: Chat, scene: str) -> bool:
    """False where the scanned scene is no suggestion box's."""
    store_id = store_of_box(chat.shop, scene)
    if store_id is None:
        return False
    await chat.open(box, {"store": store_id}, store=store_named(chat.shop, store_id))
    return True


@box.done
async def done(chat: Chat, answers: Answers) -> None:
    if answers["text"] == UNNAMED:
        store = store_named(chat.shop, int(str(answers["store"])))
        return await chat.open(unnamed_box, {"store": answers["store"]}, store=store)
    await open_by_words(chat, box_draft(chat, answers, str(answers["text"])))


@unnamed_box.done
async def done_unnamed(chat: Chat, answers: Answers) -> None:
    await open_by_words(chat, box_draft(chat, answers, str(answers["text"]), anonymous=True))


def box_draft(chat: Chat, answers: Answers, text: str, *, anonymous: bool = False) -> Draft:
    """For the store of the box, or for none where that is no more."""
    store_id = int(str(answers["store"]))
    known = store_id if store_named(chat.shop, store_id) else None
    return Draft(TicketKind.FEEDBACK, text, store_id=known, anonymous=anonymous)

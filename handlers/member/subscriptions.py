"""订阅通知: what somebody chose in the platform's popup or settings, and notices it gave up on."""

from bot.chat import Chat
from bot.pushes import SubscribeChange, SubscribePopup, SubscribeSent
from bot.routing import Router
from services.messages.sent_reports import subscription_told
from services.messages.subscriptions import note_choices, note_failures

router = Router()


@router.push(SubscribePopup)
async def chosen(chat: Chat) -> None:
    assert isinstance(chat.body, SubscribePopup)
    choices = [(one.template_id, one.is_accepted) for one in chat.body.choices]
    await note_choices(chat.shop, chat.person, choices, key=chat.key)


@router.push(SubscribeChange)
async def changed(chat: Chat) -> None:
    assert isinstance(chat.body, SubscribeChange)
    choices = [(one.template_id, one.is_accepted) for one in chat.body.choices]
    await note_choices(chat.shop, chat.person, choices, key=chat.key)


@router.push(SubscribeSent)
async def given_up(chat: Chat) -> None:
    assert isinstance(chat.body, SubscribeSent)
    results = [(one.template_id, one.error_code) for one in chat.body.results]
    await note_failures(chat.shop, chat.person, results)
    for one in chat.body.results:
        failed = str(one.error_code) if one.error_code else None
        await subscription_told(chat.shop, chat.person, one.message_id, failed=failed)

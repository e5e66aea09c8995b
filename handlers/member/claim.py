"""扫小票: a receipt reaches us as text, as a link, by a menu scan or as the scene of a code."""

from bot.chat import Chat
from bot.pushes import Follow, Scan, ScanCode
from bot.routing import Router
from handlers.member.activities import open_check_in
from handlers.member.campaigns import give_by_code
from handlers.member.detail_check import ask_after_claim
from handlers.member.greeting import greet
from handlers.member.suggestion_box import open_box
from services.people.callers import follow
from services.purchases.awaited import receipt_reference
from services.purchases.claims import FoundToken, claim_receipt, find_token

router = Router()


def _typed_token(chat: Chat) -> FoundToken | None:
    return find_token(chat.shop, chat.words)


@router.understand(_typed_token, is_certain=True)
async def claim_typed(chat: Chat, found: FoundToken) -> None:
    answer = await claim_receipt(chat.shop, chat.person, found.receipt)
    assert found.receipt is not None, "it was claimed"
    chat.rests_on(receipt=receipt_reference(found.receipt.receipt))
    await chat.say(f"claims/{answer.wording}", **answer.facts(chat.shop))
    await ask_after_claim(chat, found, answer)


@router.push(Scan)
async def scanned(chat: Chat) -> None:
    assert isinstance(chat.body, Scan)
    await _claim_or_greet(chat, chat.body.scene)


@router.push(Follow)
async def followed(chat: Chat) -> None:
    """A first follow by a receipt's code both greets the person and keeps the receipt."""
    assert isinstance(chat.body, Follow)
    await follow(chat.shop, chat.person, pushed_at=chat.push.created_at, source=chat.body.scene)
    await _claim_or_greet(chat, chat.body.scene)


@router.push(ScanCode)
async def scanned_by_menu(chat: Chat) -> None:
    assert isinstance(chat.body, ScanCode)
    if await open_check_in(chat, chat.body.content):
        return
    found = find_token(chat.shop, chat.body.content)
    if found is None:
        return await chat.say("claims/refused")
    await claim_typed(chat, found)


async def _claim_or_greet(chat: Chat, scene: str | None) -> None:
    if scene and (await open_box(chat, scene) or await open_check_in(chat, scene)):
        return
    found = find_token(chat.shop, scene, is_scene=True) if scene else None
    if found is not None:
        return await claim_typed(chat, found)
    if not (scene and await give_by_code(chat, scene)):
        await greet(chat)

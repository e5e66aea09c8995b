"""隐私: what is held, why, how long, how to withdraw; and the texts agreed to, word for word."""

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.membership import members_only
from services.people.privacy import (
    ConsentShown,
    Origin,
    consent_numbered,
    consents_shown,
    days_kept,
    origins_shown,
)

# So that all of it fits into one message.
ORIGINS_SHOWN = 2
LONGEST_BASIS_SHOWN = 60

router = Router(topic="资料")


@router.command("隐私", "隐私政策", help="words/privacy")
async def show(chat: Chat) -> None:
    member_id = chat.person.member_id
    consents = [] if member_id is None else await consents_shown(chat.shop, member_id)
    lines = [_line(chat, consent) for consent in consents] or [chat.phrase("rights/no_consents")]
    origins = [] if member_id is None else await origins_shown(chat.shop, member_id)
    lines += [_origin(chat, origin) for origin in origins[:ORIGINS_SHOWN]]
    await chat.say(
        "rights/privacy",
        brand=chat.shop.rules.brand_name,
        message_days=days_kept("messages"),
        ticket_days=days_kept("tickets"),
        consents="\n".join(lines),
    )


@router.understand(behind("隐私", shape="[1-9][0-9]?"))
@members_only
async def show_text(chat: Chat, member_id: int, number: str) -> None:
    consent = await consent_numbered(chat.shop, member_id, int(number))
    await chat.say(
        "rights/consent_text", day=consent.day, version=consent.version, text=consent.text
    )


def _origin(chat: Chat, origin: Origin) -> str:
    """In full it stands in 我的数据."""
    basis = origin.basis[:LONGEST_BASIS_SHOWN]
    return chat.phrase("imports/origin", store=origin.store_name, day=origin.day, basis=basis)


def _line(chat: Chat, consent: ConsentShown) -> str:
    state = "given" if consent.given else "withdrawn"
    what = chat.phrase(f"rights/purpose_{consent.kind}", partner=consent.partner)
    way_out = chat.phrase(f"rights/way_out_{consent.kind}", partner=consent.partner)
    return chat.phrase(
        f"rights/consent_{state}",
        number=consent.number,
        what=what,
        day=consent.day,
        version=consent.version,
        way_out=way_out,
    )

"""查重、不是同一人: staff look through memberships that may be one person's."""

import re

from bot.chat import Chat
from bot.routing import Router
from services.details.stale_details import read_page
from services.merges.duplicates import Pair, PairUnknown, Twin, duplicate_page, part_for_good
from services.org.staff import Right

PAIR_NUMBER = re.compile(r"[1-9][0-9]{0,11}")

router = Router()


@router.staff(
    "查重",
    Right.MERGE,
    takes=(0, 1),
    usage="imports/usage_pairs",
    help="imports/help_pairs",
)
async def show_pairs(chat: Chat, arguments: tuple[str, ...]) -> None:
    number = read_page(arguments[0]) if arguments else 1
    page = await duplicate_page(chat.shop, chat.person, number, key=chat.key)
    if not page.pairs:
        return await chat.say("imports/no_pairs")
    lines = [_pair_line(chat, pair) for pair in page.pairs]
    if page.has_more:
        lines.append(chat.phrase("imports/more_pairs", page=number + 1))
    await chat.say("imports/pairs", page=number, lines="\n".join(lines))


@router.staff(
    "不是同一人",
    Right.MERGE,
    takes=(1, 1),
    usage="imports/usage_not_one",
    help="imports/help_not_one",
)
async def part_pair(chat: Chat, arguments: tuple[str, ...]) -> None:
    if PAIR_NUMBER.fullmatch(arguments[0]) is None:
        raise PairUnknown
    parted = await part_for_good(chat.shop, chat.person, int(arguments[0]), key=chat.key)
    await chat.say("imports/not_one", older_no=parted.older_no, newer_no=parted.newer_no)


def _pair_line(chat: Chat, pair: Pair) -> str:
    return chat.phrase(
        "imports/pair",
        number=pair.number,
        older=_twin(chat, pair.older),
        newer=_twin(chat, pair.newer),
        phone=pair.phone_masked,
    )


def _twin(chat: Chat, twin: Twin) -> str:
    return chat.phrase(
        "imports/twin",
        member_no=twin.member_no,
        member=twin.name_masked or chat.phrase("staff/no_name"),
        store=twin.store_name or chat.shop.rules.brand_name,
    )

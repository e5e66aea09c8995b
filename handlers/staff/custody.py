"""暂停发送、恢复发送、备份: an owner stops what leaves us, and sees that copies are made."""

from datetime import timedelta

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from services.custody.backups import Custody, KeptBackup, back_up_now, custody_of
from services.org.staff import Right

router = Router()
NOW = "现在"
HOUR = timedelta(hours=1)


@router.staff(
    "暂停发送",
    Right.PAUSE_SENDING,
    takes=(0, 1),
    takes_text=True,
    help="custody/help_pause",
)
async def pause(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "pause", arguments)


@router.staff(
    "恢复发送",
    Right.PAUSE_SENDING,
    takes=(0, 1),
    usage="custody/usage_resume",
    help="custody/help_resume",
)
async def resume(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "resume", arguments)


@router.staff(
    "备份", Right.BACK_UP, takes=(0, 1), usage="custody/usage_backup", help="custody/help_backup"
)
async def backup(chat: Chat, arguments: tuple[str, ...]) -> None:
    if arguments == (NOW,):
        made = await back_up_now(chat.shop, chat.person, key=chat.key)
        return await chat.say("custody/made", line=_line(chat, made))
    if arguments:
        return await chat.say("custody/usage_backup")
    custody = await custody_of(chat.shop, chat.person)
    await chat.say("custody/state", backup=_newest(chat, custody), sending=_sending(chat, custody))


def _newest(chat: Chat, custody: Custody) -> str:
    return _line(chat, custody.newest) if custody.newest else chat.phrase("custody/no_backup")


def _line(chat: Chat, kept: KeptBackup) -> str:
    made_at = chat.shop.clock.local(kept.made_at)
    return chat.phrase(
        "custody/backup_line",
        at=f"{made_at:%Y-%m-%d %H:%M}",
        hours=kept.age // HOUR,
        size=_size(kept.size_bytes),
        name=kept.name,
    )


def _sending(chat: Chat, custody: Custody) -> str:
    if custody.pause is None:
        return chat.phrase("custody/sending_on")
    since = chat.shop.clock.local(custody.pause.since)
    return chat.phrase(
        "custody/sending_off", since=f"{since:%Y-%m-%d %H:%M}", why=custody.pause.why
    )


def _size(size_bytes: int) -> str:
    kilobytes = -(-size_bytes // 1024)
    return f"{kilobytes} KB" if kilobytes < 10_240 else f"{kilobytes // 1024} MB"

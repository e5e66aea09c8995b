"""送达回执: WeChat tells how a template message or a mass send ended after it had taken it."""

import asyncio

from bot.chat import Chat
from bot.pushes import MassSent, TemplateSent
from bot.routing import Router
from services.mass.results import mass_job_finished
from services.messages.sent_reports import template_told

router = Router()

# The push may overtake our own note of the call's answer; it is not repeated.
OVERTAKEN_SECONDS = 1.0
FAILED = {"blocked": "user_block", "failed": "system_failed"}


@router.push(TemplateSent)
async def template_ended(chat: Chat) -> None:
    assert isinstance(chat.body, TemplateSent)
    number, failed = chat.body.message_id, FAILED.get(chat.body.outcome)
    if not await template_told(chat.shop, chat.person, number, failed=failed) and failed:
        await asyncio.sleep(OVERTAKEN_SECONDS)
        await template_told(chat.shop, chat.person, number, failed=failed)


@router.push(MassSent)
async def mass_ended(chat: Chat) -> None:
    assert isinstance(chat.body, MassSent)
    job = chat.body
    counts = {
        "total": job.total,
        "filter": job.filtered,
        "sent": job.sent,
        "error": job.errors,
    }
    failed = None if job.is_sent else f"mass_{job.review_error or 'failed'}"
    account = chat.push.account
    await mass_job_finished(chat.shop, account, job.message_id, counts=counts, failed=failed)

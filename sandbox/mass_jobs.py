"""Mass jobs (群发任务): taken at once, sent a little later, and told of at their end."""

import asyncio
from dataclasses import dataclass

from sandbox.clock import day_in_china
from sandbox.config import Account
from sandbox.push.pusher import Pusher
from sandbox.records import Contact, JsonObject, MassJob
from sandbox.world import World

MOST_A_MONTH = 4
SENDING, SENT, FAILED, DELETED = "SENDING", "SEND_SUCCESS", "SEND_FAIL", "DELETE"
SEND_SUCCESS = "send success"
# Who tells of the end: an account of the platform, no follower.
HELPER = Contact(openid="oR5Gjjl_eiZoUpGozMo7dbBJ362A", phone_id="", unionid="")


@dataclass(frozen=True, slots=True)
class MassTeller:
    """What a job needs to run for one account."""

    world: World
    pusher: Pusher
    account: Account

    def start(self, job: MassJob) -> None:
        task = asyncio.create_task(self._run(job))
        self.pusher.jobs.add(task)
        task.add_done_callback(self.pusher.jobs.discard)

    async def _run(self, job: MassJob) -> None:
        await asyncio.sleep(self.world.config.platform.mass_seconds)
        if job.status == SENDING:
            self._send(job)
        self.world.changed()
        body = {"MsgType": "event", "Event": "MASSSENDJOBFINISH", **_told(job)}
        self.pusher.start(self.account, HELPER, body)

    def _send(self, job: MassJob) -> None:
        people = [self.world.contact_of_openid(self.account, openid) for openid in job.openids]
        wanted = [contact for contact in people if contact and may_receive(self.world, contact)]
        is_sent = job.planned in ("", SEND_SUCCESS)
        for contact in wanted if is_sent else []:
            self._show(contact, job)
        job.status = SENT if is_sent else FAILED
        job.outcome = job.planned or SEND_SUCCESS
        job.counts = {
            "TotalCount": len(job.openids),
            "FilterCount": len(wanted),
            "SentCount": len(wanted) if is_sent else 0,
            "ErrorCount": 0 if is_sent else len(wanted),
        }

    def _show(self, contact: Contact, job: MassJob) -> None:
        month = month_of(self.world)
        contact.mass_received = {month: contact.mass_received.get(month, 0) + 1}
        self.world.add_message(contact, "account", job.shown_as, via="mass", **job.facts)


def resume_jobs(world: World, pusher: Pusher) -> None:
    """What was on its way when the sandbox was stopped."""
    for account in world.config.accounts:
        for job in world.record(account).mass_jobs.values():
            if job.status == SENDING:
                MassTeller(world, pusher, account).start(job)


def month_of(world: World) -> str:
    return day_in_china(world.clock.now())[:7]


def may_receive(world: World, contact: Contact) -> bool:
    """Nobody gets more than four in a calendar month, by whatever call."""
    received = contact.mass_received.get(month_of(world), 0)
    return contact.following and not contact.blocks_messages and received < MOST_A_MONTH


def _told(job: MassJob) -> JsonObject:
    checked = {"Count": 0, "ResultList": "", "CheckState": 2 if job.kind == "mpnews" else 0}
    articles = len(job.facts.get("articles", [])) if job.kind == "mpnews" else 0
    links = [
        {"ArticleIdx": n + 1, "ArticleUrl": job.facts["articles"][n]["url"]}
        for n in range(articles)
    ]
    return {
        "MsgID": job.msg_id,
        "Status": job.outcome,
        **job.counts,
        "CopyrightCheckResult": checked,
        "ArticleUrlResult": {"Count": articles, "ResultList": {"item": links} if links else ""},
    }

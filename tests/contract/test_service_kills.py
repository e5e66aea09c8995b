"""Power cuts amid service (断电): answers and merges are neither lost nor doubled by `kill -9`."""

import asyncio
import json
import random
import re
from dataclasses import dataclass, field
from functools import partial

import asyncpg

from tests.contract.bench import Bench, few_at_once
from tests.contract.client import Phone
from tests.contract.fake_wechat import Sent
from tests.contract.rig import seed
from tests.contract.team import code_in, member_no_of, team_of, ticket_in
from tests.contract.test_kills import Unacknowledged, kill_again_and_again, until_acknowledged
from tests.contract.test_people import get, link_in

KILLS = 3
TICKETS = 3
# What a killed process had claimed goes to another after half a minute.
TRIED_WITHIN_SECONDS = 60


@dataclass(slots=True)
class Message:
    """Delivered until the answer that is meant is seen, as the reply or as a service message."""

    phone: Phone
    words: str
    meant: str

    async def until_answered(self) -> str:
        push, heard = self.phone.text(self.words), len(self.phone.wechat.journal)

        async def deliver(number: int) -> str:
            answer = await self.phone.deliver(push, at=number)
            if answer.status >= 500:
                raise Unacknowledged(f"{answer.status}")
            sent = self.phone.wechat.sent_to(self.phone.openid, after=heard)
            for text in (answer.text, *(message.text for message in sent)):
                if re.search(self.meant, text):
                    return text
            raise Unacknowledged(f"{answer.status} {answer.text[:200]}")

        return await until_acknowledged(deliver)


@dataclass(slots=True)
class Asker:
    """A member with a ticket, and what was answered to it."""

    phone: Phone
    number: str
    answers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Pair:
    """One person's two memberships of 50 points each, merged or apart."""

    phones: tuple[Phone, Phone]
    numbers: tuple[str, str]
    merged: bool = False


async def asker_of(bench: Bench) -> Asker:
    phone = await bench.member()
    return Asker(phone, ticket_in(await phone.says("反馈 门口太滑")))


async def pair_of(bench: Bench) -> Pair:
    one, other = await bench.member(), await bench.member()
    return Pair((one, other), (await member_no_of(one), await member_no_of(other)))


async def answer_until(done: asyncio.Event, support: Phone, asker: Asker) -> None:
    while not done.is_set():
        text = f"第{len(asker.answers)}次答复{asker.number}号"
        words = f"回复 {asker.number} {text}"
        await Message(support, words, f"已回复工单 {asker.number}，").until_answered()
        asker.answers.append(text)
        await asyncio.sleep(0.05)


async def merge_until(done: asyncio.Event, asking: Phone, confirming: Phone, pair: Pair) -> None:
    """Merged and parted again and again; each takes two people."""
    kept, merged = pair.numbers
    while not done.is_set():
        words = f"撤销合并 {merged}" if pair.merged else f"合并 {kept} {merged} 换微信"
        asked = await Message(asking, words, r"确认 \w{6}").until_answered()
        meant = "已撤销合并" if pair.merged else "已合并"
        await Message(confirming, f"确认 {code_in(asked)}", meant).until_answered()
        pair.merged = not pair.merged


async def test_answers_and_merges_outlive_kills(postgres_bench: Bench) -> None:
    bench, dice, done = postgres_bench, random.Random(seed()), asyncio.Event()
    team = await team_of(bench)
    askers = await few_at_once(lambda _: asker_of(bench), range(TICKETS))
    pair = await pair_of(bench)
    async with asyncio.TaskGroup() as group:
        group.create_task(kill_again_and_again(bench, dice, done, kills=KILLS))
        group.create_task(merge_until(done, team["manager"], team["owner"], pair))
        for asker in askers:
            group.create_task(answer_until(done, team["support"], asker))
    await few_at_once(partial(assert_answered_once, bench), askers)
    for phone in pair.phones:
        assert ("100" if pair.merged else "50") in await bench.points_of(phone)
    bench.shop.verify()
    print(f"{KILLS} kills, {sum(len(asker.answers) for asker in askers)} answers")


async def assert_answered_once(bench: Bench, asker: Asker) -> None:
    """In the ticket, among what is to be sent, and on the phone; not sent twice for safety."""
    link = link_in(await asker.phone.says("我的数据"))
    told = json.loads((await get(bench, f"{link}/my-data.json")).html)
    lines = told["sections"]["ticket_messages"]["lines"]
    assert [line["text"] for line in lines if line["step"] == "reply"] == asker.answers
    states = await until_tried(bench, asker.phone)
    heard = [answer_in(sent) for sent in bench.wechat.sent_to(asker.phone.openid)]
    assert len(states) == len(asker.answers)
    assert len(set(heard)) == len(heard)
    assert set(heard) <= set(asker.answers)
    assert states.count("sent") <= len(heard)
    # A process that was killed while sending leaves what nobody can know, and no second try.
    assert states.count("sent") >= len(states) - KILLS


def answer_in(sent: Sent) -> str:
    """After five messages the platform takes no more in the chat: then it is a template message."""
    if sent.kind == "message/template/send":
        return str(sent.message["data"]["thing2"]["value"])
    return sent.text.splitlines()[1]


async def until_tried(bench: Bench, phone: Phone) -> list[str]:
    """The states of this person's ticket answers, once none of them waits any more."""
    query = "SELECT state FROM outbox WHERE openid = $1 AND key LIKE 'ticket:%'"
    connection = await asyncpg.connect(bench.shop.database_url)
    try:
        async with asyncio.timeout(TRIED_WITHIN_SECONDS):
            states = await states_of(connection, query, phone)
            while {"queued", "sending"} & set(states):
                await asyncio.sleep(0.1)
                states = await states_of(connection, query, phone)
        return states
    finally:
        await connection.close()


async def states_of(connection: asyncpg.Connection, query: str, phone: Phone) -> list[str]:
    return [row["state"] for row in await connection.fetch(query, phone.openid)]

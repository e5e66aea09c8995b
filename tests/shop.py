"""The shop under test (被测的店): people of the cast talk to the real dispatcher, tests read along.

    await shop_under_test.plays('''
        小王> 入会
        机器人> 山茶咖啡会员计划
                同意请回【同意】；…
        小王> 〃
        机器人> 山茶咖啡会员计划
    ''')

A line of a person is a message; 〃 is the same message delivered once more, and in a message ※
stands for the confirmation code that was shown last. A line of 机器人 is the
first line of the next reply, or ends with … and stands anywhere in it; lines without a speaker
stand further down in the same reply. A reply that nobody expected fails, too.
"""

import itertools
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import Parts, dispatcher_for
from bot.chat import Content
from bot.config import load_settings
from bot.dispatcher import Dispatcher
from bot.notice_forms import load_notice_forms
from bot.pushes import Follow, Push, PushBody, Scan, TextMessage, Unfollow
from bot.pushes.push import identity_key
from bot.wording import Wordings, load_wordings
from loyalty.receipts import Receipt, minutes_at, sign_receipt
from loyalty.staff import Role
from scheduler.runner import Runner
from services.messages.outbox import queue_replies
from services.org.invitations import invite
from services.org.tills import Till, enrol_till
from services.purchases.recorded import Answer
from services.purchases.reporting import PurchaseReport, record_purchase
from services.shop import Shop
from storage.database import DatabaseAddress
from storage.sql import rows
from tests.cast import CAST, Character
from tests.outbox import KEYS, outbox_rows
from tests.shop_parts import OPENING, MachineClock, open_test_shop
from tests.source_code import ROOT

ROBOT = "机器人"
SAME_MESSAGE = "〃"
LAST_CODE = "※"
SHOWN_CODE = re.compile(r"确认 ([2-9A-Z]{6})$", re.MULTILINE)
LINK = re.compile(r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^&"]*)&[^"]*">([^<]*)</a>')
LATTE = {"sku": "latte", "name": "拿铁", "category": "coffee", "quantity": 1}
AGES_AGO = timedelta(days=100)
# The owner comes last, and so hears of nobody's binding.
STAFF = {
    "店长": (Role.MANAGER, "cd01"),
    "店员小陈": (Role.CLERK, "cd01"),
    "老板": (Role.OWNER, ""),
}


class RememberedWordings(Wordings):
    """The shop's sentences, remembering every one that was said."""

    def __init__(self, own: Wordings) -> None:
        super().__init__(own._sentences)
        self.said: list[tuple[str, str]] = []

    def fill(self, name: str, facts: Mapping[str, object]) -> str:
        text = super().fill(name, facts)
        self.said.append((name, text))
        return text


@dataclass(slots=True)
class ShopUnderTest:
    shop: Shop
    clock: MachineClock
    wordings: RememberedWordings
    dispatcher: Dispatcher
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    last_push: Push | None = None
    till: Till | None = None
    last_code: str = ""

    async def hear(self, name: str, text: str) -> list[str]:
        """What the person reads after writing this."""
        text = text.replace(LAST_CODE, self.last_code)
        return await self.receive(self.push(name, TextMessage(text)))

    async def hear_again(self) -> list[str]:
        """The last message is delivered once more, and nobody remembers its first answer."""
        assert self.last_push is not None
        return await self.receive(self.last_push)

    async def scan(self, name: str, token: str) -> list[str]:
        return await self.receive(self.push(name, Scan(token, "gQ"), is_message=False))

    async def follows(
        self, name: str, scene: str | None = None, *, seconds_late: int = 0
    ) -> list[str]:
        push = self.push(name, Follow(scene), is_message=False)
        return await self.receive(replace(push, created_at=push.created_at - seconds_late))

    async def leaves(self, name: str) -> list[str]:
        return await self.receive(self.push(name, Unfollow(), is_message=False))

    def push(self, name: str, body: PushBody, *, is_message: bool = True) -> Push:
        """A push nobody has seen; its CreateTime is the machine's."""
        person, number = CAST[name], next(self.numbers)
        return Push(
            account=person.account,
            to="gh_shop",
            openid=person.openid,
            created_at=int(self.clock().timestamp()),
            message_id=str(7 * 10**18 + number) if is_message else "",
            key=identity_key(person.account, person.openid, str(self.clock()), str(number)),
            body=body,
        )

    async def receive(self, push: Push) -> list[str]:
        """As the WeChat door does: the first text is the reply, what else is said is queued."""
        self.last_push = push
        said = await self.dispatcher.dispatch(push)
        later = [content.as_data() for content in said[1:]]
        await queue_replies(
            self.shop, account=push.account, openid=push.openid, key=push.key, contents=later
        )
        read = [as_read(content) for content in said]
        if shown := SHOWN_CODE.search("\n".join(read)):
            self.last_code = shown[1]
        return read

    async def plays(self, script: str) -> None:
        unread: list[str] = []
        for speaker, words, more in read_script(script):
            if speaker == ROBOT:
                assert unread, f"nothing was said where {words!r} was expected"
                assert_reads(unread.pop(0), words, more)
                continue
            assert not unread, f"nobody expected {unread[0]!r} before {speaker}> {words}"
            again = words == SAME_MESSAGE
            unread = await (self.hear_again() if again else self.hear(speaker, words))
        assert not unread, f"nobody expected {unread[0]!r}"

    async def pass_time(self, **lengths: float) -> None:
        """Time passes for machines and people; what is due at the end of it is run."""
        self.clock.pass_time(**lengths)
        await Runner(self.shop).run_due()

    async def delivered(self) -> list[tuple[str, str]]:
        """What was put into the outbox: to whom and what, oldest first; but for notices, whose text
        is filled when they leave."""
        names = {person.openid: person.name for person in CAST.values()}
        return [
            (names[row["openid"]], as_read(Content(row["kind"], row["value"])))
            for row in await outbox_rows()
            if "value" in row
        ]

    async def holdings(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table: equal before and after means that nothing changed."""
        tables = await rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = [table["name"] for table in tables if not table["name"].startswith("sqlite_")]
        return {name: await rows(f'SELECT * FROM "{name}"') for name in names}

    async def trail(self) -> list[dict[str, Any]]:
        """What the audit trail holds of what people did, oldest first."""
        return await rows("SELECT * FROM audit_log WHERE actor <> 'operator' ORDER BY id")

    async def sell(self, amount_fen: int = 3200, **facts: object) -> Answer:
        """A till reports a purchase; its answer."""
        self.till = self.till or await new_till(self.shop)
        report = PurchaseReport(
            receipt_no=f"R{next(self.numbers)}",
            receipt_seq=None,
            paid_at=self.shop.now(),
            paid_fen=amount_fen,
            lines=[{**LATTE, "amount_fen": amount_fen}],
            member_code=None,
            fingerprint="f",
        )
        recorded = await record_purchase(self.shop, self.till, replace(report, **facts))  # type: ignore[arg-type]
        return recorded.answer

    async def receipt(self, amount_fen: int = 3200) -> str:
        """The token under a purchase the till has reported."""
        token: str = (await self.sell(amount_fen))["claim"]["token"]
        return token

    async def offline_receipt(self, sequence: int, amount_fen: int = 3200) -> str:
        """A token the till made alone: nothing of the purchase is known here yet."""
        self.till = self.till or await new_till(self.shop)
        return sign_receipt(
            Receipt(
                epoch=self.till.epoch,
                till_no=self.till.till_no,
                sequence=sequence,
                minutes=minutes_at(self.shop.now()),
                amount_fen=amount_fen,
            ),
            self.till.key,
            brand=self.shop.rules.brand_code,
            environment=self.shop.environment,
        )


Line = tuple[str, str, list[str]]


def read_script(script: str) -> list[Line]:
    """(speaker, words, further lines of the same reply)."""
    lines: list[Line] = []
    for raw in filter(str.strip, script.splitlines()):
        speaker, mark, words = raw.strip().partition("> ")
        if mark and (speaker in CAST or speaker == ROBOT):
            lines.append((speaker, words, []))
        else:
            lines[-1][2].append(raw.strip())
    return lines


def assert_reads(reply: str, words: str, more: list[str]) -> None:
    if words.endswith("…"):
        assert words[:-1] in reply, f"{words!r} does not stand in {reply!r}"
    else:
        assert reply.splitlines()[0] == words, reply
    for line in more:
        found = line[:-1] in reply if line.endswith("…") else line in reply.splitlines()
        assert found, f"{line!r} does not stand in {reply!r}"


def as_read(content: Content) -> str:
    """As a person reads it: tappable words in 【】, a picture by what it says."""
    if content.kind == "qr":
        return f"（二维码）{content.value}"
    return LINK.sub(r"【\2】", content.value)


def full_width(text: str) -> str:
    """As a Chinese keyboard writes ASCII letters and digits."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


async def new_till(shop: Shop, code: str = "cd01-1") -> Till:
    enrolment = await enrol_till(shop, code)
    return Till(
        till_no=int(str(enrolment["till_no"])),
        code=code,
        store_id=1,
        store_name="春熙路店",
        epoch=int(str(enrolment["epoch"])),
        key=bytes.fromhex(str(enrolment["key"])),
    )


@asynccontextmanager
async def open_shop_under_test(path: Path, clock: MachineClock) -> AsyncIterator[ShopUnderTest]:
    async with open_test_shop(DatabaseAddress(f"sqlite://{path}"), clock=clock, keys=KEYS) as shop:
        wordings = RememberedWordings(load_wordings())
        shop = replace(
            shop,
            phrase=wordings.fill,
            sends_sms=True,
            account_kinds={"main": "service", "mini": "mini"},
            notice_forms=load_notice_forms(),
        )
        parts = Parts(load_settings(ROOT / "config.toml", {}), shop, wordings)
        yield ShopUnderTest(shop, clock, wordings, dispatcher_for(parts))


async def play_the_past(path: Path) -> None:
    """What happened to the cast before the first line of every test."""
    clock = MachineClock(OPENING - AGES_AGO)
    async with open_shop_under_test(path, clock) as shop:
        await become_member(shop, CAST["老赵"], spent_fen=1800)
        clock.now = OPENING - timedelta(days=1)
        await become_member(shop, CAST["小李"], spent_fen=3200)
        for name, (role, store) in STAFF.items():
            await become_staff(shop, name, role, store)


async def become_member(shop: ShopUnderTest, person: Character, *, spent_fen: int) -> None:
    await shop.follows(person.name)
    await shop.hear(person.name, "入会")
    await shop.hear(person.name, "同意")
    await shop.hear(person.name, await shop.receipt(spent_fen))


async def become_staff(shop: ShopUnderTest, name: str, role: Role, store: str) -> None:
    invitation = await invite(shop.shop, role, store)
    await shop.hear(name, f"绑定 {invitation['code']}")


@asynccontextmanager
async def shop_with_a_past(folder: Path, shelf: Path) -> AsyncIterator[ShopUnderTest]:
    """A copy of the database the cast's past is played into once, kept in `shelf`."""
    past = shelf / "past.db"
    if not past.exists():
        await play_the_past(shelf / "rehearsal.db")
        (shelf / "rehearsal.db").rename(past)
    shutil.copy(past, folder / "shop.db")
    async with open_shop_under_test(folder / "shop.db", MachineClock()) as shop:
        yield shop

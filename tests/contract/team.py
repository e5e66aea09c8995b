"""The staff (员工) of an installation: invited, bound, and asked to confirm as people do."""

import asyncio
import itertools
import json
import re
import time
from dataclasses import dataclass

from tests.contract.bench import Bench
from tests.contract.client import Phone

# Role and place, as an owner says them in chat.
PLACES = {
    "manager": "店长 cd01",
    "other manager": "店长 cd02",
    "clerk": "店员 cd01",
    "support": "客服",
    "marketing": "营销",
    "auditor": "审计",
}
ROLES = ("owner", *PLACES)
NONSENSE = "天地玄黄宇宙洪荒"
EFFECTIVE_SECONDS = 5


@dataclass(slots=True)
class Team:
    """One of each role; the same people in every test of an installation."""

    bench: Bench

    def __getitem__(self, role: str) -> Phone:
        phone = self.bench.phone()
        phone.openid = self.bench.shop.staff[role]
        return phone


async def team_of(bench: Bench) -> Team:
    """The owner by the operator's invitation, everybody else by the owner's."""
    staff, team = bench.shop.staff, Team(bench)
    if "owner" not in staff:
        owner = await bench.follower()
        await owner.says(f"绑定 {invited(bench, 'owner')['code']}")
        staff["owner"] = owner.openid
        for role, place in PLACES.items():
            staff[role] = (await hired(bench, team["owner"], place)).openid
    return team


def invited(bench: Bench, role: str, *more: str) -> dict[str, str]:
    """What the operator's command prints."""
    printed: dict[str, str] = json.loads(
        bench.shop.succeed("staff", "invite", "--role", role, *more)
    )
    return printed


async def hired(bench: Bench, owner: Phone, place: str) -> Phone:
    """Somebody new, by the owner's word and a code of their own."""
    told = await confirmed(owner, f"邀请员工 {place}")
    code = re.search(r"绑定 (\S+)", told)
    assert code, told
    phone = await bench.follower()
    assert "绑定成功" in await phone.says(f"绑定 {code[1]}", at=next(bench.turns))
    return phone


async def number_of(owner: Phone, since: set[str]) -> str:
    """The staff number of who came since the list was read."""
    [number] = await staff_numbers(owner) - since
    return number


async def staff_numbers(owner: Phone) -> set[str]:
    return set(re.findall(r"(\d+) 号", await owner.says("员工")))


async def confirmed(asker: Phone, words: str, *, by: Phone | None = None) -> str:
    """Ask, and say the code that the summary shows: oneself, or a second person."""
    code = await code_for(asker, words)
    return await (by or asker).says(f"确认 {code}", at=1)


async def code_for(asker: Phone, words: str) -> str:
    return code_in(await asker.says(words))


def code_in(text: str) -> str:
    found = re.search(r"确认 ([0-9A-Z]{6})", text)
    assert found, text
    return found[1]


async def knows(phone: Phone, words: str, *, at: int = 0) -> bool:
    """Whether it is a word to this person; an unknown one is answered like any nonsense."""
    return await phone.says(words, at=at) != await phone.says(NONSENSE, at=at)


async def until_unknown(bench: Bench, phone: Phone, words: str) -> float:
    """After how many seconds every process has stopped taking it for a word."""
    started = time.monotonic()
    for number in range(bench.shop.process_count):
        while await knows(phone, words, at=number):
            assert time.monotonic() < started + EFFECTIVE_SECONDS, number
            await asyncio.sleep(0.05)
    return time.monotonic() - started


async def member_no_of(phone: Phone) -> str:
    found = re.search(r"会员号 (\d+)", await phone.says("资料"))
    assert found
    return found[1]


async def guest_of(bench: Bench, till: str) -> tuple[Phone, str]:
    """A member who bought there, and the member number."""
    phone = await bench.member()
    sold = await bench.till(till).sell(3200, member_code=await bench.member_code(phone))
    assert sold.status == 201, sold.raw
    member_no = await member_no_of(phone)
    # The picture of the code still comes after its digits.
    await bench.at_rest()
    return phone, member_no


async def queue_of(colleague: Phone) -> set[str]:
    """The numbers of the tickets that wait for this person and others, from every page."""
    numbers: set[str] = set()
    for page in itertools.count(1):
        found = set(re.findall(r">工单 (\d+)<", await colleague.says(f"工单 页 {page}")))
        if found <= numbers:
            break
        numbers |= found
    return numbers


def ticket_in(text: str) -> str:
    found = re.search(r"工单号? ?(\d+)", text)
    assert found, text
    return found[1]

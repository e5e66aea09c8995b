"""A mini-program (小程序) of the brand, as its pages call the mini door."""

from dataclasses import dataclass
from typing import Any

from tests.contract.bench import Bench
from tests.contract.client import Phone


@dataclass(frozen=True, slots=True)
class MiniAnswer:
    status: int
    body: dict[str, Any]


@dataclass(slots=True)
class MiniProgram:
    """In the hands of one person; calls go to one process after the other."""

    bench: Bench
    phone: Phone
    session: str = ""

    async def log_in(self) -> MiniAnswer:
        code = self.bench.wechat.login_code(self.phone.openid)
        answer = await self.post("/mini/login", {"account": "mini", "code": code})
        self.session = answer.body.get("session", "")
        return answer

    async def hand_over(self, number: str) -> MiniAnswer:
        code = self.bench.wechat.number_code(number)
        return await self.post("/mini/phone", {"code": code})

    async def post(self, path: str, body: dict[str, str]) -> MiniAnswer:
        url = self.bench.shop.urls[next(self.bench.turns) % self.bench.shop.process_count]
        headers = {"Authorization": f"Bearer {self.session}"} if self.session else {}
        async with self.bench.session.post(url + path, json=body, headers=headers) as answer:
            return MiniAnswer(answer.status, await answer.json())

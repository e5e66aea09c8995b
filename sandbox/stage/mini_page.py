"""A page of the mini-program (小程序页面): one that has the button 授权手机号, and tells what came.

Its calls are those of `wx.login`, `getPhoneNumber` and `wx.request`, to the shop's mini door.
"""

from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from sandbox.acts import Talk
from sandbox.api.login_codes import issue_code
from sandbox.stage.doing import AccountWish
from sandbox.stage.door import StageFault, phone_of, talk_of, told, wish_of
from sandbox.wording import say

PATIENCE = ClientTimeout(total=8)
Answer = tuple[int, dict[str, Any]]


async def share_number(request: web.Request) -> web.Response:
    """What the shop answered stands in the mini-program's chat as a tip."""
    wish = await wish_of(request, AccountWish)
    talk = talk_of(request, wish.account)
    if not talk.account.is_mini:
        raise StageFault(409, "only a mini-program has this button")
    phone_id = phone_of(request).id
    try:
        status, answer = await _calls(talk, phone_id)
    except (ClientError, TimeoutError, OSError) as fault:
        raise StageFault(502, f"the shop was not reached: {type(fault).__name__}") from None
    talk.world.add_message(talk.contact, "system", "tip", text=_words(answer))
    return told({"status": status, "answer": answer})


async def _calls(talk: Talk, phone_id: str) -> Answer:
    door = f"{talk.world.config.shuke.url}/mini"
    names = [
        issue_code(talk.world, talk.account, purpose=purpose, phone_id=phone_id)
        for purpose in ("login", "phone")
    ]
    async with ClientSession(timeout=PATIENCE) as session:
        login = {"account": talk.account.name, "code": names[0]}
        status, answer = await _post(session, f"{door}/login", login, {})
        if status != 200:
            return status, answer
        bearer = {"Authorization": f"Bearer {answer['session']}"}
        return await _post(session, f"{door}/phone", {"code": names[1]}, bearer)


async def _post(
    session: ClientSession, url: str, body: dict[str, str], headers: dict[str, str]
) -> Answer:
    async with session.post(url, json=body, headers=headers) as response:
        return response.status, await response.json()


def _words(answer: dict[str, Any]) -> str:
    error = answer.get("error")
    if isinstance(error, dict):
        return str(error.get("message", ""))
    if answer.get("verified"):
        return say("number_verified", phone=str(answer["phone"]))
    return str(answer.get("message") or error or "")

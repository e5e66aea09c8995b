"""The mini door (小程序接口) /mini: sessions, strict JSON, and how errors look.

wx.request sends no cookies: a call carries its session as a bearer token, so no other page can
make it by itself.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.web import BadJson, JsonFault, json_answer, new_request_id, read_body, read_strict_json
from handlers.mini.calls import MiniCall, Told, post_login, post_logout, post_phone, post_view
from handlers.mini.codes import MiniPlatform, PlatformBusy
from loyalty.person import Person
from loyalty.refusals import Refusal
from services.people.mini_sessions import person_of_session
from services.shop import Shop

log = logging.getLogger(__name__)

LARGEST_BODY_KB = 4
LONGEST_TEXT = 256
BEARER = "Bearer "
NO_STORE = {"Cache-Control": "no-store"}

SessionCall = Callable[[Shop, MiniPlatform, MiniCall, Person], Awaitable[Told]]
# Path: the call, and the texts its body holds, no more and no less.
SESSION_CALLS: dict[str, tuple[SessionCall, tuple[str, ...]]] = {
    "/mini/phone": (post_phone, ("code",)),
    "/mini/view": (post_view, ("what", "name")),
    "/mini/logout": (post_logout, ()),
}


class MiniDoor:
    def __init__(
        self,
        shop: Shop,
        platform: MiniPlatform,
        *,
        is_outage: Callable[[BaseException], bool],
    ) -> None:
        self._shop = shop
        self._platform = platform
        self._is_outage = is_outage

    def add_to(self, app: web.Application) -> None:
        app.router.add_post("/mini/login", self._login)
        for path, (call, names) in SESSION_CALLS.items():
            app.router.add_post(path, self._handler(call, names))
        # Whatever it is, also with a line break in it: errors are JSON here.
        app.router.add_route("*", r"/mini/{unknown:[\s\S]*}", self._not_found)

    async def _login(self, request: web.Request) -> web.Response:
        async def answer() -> Told:
            call = await _read_call(request, ("account", "code"))
            await self._shop.keep_up()
            return await post_login(self._shop, self._platform, call)

        return await self._guarded(answer)

    def _handler(
        self, session_call: SessionCall, names: tuple[str, ...]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            async def answer() -> Told:
                person = await person_of_session(self._shop, _token(request))
                call = await _read_call(request, names)
                await self._shop.keep_up()
                return await session_call(self._shop, self._platform, call, person)

            return await self._guarded(answer)

        return handle

    async def _guarded(self, answer: Callable[[], Awaitable[Told]]) -> web.Response:
        request_id = new_request_id()
        try:
            return json_answer(await answer(), headers=NO_STORE)
        except JsonFault as fault:
            return fault.response(request_id)
        except Refusal as refusal:
            log.info("refused", extra={"facts": {"wording": refusal.wording}})
            message = self._shop.phrase(refusal.wording, refusal.facts)
            return JsonFault(refusal.status, message).response(request_id)
        except PlatformBusy:
            return JsonFault(503, "WeChat does not answer: send it again").response(request_id)
        except Exception as error:
            log.exception("mini_request_failed", extra={"facts": {"request_id": request_id}})
            reason = "the database is away" if self._is_outage(error) else "this failed here"
            return JsonFault(503, f"{reason}: send it again").response(request_id)

    async def _not_found(self, request: web.Request) -> web.Response:
        return JsonFault(404, "there is no such call").response(new_request_id())


def _token(request: web.Request) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix(BEARER) if header.startswith(BEARER) else ""


async def _read_call(request: web.Request, names: tuple[str, ...]) -> MiniCall:
    try:
        content = read_strict_json(await read_body(request, most_kb=LARGEST_BODY_KB))
    except BadJson as bad:
        raise JsonFault(400, str(bad)) from None
    return MiniCall(_texts(content, names), request.remote or "")


def _texts(content: Any, names: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(content, dict) or set(content) != set(names):
        wanted = " and ".join(names) or "nothing"
        raise JsonFault(400, f"the body must be an object with {wanted} in it")
    for name, text in content.items():
        if (
            not isinstance(text, str)
            or not text.isprintable()
            or not 1 <= len(text) <= LONGEST_TEXT
        ):
            raise JsonFault(400, f"{name} must be a text of 1 to {LONGEST_TEXT} characters")
    return content

"""Mass sends (高级群发): one call that says the same to many, and tags to send by (4.7).

wechatpy's own builder sends by the old `group_id`; these bodies are ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.delivery_errors import DeliveryUncertain
from bot.wechat import WeChatGateway
from bot.wechat_http import Answer

FEWEST, MOST = 2, 10_000
MOST_TAGGED = 50
EVERYBODY = None


@dataclass(frozen=True, slots=True)
class MassContent:
    """Text, or a picture that the platform holds."""

    kind: str
    value: str

    def as_body(self) -> dict[str, Any]:
        if self.kind == "text":
            return {"msgtype": "text", "text": {"content": self.value}}
        return {"msgtype": "image", "images": {"media_ids": [self.value]}}


async def mass_send(
    gateway: WeChatGateway, openids: Sequence[str], content: MassContent, *, key: str
) -> str | None:
    """The platform's id of a job that was submitted, not finished; the key lives 24 hours."""
    assert FEWEST <= len(openids) <= MOST, len(openids)
    body = {"touser": list(openids), **content.as_body(), **_options(key)}
    return _job_id(await gateway.post("/cgi-bin/message/mass/send", body))


async def mass_send_all(
    gateway: WeChatGateway, tag_id: int | None, content: MassContent, *, key: str
) -> str | None:
    """To everybody with a tag, or to everybody: how subscription accounts send."""
    to_all = tag_id is EVERYBODY
    target = {"is_to_all": to_all, **({} if to_all else {"tag_id": tag_id})}
    body = {"filter": target, **content.as_body(), **_options(key)}
    return _job_id(await gateway.post("/cgi-bin/message/mass/sendall", body))


async def mass_state(gateway: WeChatGateway, platform_id: str) -> str:
    """SEND_SUCCESS, SENDING, SEND_FAIL or DELETE."""
    answer = await gateway.post("/cgi-bin/message/mass/get", {"msg_id": platform_id})
    return str(_told(answer, "msg_status"))


async def mass_delete(gateway: WeChatGateway, platform_id: str) -> None:
    """Only articles and films can be taken back."""
    await gateway.post("/cgi-bin/message/mass/delete", {"msg_id": platform_id})


async def mass_preview(gateway: WeChatGateway, openid: str, content: MassContent) -> None:
    body = content.as_body()
    if content.kind != "text":
        body = {"msgtype": "image", "image": {"media_id": content.value}}
    await gateway.post("/cgi-bin/message/mass/preview", {"touser": openid, **body})


async def create_tag(gateway: WeChatGateway, name: str) -> int:
    answer = await gateway.post("/cgi-bin/tags/create", {"tag": {"name": name}})
    return int(_told(answer, "tag")["id"])


async def tag_people(gateway: WeChatGateway, tag_id: int, openids: Sequence[str]) -> None:
    """At most `MOST_TAGGED` of them."""
    await gateway.client.tag.tag_user(tag_id, list(openids))


async def untag_people(gateway: WeChatGateway, tag_id: int, openids: Sequence[str]) -> None:
    """At most `MOST_TAGGED` of them."""
    await gateway.client.tag.untag_user(tag_id, list(openids))


async def tags_of(gateway: WeChatGateway) -> dict[int, str]:
    """All tags of the account by their number."""
    tags = await gateway.client.tag.get()
    return {int(tag["id"]): str(tag["name"]) for tag in tags}


async def delete_tag(gateway: WeChatGateway, tag_id: int) -> None:
    await gateway.client.tag.delete(tag_id)


def _options(key: str) -> Mapping[str, Any]:
    return {"send_ignore_reprint": 0, "clientmsgid": key}


def _job_id(answer: Answer) -> str | None:
    found = None if isinstance(answer, bytes) else answer.get("msg_id")
    return str(found) if found else None


def _told(answer: Answer, name: str) -> Any:
    if isinstance(answer, bytes) or not answer.get(name):
        raise DeliveryUncertain(f"no_{name}")
    return answer[name]

"""送达回执: WeChat's pushes of what became of templates and mass sends."""

import pytest

from bot.markup import Fields
from bot.pushes import PushBody
from bot.pushes.reports import REPORT_READERS
from handlers.member import sent_reports
from storage.sql import change, rows
from tests.shop import ShopUnderTest


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_reports, "OVERTAKEN_SECONDS", 0)


def event(kind: str, **fields: str) -> PushBody:
    """As it comes over the wire."""
    read: Fields = dict(fields)
    return REPORT_READERS[kind](read)


async def pushed(shop: ShopUnderTest, body: PushBody, *, name: str = "小李") -> None:
    await shop.receive(shop.push(name, body, is_message=False))


async def a_message(shop: ShopUnderTest, number: str) -> None:
    person = shop.push("小李", event("templatesendjobfinish", MsgID="0"))
    await change(
        "INSERT INTO outbox (key, account, openid, class, lane, content, state, due_at, created_at,"
        " channel, platform_id) VALUES ($1, 'main', $2, 'service', 1, '', 'sent', 0, 0,"
        " 'template', $1)",
        number,
        person.openid,
    )


async def states() -> dict[str, str | None]:
    found = await rows("SELECT key, reason FROM outbox WHERE channel = 'template'")
    return {line["key"]: line["reason"] for line in found}


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("success", None),
        ("failed:user block", "user_block"),
        ("failed: system failed", "system_failed"),
    ],
)
async def test_the_end_of_a_template_message(
    shop_under_test: ShopUnderTest, status: str, reason: str | None
) -> None:
    for number in ("7", "8"):
        await a_message(shop_under_test, number)
    body = event("templatesendjobfinish", MsgID="8", Status=status)
    await pushed(shop_under_test, body)
    assert await states() == {"7": None, "8": reason}


async def test_the_end_of_a_mass_send(shop_under_test: ShopUnderTest) -> None:
    await change(
        "INSERT INTO broadcasts (key, state, audience, filter, content, topic, people, created_at)"
        " VALUES ('b', 'finished', '全部', '{}', '{}', 'offers', 2, 1)"
    )
    await change(
        "INSERT INTO mass_batches (key, broadcast_id, account, state, people, platform_id, worker,"
        " created_at) SELECT 'm', MAX(id), 'main', 'sent', 2, '99', 'w', 1 FROM broadcasts"
    )
    counts = {"TotalCount": "2", "FilterCount": "2", "SentCount": "1", "ErrorCount": "1"}
    await pushed(
        shop_under_test, event("masssendjobfinish", MsgID="99", Status="err(20013)", **counts)
    )
    [batch] = await rows("SELECT state, reason, counts FROM mass_batches")
    assert (batch["state"], batch["reason"]) == ("failed", "mass_20013")
    assert batch["counts"] == '{"total": 2, "filter": 2, "sent": 1, "error": 1}'


async def test_a_job_of_somebody_elses_is_nobodys_concern(shop_under_test: ShopUnderTest) -> None:
    await pushed(shop_under_test, event("masssendjobfinish", MsgID="1", Status="send success"))
    assert await rows("SELECT 1 AS one FROM mass_batches") == []

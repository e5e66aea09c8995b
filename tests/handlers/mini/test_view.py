"""Views of the mini-program: kept of who agreed to marketing, once a day, where a campaign asks."""

from services.campaigns.engine import run_cues
from storage.sql import rows
from tests.handlers.mini.programme import NAME, Programme, Told
from tests.outbox import notices
from tests.services.campaigning import HELLO, effects, load_campaign


async def looks(programme: Programme, what: str = "sku", name: str = "latte") -> Told:
    return await programme.post("/mini/view", {"what": what, "name": name})


async def a_member_looks(programme: Programme, *, word: str) -> Told:
    await load_campaign(programme.shop.shop, trigger="viewed:2d", actions=HELLO)
    for words in ("入会", word):
        await programme.shop.hear(NAME, words)
    await programme.log_in()
    return await looks(programme)


async def test_a_look_without_buying_is_followed_by_one_offer(programme: Programme) -> None:
    assert (await a_member_looks(programme, word="同意并订阅")).body == {"noted": True}
    assert (await looks(programme)).body == {"noted": False}
    found = []
    for _ in range(3):
        programme.shop.clock.pass_time(days=1)
        await run_cues(programme.shop.shop)
        found.append(await effects())
    assert found == [[], ["treated"], ["treated"]]
    [offer] = await notices("campaigns/said")
    assert offer["class"] == "promotion"


async def test_whoever_has_bought_it_meanwhile_gets_no_offer(programme: Programme) -> None:
    await a_member_looks(programme, word="同意并订阅")
    await programme.shop.hear(NAME, await programme.shop.receipt())
    programme.shop.clock.pass_time(days=3)
    await run_cues(programme.shop.shop)
    assert await effects() == []


async def test_of_who_did_not_agree_to_marketing_nothing_is_kept(programme: Programme) -> None:
    assert (await a_member_looks(programme, word="同意")).body == {"noted": False}
    assert await rows("SELECT 1 FROM product_views") == []


async def test_where_no_campaign_asks_nothing_is_kept(programme: Programme) -> None:
    for words in ("入会", "同意并订阅"):
        await programme.shop.hear(NAME, words)
    await programme.log_in()
    assert (await looks(programme)).body == {"noted": False}


async def test_a_look_at_something_else_is_no_call(programme: Programme) -> None:
    await programme.log_in()
    told = await looks(programme, what="page")
    assert (told.status, told.error) == (400, "bad_request")

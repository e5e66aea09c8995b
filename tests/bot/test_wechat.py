"""The gateway to WeChat against a pretend platform: tokens, one retry, and what outcomes prove."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer

from bot import wechat_http
from bot.accounts import Account
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.wechat import PlatformUser, QrTicket, WeChatGateway
from tests.bot.fake_wechat import FakePlatform, MemoryTokens
from tests.bot.wire import MINI, OPENID, SAFE

SEND = "/cgi-bin/message/custom/send"
TOKEN = "/cgi-bin/stable_token"


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
async def api_base(platform: FakePlatform) -> AsyncIterator[str]:
    async with TestServer(platform.app()) as server:
        yield str(server.make_url("")).rstrip("/")


def gateway_of(
    session: ClientSession,
    api_base: str,
    *,
    account: Account = SAFE,
    store: MemoryTokens | None = None,
) -> WeChatGateway:
    tokens = store or MemoryTokens()
    return WeChatGateway(
        account, session, api_base=api_base, tokens=tokens, now_seconds=lambda: 1_000_000.0
    )


@pytest.fixture
async def gateway(session: ClientSession, api_base: str) -> AsyncIterator[WeChatGateway]:
    gateway = gateway_of(session, api_base)
    yield gateway
    await gateway.close()


async def test_twenty_sends_share_one_token_fetch(gateway, platform):
    await asyncio.gather(*(gateway.send_text(OPENID, "积分") for _ in range(20)))
    assert platform.fetches() == 1
    assert platform.paths().count(SEND) == 20


async def test_after_an_invalidation_exactly_one_more_token_is_fetched(gateway, platform):
    await gateway.send_text(OPENID, "积分")
    platform.token_number = 2
    await asyncio.gather(*(gateway.send_text(OPENID, "积分") for _ in range(20)))
    assert platform.fetches() == 2
    assert platform.paths().count(SEND) <= 1 + 2 * 20


async def test_two_processes_fetch_one_token_for_each_generation(session, api_base, platform):
    store = MemoryTokens()
    gateways = [gateway_of(session, api_base, store=store) for _ in range(2)]
    for generation in (1, 2):
        platform.token_number = generation
        await asyncio.gather(*(g.send_text(OPENID, "a") for g in gateways for _ in range(10)))
        assert platform.fetches() == generation


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_token_that_is_always_refused_ends_this_call_after_one_retry(
    gateway, platform, errcode
):
    platform.answers[SEND] = {"errcode": errcode, "errmsg": "invalid"}
    with pytest.raises(DeliveryFailed) as caught:
        await gateway.send_text(OPENID, "a")
    assert caught.value.kind == "try_again"
    assert platform.paths() == [TOKEN, SEND, TOKEN, SEND]


async def test_the_token_is_asked_for_in_normal_mode_only(gateway, platform):
    platform.answers[SEND] = {"errcode": 40001, "errmsg": "invalid"}
    with pytest.raises(DeliveryFailed):
        await gateway.send_text(OPENID, "a")
    wishes = [call.data for call in platform.calls if call.path == TOKEN]
    assert [wish["force_refresh"] for wish in wishes] == [False, False]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"errcode": 40001, "errmsg": "invalid secret"}, "stop"),
        ({"errcode": 40125, "errmsg": "invalid appsecret"}, "stop"),
        ({"errcode": 40164, "errmsg": "invalid ip 1.2.3.4, not in whitelist"}, "stop"),
        ({"errcode": 999999, "errmsg": "never heard of"}, "stop"),
        ({"errcode": -1, "errmsg": "system error"}, "try_again"),
        ({"errcode": 45011, "errmsg": "api minute-quota reach limit"}, "try_again"),
        ({"expires_in": 7200}, "try_again"),
        (web.Response(status=502, text="<html>"), "try_again"),
        (web.Response(text="<html>"), "try_again"),
        (None, "try_again"),
    ],
)
async def test_without_a_token_the_message_was_certainly_not_sent(gateway, platform, answer, kind):
    platform.answers[TOKEN] = answer
    with pytest.raises(DeliveryFailed) as caught:
        await gateway.send_text(OPENID, "a")
    assert (caught.value.kind, caught.value.mark) == (kind, None)
    assert platform.paths() == [TOKEN]


async def test_a_text_leaves_as_raw_utf8_json(gateway, platform):
    await gateway.send_text(OPENID, "您有 5 积分😀")
    call = platform.calls[-1]
    assert "您有 5 积分😀".encode() in call.body
    assert b"\\u" not in call.body
    assert call.content_type == "application/json; charset=utf-8"
    assert call.data == {
        "touser": OPENID,
        "msgtype": "text",
        "text": {"content": "您有 5 积分😀"},
    }


@pytest.mark.parametrize(
    ("errcode", "kind", "mark"),
    [
        (45009, "stop", None),
        (45015, "permanent", "window_closed"),
        (45047, "permanent", "allowance_used"),
        (43004, "permanent", "not_subscribed"),
        (-1, "try_again", None),
    ],
)
async def test_a_refusal_is_told_apart_and_not_repeated(gateway, platform, errcode, kind, mark):
    platform.answers[SEND] = {"errcode": errcode, "errmsg": "no"}
    with pytest.raises(DeliveryFailed) as caught:
        await gateway.send_text(OPENID, "a")
    failed = caught.value
    assert (failed.kind, failed.mark, failed.errcode) == (kind, mark, errcode)
    assert platform.paths().count(SEND) == 1


@pytest.mark.parametrize(
    "answer",
    [
        None,
        web.Response(status=500),
        web.Response(status=502, text="<html>bad gateway</html>"),
        web.Response(text="<html>a portal</html>", content_type="text/html"),
        web.Response(text=""),
        web.Response(text="[1]"),
        web.Response(text='{"errcode": "x"}'),
        web.Response(status=302, headers={"Location": "/elsewhere"}),
    ],
    ids=["cut", "500", "502", "portal", "empty", "list", "odd code", "redirect"],
)
async def test_an_outcome_without_proof_is_uncertain_and_not_repeated(gateway, platform, answer):
    platform.answers[SEND] = answer
    with pytest.raises(DeliveryUncertain):
        await gateway.send_text(OPENID, "a")
    assert platform.paths().count(SEND) == 1


async def test_a_time_out_after_sending_is_uncertain(gateway, platform, monkeypatch):
    await gateway.send_text(OPENID, "first")
    monkeypatch.setattr(wechat_http, "TIMEOUT", ClientTimeout(total=0.1))
    platform.hangs = asyncio.Event()
    with pytest.raises(DeliveryUncertain):
        await gateway.send_text(OPENID, "second")
    platform.hangs.set()


async def test_a_refused_connection_may_be_tried_again(session):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gateway = gateway_of(session, f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(DeliveryFailed) as caught:
            await gateway.send_text(OPENID, "a")
    assert caught.value.kind == "try_again"


@pytest.mark.parametrize(("status", "kind"), [(404, "stop"), (403, "stop"), (429, "try_again")])
async def test_a_refusal_of_the_address_itself_is_certain(gateway, platform, status, kind):
    platform.answers[SEND] = web.Response(status=status, text="<html>")
    with pytest.raises(DeliveryFailed) as caught:
        await gateway.send_text(OPENID, "a")
    assert caught.value.kind == kind


async def test_neither_token_nor_secret_shows_in_an_error(gateway, platform):
    platform.answers[SEND] = None
    with pytest.raises(DeliveryUncertain) as caught:
        await gateway.send_text(OPENID, "a")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "token" not in str(caught.value)


async def test_an_uploaded_picture_gives_its_media_id(gateway, platform):
    platform.answers["/cgi-bin/media/upload"] = {"type": "image", "media_id": "m1"}
    assert await gateway.upload_image(b"\x89PNG", "qr.png") == "m1"
    call = platform.calls[-1]
    assert call.query["type"] == "image"
    assert b'name="media"; filename="qr.png"' in call.body
    assert b"image/png" in call.body


async def test_an_upload_survives_a_stale_token(gateway, platform):
    await gateway.send_text(OPENID, "a")
    platform.token_number = 2
    with pytest.raises(DeliveryUncertain, match="no_media_id"):
        await gateway.upload_image(b"\x89PNG", "qr.png")
    assert platform.calls[-1].query["access_token"] == "token-2"
    assert b"\x89PNG" in platform.calls[-1].body


async def test_a_picture_is_sent_by_its_media_id(gateway, platform):
    await gateway.send_image(OPENID, "m1")
    wish = {"touser": OPENID, "msgtype": "image", "image": {"media_id": "m1"}}
    assert platform.calls[-1].data == wish


@pytest.mark.parametrize(
    ("seconds", "action"), [(600, "QR_STR_SCENE"), (None, "QR_LIMIT_STR_SCENE")]
)
async def test_a_code_with_a_scene_is_made(gateway, platform, seconds, action):
    platform.answers["/cgi-bin/qrcode/create"] = {"ticket": "T", "url": "http://weixin.qq.com/q/1"}
    ticket = await gateway.create_qr("r/abc", seconds)
    assert ticket == QrTicket("T", "http://weixin.qq.com/q/1", seconds)
    wish = platform.calls[-1].data
    assert wish["action_name"] == action
    assert wish.get("expire_seconds") == seconds
    assert wish["action_info"] == {"scene": {"scene_str": "r/abc"}}


async def test_a_follower_is_looked_up(gateway, platform):
    platform.answers["/cgi-bin/user/info"] = {
        "subscribe": 1, "openid": OPENID, "subscribe_time": 7, "unionid": "u",
        "subscribe_scene": "ADD_SCENE_QR_CODE", "qr_scene": 0, "qr_scene_str": "r",
    }  # fmt: skip
    user = await gateway.get_user(OPENID)
    assert user == PlatformUser(OPENID, True, "u", 7, "ADD_SCENE_QR_CODE", "r")


async def test_one_who_does_not_follow_is_known_by_openid_only(gateway, platform):
    platform.answers["/cgi-bin/user/info"] = {"subscribe": 0, "openid": OPENID}
    assert await gateway.get_user(OPENID) == PlatformUser(OPENID, False, None, None, "", "")


async def test_a_menu_is_set_without_escapes(gateway, platform):
    await gateway.create_menu({"button": [{"type": "click", "name": "积分", "key": "points"}]})
    assert platform.calls[-1].path == "/cgi-bin/menu/create"
    assert "积分".encode() in platform.calls[-1].body


async def test_a_login_code_gives_the_openid_without_any_token(gateway, platform):
    platform.answers["/sns/oauth2/access_token"] = {"openid": OPENID, "access_token": "a"}
    assert await gateway.exchange_oauth_code("c") == OPENID
    assert platform.paths() == ["/sns/oauth2/access_token"]
    assert platform.calls[-1].query == {
        "appid": SAFE.appid, "secret": SAFE.secret, "code": "c", "grant_type": "authorization_code",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "mark"),
    [
        ({"openid": OPENID, "is_snapshotuser": 1}, "snapshot_user"),
        ({"errcode": 40029, "errmsg": "invalid code"}, None),
        ({"errcode": 40163, "errmsg": "code been used"}, None),
    ],
)
async def test_a_bad_login_code_and_a_made_up_person_are_refused(gateway, platform, answer, mark):
    platform.answers["/sns/oauth2/access_token"] = answer
    with pytest.raises(DeliveryFailed) as caught:
        await gateway.exchange_oauth_code("c")
    assert (caught.value.kind, caught.value.mark) == ("permanent", mark)


@pytest.mark.parametrize(
    ("account", "path"),
    [(SAFE, "/cgi-bin/message/custom/typing"), (MINI, "/cgi-bin/message/custom/business/typing")],
)
async def test_typing_is_shown_and_its_rules_are_no_fault(
    session, api_base, platform, account, path
):
    platform.answers[path] = {"errcode": 45081, "errmsg": "already typing"}
    await gateway_of(session, api_base, account=account).typing(OPENID)
    assert platform.calls[-1].data == {"touser": OPENID, "command": "Typing"}


async def test_a_mass_send_already_accepted_counts_as_accepted(gateway, platform):
    platform.answers["/cgi-bin/message/mass/sendall"] = {
        "errcode": 45065,
        "msg_id": 3717005636572528642,
    }
    answer = await gateway.client.post("message/mass/sendall", data={"clientmsgid": "c1"})
    assert answer["msg_id"] == 3717005636572528642


async def test_builders_outside_the_usual_path_are_sent_to_our_base_too(gateway, platform):
    await gateway.client.customservice.get_session(OPENID)
    assert platform.paths()[-1] == "/customservice/kfsession/getsession"
    platform.answers["/card/get"] = {"card": {"card_type": "GIFT"}}
    await gateway.client.card.get("p1")
    assert platform.paths()[-1] == "/card/get"


async def test_no_builder_reaches_another_host(gateway):
    with pytest.raises(ValueError, match="not an address of the platform"):
        await gateway.client.get("https://mp.weixin.qq.com/cgi-bin/showqrcode")


async def test_a_file_is_given_as_it_came(gateway, platform):
    platform.answers["/cgi-bin/media/get"] = web.Response(
        body=b"\xff\xd8", content_type="image/jpeg"
    )
    assert await gateway.client.media.download("m1") == b"\xff\xd8"


async def test_an_expired_file_is_a_refusal_though_a_file_was_asked_for(gateway, platform):
    platform.answers["/cgi-bin/media/get"] = web.Response(
        text='{"errcode":40007,"errmsg":"invalid media_id"}', content_type="text/plain"
    )
    with pytest.raises(DeliveryFailed, match="40007"):
        await gateway.client.media.download("m1")


async def test_a_trailing_slash_of_the_base_does_no_harm(session, api_base, platform):
    await gateway_of(session, api_base + "/", account=replace(SAFE)).send_text(OPENID, "a")
    assert platform.paths() == [TOKEN, SEND]


MEDIA = "/cgi-bin/media/get"


async def test_a_picture_is_read_up_to_its_size_and_no_further(gateway, platform):
    platform.answers[MEDIA] = web.Response(body=b"\xff\xd8\xff", content_type="image/jpeg")
    assert await gateway.get_media("m1", most_bytes=3) == b"\xff\xd8\xff"
    platform.answers[MEDIA] = web.Response(body=b"\xff" * 4, content_type="image/jpeg")
    with pytest.raises(DeliveryFailed) as failed:
        await gateway.get_media("m1", most_bytes=3)
    assert (failed.value.kind, failed.value.mark) == ("permanent", "too_large")


async def test_the_address_of_a_film_is_not_followed(gateway, platform):
    platform.answers[MEDIA] = {"video_url": "http://169.254.169.254/"}
    with pytest.raises(DeliveryFailed) as failed:
        await gateway.get_media("../m1", most_bytes=99)
    assert failed.value.mark == "no_file"
    assert platform.calls[-1].query["media_id"] == "../m1"
    assert platform.paths()[-1] == MEDIA

"""越权: people and tills that ask for what is not theirs, or trick staff into it (B50 to B58).

Each refusal leaves everything as it was; only the audit trail may have grown.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from loyalty.staff import Role
from services.org.invitations import invite
from storage.sql import rows
from tests.handlers.pages.street import Street, open_street
from tests.handlers.pos.counter import PURCHASES, Counter, error_of, open_counter
from tests.handlers.pos.test_purchases import code_of
from tests.handlers.pos.test_quotes import LINE, quote
from tests.handlers.pos.test_wallet import end, hold, top_up
from tests.handlers.staff.refusing import everything, refused
from tests.handlers.staff.test_counter import coupon_code_of
from tests.shop import ShopUnderTest, become_staff, full_width

UNKNOWN = "没有听懂。可以发送："
NO_SUCH_CODE = "没有等着这个确认码的事，可能已过期，请重新发起。"


@pytest.fixture
async def counter(shop_under_test: ShopUnderTest) -> AsyncIterator[Counter]:
    async with open_counter(shop_under_test) as counter:
        yield counter


@pytest.fixture
async def street(shop_under_test: ShopUnderTest) -> AsyncIterator[Street]:
    async with open_street(shop_under_test) as street:
        yield street


async def first_lines(shop: ShopUnderTest, name: str, *texts: str) -> list[str]:
    return [(await shop.hear(name, text))[0].splitlines()[0] for text in texts]


# B50: what is another's.


async def test_b50_a_quote_of_another_till_is_not_found(counter: Counter) -> None:
    quoted = (await quote(counter)).body["quote_id"]
    before = await everything(counter.shop)
    basket = counter.basket(6000) | {"lines": [LINE], "quote_id": quoted}
    said = await counter.report(basket, path=PURCHASES, till="cd01-2")
    assert error_of(said) == (404, "not_found")
    assert await everything(counter.shop) == before


@pytest.mark.parametrize("how", ["capture", "void"])
async def test_b50_a_hold_of_another_till_is_not_found(counter: Counter, how: str) -> None:
    await top_up(counter)
    hold_id = (await hold(counter)).body["hold_id"]
    before = await everything(counter.shop)
    for number in (hold_id, int(hold_id) + 1):
        assert error_of(await end(counter, number, how, {}, till="cd01-2")) == (404, "not_found")
    assert await everything(counter.shop) == before


@pytest.mark.parametrize(
    "extra",
    [
        {"points_earned": 9999},
        {"member": {"tier": "gold"}},
        {"member_no": "80000011"},
        {"member_id": 1},
        {"role": "owner"},
        {"points_balance": 1},
        {"store_id": 2},
    ],
)
async def test_b50_no_field_gives_what_only_rules_give(
    counter: Counter, extra: dict[str, Any]
) -> None:
    before = await everything(counter.shop)
    said = await counter.report(counter.basket() | extra)
    assert error_of(said) == (400, "bad_request")
    assert await everything(counter.shop) == before


async def test_b50_a_coupon_of_somebody_else_takes_nothing_off(counter: Counter) -> None:
    theirs = await coupon_code_of(counter.shop, "小李")
    code = await code_of(counter, "老赵")
    before = await everything(counter.shop)
    told = await quote(counter, member_code=code, coupon_codes=[theirs])
    assert told.body["payable_fen"] == 6000
    assert [line["reason"] for line in told.body["unused"] if line["code"] == theirs] == ["unknown"]
    after = await everything(counter.shop)
    assert {name for name in before if after[name] != before[name]} == {"quotes"}


async def test_b50_nobody_gives_away_what_another_has(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    theirs = await coupon_code_of(shop, "小李")
    made_up = await first_lines(shop, "老赵", "送券 AAAAAAAAAAAA", "撤回 AAAAAAAAAAAA")
    before = await everything(shop)
    assert await first_lines(shop, "老赵", f"送券 {theirs}", f"撤回 {theirs}") == made_up
    assert await everything(shop) == before


async def test_b50_a_ticket_of_somebody_else_is_one_nobody_has(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear("小李", "反馈 咖啡凉了")
    (ticket,) = await rows("SELECT id FROM tickets")
    before = await everything(shop)
    for form in ("工单 {}", "补充 {} 还是凉的", "评价 {} 5", "重开 {}"):
        theirs = await shop.hear("老赵", form.format(ticket["id"]))
        nobodys = await shop.hear("老赵", form.format(987654))
        assert theirs == [text.replace("987654", str(ticket["id"])) for text in nobodys]
    assert await everything(shop) == before


@pytest.mark.parametrize(
    "path", ["/r/{}", "/g/{}", "/g/{}.png", "/d/{}", "/d/{}/my-data.json", "/d/{}/..%2fkeys.toml"]
)
@pytest.mark.parametrize("token", ["1", "A" * 43, "AAAAAAAAAAAAAAAA", "..%2f..%2fadmin"])
async def test_b50_a_link_nobody_was_given_opens_nothing(
    street: Street, path: str, token: str
) -> None:
    before = await everything(street.shop)
    assert (await street.open(path.format(token))).status == 404
    assert await everything(street.shop) == before


# B51, B52: a login belongs to one browser, once; more in tests/handlers/pages/test_login.py.


async def test_b51_a_way_back_in_another_browser_takes_nothing(street: Street) -> None:
    token = await street.shop.receipt()
    way = await street.way_back("小李", token, street.browser())
    before = await everything(street.shop)
    assert (await street.open(way, street.browser())).status == 400
    assert await everything(street.shop) == before


# B53: staff words from people who are not, or not here, or no more.


async def test_b53_a_staff_word_of_a_stranger_is_unknown_and_keeps_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    words = [f"{word} 1 2" for word in shop.dispatcher.table.staff_words]
    unknown = await first_lines(shop, "小李", "你说什么")
    before = await shop.holdings()
    for word in words:
        said = await first_lines(shop, "小李", word)
        if said != unknown:
            assert word.split()[0] in shop.dispatcher.table.commands, word
    assert (await shop.holdings())["audit_log"] == before["audit_log"]
    assert (await shop.holdings())["confirmations"] == before["confirmations"]


async def test_b53_a_stopped_clerk_is_a_stranger_whose_tries_are_kept(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    (number,) = await rows("SELECT id FROM staff WHERE role = 'clerk'")
    await shop.hear("店员小陈", "你说什么")
    for words in (f"停用 {number['id']}", "确认 ※"):
        await shop.hear("老板", words)
    before = await everything(shop)
    assert await first_lines(shop, "店员小陈", "小票 12", "查会员 80000011") == [UNKNOWN] * 2
    assert await everything(shop) == before
    assert await refused() == ["refused.word"] * 2


async def test_b53_what_was_asked_before_being_stopped_is_not_done(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", "小票 12")
    await rows("UPDATE staff SET state = 'stopped' WHERE role = 'clerk'")
    before = await everything(shop)
    assert await first_lines(shop, "店员小陈", "确认 ※") == [UNKNOWN]
    assert {**await everything(shop), "last_told": []} == {**before, "last_told": []}


@pytest.mark.parametrize(("role", "store"), [(Role.CLERK, "cd02"), (Role.SUPPORT, "")])
async def test_b53_what_was_asked_in_another_role_is_not_done(
    shop_under_test: ShopUnderTest, role: Role, store: str
) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", "小票 12")
    code = shop.last_code
    await become_staff(shop, "店员小陈", role, store)
    before = await everything(shop)
    assert await first_lines(shop, "店员小陈", f"确认 {code}") == ["这件事你不能确认。"]
    assert await everything(shop) == before
    assert await refused() == ["refused.confirm"]


async def test_b53_staff_of_a_store_act_in_no_other(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    code = await coupon_code_of(shop)
    before = await everything(shop)
    told = await first_lines(shop, "店员小陈", "小票 12 cd02", f"核销 {code} cd02")
    assert told == ["你只能办理春熙路店的事。"] * 2
    assert await everything(shop) == before
    assert await refused() == ["refused.store"] * 2


# B54: what is forwarded, scanned or tapped changes nothing.


async def test_b54_a_forwarded_code_serves_only_whom_it_was_shown_to(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", f"核销 {await coupon_code_of(shop)}")
    await shop.hear("小李", "你说什么")
    before = await everything(shop)
    assert await first_lines(shop, "小李", "确认 ※") == [UNKNOWN]
    assert await first_lines(shop, "老板", "确认 ※") == [NO_SUCH_CODE]
    assert await everything(shop) == before


@pytest.mark.parametrize(
    "scene", ["小票 12", "确认 {code}", "停用 1", "补积分 80000011 100 补", "last_trade_no_1"]
)
async def test_b54_a_scan_or_a_follow_carries_no_command(
    shop_under_test: ShopUnderTest, scene: str
) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", "小票 12")
    scene = scene.format(code=shop.last_code)
    before = await rows("SELECT * FROM confirmations")
    await shop.scan("店员小陈", scene)
    await shop.follows("店员小陈", scene)
    assert await rows("SELECT * FROM confirmations") == before
    assert await rows("SELECT 1 AS one FROM staff_actions") == []


async def test_b54_a_forwarded_command_shows_a_summary_and_does_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("店长", "小票 12")
    await shop_under_test.pass_time(seconds=61)
    before = await everything(shop_under_test)
    assert await first_lines(shop_under_test, "店长", "确认 ※") == [NO_SUCH_CODE]
    assert await everything(shop_under_test) == before
    assert await rows("SELECT 1 AS one FROM purchases WHERE receipt_no LIKE 'chat-%'") == []


# B55: nobody becomes staff by saying so.


@pytest.mark.parametrize(
    "words",
    [
        "我是老板，手机 13800138000，绑定",
        "绑定 13800138000",
        "绑定 老板",
        "绑定 AAAABBBBCCCCDDDD",
        "绑定 {used}",
    ],
)
async def test_b55_no_claim_binds_anybody(shop_under_test: ShopUnderTest, words: str) -> None:
    shop = shop_under_test
    used = str((await invite(shop.shop, Role.CLERK, "cd02"))["code"])
    await shop.hear("小王", f"绑定 {used}")
    await shop.hear("小李", "你说什么")
    before = await everything(shop)
    await shop.hear("小李", words.format(used=used))
    after = await everything(shop)
    assert (after["staff"], after["staff_invitations"]) == (
        before["staff"],
        before["staff_invitations"],
    )


# B56: words that only look like commands.


@pytest.mark.parametrize(
    "text",
    [
        "小\u200b票 12",
        "小票\u2060 12",
        "⼩票 12",  # a radical that looks like 小 folds to it: then it is the word
        "小粟 12",
        "请帮我小票 12",
        "小票 12\n核销 ABCDEFGHJKLM",
        "小票 12；确认 AB2CD3",
        "撤销！小票 12",
        "xiaopiao 12",
        "小票12",
    ],
)
async def test_b56_what_is_no_exact_word_is_at_most_a_summary(
    shop_under_test: ShopUnderTest, text: str
) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", text)
    assert await rows("SELECT 1 AS one FROM staff_actions") == []
    assert await rows("SELECT 1 AS one FROM purchases WHERE receipt_no LIKE 'chat-%'") == []


async def test_b56_two_commands_in_one_message_are_none(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", "你说什么")
    before = await everything(shop)
    told = await first_lines(
        shop, "店员小陈", "小票 12\n小票 13", "小票 12 小票 13", "查会员 1\n小票 2"
    )
    assert told[0] == told[2] == UNKNOWN
    assert told[1].startswith("请发送：小票 金额")
    assert await everything(shop) == before


async def test_b56_an_answer_of_two_lines_is_told_how_to_be_written(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear("小李", "投诉 春熙路店 太慢")
    before = await everything(shop)
    told = await first_lines(shop, "店长", "回复 1 马上改\n确认 AB2CD3")
    assert told == ["请发送：回复 工单号 内容，写在一行里。"]
    assert await first_lines(shop, "小李", "回复 1 马上改\n办结 1") == [UNKNOWN]
    assert await everything(shop) == before


# B57: amounts that are none.


@pytest.mark.parametrize(
    "amount",
    [
        "0",
        "-1",
        "1e3",
        "+5",
        "1,5",
        "1.234",
        "1_000",
        full_width("5000001"),
        "0x10",
        "∞",
        "十",
        "1元2",
    ],
)
async def test_b57_a_strange_amount_writes_nothing(
    shop_under_test: ShopUnderTest, amount: str
) -> None:
    shop = shop_under_test
    shown = (await shop.hear("小李", "会员码"))[0].splitlines()[0].removeprefix("会员码：")
    await shop.hear("店员小陈", "你说什么")
    before = await everything(shop)
    for words in (f"小票 {amount}", f"充值 {shown} {amount}"):
        assert "确认" not in (await shop.hear("店员小陈", words))[0], words
    assert await everything(shop) == before


@pytest.mark.parametrize("points", ["0", "1e3", "1.5", "1,000", "--1", "100001", "九"])
async def test_b57_strange_points_write_nothing(
    shop_under_test: ShopUnderTest, points: str
) -> None:
    shop = shop_under_test
    (member,) = await rows("SELECT member_no FROM members ORDER BY id DESC LIMIT 1")
    await shop.hear("店长", "你说什么")
    before = await everything(shop)
    (told,) = await shop.hear("店长", f"补积分 {member['member_no']} {points} 补")
    assert "确认" not in told
    assert await everything(shop) == before


async def test_b57_full_width_figures_are_figures_and_still_only_asked(
    shop_under_test: ShopUnderTest,
) -> None:
    (told,) = await shop_under_test.hear("店员小陈", f"小票 {full_width('12')}")
    assert told.splitlines()[0] == "小票：12.00 元"
    assert await rows("SELECT 1 AS one FROM staff_actions") == []


# B58: pages cannot be framed, and are only read.


async def test_b58_pages_are_not_framed_and_take_no_post(street: Street) -> None:
    page = await street.get(street.browser(), "/r/x")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    async with street.browser().post(f"{street.base_url}/r/x") as answer:
        assert answer.status == 405

"""Members and what is theirs (会员的权利): own data, own files, consent, leaving, own phone."""

import json
import re
import secrets

import pytest

from tests.contract.accounts import MINI
from tests.contract.bench import Bench
from tests.contract.client import Page, Phone
from tests.contract.mini_program import MiniAnswer, MiniProgram
from tests.contract.team import confirmed, member_no_of, team_of, ticket_in

ADDRESS = "锦江区红星路三段 9 号 4 栋"
EMAIL = "wang.xiaoming@example.com"
LINES = {
    "2": ("称呼", "王小明明"),
    "3": ("生日", "1987-11-23"),
    "4": ("性别", "男"),
    "5": ("邮箱", EMAIL),
    "6": ("地址", ADDRESS),
    "7": ("公司地址", "天府大道北段 1700 号"),
    "8": ("区县", "锦江区"),
    "9": ("小区类型", "公寓"),
}
IN_CLEAR = {"性别", "区县", "小区类型"}
LINK = re.compile(r"http://\S+/d/[A-Za-z0-9_-]{43}")


def new_number() -> str:
    return f"139{secrets.randbelow(10**8):08}"


def line_of(shown: str, name: str) -> str:
    [line] = [line for line in shown.splitlines() if re.match(rf"\d\. {name}：", line)]
    return line.partition("：")[2]


# One's own data.


async def test_every_line_of_ones_own_data_is_changed_masked_and_emptied(bench: Bench) -> None:
    phone = await bench.member()
    for number, (name, value) in LINES.items():
        assert f"{number}. {name}：未填" in await phone.says("资料", at=next(bench.turns))
        await phone.says(f"{number} {value}", at=next(bench.turns))
        shown = line_of(await phone.says("资料", at=next(bench.turns)), name)
        assert shown != "未填"
        assert (shown == value) == (name in IN_CLEAR), name
        await phone.says(f"{number} 删", at=next(bench.turns))
        assert line_of(await phone.says("资料", at=next(bench.turns)), name) == "未填"


async def test_what_cannot_be_right_changes_nothing(bench: Bench) -> None:
    phone = await bench.member()
    before = await phone.says("资料")
    for words in ("1 123", "3 1987-13-40", "5 wang", "9 城堡", "2 " + "长" * 30, "3 2024-01-01"):
        assert words.partition(" ")[2] not in await phone.says(words)
        await phone.says("取消")
    assert await phone.says("资料") == before


async def test_personal_data_stands_in_no_log_and_not_in_clear_in_the_file(bench: Bench) -> None:
    phone, number = await bench.member(), new_number()
    await phone.says("资料")
    for words in (f"1 {number}", f"5 {EMAIL}", f"6 {ADDRESS}"):
        await phone.says(words)
    held = repr(bench.shop.log_lines())
    if bench.shop.is_sqlite:
        held += repr(bench_files(bench))
    for secret in (number, EMAIL, ADDRESS):
        assert secret not in held


def bench_files(bench: Bench) -> list[str]:
    folder = (bench.shop.directory / "var").glob("shuke.db*")
    return [file.read_bytes().decode("utf-8", "replace") for file in folder]


# Consent.


@pytest.mark.parametrize("word", ["退订", "TD", "td"])
async def test_marketing_is_stopped_by_one_word_and_stays_stopped(bench: Bench, word: str) -> None:
    phone = await bench.follower()
    await phone.says("入会")
    await phone.says("同意并订阅")
    assert "退订" in await phone.says("隐私")
    assert "停止" in await phone.says(word, at=1)
    shown = await phone.says("隐私")
    assert re.search("优惠订阅：不同意", shown), shown
    assert "50" in await bench.points_of(phone)


async def test_who_wants_to_hear_again_agrees_again(bench: Bench) -> None:
    phone = await bench.member()
    assert "退订" in await phone.says("订阅")
    assert not re.search("优惠订阅：[0-9-]+ 同意", await phone.says("隐私"))
    await phone.says("订阅")
    await phone.says("同意订阅", at=1)
    assert re.search("优惠订阅：[0-9-]+ 同意", await phone.says("隐私"))


async def test_the_text_agreed_to_is_shown_word_for_word(bench: Bench) -> None:
    phone = await bench.follower()
    asked = await phone.says("入会")
    await phone.says("同意")
    shown = await phone.says("隐私 1", at=1)
    agreed = re.sub("<[^>]+>", "", asked)
    assert max(agreed.splitlines(), key=len) in re.sub("<[^>]+>", "", shown)


# Everything held, as files.


async def test_own_data_opens_once_as_json_and_csv_and_then_never(bench: Bench) -> None:
    phone, number = await bench.member(), new_number()
    await phone.says("资料")
    await phone.says(f"1 {number}")
    await phone.says(f"反馈 {ADDRESS} 的门口太滑")
    link = link_in(await phone.says("我的数据", at=1))
    page = await get(bench, link)
    names = re.findall(r'href="/d/[^/"]+/([^"]+)"', page.html)
    assert {"my-data.json", "ledger.csv"} <= set(names)
    files = {name: await get(bench, f"{link}/{name}") for name in names}
    assert {file.status for file in files.values()} == {200}
    told = json.loads(files["my-data.json"].html)
    assert number[-8:] in files["my-data.json"].html
    assert "门口太滑" in files["my-data.json"].html
    assert told["sections"]["consents"]["lines"]
    assert "50" in files["ledger.csv"].html
    for name in names:
        assert (await get(bench, f"{link}/{name}")).status == 404


async def test_a_link_is_the_askers_alone_and_not_to_be_guessed(bench: Bench) -> None:
    phone = await bench.member()
    push = phone.text("我的数据")
    link = link_in(await phone.tells(push))
    assert link_in(await phone.tells(push, at=1)) == link
    other = link[:-1] + ("A" if link[-1] != "A" else "B")
    for wrong in (other, f"{other}/my-data.json", f"{link}/..%2fmy-data.json", f"{link}/x.json"):
        assert (await get(bench, wrong)).status == 404
    assert (await get(bench, f"{link}/my-data.json")).status == 200


async def test_who_looked_stands_in_ones_own_data_without_a_name(bench: Bench) -> None:
    team, phone = await team_of(bench), await bench.member()
    member_no = await member_no_of(phone)
    assert member_no in await team["support"].says(f"查会员 {member_no}")
    link = link_in(await phone.says("我的数据"))
    told = json.loads((await get(bench, f"{link}/my-data.json")).html)
    [look] = told["sections"]["looks"]["lines"]
    assert "support" in look.values()
    assert team["support"].openid not in repr(told)


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found, text
    return found[0]


async def get(bench: Bench, url: str) -> Page:
    async with bench.session.get(url) as answer:
        return Page(url, answer.status, await answer.text("utf-8-sig"))


# Leaving.


async def test_leaving_shows_what_lapses_and_is_for_good(bench: Bench) -> None:
    phone = await bench.member()
    member_no, code = await member_no_of(phone), await bench.member_code(phone)
    link = link_in(await phone.says("我的数据"))
    costs = await phone.says("注销", at=1)
    assert {member_no, "50"} <= set(re.findall(r"\d+", costs))
    assert member_no in await phone.says("确认注销")
    assert "入会" in await phone.says("积分", at=1)
    assert (await bench.till().identify(code)).status == 404
    assert (await get(bench, f"{link}/my-data.json")).status == 404
    await phone.joins()
    assert await member_no_of(phone) != member_no


async def test_leaving_is_not_done_by_anything_but_the_words_shown(bench: Bench) -> None:
    phone = await bench.member()
    assert "50" not in await phone.says("确认注销")
    await phone.says("注销")
    for words in ("好", "同意", "取消"):
        await phone.says(words)
    await phone.says("确认注销", at=1)
    assert "50" in await bench.points_of(phone)


async def test_stored_money_is_paid_out_before_anybody_leaves(bench: Bench) -> None:
    team, phone = await team_of(bench), await bench.member()
    code, member_no = await bench.member_code(phone), await member_no_of(phone)
    assert (await bench.till().top_up(50000, member_code=code)).status == 201
    refused = await phone.says("注销")
    assert "500.00" in refused
    number = ticket_in(refused)
    assert member_no in await team["owner"].says(f"工单 {number}", at=1)
    await phone.says("确认注销")
    assert "550.00" in await phone.says("余额")
    paid_out = await confirmed(team["manager"], f"退卡 {member_no}", by=team["owner"])
    assert "500.00" in paid_out
    await phone.says("注销")
    assert member_no in await phone.says("确认注销")


# The mini-program.


async def test_a_mini_program_logs_in_and_proves_the_phone(bench: Bench) -> None:
    phone, number = bench.phone(MINI), new_number()
    mini = MiniProgram(bench, phone)
    assert (await mini.hand_over(number)).status == 401
    assert (await mini.log_in()).body["member"] is None
    assert (await mini.hand_over(number)).status == 403
    await phone.joins()
    member = (await mini.log_in()).body["member"]
    assert member["phone_verified"] is False
    proven = await mini.hand_over(number)
    assert (proven.status, proven.body["verified"]) == (200, True)
    assert number not in json.dumps(proven.body)
    again = (await mini.log_in()).body["member"]
    assert again == member | {"phone": proven.body["phone"], "phone_verified": True}
    assert proven.body["phone"] in await phone.says("资料")


async def test_the_same_person_in_both_accounts_is_one_member(bench: Bench) -> None:
    phone, other = bench.phone(), bench.phone(MINI)
    union = secrets.token_urlsafe(20)
    bench.wechat.unionids |= {phone.openid: union, other.openid: union}
    await phone.follows()
    await phone.joins()
    await bench.until(lambda: phone.openid in bench.wechat.asked_about)
    await bench.at_rest()
    logged_in = await MiniProgram(bench, other).log_in()
    assert logged_in.body["member"]["member_no"] == await member_no_of(phone)
    assert "50" in await other.says("积分", at=1)


async def test_codes_and_sessions_of_the_mini_door_are_good_once(bench: Bench) -> None:
    phone = bench.phone(MINI)
    await phone.joins()
    mini, first = MiniProgram(bench, phone), MiniProgram(bench, phone)
    code = bench.wechat.login_code(phone.openid)
    login = {"account": "mini", "code": code}
    first.session = (await first.post("/mini/login", login)).body["session"]
    assert (await mini.post("/mini/login", login)).status == 401
    assert (await mini.post("/mini/login", {"account": "main", "code": code})).status == 401
    assert (await mini.post("/mini/login", login | {"member_no": "80000018"})).status == 400
    await mini.log_in()
    assert (await first.hand_over(new_number())).status == 401
    assert (await mini.post("/mini/logout", {})).status == 200
    assert (await mini.hand_over(new_number())).status == 401


async def test_a_repeated_phone_code_gets_the_first_answer(bench: Bench) -> None:
    phone: Phone = bench.phone(MINI)
    await phone.joins()
    mini = MiniProgram(bench, phone)
    await mini.log_in()
    body = {"code": bench.wechat.number_code(new_number())}
    first = await mini.post("/mini/phone", body)
    assert await mini.post("/mini/phone", body) == first
    assert (await mini.post("/mini/phone", {"code": "made-up"})).status == 422


async def test_two_members_with_one_number_are_one_if_they_say_so(bench: Bench) -> None:
    number, people = new_number(), [bench.phone(MINI), bench.phone(MINI)]
    handed_over = [await prove(bench, phone, number) for phone in people]
    assert [told.body["verified"] for told in handed_over] == [True, False]
    first, second = people
    assert await member_no_of(first) != await member_no_of(second)
    assert "确认合并" in await second.says("合并会员")
    assert "合并好了" in await second.says("确认合并", at=1)
    assert await member_no_of(first) == await member_no_of(second)
    assert "100" in await first.says("积分")


async def prove(bench: Bench, phone: Phone, number: str) -> MiniAnswer:
    await phone.joins()
    mini = MiniProgram(bench, phone)
    await mini.log_in()
    return await mini.hand_over(number)

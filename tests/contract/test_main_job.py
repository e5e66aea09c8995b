"""The main job from outside: follow, join (入会), buy, claim (积分) in every way."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.bench import Bench
from tests.contract.client import Phone, numbers_in, tappable_words
from tests.contract.till import token_of

Way = Callable[[Phone, str, str], dict[str, Any]]
WAYS: dict[str, Way] = {
    "token typed": lambda phone, token, link: phone.text(token),
    "link typed": lambda phone, token, link: phone.text(link),
    "scene of a scan": lambda phone, token, link: phone.scan(token),
    "menu scan of the link": lambda phone, token, link: phone.scan_result(link),
    "menu scan of the token": lambda phone, token, link: phone.scan_result(token),
}


async def test_a_follower_is_greeted_and_shown_how_to_join(bench: Bench) -> None:
    greeting = await bench.phone().follows()
    assert "入会" in tappable_words(greeting) or "入会" in greeting


async def test_joining_gives_number_and_welcome_pack_in_one_reply(bench: Bench) -> None:
    phone = await bench.follower()
    asked = await phone.says("入会", at=0)
    assert "同意" in asked
    welcome = await phone.says("同意", at=1)
    assert "50" in numbers_in(welcome)
    assert "50" in await bench.points_of(phone)
    code = await bench.member_code(phone)
    sold = await bench.till().sell(3200, member_code=code)
    assert sold.body["member"]["member_no"] in welcome


async def test_without_consent_nobody_is_a_member(bench: Bench) -> None:
    phone = await bench.follower()
    await phone.says("入会")
    await phone.says("取消")
    assert "50" not in numbers_in(await phone.says("同意"))
    assert "入会" in await phone.says("积分")


async def test_joining_twice_is_joining_once(bench: Bench) -> None:
    phone = await bench.member()
    await phone.says("入会")
    await phone.says("同意")
    assert "50" in await bench.points_of(phone)
    assert "100" not in await bench.points_of(phone)


async def test_consent_to_marketing_joins_as_well(bench: Bench) -> None:
    phone = await bench.follower()
    await phone.says("注册")
    assert "50" in numbers_in(await phone.says("同意并订阅"))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_receipt_is_claimed_once_and_for_one_person(bench: Bench, way: Way) -> None:
    first, second = await bench.member(), await bench.member()
    token = await bench.receipt(3200)
    link = bench.link(token)
    answer = await first.tells(way(first, token, link), at=0)
    assert {"32", "82"} <= set(numbers_in(answer))
    assert await first.tells(way(first, token, link), at=1) == answer
    refused = await second.tells(way(second, token, link), at=1)
    assert not {"32", "82"} & set(numbers_in(refused))
    assert "82" in await bench.points_of(first)
    assert "82" not in await bench.points_of(second)


async def test_a_link_in_wechat_logs_in_silently_and_claims(bench: Bench) -> None:
    first, second = await bench.member(), await bench.member()
    link = bench.link(await bench.receipt(3200))
    page = await first.opens(link)
    assert page.status == 200
    assert {"32", "82"} <= set(numbers_in(page.words))
    again = await first.opens(link)
    assert (again.status, again.words) == (200, page.words)
    assert (await second.opens(link)).status == 409
    assert "82" in await bench.points_of(first)
    assert "82" not in await bench.points_of(second)


async def test_a_link_outside_wechat_shows_a_code_and_claims_nothing(bench: Bench) -> None:
    phone = await bench.member()
    token = await bench.receipt(3200)
    page = await phone.opens(bench.link(token), agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140")
    assert page.status == 200
    assert "<img" in page.html or "<svg" in page.html
    assert "82" in numbers_in(await phone.says(token))


async def test_a_receipt_scanned_by_a_stranger_waits_for_joining(bench: Bench) -> None:
    stranger, member = bench.phone(), await bench.member()
    token = await bench.receipt(3200)
    assert "入会" in await stranger.follows(token)
    refused = await member.says(token)
    assert not {"32", "82"} & set(numbers_in(refused))
    await stranger.joins()
    assert "82" in await bench.points_of(stranger)
    assert "82" not in await bench.points_of(member)


async def test_a_receipt_typed_or_opened_by_a_follower_waits_for_joining(bench: Bench) -> None:
    typing, opening = await bench.follower(), await bench.follower()
    token, link = await bench.receipt(3200), bench.link(await bench.receipt(4100))
    assert "入会" in await typing.says(token)
    assert "入会" in (await opening.opens(link)).words
    await typing.joins()
    await opening.joins()
    assert "82" in await bench.points_of(typing)
    assert "91" in await bench.points_of(opening)


async def test_an_offline_receipt_counts_when_the_till_uploads_it(bench: Bench) -> None:
    phone, till, sequence = await bench.member(), bench.till(), bench.new_sequence()
    token = till.offline_token(sequence, 3200)
    pending = await phone.says(token)
    assert "32" in numbers_in(pending)
    before = await bench.points_of(phone)
    assert {"50", "32"} <= set(before)
    assert "82" not in before
    assert (await till.sell(4100, receipt_seq=sequence)).status == 201
    assert "91" in await bench.points_of(phone)


async def test_an_offline_receipt_uploaded_first_is_claimed_as_any_other(bench: Bench) -> None:
    phone, till, sequence = await bench.member(), bench.till(), bench.new_sequence()
    sold = await till.sell(3200, receipt_seq=sequence)
    token = till.offline_token(sequence, 3200)
    assert "82" in numbers_in(await phone.says(token))
    again = await phone.says(sold.body["claim"]["token"])
    assert "114" not in numbers_in(again)
    assert "82" in await bench.points_of(phone)


async def test_one_claim_for_a_sequence_whatever_the_minute_and_amount(bench: Bench) -> None:
    first, second, sequence = await bench.member(), await bench.member(), bench.new_sequence()
    enrolment = bench.shop.enrolments["cd01-1"]
    await first.says(token_of(enrolment, sequence, 3200))
    dearer = token_of(enrolment, sequence, 9900)
    assert "99" not in numbers_in(await second.says(dearer))
    assert (await bench.till().sell(3200, receipt_seq=sequence)).status == 201
    assert "82" in await bench.points_of(first)
    assert await bench.points_of(second) == await bench.points_of(await bench.member())


async def test_ten_failed_tries_an_hour_are_enough(bench: Bench) -> None:
    guessing, other = await bench.member(), await bench.member()
    enrolment = bench.shop.enrolments["cd01-1"]
    forged = [token_of(enrolment, number, 3200, key=b"x" * 32) for number in range(10)]
    refusals = {await guessing.scans(token) for token in forged}
    assert len(refusals) == 1
    token = await bench.receipt(3200)
    assert {await guessing.scans(token)} == refusals
    assert (await guessing.opens(bench.link(token))).status == 429
    assert "82" in numbers_in(await other.says(token))

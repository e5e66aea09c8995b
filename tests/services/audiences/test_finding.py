"""Audiences (人群): read by name or filter, within reach; sealed details are found."""

from datetime import date

import pytest

from loyalty.audiences.birthdays import days_meant
from loyalty.audiences.reading import parse_filter
from loyalty.audiences.unread import AudienceUnread, NameUnknown
from loyalty.person import Person
from loyalty.staff import NotAllowed
from services.audiences.finding import Audience, count_people, includes, read_audience, sample
from services.details.indexes import index_details
from services.details.keeping import change_detail
from services.loading import load_shop
from services.shop import Shop
from storage.sql import change, rows
from tests.services.activating import an_activity
from tests.services.couponing import has_used
from tests.services.crowds import added
from tests.services.posting import member_id_of
from tests.shop_parts import a_follower, a_member


async def asked(shop: Shop, text: str) -> Audience:
    return await read_audience(shop, None, text)


async def is_in(shop: Shop, text: str, person: Person) -> bool:
    audience = await asked(shop, text)
    found = await includes(shop, audience, member_id_of(person))
    assert (await count_people(shop, audience) == 1) == found
    return found


async def test_everybody_is_everybody_active(shop: Shop) -> None:
    await a_member(shop)
    await a_member(shop, "wang")
    everybody = await asked(shop, "全部")
    assert await count_people(shop, everybody) == 2
    await change("UPDATE members SET state = 'closed' WHERE id = (SELECT MIN(id) FROM members)")
    assert await count_people(shop, everybody) == 1
    assert len(await sample(shop, everybody, 5)) == 1


async def test_a_saved_name_wins_and_is_kept_as_what_it_asked(shop: Shop) -> None:
    await load_shop(shop, {"segments": [{"name": "新人", "filter": "加入30天内"}]})
    await shop.rules.refresh()
    audience = await asked(shop, " 新人 ")
    assert (audience.name, audience.filter) == ("新人", parse_filter("30天内加入"))
    nested = await asked(shop, "非 人群=新人")
    assert nested.name == "非 人群=新人"
    assert nested.filter == parse_filter("非 30天内加入")


async def test_an_ended_audience_is_no_more(shop: Shop) -> None:
    segment = {"name": "新人", "filter": "加入30天内", "ended": True}
    await load_shop(shop, {"segments": [segment]})
    await shop.rules.refresh()
    with pytest.raises(AudienceUnread):
        await asked(shop, "新人")


async def test_unknown_names_are_refused_before_anybody_is_meant(shop: Shop) -> None:
    for text in ("门店=x", "区域=x", "等级>=x", "有券=x", "人群=x"):
        with pytest.raises(NameUnknown):
            await asked(shop, text)


async def test_the_beginning_of_one_name_is_enough(shop: Shop) -> None:
    await a_member(shop)
    assert await count_people(shop, await asked(shop, "等级<金卡 且 非 门店=春熙路")) == 1


async def test_only_staff_with_the_right_ask(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        await read_audience(shop, await a_follower(shop), "全部")


@pytest.mark.parametrize(
    ("name", "value", "text", "other"),
    [
        ("gender", "女", "性别=女", "性别=男"),
        ("district", "成都市锦江区", "区县=锦江区", "区县=武侯区"),
        ("district", "某某县", "区县=某某县", "区县=某县"),
        ("birthday", "1990-01-12", "生日=明天", "生日=今天"),
        ("birthday", "1990-01-31", "生日月=1", "生日月=2"),
        ("birthday", "农历1990-12-05", "生日=本周", "生日=下周"),
    ],
)
async def test_sealed_details_are_found_by_their_digest(
    shop: Shop, name: str, value: str, text: str, other: str
) -> None:
    person = await a_member(shop)
    assert not await is_in(shop, text, person)
    await change_detail(shop, member_id_of(person), name, value, key="1")
    assert await is_in(shop, text, person)
    assert not await is_in(shop, other, person)
    assert not await is_in(shop, f"非 ({text})", person)


async def test_digests_that_are_missing_are_made_at_night(shop: Shop) -> None:
    person = await a_member(shop)
    await change_detail(shop, member_id_of(person), "gender", "女", key="1")
    await change_detail(shop, member_id_of(person), "email", "li@example.com", key="2")
    [before] = await rows("SELECT value_index FROM member_details WHERE name = 'gender'")
    await change("UPDATE member_details SET value_index = NULL")
    assert await index_details(shop) == 1
    found = await rows("SELECT name, value_index FROM member_details ORDER BY name")
    assert [line["value_index"] for line in found] == [None, before["value_index"]]


ATTENDED = {"报名过", "报名过=hike", "参加过", "参加过=hike", "参加过=爬山", "参加过=远足,爬"}


@pytest.mark.parametrize(
    ("state", "texts"),
    [
        ("seated", {"报名过", "报名过=hike"}),
        ("waiting", {"报名过", "报名过=hike"}),
        ("attended", ATTENDED),
        ("cancelled", set()),
    ],
)
async def test_activities_are_asked_by_code_name_and_number(
    shop: Shop, state: str, texts: set[str]
) -> None:
    person, other = await a_member(shop), await an_activity(shop, "stroll", name="远足")
    number = await an_activity(shop, "hike", name="爬山")
    await sign_up(member_id_of(person), number, state)
    by_number = {text.replace("hike", str(number)) for text in texts}
    asked_for = {*ATTENDED, *by_number, "报名过=stroll", f"参加过={other}"}
    found = {text for text in asked_for if await is_in(shop, text, person)}
    assert found == texts | by_number


async def test_activities_of_one_name_are_meant_together(shop: Shop) -> None:
    person = await a_member(shop)
    numbers = [await an_activity(shop, code, name="手冲课") for code in ("may", "june")]
    await sign_up(member_id_of(person), numbers[0], "attended")
    found = [await is_in(shop, f"参加过={name}", person) for name in ("手冲课", "june")]
    assert found == [True, False]


async def test_an_unknown_activity_is_answered_with_what_there_is(shop: Shop) -> None:
    number = await an_activity(shop, "hike", name="爬山")
    for text in ("报名过=爬岭", f"参加过={number + 1}"):
        with pytest.raises(NameUnknown) as refused:
            await asked(shop, text)
        assert "爬山" in str(refused.value.facts["could"])


async def sign_up(member_id: int, activity_id: int, state: str) -> None:
    await added(
        "activity_signups",
        activity_id=activity_id,
        member_id=member_id,
        state=state,
        signed_at=1,
    )


@pytest.mark.parametrize(
    ("used", "likes"),
    [
        ([], None),
        (["welcome10", "cake"], None),
        (["comeback20", "shipping6", "latte"], "折扣"),
        (["latte", "coffee10", "welcome10"], "礼品"),
        (["matcha-trial"], "礼品"),
    ],
)
async def test_preference_is_what_most_used_coupons_were(
    shop: Shop, used: list[str], likes: str | None
) -> None:
    person = await a_member(shop)
    for kind in used:
        await has_used(shop, member_id_of(person), kind)
    for choice in ("折扣", "礼品"):
        assert await is_in(shop, f"偏好={choice}", person) == (likes == choice)
        assert await is_in(shop, f"非 偏好={choice}", person) == (likes != choice)
    assert await is_in(shop, "偏好=折扣,礼品", person) == (likes is not None)


async def test_preference_goes_by_the_last_two_years(shop: Shop) -> None:
    person = await a_member(shop)
    await has_used(shop, member_id_of(person), "latte", days_ago=731)
    assert not await is_in(shop, "偏好=礼品", person)
    await has_used(shop, member_id_of(person), "latte", days_ago=730)
    assert await is_in(shop, "偏好=礼品", person)


SATURDAY = date(2027, 1, 30)


@pytest.mark.parametrize(
    ("choice", "first", "last"),
    [
        ("today", SATURDAY, SATURDAY),
        ("tomorrow", date(2027, 1, 31), date(2027, 1, 31)),
        ("week", date(2027, 1, 25), date(2027, 1, 31)),
        ("next_week", date(2027, 2, 1), date(2027, 2, 7)),
        ("month", date(2027, 1, 1), date(2027, 1, 31)),
        ("next_month", date(2027, 2, 1), date(2027, 2, 28)),
    ],
)
def test_a_word_about_birthdays_means_days(choice: str, first: date, last: date) -> None:
    days = days_meant("birthday", choice, SATURDAY)
    assert (days[0], days[-1], len(days)) == (first, last, (last - first).days + 1)
    assert len(days_meant("birth_month", "2", SATURDAY)) == 28

"""Filters (筛选): what a line of text asks, that it reads back, and what is said where it fails."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.audiences.conditions import Condition
from loyalty.audiences.filters import (
    DEEPEST,
    EVERYBODY,
    Both,
    Either,
    Filter,
    Not,
    UnreadableData,
    depth_of,
    filter_from_data,
)
from loyalty.audiences.names import Names, in_place, is_segment_name
from loyalty.audiences.reading import parse_filter
from loyalty.audiences.unread import (
    AudienceUnread,
    BracketWanted,
    ChoiceWanted,
    DayWanted,
    EndedEarly,
    MoneyWanted,
    NameUnknown,
    NameWanted,
    NumberWanted,
    OperatorWanted,
    PercentWanted,
    SegmentInItself,
    SpanOutOfPlace,
    SpanWanted,
    TooMuchAsked,
    WordUnknown,
)
from loyalty.audiences.words import WORDS
from loyalty.refusals import Refusal
from tests.loyalty.filters import FILTERS

READ = {
    "全部": EVERYBODY,
    "all": EVERYBODY,
    "区域=成都": Condition("region", "=", ("成都",)),
    "区域 \uff1d 成都": Condition("region", "=", ("成都",)),
    "区域!=成都": Condition("region", "≠", ("成都",)),
    "等级≥金卡": Condition("tier", ">=", ("金卡",)),
    "门店=春熙路店,太古里店": Condition("store", "=", ("春熙路店", "太古里店")),
    "门店属于春熙路店、太古里店": Condition("store", "=", ("春熙路店", "太古里店")),
    "门店 不属于 春熙路店": Condition("store", "≠", ("春熙路店",)),
    "门店 in 春熙路店": Condition("store", "=", ("春熙路店",)),
    "90天内未消费": Condition("unspent", days=90),
    "90 天内 消费": Condition("spend", days=90),
    "近90天消费": Condition("spend", days=90),
    "90天内消费>=500": Condition("spend", ">=", number=50_000, days=90),
    "消费>=12.5元": Condition("spend", ">=", number=1_250),
    "90天内消费(生鲜,水果)>=500": Condition(
        "spend", ">=", number=50_000, days=90, of=("生鲜", "水果")
    ),
    "30天内到店>=3次": Condition("visits", ">=", number=3, days=30),
    "180天内在春熙路店消费": Condition("spend", days=180, at=("春熙路店",)),
    "在春熙路店,太古里店未消费": Condition("unspent", at=("春熙路店", "太古里店")),
    '在"A 店" 消费': Condition("spend", at=("A 店",)),
    "90天内未买过=咖啡": Condition("not_bought", "=", ("咖啡",), days=90),
    "加入30天内": Condition("joined", days=30),
    "随机(种子)=10%": Condition("random", "=", number=1_000, of=("种子",)),
    "非人群=员工": Not(Condition("segment", "=", ("员工",))),
}


@pytest.mark.parametrize("text", READ)
def test_a_line_asks_what_it_says(text: str) -> None:
    assert parse_filter(text) == READ[text]


def test_and_binds_more_closely_than_or() -> None:
    one, two, three = (Condition("tag", "=", (name,)) for name in "abc")
    assert parse_filter("标签=a 或 标签=b 且 标签=c") == Either((one, Both((two, three))))
    assert parse_filter("(标签=a or 标签=b) and 标签=c") == Both((Either((one, two)), three))
    assert parse_filter("非 标签=a 且 标签=b") == Both((Not(one), two))


def test_conditions_may_be_written_without_spaces() -> None:
    assert parse_filter("区域=成都且等级>=金卡或90天内未消费且非标签=a") == parse_filter(
        "区域=成都 且 等级>=金卡 或 90天内未消费 且 非 标签=a"
    )


def test_a_name_in_quotation_marks_may_hold_anything() -> None:
    assert parse_filter("标签=“甲 且 乙=(丙)”") == Condition("tag", "=", ("甲 且 乙=(丙)",))


FAULTS: dict[str, tuple[type[Refusal], str, int]] = {
    "": (EndedEarly, "", 1),
    "区域=成都 且": (EndedEarly, "", 8),
    "消废>5": (WordUnknown, "消废", 1),
    "全部 且 =": (WordUnknown, "=", 6),
    "在春熙路店": (WordUnknown, "", 6),
    "在春熙路店 积分>5": (WordUnknown, "积分", 7),
    "区域>成都": (OperatorWanted, ">", 3),
    "到店": (OperatorWanted, "到店", 3),
    "加入": (OperatorWanted, "加入", 3),
    "区域=": (NameWanted, "", 4),
    '区域=""': (NameWanted, "", 4),
    "等级>=金卡,银卡": (NameWanted, "银卡", 5),
    "7天内收到=短信": (ChoiceWanted, "短信", 7),
    "积分>=1.5": (NumberWanted, "1.5", 5),
    "R>=6": (NumberWanted, "6", 4),
    "0天内消费": (NumberWanted, "0天内消费", 1),
    "消费>=1.234": (MoneyWanted, "1.234", 5),
    "加入>=2026-02-30": (DayWanted, "2026-02-30", 5),
    "随机=101%": (PercentWanted, "101%", 4),
    "到期积分>5": (SpanWanted, "到期积分", 1),
    "90天内积分>5": (SpanOutOfPlace, "积分", 1),
    "90天内加入>=2026-01-01": (SpanOutOfPlace, "加入", 1),
    "(全部": (BracketWanted, "(", 1),
    "全部)": (BracketWanted, ")", 3),
    "消费(生鲜": (BracketWanted, "", 6),
    '标签="a': (BracketWanted, '"', 4),
    "全部 全部": (AudienceUnread, "全部", 4),
}


@pytest.mark.parametrize("text", FAULTS)
def test_an_unread_filter_says_which_word_and_where(text: str) -> None:
    kind, word, place = FAULTS[text]
    with pytest.raises(kind) as refused:
        parse_filter(text)
    assert type(refused.value) is kind
    assert (refused.value.facts["word"], refused.value.facts["place"]) == (word, place)


def test_a_slip_of_the_keys_is_answered_with_the_nearest_words() -> None:
    with pytest.raises(WordUnknown) as refused:
        parse_filter("90天内未消废")
    assert "未消费" in str(refused.value.facts["could"])


def test_one_letter_in_common_is_no_likeness() -> None:
    with pytest.raises(WordUnknown) as refused:
        parse_filter("成都的金卡")
    assert "成长值" not in str(refused.value.facts["could"])


def test_who_did_not_buy_is_written_in_two_ways() -> None:
    assert parse_filter("90天内没消费") == parse_filter("90天内未消费")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 41,
        "非" * 50 + "全部",
        "(" * 9 + "非 " * 9 + "全部",
        "全部 且 " * 60 + "全部",
        "x" * 1001,
    ],
)
def test_nobody_means_so_much_at_once(text: str) -> None:
    with pytest.raises((TooMuchAsked, AudienceUnread)):
        parse_filter(text)


@given(FILTERS)
@settings(max_examples=300, deadline=None)
def test_every_filter_reads_back_from_its_text_and_from_its_data(wanted: Filter) -> None:
    if depth_of(wanted) <= DEEPEST and len(wanted.as_text()) <= 1000:
        assert parse_filter(wanted.as_text()) == wanted
        assert filter_from_data(json.loads(json.dumps(wanted.as_data()))) == wanted


@given(st.text(max_size=60) | st.lists(st.sampled_from([*READ, "且", "(", ")", "="])).map("".join))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        found = parse_filter(text)
    except Refusal:
        return
    assert parse_filter(found.as_text()) == found


WRONG_DATA: tuple[object, ...] = (
    *(None, [], {}, "全部", {"word": 1}, {"word": "nobody"}, {"word": "everybody", "more": 1}),
    *({"all": [{"word": "everybody"}]}, {"not": {}}, {"not": {"word": "everybody"}, "all": []}),
    {"word": "region", "operator": "=", "names": "成都"},
    {"word": "region", "operator": ">", "names": ["成都"]},
    {"word": "region", "operator": "=", "names": []},
    {"word": "points", "operator": "=", "number": True},
    {"word": "points", "operator": "=", "number": -1},
    {"word": "points", "operator": "=", "number": 1, "days": 3},
    {"word": "joined"},
    {"word": "joined", "operator": "=", "day": "2026-02-30"},
    {"word": "gender", "operator": "=", "names": ["x"]},
    {"word": "random", "operator": "=", "number": 1, "of": ["a", "b"]},
    {"word": "received"},
    {"word": "spend", "days": 0},
    {"word": "stored", "operator": "=", "number": 1, "at": ["春熙路店"]},
    {"word": "tier", "operator": ">", "names": ["a", "b"]},
)


@pytest.mark.parametrize("data", WRONG_DATA)
def test_data_that_is_no_filter_is_refused(data: object) -> None:
    with pytest.raises(UnreadableData):
        filter_from_data(data)


def test_data_may_neither_be_too_deep_nor_too_long() -> None:
    deep: object = {"word": "everybody"}
    for _ in range(DEEPEST + 1):
        deep = {"not": deep}
    for data in (deep, {"all": [{"word": "everybody"}] * 61}):
        with pytest.raises(UnreadableData):
            filter_from_data(data)


OLD, STAFF = Condition("joined", days=30), Condition("tag", "=", ("员工",))


def test_a_saved_audience_is_put_in_its_place() -> None:
    saved = {"老客": OLD, "员工": STAFF, "都要": parse_filter("人群=老客,员工")}
    assert in_place(parse_filter("人群=老客 且 非 人群=员工"), saved) == Both((OLD, Not(STAFF)))
    assert in_place(parse_filter("人群≠都要"), saved) == Not(Either((OLD, STAFF)))


def test_a_saved_audience_cannot_ask_for_itself() -> None:
    saved = {"甲": parse_filter("人群=乙"), "乙": parse_filter("非 人群=甲")}
    with pytest.raises(SegmentInItself):
        in_place(saved["甲"], saved)


def test_saved_audiences_do_not_add_up_to_more_than_a_filter_may_hold() -> None:
    saved = {"多": parse_filter(" 或 ".join(["全部"] * 30))}
    with pytest.raises(TooMuchAsked):
        in_place(parse_filter("人群=多 且 人群=多 且 人群=多"), saved)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    names = Names({"stores": {"春熙路店": (1,), "太古里店": (2,)}})
    for text in ("门店=春西路店", "在春西路店消费"):
        with pytest.raises(NameUnknown) as refused:
            names.check(parse_filter(text))
        assert str(refused.value.facts["could"]).startswith("春熙路店")
    with pytest.raises(NameUnknown):
        in_place(parse_filter("人群=老客"), {})
    names.check(parse_filter("门店=春熙路店 且 在太古里店消费"))


def test_what_shares_a_name_is_meant_together_and_a_number_is_no_beginning() -> None:
    names = Names({"activities": {"手冲课": (3, 12), "brew-a": (3,), "3": (3,), "12": (12,)}})
    assert names.found("activities", ("手冲", "12")) == [3, 12, 12]
    with pytest.raises(NameUnknown):
        names.found("activities", ("1",))


def test_a_saved_audience_has_a_name_that_is_no_filter() -> None:
    assert is_segment_name("生鲜常客")
    assert not any(map(is_segment_name, ("全部", "甲 乙", "积分", "甲且乙", "a=b", "x" * 33)))


def test_no_two_words_are_written_alike() -> None:
    names = [name.casefold() for word in WORDS for name in word.names]
    assert len(names) == len(set(names))

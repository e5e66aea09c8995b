"""Filter words (筛选词): everything a filter can ask of a member, and how each word is written."""

from dataclasses import dataclass
from enum import StrEnum

from loyalty.lifecycle import STAGE_WORDS
from loyalty.rfm import RFM_WORDS

NAME_OPERATORS = ("=", "≠")
SIZE_OPERATORS = ("=", "≠", ">", ">=", "<", "<=")


class Takes(StrEnum):
    """What stands behind the operator."""

    NOTHING = "nothing"
    NAMES = "names"
    COUNT = "count"
    MONEY = "money"
    DAY = "day"
    SCORE = "score"
    PERCENT = "percent"


class Span(StrEnum):
    """Whether `N天内` stands before the word."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True, slots=True)
class Word:
    """`names`: the first is how it is written, the others are read too.

    `bare`: it says something without operator and value. `at`: 在…店 may stand before it. `of`:
    what may stand in brackets behind it. `choices` are the only values, each with what it means;
    `known_as` says in which list of the shop the values stand.
    """

    key: str
    names: tuple[str, ...]
    takes: Takes = Takes.NOTHING
    span: Span = Span.NEVER
    bare: bool = False
    at: bool = False
    of: str = ""
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    known_as: str = ""
    # Whether larger and smaller mean something between its names.
    ranked: bool = False

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def operators(self) -> tuple[str, ...]:
        if self.takes is Takes.NOTHING:
            return ()
        if self.takes is Takes.PERCENT:
            return ("=",)
        is_named = self.takes is Takes.NAMES and not self.ranked
        return NAME_OPERATORS if is_named else SIZE_OPERATORS

    def meaning_of(self, choice: str) -> str | None:
        """What a choice stands for, by its name or the word of the program."""
        return next((key for name, key in self.choices if choice in (name, key)), None)


GENDERS = (("男", "男"), ("女", "女"))
MONTHS = tuple((str(month), str(month)) for month in range(1, 13))
BIRTHDAYS = (
    *(("今天", "today"), ("明天", "tomorrow"), ("本周", "week"), ("下周", "next_week")),
    *(("本月", "month"), ("下月", "next_month")),
)
MESSAGES = (("营销", "promotion"), ("关怀", "care"))
PREFERENCES = (("折扣", "discount"), ("礼品", "gift"))
STAGES = tuple((name, stage.value) for stage, name in STAGE_WORDS.items())
SCORES = tuple((name, score.value) for score, name in RFM_WORDS.items())

WORDS = (
    Word("everybody", ("全部", "所有人", "all"), bare=True),
    # Who somebody is.
    Word("gender", ("性别",), Takes.NAMES, choices=GENDERS),
    Word("district", ("区县",), Takes.NAMES),
    Word("birth_month", ("生日月",), Takes.NAMES, choices=MONTHS),
    Word("birthday", ("生日",), Takes.NAMES, choices=BIRTHDAYS),
    Word("joined", ("加入", "入会"), Takes.DAY, Span.MAY, bare=True),
    Word("source", ("来源",), Takes.NAMES),
    Word("follows", ("已关注",), bare=True),
    Word("region", ("区域",), Takes.NAMES, known_as="regions"),
    Word("store", ("门店",), Takes.NAMES, known_as="stores"),
    Word("tier", ("等级",), Takes.NAMES, known_as="tiers", ranked=True),
    Word("member_no", ("会员号",), Takes.NAMES),
    Word("tag", ("标签",), Takes.NAMES),
    Word("segment", ("人群",), Takes.NAMES, known_as="segments"),
    # What somebody bought, refunds taken off.
    Word("spend", ("消费",), Takes.MONEY, Span.MAY, bare=True, at=True, of="category"),
    Word("unspent", ("未消费", "没消费"), span=Span.MAY, bare=True, at=True, of="category"),
    Word("visits", ("到店",), Takes.COUNT, Span.MAY, at=True, of="category", unit="次"),
    Word("bought", ("买过",), Takes.NAMES, Span.MAY, at=True),
    Word("not_bought", ("未买过", "没买过"), Takes.NAMES, Span.MAY, at=True),
    Word("last_bought", ("最近消费",), Takes.DAY, at=True),
    Word("first_bought", ("首次消费",), Takes.DAY, at=True),
    # What somebody has.
    Word("points", ("积分",), Takes.COUNT, unit="分"),
    Word("growth", ("成长值",), Takes.COUNT),
    Word("points_debt", ("欠积分",), Takes.COUNT, unit="分"),
    Word("expiring_points", ("到期积分",), Takes.COUNT, Span.MUST, unit="分"),
    Word("stored", ("余额",), Takes.MONEY),
    Word("coupon", ("有券",), Takes.NAMES, bare=True, known_as="coupon_kinds"),
    Word(
        "expiring_coupon", ("到期券",), Takes.NAMES, Span.MUST, bare=True, known_as="coupon_kinds"
    ),
    Word("used_coupon", ("用过券",), Takes.NAMES, Span.MAY, bare=True, known_as="coupon_kinds"),
    Word("preference", ("偏好",), Takes.NAMES, choices=PREFERENCES),
    # What somebody heard from us and told us.
    Word("received", ("收到",), Takes.NAMES, Span.MUST, bare=True, choices=MESSAGES),
    Word("not_received", ("未收到", "没收到"), Takes.NAMES, Span.MUST, bare=True, choices=MESSAGES),
    Word("complaint", ("有未结投诉",), bare=True),
    Word("signed_up", ("报名过",), Takes.NAMES, bare=True, known_as="activities"),
    Word("attended", ("参加过",), Takes.NAMES, bare=True, known_as="activities"),
    # What the shop reckons of somebody.
    Word("stage", ("阶段",), Takes.NAMES, choices=STAGES),
    Word("rfm", ("RFM",), Takes.NAMES, choices=SCORES),
    Word("recency", ("R",), Takes.SCORE),
    Word("frequency", ("F",), Takes.SCORE),
    Word("monetary", ("M",), Takes.SCORE),
    Word("random", ("随机",), Takes.PERCENT, of="seed"),
)
BY_KEY = {word.key: word for word in WORDS}
BY_NAME = {name.casefold(): word for word in WORDS for name in word.names}


def word_named(text: str) -> Word | None:
    return BY_NAME.get(text.casefold())

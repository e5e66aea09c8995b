"""Campaign terms (营销活动规则): what sets a campaign off, for whom, what it does, its limits."""

import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from loyalty.broadcast_contents import WIDE
from loyalty.messages import MessageClass, Topic
from loyalty.shop_file.parts import ShopTerms

JOIN = "join"
# In braces it stands for the coupons that the campaign has just given.
COUPON_PLACE = "券"
TRIGGER = re.compile(
    r"(?P<kind>join|purchase|refund|birthday|tier_up|tier_down|attended"
    r"|dormant|after_purchase|viewed|stage|code|schedule)(?::(?P<about>.+))?"
)
# What stays within what people asked for by joining; the rest is an offer (field-rules D9).
CARING = frozenset(
    {"join", "birthday", "tier_up", "tier_down", "attended", "after_purchase", "refund"}
)
# A ladder of reminders rests for a year when it has been climbed (field-rules D7).
PERIODS = {
    "join": "once",
    "code": "once",
    "birthday": "year",
    "dormant": "365d",
    "schedule": "every",
    "stage": "365d",
    "after_purchase": "30d",
    "viewed": "30d",
}
# What is answered only so many days later.
WAITING = ("after_purchase", "viewed")
# What a job finds by the calendar; all else is noted when it happens.
BY_TIME = ("schedule", "birthday", "dormant")
TIMES = {"birthday": "09:00"}
DORMANT_WINDOW_DAYS = 7
GIFTS = frozenset({"coupon", "points"})


@dataclass(frozen=True, slots=True)
class CampaignMessage(ShopTerms):
    """A message (消息); class and topic where they are others than the campaign's."""

    text: str
    message_class: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class CampaignQuestion(ShopTerms):
    """A question (回访问题) answered by a tap; one of the `bad` answers opens a ticket."""

    question: str
    answers: tuple[str, ...]
    bad: tuple[str, ...] = ()


class Said(NamedTuple):
    """As what a message leaves."""

    message_class: MessageClass
    topic: Topic


ActionValue = int | str | CampaignMessage | CampaignQuestion
ActionTerm = tuple[str, ActionValue]


@dataclass(frozen=True, slots=True)
class CampaignTerms(ShopTerms):
    """A campaign (营销活动) as written; what is None follows from the trigger.

    `per_person`: once, year, month, every (time it is set off), or Nd: so many days of rest.
    `window` days a message stays of use, and a dormant member is still written to. `stock` and
    `budget_fen` bound all effects together; `cost_fen` is what one of them costs. `hold_out`
    percent of the members get nothing, to compare with: the same ones in all campaigns of a
    `hold_out_group`. `mass`: whom no chat is open to may be told by one of the few mass sends a
    month that the platform allows.
    """

    code: str
    trigger: str
    actions: tuple[ActionTerm, ...]
    name: str | None = None
    audience: str | None = None
    message_class: str | None = None
    topic: str | None = None
    otherwise: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    stores: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    per_person: str | None = None
    stock: int | None = None
    budget_fen: int | None = None
    at_budget: str = "stop"
    cost_fen: int | None = None
    hold_out: int = 0
    hold_out_group: str | None = None
    approval: bool = False
    at: str | None = None
    useful_days: int | None = None
    rhythm: bool = False
    stop: str | None = None
    pause_on_complaint: bool = False
    leap_day: str | None = None
    mass: bool = False
    ended: bool = False

    def as_data(self) -> dict[str, object]:
        data = ShopTerms.as_data(self)
        data["actions"] = [
            {name: value.as_data() if isinstance(value, ShopTerms) else value}
            for name, value in self.actions
        ]
        for name, written in (("first_day", "from"), ("last_day", "until")):
            if name in data:
                data[written] = data.pop(name)
        if self.useful_days is not None:
            data["window"] = f"{data.pop('useful_days')}d"
        return data

    @property
    def kind(self) -> str:
        """What sets it off, without what stands behind the colon."""
        return self.trigger.partition(":")[0]

    @property
    def about(self) -> str:
        return self.trigger.partition(":")[2]

    @property
    def days(self) -> int:
        """Of a trigger such as dormant:90d."""
        return int(self.about.removesuffix("d"))

    @property
    def waits_days(self) -> bool:
        """Whether it is set off by something, but answers it some days later."""
        return self.kind in WAITING

    @property
    def title(self) -> str:
        return self.name or self.code

    @property
    def period_rule(self) -> str:
        return self.per_person or PERIODS.get(self.kind, "once")

    @property
    def time_of_day(self) -> str:
        return self.at or TIMES.get(self.kind, "10:00")

    @property
    def says_as(self) -> MessageClass:
        """The class of its messages that say nothing else of themselves."""
        return self.says_of(None, None).message_class

    def says_of(self, own_class: str | None, own_topic: str | None) -> Said:
        """As what a message of this campaign leaves, which may say something else of itself."""
        named_class, topic = own_class or self.message_class, own_topic or self.topic
        caring = MessageClass.CARE if self.kind in CARING else MessageClass.PROMOTION
        said_as = MessageClass(named_class) if named_class else caring
        usual = Topic.CARE if said_as is MessageClass.CARE else Topic.OFFERS
        return Said(said_as, Topic(topic) if topic else usual)

    @property
    def if_unsent(self) -> str | None:
        """A birthday greeting is said at the next contact, then (field-rules D6); and whoever
        stays away has no open chat, but should hear of the gift."""
        is_heard = self.kind == "birthday" or (self.kind == "dormant" and self.gives)
        return self.otherwise or ("first_line" if is_heard else None)

    @property
    def gives(self) -> bool:
        return any(name in GIFTS for name, _ in self.actions)

    @property
    def drawn_as(self) -> str:
        """What stands for the campaign where it is drawn who is held out."""
        return self.hold_out_group or self.code

    def is_over(self, day: date) -> bool:
        return self.ended or (self.last_day is not None and self.last_day < day)

    def holds_on(self, day: date) -> bool:
        return not self.is_over(day) and (self.first_day or day) <= day

    @property
    def answers_buying(self) -> bool:
        """Whether a purchase sets it off, at once or some days after it."""
        return self.answers("purchase") or self.answers("after_purchase")

    def answers(self, trigger: str) -> bool:
        """Whether this sets it off: attended:tasting also what wants any attended, and what waits
        some days the thing itself."""
        wanted = self.kind if self.waits_days else self.trigger
        return wanted in (trigger, trigger.partition(":")[0])


def says_alike(terms: CampaignTerms) -> bool:
    """Whether its messages may go to many by one call: offers by the calendar, the same to all."""
    messages = [
        value if isinstance(value, CampaignMessage) else CampaignMessage(str(value))
        for name, value in terms.actions
        if name == "message"
    ]
    by_calendar = terms.kind in ("schedule", "dormant")
    return by_calendar and all(_is_alike(terms, message) for message in messages)


def _is_alike(terms: CampaignTerms, message: CampaignMessage) -> bool:
    said = terms.says_of(message.message_class, message.topic)
    return "{" not in message.text.translate(WIDE) and said.message_class is MessageClass.PROMOTION

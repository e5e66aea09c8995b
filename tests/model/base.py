"""What every rule of the machine does (步骤): the real call, the model's, and the comparison."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from services.org.tills import Till
from tests.model.comparing import compare, compare_figures, complaints, laws_broken
from tests.model.coupon_model import CouponModel
from tests.model.points_model import Refused
from tests.model.sales_model import Receipt
from tests.model.shop_model import ModelMember, ShopModel
from tests.model.world import PEOPLE, Call, Told, World

Expect = Callable[[Any], object]
# A number that picks one of whatever there is when the rule runs.
PICK = st.integers(0, 11)


@dataclass(frozen=True, slots=True)
class Command:
    """A call that was answered: the same again has the same answer and changes nothing."""

    call: Call
    told: Told
    tells: Callable[[Any], object]
    is_lasting: bool
    # The member it names, where it does.
    about: int | None = None


class Steps(RuleBasedStateMachine):
    """The machine without its rules."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.world.reset()
        self.model = ShopModel(self.world.now, self.world.place_of)
        self.coupons = CouponModel(self.model)
        self.member_nos: dict[str, str] = {}
        self.done: list[Command] = []
        self.dies = ""
        self.number = self.steps = 0

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def member(self, pick: int) -> ModelMember:
        members = list(self.model.members.values())
        return members[pick % len(members)]

    def member_or_none(self, pick: int) -> ModelMember | None:
        members = [*self.model.members.values(), None]
        return members[pick % len(members)]

    def name(self, pick: int) -> str:
        return PEOPLE[pick % len(PEOPLE)]

    def till(self, pick: int) -> Till:
        return self.world.tills[pick % len(self.world.tills)]

    def till_of(self, receipt: Receipt) -> Till:
        return next(till for till in self.world.tills if till.till_no == receipt.till)

    def perform(
        self,
        call: Call,
        expect: Expect,
        *,
        tells: Callable[[Any], object] = repr,
        is_lasting: bool = True,
        about: ModelMember | None = None,
    ) -> Told:
        """Call the shop, first in vain when it is to die; the model says what must come of it."""
        if self.dies:
            self._die(call)
        told = self.world.run(call)
        if told.refusal is None:
            expect(told.value)
            member_id = about.id if about is not None else None
            self.done.append(Command(call, told, tells, is_lasting, member_id))
        else:
            self._expect_refusal(told.refusal, expect)
        self.pass_minutes(1)
        return told

    def pass_minutes(self, minutes: int) -> None:
        self.world.clock.pass_time(minutes=minutes)
        self.model.now = self.world.now

    def repeat(self, command: Command) -> None:
        before = self.world.everything()
        told = self.world.run(command.call)
        assert told.refusal is None, told.refusal
        assert command.tells(told.value) == command.tells(command.told.value)
        assert self.world.everything() == before
        self.pass_minutes(1)

    def _die(self, call: Call) -> None:
        before = self.world.everything()
        self.world.crash(call)
        if self.dies == "restart":
            self.world.reopen()
        assert self.world.everything() == before
        self.dies = ""

    def _expect_refusal(self, refusal: str, expect: Expect) -> None:
        modelled = "nothing"
        try:
            expect(None)
        except Refused as refused:
            modelled = refused.name
        assert modelled == refusal, f"refused as {refusal}, in the model as {modelled}"

    @invariant()
    def books_agree(self) -> None:
        """The figures after each step; everything, which takes longer, after every third."""
        self.steps += 1
        if self.steps % 3 == 0:
            self.compare_everything()
        else:
            self.world.wait_for(compare_figures(self.model))

    def compare_everything(self) -> None:
        self.world.wait_for(compare(self.world.shop, self.model, self.coupons))
        assert self.world.wait_for(laws_broken()) == []

    def unsold(self) -> list[Receipt]:
        return [receipt for receipt in self.model.receipts if receipt.sale is None]

    def teardown(self) -> None:
        self.compare_everything()
        assert self.world.wait_for(complaints(self.world.shop)) == ()

"""The machine (随机店): people, tills, staff and the clock in any order, on a real database."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from services.people.joining import Joined
from tests.model.merge_rules import MergeRules
from tests.model.world import PEOPLE
from tests.shop_parts import join

HOUR, DAY = 60, 24 * 60
STEPS = st.sampled_from([10, HOUR, 5 * HOUR, DAY, 3 * DAY, 8 * DAY, 31 * DAY, 70 * DAY, 200 * DAY])


class ShopMachine(MergeRules):
    @initialize()
    def opens(self) -> None:
        """Two members with something in hand, so that the first step finds something to do."""
        for who in range(2):
            self.joins(who)
            self.tops_up_with(self.member(who), paid=5000, bonus=None)
            self.give(self.member(who), "cake")

    @precondition(lambda self: len(self.model.members) < len(PEOPLE))
    @rule()
    def another_joins(self) -> None:
        self.joins(len(self.model.members))

    def joins(self, who: int) -> None:
        name = self.name(who)
        person = self.world.person(name)

        def expect(joined: Joined) -> None:
            member_id = self.world.person(name).member_id
            assert member_id is not None
            self.model.join(name, member_id)
            [coupon] = joined.coupons
            self.coupons.issue("welcome", self.model.members[name], coupon.code)
            self.member_nos[name] = joined.member_no

        self.perform(
            lambda shop: join(shop, person),
            expect,
            tells=lambda joined: joined.member_no,
            is_lasting=False,
        )

    @rule(minutes=STEPS)
    def time_passes(self, minutes: int) -> None:
        """The clock jumps, then every job of the night runs, in the order of the timetable."""
        self.done = [command for command in self.done if command.is_lasting]
        self.pass_minutes(minutes)
        self.world.run_jobs()
        for member in self.model.everybody:
            member.points.lapse(self.model.today)
            member.wallet.expire_holds(self.model.now)
            member.wallet.lapse_bonus(self.model.today)
        self.model.credit_due()
        self.model.void_overdue()
        self.coupons.settle_due()
        self.coupons.return_lapsed()

    @precondition(lambda self: self.done)
    @rule()
    def last_is_repeated(self) -> None:
        self.repeat(self.done[-1])

    @precondition(lambda self: self.done)
    @rule(pick=st.integers(0, 50))
    def old_is_repeated(self, pick: int) -> None:
        lasting = [command for command in self.done if command.is_lasting]
        if lasting:
            self.repeat(lasting[pick % len(lasting)])

    @rule(how=st.sampled_from(["crash", "restart"]))
    def dies_in_the_next_step(self, how: str) -> None:
        self.dies = how

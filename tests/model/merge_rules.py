"""Rules of merges (合并步骤): two members become one, spend what both had, and are two again."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.merges.merging import merge_members, undo_merge
from storage.sql import rows
from tests.model.base import PICK
from tests.model.composed_rules import ComposedRules
from tests.model.merge_model import MergeModel, ModelMerge
from tests.model.sales_model import Back, Goods
from tests.model.shop_model import ModelMember

AMOUNTS = st.sampled_from([333, 1999, 4001])
RESTORED = "SELECT 1 AS one FROM tier_changes WHERE key = $1"


class MergeRules(ComposedRules):
    def __init__(self) -> None:
        super().__init__()
        self.merging = MergeModel(self.model, self.coupons)

    @precondition(lambda self: len(self.who_is_there()) > 1)
    @rule(pick=PICK, other=PICK)
    def merges(self, pick: int, other: int) -> None:
        there = self.who_is_there()
        self.merges_two(there[pick % len(there)], there[other % len(there)])

    def merges_two(self, kept: ModelMember, merged: ModelMember) -> None:
        key = f"merge:{self.next_number()}"

        def expect(told: Any) -> None:
            self.merging.refuse(kept, merged)
            assert told is not None
            self.merging.merge(kept, merged, told.merge_id)

        told = self.perform(
            lambda shop: merge_members(
                shop, kept.id, merged.id, by="staff:1", reason="same", key=key
            ),
            expect,
        )
        if told.refusal is None:
            self.forget_messages_of(merged)

    @precondition(lambda self: self.merging.merges)
    @rule(pick=PICK)
    def parts(self, pick: int) -> None:
        self.parts_two(self.merging.merges[-1 - pick % len(self.merging.merges)])

    def parts_two(self, merge: ModelMerge) -> None:
        key = f"part:{self.next_number()}"

        def expect(told: Any) -> None:
            self.merging.refuse_parting(merge)
            assert told is not None
            found = self.world.wait_for(rows(RESTORED, f"tier:unmerge:{merge.id}"))
            place = self.world.place_of(merge.kept.id)
            self.merging.part(merge, is_restored=bool(found), place=place)

        told = self.perform(lambda shop: undo_merge(shop, merge.id, by="staff:1", key=key), expect)
        if told.refusal is None:
            self.forget_messages_of(merge.kept, merge.merged)

    @precondition(lambda self: len(self.who_is_there()) > 1)
    @rule(pick=PICK, amount=AMOUNTS, part=st.sampled_from([1, 107, 333, 1500]), last=st.booleans())
    def pays_with_what_both_had(self, pick: int, amount: int, part: int, last: bool) -> None:
        """Merged, paid with the money and the points of both, parted, and then returned."""
        there = self.who_is_there()
        kept, merged = there[pick % len(there)], there[(pick + 1) % len(there)]
        self.tops_up_with(merged, paid=3000, bonus=None)
        self.merges_two(kept, merged)
        receipt = self.new_receipt(self.till(pick), (Goods("beans", "beans", 2, 1650),))
        self.hold_for(receipt, kept, amount)
        self.report(receipt, None)
        self.pays_as_quoted((Goods("latte", "coffee", 2, 1650),), pick, pick, typed=[], tens=6)
        paid = [receipt, *self.model.receipts[-1:]]
        if not last:
            self.give_back(receipt, Back(f"F-{self.next_number()}", money=part))
        if self.merging.merges:
            self.parts_two(self.merging.merges[-1])
        for returned in paid:
            self.give_back(returned, Back(f"F-{self.next_number()}", money=part))

    def who_is_there(self) -> list[ModelMember]:
        return list(dict.fromkeys(self.model.members.values()))

    def forget_messages_of(self, *members: ModelMember) -> None:
        """What a member sent is answered to whoever they are by now."""
        ids = {member.id for member in members}
        self.done = [command for command in self.done if command.about not in ids]

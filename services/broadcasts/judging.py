"""Judging many (批量判断): the gate asked for a chunk of a group send, in slices.

A process that also answers members is held up by a slice only.
"""

from collections.abc import Sequence

from loyalty.send_gate_values import Outgoing, Verdict
from services.messages.gate import judge
from services.shop import Shop

SLICE = 1000


async def judge_many(
    shop: Shop, outgoing: Sequence[Outgoing], *, rehearses: bool = False
) -> dict[int, Verdict]:
    """As the gate answers; of one member's messages in two slices the claim judges again."""
    verdicts: dict[int, Verdict] = {}
    for start in range(0, len(outgoing), SLICE):
        piece = outgoing[start : start + SLICE]
        verdicts |= await judge(shop, piece, rehearses=rehearses)
    return verdicts

"""Top-ups withdrawn (撤销充值): which one is found, and which are found used."""

import pytest

from services.shop import Shop
from services.wallet.card_refunds import PaymentUnderWay
from services.wallet.withdrawals import TopUpUsed, topup_to_withdraw
from storage.transactions import transactional
from tests.services.purses import Counter, a_counter


async def found(counter: Counter) -> int:
    row = await transactional(topup_to_withdraw)(counter.shop, counter.member_id)
    return int(row["id"])


async def test_the_newest_top_up_of_which_nothing_is_used_is_found(shop: Shop) -> None:
    counter = await a_counter(shop)
    numbers = [(await counter.top_up(1_000, 100)).answer["topup_id"] for _ in range(3)]
    await counter.pay(1_500)
    assert await found(counter) == numbers[2]
    await counter.pay(1_000)
    with pytest.raises(TopUpUsed):
        await found(counter)


async def test_a_top_up_something_is_held_of_waits(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(1_000)
    await counter.hold(10)
    with pytest.raises(PaymentUnderWay):
        await found(counter)

"""Heats (一轮): for each kind of race, who starts and how many of them can win."""

import itertools
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from loyalty.member_codes import STEPS_ACCEPTED, USES_PER_STEP, show_member_code, step_at
from loyalty.person import Person
from loyalty.receipts import Receipt, minutes_at, sign_receipt
from services.coupons.issuing import issue_coupon
from services.ledger.points import earn_points
from services.loading import load_shop
from services.org.tills import Till
from services.shop import Shop
from services.wallet.topups import TopUpRequest, top_up
from storage.sql import change, row
from storage.transactions import transactional
from tests.faults.race_parts import TILL
from tests.services.activating import local
from tests.shop_parts import a_member, a_till

FEW = 7
PRICE_POINTS = 10
PRICE_FEN = 1000
PLENTY = 10_000_000
WELCOME_POINTS = 50
SHOP = {
    "coupon_kinds": [
        {"code": "race", "name": "券", "kind": "exchange", "item": "x", "valid": "9d"}
    ],
    "rewards": [
        {"code": "few", "name": "抢", "points": PRICE_POINTS, "coupon": "race", "stock": FEW},
        {"code": "many", "name": "换", "points": PRICE_POINTS, "coupon": "race"},
    ],
}


@dataclass(frozen=True, slots=True)
class Heat:
    """`run` is what each client does with its own facts."""

    run: str
    clients: Sequence[dict[str, Any]]
    winners: int


@dataclass(frozen=True, slots=True)
class Track:
    shop: Shop
    till: Till
    people: Sequence[Person]
    numbers: Iterator[int]


async def prepare_track(shop: Shop, clients: int) -> Track:
    """A till, a crowd of members with plenty of points, and things to race for."""
    await load_shop(shop, SHOP)
    await shop.keep_up()
    till = await a_till(shop, TILL)
    people = [await a_member(shop, f"racer-{number}") for number in range(clients)]
    for person in people:
        await give_points(shop, person, PLENTY)
    return Track(shop, till, people, itertools.count(1))


@transactional
async def give_points(shop: Shop, person: Person, points: int) -> None:
    assert person.member_id is not None
    cause = {"what": "join", "campaign": "race"}
    key = f"race:{person.member_id}"
    await earn_points(shop, person.member_id, points, key=key, cause=cause, occurred_at=shop.now())


async def one_coupon(track: Track, clients: int) -> Heat:
    """A coupon and a hundred receipts that want to use it."""
    number, owner = next(track.numbers), track.people[0]
    code = await give_coupon(track.shop, owner, f"race:{number}")
    receipts = [f"C{number}-{client}" for client in range(clients)]
    return Heat("redeem", [{"code": code, "receipt_no": receipt} for receipt in receipts], 1)


@transactional
async def give_coupon(shop: Shop, person: Person, key: str) -> str:
    assert person.member_id is not None
    coupon = await issue_coupon(shop, person.member_id, "race", key=key)
    assert coupon is not None
    return coupon.code


async def one_receipt(track: Track, clients: int) -> Heat:
    """A receipt the till signed by itself, and a hundred members who scan it."""
    shop, till = track.shop, track.till
    receipt = Receipt(
        epoch=till.epoch,
        till_no=till.till_no,
        sequence=next(track.numbers),
        minutes=minutes_at(shop.now()),
        amount_fen=3200,
    )
    brand, environment = shop.rules.brand_code, shop.environment
    token = sign_receipt(receipt, till.key, brand=brand, environment=environment)
    people = track.people[:clients]
    return Heat("claim", [{"token": token, "person": asdict(person)} for person in people], 1)


async def one_wallet(track: Track, clients: int) -> Heat:
    """Stored value for seven, and a hundred receipts that want to hold some."""
    number = next(track.numbers)
    person = await a_member(track.shop, f"payer-{number}")
    codes = codes_of(track.shop, person)
    request = TopUpRequest(
        topup_no=f"T{number}",
        member_code=codes.pop(),
        paid_fen=FEW * PRICE_FEN - 500,
        bonus_fen=500,
        fingerprint=f"T{number}",
    )
    await top_up(track.shop, track.till, request)
    wanted = [
        {
            "receipt_no": f"W{number}-{client}",
            "member_code": codes[client % len(codes)],
            "amount_fen": PRICE_FEN,
        }
        for client in range(clients)
    ]
    return Heat("spend", wanted, FEW)


def codes_of(shop: Shop, person: Person) -> list[str]:
    """Every code of the member that is good in this minute."""
    assert person.member_id is not None
    key = shop.keys.key("member_code")
    step = step_at(int(shop.clock.machine_now().timestamp()))
    return [
        show_member_code(key, person.member_id, step=step - back, uses=uses)
        for back in range(STEPS_ACCEPTED)
        for uses in range(USES_PER_STEP)
    ]


async def one_balance(track: Track, clients: int) -> Heat:
    """Points for seven, and a hundred messages that want to give them for something."""
    number = next(track.numbers)
    person = await a_member(track.shop, f"spender-{number}")
    await give_points(track.shop, person, FEW * PRICE_POINTS - WELCOME_POINTS)
    return Heat("take", [taking(person, "many", number, n) for n in range(clients)], FEW)


async def last_seven(track: Track, clients: int) -> Heat:
    """A stock of seven, and a hundred members with points enough."""
    number = next(track.numbers)
    await empty_counter("reward:few")
    takers = enumerate(track.people[:clients])
    return Heat("take", [taking(person, "few", number, n) for n, person in takers], FEW)


@transactional
async def empty_counter(name: str) -> None:
    await change("UPDATE counters SET used = 0 WHERE name = $1", name)


async def two_become_one(track: Track, clients: int) -> Heat:
    """Points for seven on each of two memberships, and a hundred messages while they are merged."""
    number = next(track.numbers)
    both = [await a_member(track.shop, f"twin-{number}-{one}") for one in range(2)]
    for person in both:
        await give_points(track.shop, person, FEW * PRICE_POINTS - WELCOME_POINTS)
    takers = [taking(both[n % 2], "many", number, n) for n in range(clients)]
    kept, merged = both
    merging = {"kept_id": kept.member_id, "member_id": merged.member_id, "key": f"twins:{number}"}
    place = clients // 3
    # Delivered twice, as messages are: it happens once and is told twice.
    return Heat("be_one", [*takers[:place], merging, merging, *takers[place:]], 2 * FEW + 2)


async def last_seats(track: Track, clients: int) -> Heat:
    """An activity of seven seats without a waiting list, and a hundred members."""
    shop, code = track.shop, f"race-{next(track.numbers)}"
    starts = shop.now() + timedelta(days=1)
    times = {"starts": local(shop, starts), "until": local(shop, starts + timedelta(hours=1))}
    activity = {"code": code, "name": "抢", "place": "店", "seats": FEW, "waiting_list": False}
    await load_shop(shop, {"activities": [{**activity, **times, "notice": False}]})
    found = await row("SELECT id FROM activities WHERE code = $1", code)
    assert found is not None
    guests = [asdict(person) for person in track.people[:clients]]
    return Heat("sign_up", [{"person": one, "number": found["id"]} for one in guests], FEW)


def taking(person: Person, reward: str, number: int, client: int) -> dict[str, Any]:
    return {"member_id": person.member_id, "reward": reward, "key": f"race:{number}:{client}"}


HEATS: dict[str, Callable[[Track, int], Awaitable[Heat]]] = {
    "coupon": one_coupon,
    "receipt": one_receipt,
    "wallet": one_wallet,
    "balance": one_balance,
    "stock": last_seven,
    "seats": last_seats,
    "merge": two_become_one,
}

"""Sales of the pretend till (销售): a basket of goods becomes a receipt with its number."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.clock import machine_unix
from sandbox.records import JsonObject, Receipt
from sandbox.stage.door import StageFault
from sandbox.stage.enrolment import Enrolment
from sandbox.stage.qr import qr_address
from sandbox.world import World

CHINA = ZoneInfo("Asia/Shanghai")
KEPT_RECEIPTS = 200
MOST_OF_ONE = 999
FIRST_SECOND = 1_577_836_800


@dataclass(frozen=True, slots=True)
class BasketLine:
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Basket:
    """With a quote it is paid as quoted; `stored_fen` of that is what the till holds already."""

    lines: list[BasketLine]
    member_code: str = ""
    quote_id: str = ""
    paid_fen: int | None = None
    receipt_no: str = ""
    stored_fen: int = 0
    steps: list[JsonObject] = field(default_factory=list)


def new_receipt(world: World, enrolment: Enrolment, basket: Basket) -> Receipt:
    lines = lines_of(world, basket.lines)
    total_fen = sum(line["amount_fen"] for line in lines)
    body: JsonObject = {
        "receipt_no": basket.receipt_no or new_number(world, enrolment),
        "paid_at": shop_time(world),
        "lines": lines,
        "paid_fen": total_fen if basket.paid_fen is None else basket.paid_fen,
    }
    receipt = _kept(
        world,
        Receipt(
            body["receipt_no"], enrolment.till, body, "unclaimed", body["paid_fen"], _now(world)
        ),
    )
    receipt.steps, receipt.stored_fen = basket.steps, basket.stored_fen
    return receipt


def keep_slip(world: World, till: str, *, kind: str, number: str, amount_fen: int) -> Receipt:
    """Paper that is no sale: a top-up, a refund."""
    slip = Receipt(number, till, {"lines": []}, "done", amount_fen, _now(world))
    slip.kind = kind
    world.changed()
    return _kept(world, slip)


def new_number(world: World, enrolment: Enrolment, letter: str = "") -> str:
    world.state.till.receipt_count += 1
    sold_at = world.clock.now().astimezone(CHINA)
    count = world.state.till.receipt_count
    kind = f"{letter}-" if letter else ""
    return f"{kind}{enrolment.till}-{sold_at:%Y%m%d%H%M%S}-{count:04d}"


def shop_time(world: World) -> str:
    return _in_china(_now(world))


def next_sequence(world: World, enrolment: Enrolment) -> int:
    """Counted per epoch, from the seconds since 2020: a wiped sandbox must not repeat any."""
    sequences = world.state.till.sequences
    name = f"{enrolment.till}/{enrolment.epoch}"
    first = machine_unix() - FIRST_SECOND
    sequences[name] = sequences.get(name, first) + 1
    return sequences[name]


def receipt_shown(receipt: Receipt) -> JsonObject:
    shown: JsonObject = {
        "receipt_no": receipt.receipt_no,
        "state": receipt.state,
        "amount_fen": receipt.amount_fen,
        "at": _in_china(receipt.made_at),
        "sequence": receipt.sequence,
        "lines": receipt.request["lines"],
        "kind": receipt.kind,
        "steps": receipt.steps,
        "stored_fen": receipt.stored_fen,
        "refunded_fen": receipt.refunded_fen,
        "answer": receipt.answer,
        "claim_url": receipt.claim_url or None,
        "qr_url": qr_address(receipt.claim_url) if receipt.claim_url else None,
    }
    return shown


def lines_of(world: World, lines: list[BasketLine]) -> list[JsonObject]:
    """`amount_fen` of a line is for its whole quantity."""
    goods = {entry.sku: entry for entry in world.config.goods}
    if not lines or any(line.sku not in goods for line in lines):
        raise StageFault(400, "lines: each needs a sku of the goods")
    if any(not 1 <= line.quantity <= MOST_OF_ONE for line in lines):
        raise StageFault(400, f"quantity: 1 to {MOST_OF_ONE}")
    return [
        {
            "sku": line.sku,
            "name": goods[line.sku].name,
            "category": goods[line.sku].category,
            "quantity": line.quantity,
            "amount_fen": goods[line.sku].amount_fen * line.quantity,
        }
        for line in lines
    ]


def _kept(world: World, receipt: Receipt) -> Receipt:
    world.state.till.receipts.append(receipt)
    del world.state.till.receipts[:-KEPT_RECEIPTS]
    return receipt


def _now(world: World) -> datetime:
    return world.clock.now().replace(microsecond=0)


def _in_china(moment: datetime) -> str:
    return moment.astimezone(CHINA).isoformat()

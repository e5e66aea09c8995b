"""Sales of the pretend till (销售): a basket of goods becomes a receipt with its number."""

from dataclasses import dataclass
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
    lines: list[BasketLine]
    member_code: str = ""


def new_receipt(world: World, enrolment: Enrolment, basket: Basket) -> Receipt:
    lines = _lines(world, basket)
    till, now = world.state.till, world.clock.now().replace(microsecond=0)
    till.receipt_count += 1
    sold_at = now.astimezone(CHINA)
    receipt_no = f"{enrolment.till}-{sold_at:%Y%m%d%H%M%S}-{till.receipt_count:04d}"
    amount_fen = sum(line["amount_fen"] for line in lines)
    body: JsonObject = {
        "receipt_no": receipt_no,
        "paid_at": sold_at.isoformat(),
        "lines": lines,
        "paid_fen": amount_fen,
    }
    receipt = Receipt(receipt_no, enrolment.till, body, "unclaimed", amount_fen, made_at=now)
    till.receipts.append(receipt)
    del till.receipts[:-KEPT_RECEIPTS]
    return receipt


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
        "claim_url": receipt.claim_url or None,
        "qr_url": qr_address(receipt.claim_url) if receipt.claim_url else None,
    }
    return shown


def _in_china(moment: datetime) -> str:
    return moment.astimezone(CHINA).isoformat()


def _lines(world: World, basket: Basket) -> list[JsonObject]:
    """`amount_fen` of a line is for its whole quantity."""
    goods = {entry.sku: entry for entry in world.config.goods}
    if not basket.lines or any(line.sku not in goods for line in basket.lines):
        raise StageFault(400, "lines: each needs a sku of the goods")
    if any(not 1 <= line.quantity <= MOST_OF_ONE for line in basket.lines):
        raise StageFault(400, f"quantity: 1 to {MOST_OF_ONE}")
    return [
        {
            "sku": line.sku,
            "name": goods[line.sku].name,
            "category": goods[line.sku].category,
            "quantity": line.quantity,
            "amount_fen": goods[line.sku].amount_fen * line.quantity,
        }
        for line in basket.lines
    ]

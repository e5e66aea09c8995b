"""The example till of the documentation (示例收银台), run as it stands before a real server."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.contract.bench import Bench
from tests.contract.installation import ROOT
from tests.contract.till import line, purchase

SCRIPT = ROOT / "docs" / "examples" / "online_till.py"


@pytest.fixture
def enrolment_file(bench: Bench, tmp_path: Path) -> Path:
    path = tmp_path / "till.json"
    path.write_text(json.dumps(asdict(bench.shop.enrolments["cd01-1"])))
    return path


def written(folder: Path, content: Any) -> str:
    path = folder / "body.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return str(path)


async def run(bench: Bench, enrolment_file: Path, *words: str) -> tuple[int | None, Any]:
    """Exit code, and what was printed."""
    arguments = [str(SCRIPT), str(enrolment_file), bench.shop.urls[0], *words]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaint = await process.communicate()
    return process.returncode, json.loads(printed) if printed else complaint.decode()


async def test_it_sells_to_a_member_at_the_best_price_and_gives_back(
    bench: Bench, enrolment_file: Path
) -> None:
    phone = await bench.member()
    code, basket = await bench.member_code(phone), written(enrolment_file.parent, [line(6000)])
    exit_code, sold = await run(bench, enrolment_file, "sell", code, basket)
    assert exit_code == 0, sold
    assert (sold["purchase"]["paid_fen"], sold["answer"]["points_earned"]) == (5000, 50)
    assert sold["member"]["member_no"] == sold["answer"]["member"]["member_no"]
    number = sold["purchase"]["receipt_no"]
    exit_code, back = await run(bench, enrolment_file, "refund", number, "5000")
    assert (exit_code, back["points_reversed"], back["points_balance"]) == (0, 50, 50)
    exit_code, words = await run(bench, enrolment_file, "refund", number, "1")
    assert exit_code == 1
    assert words.startswith("refunds: 422 ")
    exit_code, words = await run(bench, enrolment_file, "sell", code, basket)
    assert exit_code == 1
    assert words.startswith("members/identify: 410 ")


async def test_it_reports_a_purchase_and_repeats_it(bench: Bench, enrolment_file: Path) -> None:
    body = written(enrolment_file.parent, purchase(3200))
    first, again = [await run(bench, enrolment_file, "call", "purchases", body) for _ in range(2)]
    assert (first[0], first[1]["points_earned"]) == (0, 32)
    assert again == first

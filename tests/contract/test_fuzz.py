"""An OpenAPI fuzzer (模糊测试) that knows nothing but the description, before a real server.

Schemathesis runs as a program of its own. SHUKE_RIG_SCALE=20 lets it try twenty times as much,
SHUKE_RIG_SEED another way.
"""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.contract.bench import Bench
from tests.contract.rig import scale
from tests.contract.signing_proxy import DESCRIPTION, signing_proxy

SEED = os.environ.get("SHUKE_RIG_SEED", "20270131")
PATIENCE_SECONDS = 240 * scale(1)
CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
# What is well-formed must not be called malformed. ASCII only: what is printable beyond depends
# on the edition of Unicode, and a schema cannot say it.
WELL_FORMED = ["--mode=positive", "--generation-codec=ascii", f"--max-examples={scale(20)}"]
ANYTHING = ["--exclude-checks=positive_data_acceptance", f"--max-examples={scale(15)}"]
RUNS = {"well-formed": WELL_FORMED, "anything": ANYTHING}


async def fuzz(url: str, options: list[str], directory: Path) -> tuple[int | None, str]:
    """Exit code and report of one run."""
    tool = [sys.executable, "-m", "schemathesis.cli", f"--config-file={CONFIGURATION}", "run"]
    fixed = [f"--seed={SEED}", "--generation-database=none", "--no-color", "--no-shrink"]
    process = await asyncio.create_subprocess_exec(
        *(*tool, *fixed, *options, url + DESCRIPTION),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=directory,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, printed.decode()


@pytest.mark.parametrize("options", RUNS.values(), ids=RUNS)
async def test_a_fuzzer_finds_no_answer_that_is_not_described(
    bench: Bench, options: list[str], tmp_path: Path
) -> None:
    errors = bench.shop.errors()
    async with signing_proxy(bench, bench.till("cd01-3")) as (proxy, url):
        exit_code, report = await fuzz(url, options, tmp_path)
    for (call, status), times in sorted(proxy.answered.items()):
        print(f"{times:6} {status} {call}")
    assert exit_code == 0, report
    assert bench.shop.errors() == errors
    succeeded = {call for call, status in proxy.answered if status in (200, 201)}
    assert len(succeeded) >= 8, "it hardly ever got past a first look-up"


async def test_the_ledger_adds_up_after_all_that(bench: Bench) -> None:
    bench.shop.verify()

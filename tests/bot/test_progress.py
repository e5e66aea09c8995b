"""Progress (进度): a bar before somebody's eyes, a line now and then in a log."""

import pytest

from bot import progress
from bot.progress import Progress


def test_nobody_watching_reads_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_LOGGED", 0.0)
    bar = Progress("backup")
    bar.begin(4000)
    bar.add(1000)
    bar.finish()
    line = f"backup [{'#' * 7}{'.' * 23}] 1,000 of 4,000\n"
    assert capsys.readouterr().err == line


def test_somebody_watching_sees_a_bar_that_fills(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    bar = Progress("restore")
    bar.begin(0)
    bar.add(7)
    bar.finish()
    assert capsys.readouterr().err == f"\rrestore [{'#' * 30}] 7 of 1\n"

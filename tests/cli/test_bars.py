"""Progress bars on a terminal of a few rows."""

from __future__ import annotations

import io

from rich.console import Console

from ocr_service.cli.bars import Bars


def _shown(bars: Bars) -> list[str]:
    return [task.description for task in bars._progress.tasks if task.visible]


def test_no_more_bars_are_shown_than_there_are_rows_and_others_move_up() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, height=6)
    with Bars(console, total=5) as bars:
        begun = [bars.begin(f"{number}.pdf") for number in range(5)]
        assert _shown(bars) == ["all", "0.pdf", "1.pdf", "2.pdf"]
        bars.end(begun[1])
        assert _shown(bars) == ["all", "0.pdf", "2.pdf", "3.pdf"]
        for bar in (begun[0], *begun[2:]):
            bars.end(bar)
        assert _shown(bars) == ["all"]
        [whole] = [task for task in bars._progress.tasks if task.description == "all"]
        assert (whole.completed, whole.total) == (5, 5)


def test_a_single_document_has_one_bar() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, height=24)
    with Bars(console, total=1) as bars:
        bars.begin("a.pdf")
        assert _shown(bars) == ["a.pdf"]

"""Progress on a terminal: one bar for all documents with the time that is left, and one for each that is being read."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeft

_OTHER_ROWS = 3  # the bar for all, and room for a message


class Bars:
    """``with Bars(console, total=12) as bars``. No more bars than the terminal has rows; the rest is counted."""

    def __init__(self, console: Console, *, total: int) -> None:
        self.console = console
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TimeElapsedColumn(),
            TimeLeft(),
            TextColumn("{task.fields[state]}", markup=False),
            console=console,
        )
        self._all = self._progress.add_task("all", total=total, unit="documents", state="", visible=total > 1)
        self._shown: list[TaskID] = []

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._progress.stop()

    def begin(self, name: str, state: str = "") -> TaskID:
        bar = self._progress.add_task(name, total=None, unit="pages", state=state, visible=False)
        self._shown.append(bar)
        self._arrange()
        return bar

    def end(self, bar: TaskID) -> None:
        """A document is done, well or not."""
        self._shown.remove(bar)
        self._progress.remove_task(bar)
        self._progress.advance(self._all)
        self._arrange()

    def pages(self, bar: TaskID, *, total: int | None = None, completed: int | None = None) -> None:
        self._progress.update(bar, total=total, completed=completed)

    def state(self, bar: TaskID, state: str) -> None:
        self._progress.update(bar, state=state)

    def say(self, message: str, style: str) -> None:
        self.console.print(message, style=style, markup=False, soft_wrap=True)

    def _arrange(self) -> None:
        room = max(1, self.console.height - _OTHER_ROWS)
        for place, bar in enumerate(self._shown):
            self._progress.update(bar, visible=place < room)

"""How many places of a page are read again: a page of noise must not take a minute. What is left out is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Budget:
    """So many more places; ``ended``: one more was wanted than there were."""

    left: int
    ended: bool = False

    def take(self) -> bool:
        """Whether one more may be read."""
        if not self.left:
            self.ended = True
            return False
        self.left -= 1
        return True


@dataclass(frozen=True, slots=True)
class RereadBudgets:
    """Those of one page. Cells and words take 10 ms each, chunks of Latin words 15 ms."""

    cells: Budget = field(default_factory=lambda: Budget(120))
    words: Budget = field(default_factory=lambda: Budget(60))
    chunks: Budget = field(default_factory=lambda: Budget(150))
    marks: Budget = field(default_factory=lambda: Budget(80))

    def warnings(self) -> Iterator[str]:
        """What more there was to read again."""
        kinds = (
            (self.cells, "cells"),
            (self.words, "words in two alphabets"),
            (self.chunks, "words"),
            (self.marks, "raised marks"),
        )
        for budget, what in kinds:
            if budget.ended:
                yield f"more doubtful {what} than are read again on one page: some are as they were read first"

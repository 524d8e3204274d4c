"""Stands in for the package of that name: this folder is on a service's PYTHONPATH, where the layout process finds it.

A page is one region. In the folder PADDLE_FAKE each look at a page is a line of the file ``asked``, the process's id.
While the file ``held`` is locked, no look from the number in it on comes to its end; ``holds`` says that there is one.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any


class LayoutDetection:
    def __init__(self, **options: Any) -> None:
        folder = Path(os.environ["PADDLE_FAKE"])
        self._asked, self._held, self._holds = folder / "asked", folder / "held", folder / "holds"

    def predict(self, pages: list[Any], **options: Any) -> list[dict[str, Any]]:
        return [{"boxes": self._boxes(pixels)} for pixels in pages]

    def _boxes(self, pixels: Any) -> list[dict[str, Any]]:
        if pixels.min() == pixels.max():  # the look at nothing, before the first page
            return []
        with self._asked.open("a+") as asked:
            asked.write(f"{os.getpid()}\n")
            asked.seek(0)
            number = len(asked.readlines())
        if self._held.exists():
            with self._held.open() as held:
                if number >= int(held.read()):
                    self._holds.touch()
                    fcntl.flock(held, fcntl.LOCK_SH)
        height, width = pixels.shape[:2]
        return [{"label": "text", "score": 0.9, "coordinate": [0, 0, width, height]}]

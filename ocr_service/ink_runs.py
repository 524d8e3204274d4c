"""Stretches of ink in a row of flags, such as the inked columns of a line: letters, words, rulings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Run = tuple[int, int]  # start and end in pixels, the end exclusive


def ink_runs(inked: npt.NDArray[np.bool_]) -> list[Run]:
    """The runs of ``inked`` flags, in their order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inked, [False])).astype(np.int8))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))

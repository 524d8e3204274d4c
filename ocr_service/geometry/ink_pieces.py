"""The pieces of a picture's ink: its connected components, diagonals included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray
from ocr_service.geometry.components import components

Stats = npt.NDArray[np.int32]  # n x 5, a piece of ink each: x, y, width, height, pixels


@dataclass(frozen=True, slots=True)
class LabelledInk:
    """The pieces of a page's ink, and for each pixel the index of its piece in ``stats`` plus 1; 0 is no ink."""

    stats: Stats
    labels: npt.NDArray[np.int32]

    @staticmethod
    def of(ink: Gray) -> LabelledInk:
        """Those of ``ink``, which is all that is not 0."""
        labels: npt.NDArray[np.int32] = components(ink)[1].astype(np.int32, copy=False)
        return LabelledInk(_stats(ink, labels), labels)

    def mask(self, which: npt.NDArray[np.bool_]) -> Gray:
        """The pixels (255) of these pieces."""
        levels = np.concatenate(([0], np.where(which, 255, 0))).astype(np.uint8)
        pixels: Gray = levels[self.labels]
        return pixels


def ink_stats(ink: Gray) -> Stats:
    """The pieces of ``ink``, which is all that is not 0, of any size."""
    return LabelledInk.of(ink).stats


def _stats(ink: Gray, labels: npt.NDArray[np.int32]) -> Stats:
    """What OpenCV's ``connectedComponentsWithStats`` says of the pieces, in a third of its time.

    OpenCV looks at each pixel, of which few are ink. This looks at each run of ink in a row.
    """
    height, width = ink.shape
    framed = np.zeros((height, width + 2), bool)  # each row begins and ends with paper
    np.not_equal(ink, 0, out=framed[:, 1:-1])
    pixels = framed.ravel()
    edges = np.flatnonzero(pixels[1:] != pixels[:-1])
    y, first = np.divmod(edges[::2], width + 2)
    end = first + edges[1::2] - edges[::2]
    piece = labels[y, first] - 1
    count = int(piece.max(initial=-1)) + 1
    left, top, right, bottom = (np.full(count, bound, np.int64) for bound in (width, height, 0, 0))
    np.minimum.at(left, piece, first)
    np.minimum.at(top, piece, y)
    np.maximum.at(right, piece, end)
    np.maximum.at(bottom, piece, y + 1)
    area = np.bincount(piece, weights=end - first, minlength=count)
    return np.stack([left, top, right - left, bottom - top, area], axis=1).astype(np.int32)

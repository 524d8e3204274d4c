"""Connected components of a picture, also of one without pixels, at which OpenCV 5.0.0 ends the process."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int32]  # height x width: for each pixel its component, 0 for the background


def components(picture: npt.NDArray[Any], connectivity: int = 8) -> tuple[int, Labels]:
    """How many components there are, the background among them, and which one each pixel is of."""
    if not picture.size:
        return 1, np.zeros(picture.shape, np.int32)
    count, labels = cv2.connectedComponents(picture, connectivity=connectivity)
    return count, labels.astype(np.int32, copy=False)


def components_with_stats(
    picture: npt.NDArray[Any], connectivity: int = 8
) -> tuple[int, Labels, npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """The same with each component's x, y, width, height and pixels (n x 5), and its middle (n x 2)."""
    if not picture.size:
        return 1, np.zeros(picture.shape, np.int32), np.zeros((1, 5), np.int32), np.zeros((1, 2))
    count, labels, stats, centres = cv2.connectedComponentsWithStats(picture, connectivity=connectivity)
    return (
        count,
        labels.astype(np.int32, copy=False),
        stats.astype(np.int32, copy=False),
        centres.astype(np.float64, copy=False),
    )

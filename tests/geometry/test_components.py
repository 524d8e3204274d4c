"""Connected components of any picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.geometry.components import components, components_with_stats


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0)])
def test_a_picture_without_pixels_has_the_background_alone(shape: tuple[int, int]) -> None:
    picture = np.zeros(shape, np.uint8)
    count, labels, stats, centres = components_with_stats(picture)
    assert (count, labels.shape, stats.shape, centres.shape) == (1, shape, (1, 5), (1, 2))
    assert components(picture)[0] == 1


@pytest.mark.parametrize("connectivity", [4, 8])
def test_others_are_those_of_opencv(connectivity: int) -> None:
    picture = np.zeros((20, 20), np.uint8)
    picture[2:5, 3:9] = picture[5:8, 9:12] = 255
    count, labels, stats, centres = components_with_stats(picture, connectivity)
    known = cv2.connectedComponentsWithStats(picture, connectivity=connectivity)
    assert count == known[0] == {4: 3, 8: 2}[connectivity]
    assert np.array_equal(labels, known[1])
    assert np.array_equal(stats, known[2])
    assert np.allclose(centres, known[3])
    assert components(picture)[0] == 2

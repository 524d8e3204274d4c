from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_service.document import Gray
from ocr_service.geometry.ink_pieces import LabelledInk, ink_stats


def _noise(share: float) -> Gray:
    return (np.random.default_rng(7).random((90, 130)) < share).astype(np.uint8) * 255


def _letters() -> Gray:
    ink = np.zeros((90, 400), np.uint8)
    cv2.putText(ink, "Ink: pieces, i's", (0, 60), cv2.FONT_HERSHEY_TRIPLEX, 1.4, 255, 2)
    ink[0, 0] = ink[-1, -1] = ink[40, -1] = 255
    return ink


@pytest.mark.parametrize(
    "ink",
    [_noise(0.05), _noise(0.4), _noise(0.95), _letters(), np.full((5, 8), 255, np.uint8), np.zeros((5, 8), np.uint8)],
    ids=["specks", "grain", "holes", "letters", "all", "none"],
)
def test_pieces_are_opencvs(ink: Gray) -> None:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    pieces = LabelledInk.of(ink)
    assert pieces.stats.tolist() == stats[1:].tolist()
    assert (pieces.labels == labels).all()
    assert (ink_stats(ink) == pieces.stats).all()


def test_a_mask_has_the_pixels_of_its_pieces() -> None:
    pieces = LabelledInk.of(ink := _letters())
    large = pieces.stats[:, 4] > 100
    assert 0 < np.count_nonzero(large) < len(large)
    mask = pieces.mask(large)
    assert cv2.countNonZero(mask) == pieces.stats[large, 4].sum()
    assert not mask[ink == 0].any()

"""Signs that touch, cut apart where their ink is thinnest, and off the rules that they stand on."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.geometry.components import components_with_stats
from ocr_service.reading.ink_formulas.moments import Ink
from ocr_service.reading.ink_formulas.pieces import DARK, SPECK, Piece
from ocr_service.reading.ink_formulas.rules import is_level

_NARROWEST = 0.12  # em of a part
_MOST_CUTS, _LEAST = 4, 0.08  # of one slant; of the ink on each side
_DARKER = (0.4, 0.5, 0.6, 0.7, 0.8)  # of ink: what only touches falls apart at one of these
_RULE, _AROUND = 0.9, 2  # of a rule's width that is ink in one row; rows of its soft edges
_SLANTS = (0.0, 0.25, 0.5)  # how far a cut leans to the right, by its height


def split_pieces(piece: Piece, em: float) -> list[tuple[Piece, Piece]]:
    """Pairs of parts that a piece may consist of, those with the least ink at the cut first."""
    least = max(2, round(_NARROWEST * em))
    cuts: list[tuple[int, float, int]] = []
    rows = np.arange(piece.height)[:, None]
    columns = np.arange(piece.width)[None, :]
    for slant in _SLANTS:
        shifted = columns + slant * (rows - piece.height / 2)
        place = np.floor(shifted).astype(int)
        counts = np.bincount((place - place.min())[piece.mask > 0], minlength=int(place.max() - place.min()) + 1)
        first = int(place.min())
        before = np.cumsum(counts)
        found = []
        for at in range(least - first, len(counts) - least):
            here = counts[at]
            if here <= counts[max(0, at - 2) : at + 3].min() and _LEAST < before[at] / before[-1] < 1 - _LEAST:
                found.append((int(here), slant, at + first))
        cuts += sorted(found)[:_MOST_CUTS]
    pairs = []
    for _, slant, at in sorted(cuts):
        left = (columns + slant * (rows - piece.height / 2)) < at + 0.5
        parts = [_part(piece, piece.mask * side) for side in (left, ~left)]
        if all(part is not None for part in parts):
            pairs.append((parts[0], parts[1]))
    return pairs  # type: ignore[return-value]


def _part(piece: Piece, mask: np.ndarray) -> Piece | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) < 2 or len(columns) < 2:
        return None
    x, y = piece.box[:2]
    cut = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.uint8)
    box = x + int(columns[0]), y + int(rows[0]), x + int(columns[-1]) + 1, y + int(rows[-1]) + 1
    return Piece(box, np.ascontiguousarray(cut), piece.label)


def fallen_apart(ink: Ink, piece: Piece, em: float) -> list[Piece]:
    """The parts of a piece that only their soft edges join; none where it holds together."""
    x0, y0, x1, y1 = piece.box
    inside = ink[y0:y1, x0:x1] * piece.mask
    for dark in _DARKER:
        count, labels, stats, _ = components_with_stats((inside > dark).astype(np.uint8), connectivity=4)
        large = [n for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] >= max(3.0, SPECK * em * em)]
        if len(large) > 1:
            return _pieces(_nearest(labels, large, piece.mask), piece)
    return []


def off_rule(ink: Ink, piece: Piece, em: float) -> tuple[Piece, list[Piece], Ink] | None:
    """The level rule that a piece has in it, what touches it, and the ink without it; None where it has none."""
    x0, y0, x1, y1 = piece.box
    inside = ink[y0:y1, x0:x1]
    rows = np.flatnonzero(((inside * piece.mask) > DARK).mean(axis=1) >= _RULE)
    if not len(rows) or piece.height == len(rows):
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    mask: Gray = np.ones((bottom - top, piece.width), np.uint8)
    rule = Piece((x0, y0 + top, x1, y0 + bottom), mask, piece.label)
    if bottom - top != len(rows) or not is_level(rule, em):
        return None
    ink = ink.copy()
    inside = ink[y0:y1, x0:x1]
    for row in range(max(0, top - _AROUND), min(piece.height, bottom + _AROUND)):
        inside[row] = 0 if top <= row < bottom else np.maximum(0, inside[row] - np.median(inside[row]))
    rest = ((inside > DARK) & (piece.mask > 0)).astype(np.uint8)
    count, labels, stats, _ = components_with_stats(rest)
    large = [n for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] >= max(3.0, SPECK * em * em)]
    return rule, _pieces(labels, piece, large), ink


def _nearest(labels: np.ndarray, wanted: Sequence[int], mask: Gray) -> np.ndarray:
    """By pixel of ``mask`` the number of the wanted part that is next to it, from 1."""
    away = [cv2.distanceTransform((labels != n).astype(np.uint8), cv2.DIST_L2, 3) for n in wanted]
    return np.where(mask > 0, np.argmin(away, axis=0) + 1, 0)


def _pieces(labels: np.ndarray, piece: Piece, wanted: Sequence[int] | None = None) -> list[Piece]:
    parts = (_part(piece, labels == n) for n in (wanted or range(1, int(labels.max()) + 1)))
    return [part for part in parts if part is not None]

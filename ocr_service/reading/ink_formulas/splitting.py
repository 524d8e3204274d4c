"""Letters that touch, cut apart where their ink is thinnest."""

from __future__ import annotations

import numpy as np

from ocr_service.reading.ink_formulas.pieces import Piece

_NARROWEST = 0.12  # em of a part
_MOST_CUTS = 6
_SLANTS = (0.0, 0.25)  # how far a cut leans to the right, by its height


def split_pieces(piece: Piece, em: float) -> list[tuple[Piece, Piece]]:
    """Pairs of parts that a piece may consist of, those with the least ink at the cut first."""
    least = max(2, round(_NARROWEST * em))
    cuts = []
    rows = np.arange(piece.height)[:, None]
    columns = np.arange(piece.width)[None, :]
    for slant in _SLANTS:
        shifted = columns + slant * (rows - piece.height / 2)
        place = np.floor(shifted).astype(int)
        counts = np.bincount((place - place.min())[piece.mask > 0], minlength=int(place.max() - place.min()) + 1)
        first = int(place.min())
        for at in range(least - first, len(counts) - least):
            here = counts[at]
            if here <= counts[max(0, at - 2) : at + 3].min():
                cuts.append((int(here), slant, at + first))
    pairs = []
    for _, slant, at in sorted(cuts)[:_MOST_CUTS]:
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

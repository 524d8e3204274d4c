"""Where the glyphs of punctuation stand: a map that calls a full stop a comma gives it a place that no comma has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_service.text_layer.page.glyphs import Glyphs

_FLAT_BELOW = frozenset("ABDEFHIKLMNPRTXZhiklmnrxz1247АБВГЕИКЛМНПРТХвгеиклмнпртх")  # which end at the baseline
_MOST_LOWERED = 0.12  # em


@dataclass(frozen=True, slots=True)
class _Extent:
    """The least and the most of a glyph's top, bottom (above the baseline) and width, em, and of width by height."""

    top: tuple[float, float]
    bottom: tuple[float, float]
    width: tuple[float, float]
    shape: tuple[float, float]


# Measured on the outlines of 245 fonts (Liberation, DejaVu, PT, Roboto, Open Sans, Lato, Gentium, FreeFont, Latin
# Modern, Charter, Utopia; light to black, condensed, italic, typewriter): all but the 2 % at either end, and a margin.
_EXTENTS: dict[str, _Extent] = {
    ".": _Extent((0.03, 0.25), (-0.05, 0.06), (0.03, 0.26), (0.5, 1.6)),
    ",": _Extent((0.02, 0.25), (-0.28, -0.06), (0.03, 0.34), (0.2, 1.2)),
    ":": _Extent((0.33, 0.62), (-0.06, 0.14), (0.03, 0.34), (0.08, 0.65)),  # Inter raises it between digits
    ";": _Extent((0.33, 0.62), (-0.28, -0.06), (0.03, 0.4), (0.08, 0.75)),
    "-": _Extent((0.15, 0.48), (0.1, 0.4), (0.14, 0.62), (1.4, 24.0)),
    "–": _Extent((0.15, 0.48), (0.1, 0.4), (0.28, 0.8), (2.2, 60.0)),
    "—": _Extent((0.15, 0.48), (0.1, 0.4), (0.41, 1.6), (4.0, 90.0)),
    "−": _Extent((0.17, 0.5), (0.1, 0.42), (0.28, 1.0), (2.2, 60.0)),
    "~": _Extent((0.25, 0.6), (0.1, 0.4), (0.22, 0.8), (1.9, 5.3)),
    "+": _Extent((0.38, 0.8), (-0.22, 0.2), (0.26, 1.0), (0.65, 1.3)),
    "=": _Extent((0.28, 0.65), (0.0, 0.33), (0.26, 1.0), (1.05, 4.0)),
    "!": _Extent((0.5, 0.95), (-0.06, 0.06), (0.03, 0.36), (0.04, 0.5)),
    "?": _Extent((0.5, 0.95), (-0.06, 0.06), (0.2, 0.6), (0.33, 0.9)),
    "%": _Extent((0.5, 0.9), (-0.12, 0.06), (0.38, 1.1), (0.5, 1.4)),
    "‰": _Extent((0.5, 0.9), (-0.12, 0.06), (0.6, 1.6), (1.05, 2.1)),
    "$": _Extent((0.55, 0.95), (-0.24, -0.03), (0.28, 0.75), (0.3, 0.85)),
    "·": _Extent((0.22, 0.55), (0.1, 0.45), (0.03, 0.26), (0.5, 1.6)),
    "•": _Extent((0.28, 0.72), (0.0, 0.36), (0.12, 0.55), (0.6, 1.5)),
    "°": _Extent((0.5, 0.95), (0.2, 0.7), (0.12, 0.48), (0.65, 1.4)),
    "→": _Extent((0.24, 0.78), (-0.23, 0.31), (0.34, 1.13), (0.9, 4.5)),
    "⇒": _Extent((0.24, 0.61), (-0.08, 0.17), (0.46, 1.17), (1.3, 3.3)),
    "/": _Extent((0.5, 0.95), (-0.35, 0.06), (0.15, 0.85), (0.15, 1.0)),
    "|": _Extent((0.5, 1.1), (-0.45, 0.06), (0.02, 0.29), (0.02, 0.28)),
    "*": _Extent((0.45, 0.95), (0.02, 0.6), (0.18, 0.62), (0.6, 1.5)),
    "(": _Extent((0.5, 0.95), (-0.45, -0.01), (0.1, 0.5), (0.1, 0.6)),
    ")": _Extent((0.5, 0.95), (-0.45, -0.01), (0.1, 0.5), (0.1, 0.6)),
    "'": _Extent((0.5, 0.95), (0.2, 0.65), (0.02, 0.3), (0.1, 1.0)),
    "’": _Extent((0.5, 0.95), (0.2, 0.7), (0.03, 0.34), (0.15, 1.2)),
    "‘": _Extent((0.5, 0.95), (0.2, 0.7), (0.03, 0.34), (0.15, 1.2)),
    "“": _Extent((0.5, 1.05), (0.2, 0.8), (0.08, 0.72), (0.3, 4.0)),
    "”": _Extent((0.5, 1.05), (0.2, 0.8), (0.08, 0.72), (0.3, 4.0)),
    "„": _Extent((0.02, 0.28), (-0.32, -0.03), (0.08, 0.72), (0.3, 4.0)),
    "‚": _Extent((0.02, 0.28), (-0.32, -0.03), (0.03, 0.4), (0.15, 2.4)),
    "«": _Extent((0.25, 0.72), (-0.12, 0.38), (0.1, 0.8), (0.3, 3.0)),
    "»": _Extent((0.25, 0.72), (-0.12, 0.38), (0.1, 0.8), (0.3, 3.0)),
}

# What PDFium draws for Courier where a file has none of its own stands higher than in any of these.
_OF_COURIER = {
    ":": _Extent((0.49, 0.52), (0.09, 0.12), (0.13, 0.155), (0.34, 0.37)),
    ";": _Extent((0.49, 0.52), (0.0, 0.02), (0.18, 0.2), (0.365, 0.395)),
}

_EXTENTS |= dict.fromkeys("\u00ad\u2010\u2011", _EXTENTS["-"])  # soft, and of Unicode's own
_EXTENTS |= dict.fromkeys("←↔", _EXTENTS["→"]) | dict.fromkeys("⇐⇔", _EXTENTS["⇒"])


def below_baseline(glyphs: Glyphs, signs: Sequence[str], here: Sequence[int]) -> float:
    """How far below the baseline the letters and digits of a font stand, em: all Latin ones of some Korean fonts do.

    ``here``: the font's glyphs.
    """
    drop = glyphs.drop[[index for index in here if glyphs.level[index] and signs[index] in _FLAT_BELOW]]
    lowered = float(np.median(drop)) if len(drop) else 0.0
    return lowered if abs(lowered) <= _MOST_LOWERED else 0.0


def may_stand_so(sign: str, rise: float, drop: float, width: float) -> bool:
    """Whether a level glyph of this place and width, em, may be ``sign``; True for signs that are not known."""
    extent = _EXTENTS.get(sign)
    if extent is None:
        return True
    return _fits(extent, rise, drop, width) or (sign in _OF_COURIER and _fits(_OF_COURIER[sign], rise, drop, width))


def _fits(extent: _Extent, rise: float, drop: float, width: float) -> bool:
    height = max(1e-3, rise + drop)
    values = ((rise, extent.top), (-drop, extent.bottom), (width, extent.width), (width / height, extent.shape))
    return all(least <= value <= most for value, (least, most) in values)

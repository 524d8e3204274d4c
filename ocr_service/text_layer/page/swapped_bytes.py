"""Ligatures in whose map the bytes of each character are exchanged: ``昀椀`` (U+6600 U+6900) for ``fi``.

Ghostscript's pdfwrite writes these on machines that store the low byte first.
"""

from __future__ import annotations

from collections.abc import Sequence

_LEAST = 2  # characters of one glyph: Chinese has none of several


def in_order(codes: Sequence[int], origins: Sequence[tuple[float, float]], owners: Sequence[int]) -> list[int]:
    """The ``codes`` with those of such ligatures put right.

    ``origins`` and ``owners``, the text objects, tell which characters are of one glyph.
    """
    found = list(codes)
    swapped = [index for index, code in enumerate(found) if _may_be_swapped(code)]
    run: list[int] = []
    for index in [*swapped, -1]:
        follows = bool(run) and index == run[-1] + 1
        if follows and origins[index] == origins[run[-1]] and owners[index] == owners[run[-1]]:
            run.append(index)
            continue
        if len(run) >= _LEAST:
            for place in run:
                found[place] >>= 8
        run = [index]
    return found


def _may_be_swapped(code: int) -> bool:
    high, low = divmod(code, 256)
    return low == 0 and high < 128 and chr(high).isalpha()

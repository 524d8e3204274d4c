"""Which sign each piece of ink of formulas is: by its likeness, its size and its baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_service.reading.ink_formulas.matching import Match, matches
from ocr_service.reading.ink_formulas.moments import Ink
from ocr_service.reading.ink_formulas.pieces import Piece, groups_of
from ocr_service.reading.ink_formulas.plain_shapes import plain_matches
from ocr_service.reading.ink_formulas.print_style import PrintStyle, blur_of
from ocr_service.reading.ink_formulas.radicals import radical_of
from ocr_service.reading.ink_formulas.rules import is_level, lines_over_signs, rules_of
from ocr_service.reading.ink_formulas.sizes import Sizes, sizes_of
from ocr_service.reading.ink_formulas.splitting import split_pieces
from ocr_service.reading.ink_formulas.table import DOTLESS, ink_table
from ocr_service.text_layer.formulas.items import Bar
from ocr_service.text_layer.proof.known_glyphs import Symbol

_SMALLEST, _LARGEST = 0.4, 1.25  # of the page's type
_SURE = 0.93  # likeness of a sign
_FEW, _SURE_SMALL, _MARGIN_SMALL = 24.0, 0.87, 0.05  # pixels of a small sign's longer side; its likeness, and margin
_SURE_PART = 0.95  # likeness of a sign that was cut off another
_OFF = 5.0  # likeness that a part of a size costs
_MARGIN, _LEAST_MARGIN, _LEAST_OF_UNLIKE = 0.025, 0.008, 0.35  # of likeness, by which a sign is ahead of another
_RARE, _RARE_OF_UNLIKE = 0.02, 1.5  # of likeness, by which a rare sign has to be ahead
_MOST_CUTS, _WIDEST = 3, 3.5  # cuts of letters that touch, and em that they are wide
_LEVEL = ("-", "\\bar")
_SAMPLE, _LIKE, _MOSTLY = 48, 0.9, 0.6  # letters of a sample, their likeness, and the share that has it
_MOST_UNKNOWN, _MOST_SPLIT = 0.6, 60  # of the pieces, and pieces that are tried to be split
_BOLD, _BOLD_SEEN = ("\\boldsymbol", "\\mathbf"), 18.0  # pixels of type in which strokes tell it
_DISPLAYED, _SCRIPT = ("FRAK", "RSFS"), 0.9  # alphabets that are not looked for in scripts
_BAR_OF_PRODUCT, _BAR_OVER_FEET = 12, 0.06  # of its height; of its width: the feet fill 0.86
_RARE_SIGNS = ("\\sqcup", "\\sqcap", "\\uplus", "\\smallint")
_DOT, _SMALLEST_DOT = 0.1, 1.5  # em, and pixels of a dot that can be seen
# em from the baseline of another sign; to it, and to it where none is so near, as after a fraction; of its size
_ON_LINE, _BESIDE, _FAR, _SAME_SIZE = 0.06, 4.0, 25.0, 0.05


@dataclass(frozen=True, slots=True)
class Signs:
    """``unknown``: the pieces that are none."""

    found: list[Match]
    bars: list[Bar]
    unknown: list[Piece]
    sizes: Sizes


def signs_of(ink: Ink, pieces: Sequence[Piece], em: float) -> Signs | None:
    """``em``: pixels of the page's type. None where most of the ink is of no font that is known."""
    style = _style(ink, pieces, em)
    if style is None:
        return None
    groups = groups_of(pieces, em)
    found = matches(ink, pieces, groups, (_SMALLEST * em, _LARGEST * em), style)
    sizes = sizes_of(found)
    if sizes is None:
        return None
    unlike = _unlike(found)
    found = [_of_sizes(m, sizes, unlike) for m in found]
    for at, group in enumerate(groups):
        if len(group) == 1 and is_level(pieces[group[0]], sizes.line):
            found[at] = [match for match in found[at] if match.symbol.latex in _LEVEL]
        elif len(group) == 1 and (plain := plain_matches(ink, pieces[group[0]], sizes)):
            found[at] = plain
        elif len(group) == 1:
            found[at] = _right_way_up(found[at], pieces[group[0]])
    chosen, free = _chosen(groups, found, pieces)
    if len(free) > _MOST_UNKNOWN * len(pieces):
        return None
    rules, over = rules_of(pieces, sizes.line), lines_over_signs(pieces, sizes.line)
    bars: list[Bar] = []
    unknown: list[Piece] = []
    signs: list[list[Match]] = []
    members: list[tuple[int, ...]] = []
    for at in chosen:
        first = groups[at][0]
        if len(groups[at]) == 1 and (first in rules or (first in over and found[at][0].symbol.latex == "-")):
            bars.append(_bar(pieces[first]))
        else:
            signs.append(found[at])
            members.append(groups[at])
    for n in free:
        piece = pieces[n]
        split = radical_of(ink, piece, sizes, style)
        if split is not None:
            signs.append([split[0]])
            members.append((n,))
            bars.append(split[1])
        elif is_level(piece, sizes.line):
            bars.append(_bar(piece))
        elif len(free) <= _MOST_SPLIT and (parts := _parts(ink, piece, sizes, style)):
            signs += parts
            members += [(n,)] * len(parts)
        else:
            unknown.append(piece)
    decided = _decided(signs)
    unknown += [pieces[n] for group, match in zip(members, decided, strict=True) if match is None for n in group]
    return Signs([match for match in decided if match is not None], bars, unknown, sizes)


def _right_way_up(found: Sequence[Match], piece: Piece) -> list[Match]:
    """``found`` without a product that stands on its head, or both where its bar cannot be told from its feet."""
    end = max(1, piece.height // _BAR_OF_PRODUCT)
    filled = piece.mask.mean(axis=1)
    over = float(filled[:end].max() - filled[-end:].max())
    wrong = {latex for latex, bar in (("\\prod", over), ("\\coprod", -over)) if bar < _BAR_OVER_FEET}
    return [match for match in found if match.symbol.latex not in wrong]


def _style(ink: Ink, pieces: Sequence[Piece], em: float) -> PrintStyle | None:
    """How heavy and soft the ink is; None where hardly any of a sample is of a font that is known."""
    letters = [piece for piece in pieces if piece.height > 0.3 * em and piece.width > 0.25 * em]
    sample = letters[:: max(1, len(letters) // _SAMPLE)]
    soft = PrintStyle(blur=blur_of(ink, sample))
    found = matches(ink, sample, [(n,) for n in range(len(sample))], (_SMALLEST * em, _LARGEST * em), soft)
    like = [m[0].weight for m in found if m and m[0].likeness >= _LIKE]
    if len(like) < max(2, _MOSTLY * len(sample)):
        return None
    return replace(soft, weight=float(np.median(like)))


def _bar(piece: Piece) -> Bar:
    x0, y0, x1, y1 = piece.box
    return Bar(x0, x1, y0, y1)


def _parts(ink: Ink, piece: Piece, sizes: Sizes, style: PrintStyle, depth: int = _MOST_CUTS) -> list[list[Match]]:
    """The signs of a few letters that touch; none where they are none for sure."""
    pairs = split_pieces(piece, min(sizes.scripts))
    if not pairs or piece.width > _WIDEST * sizes.line:
        return []
    parts = [part for pair in pairs for part in pair]
    found = matches(ink, parts, [(n,) for n in range(len(parts))], (0.4 * sizes.line, 1.1 * sizes.line), style)
    whole = [[m for m in f if m.symbol.latex not in DOTLESS and ink_table().pieces[m.row] == 1] for f in found]
    found = [[m for m in _of_sizes(f, sizes, 0.05) if m.likeness >= _SURE_PART] for f in whole]
    halves = [(found[n], found[n + 1]) for n in range(0, len(found), 2) if found[n] and found[n + 1]]
    if halves:
        best = max(halves, key=_weaker)
        same = {
            tuple(half[0].symbol.latex for half in pair) for pair in halves if _weaker(pair) > _weaker(best) - _MARGIN
        }
        return list(best) if len(same) == 1 else []
    if depth == 1:
        return []
    lefts = [n for n in range(0, len(found), 2) if found[n]]
    for n in sorted(lefts, key=lambda n: -found[n][0].likeness)[:2]:
        if rest := _parts(ink, parts[n + 1], sizes, style, depth - 1):
            return [found[n], *rest]
    return []


def _weaker(halves: Sequence[Sequence[Match]]) -> float:
    return min(half[0].likeness for half in halves)


def _of_sizes(found: Sequence[Match], sizes: Sizes, unlike: float) -> list[Match]:
    """The glyphs that have one of the sizes, the likest first."""
    kept = []
    for match in found:
        off = sizes.off(match)
        if off is not None:
            rare = max(_RARE, _RARE_OF_UNLIKE * unlike) if _is_rare(match.symbol) else 0.0
            symbol = _seen_sign(match, sizes.line)
            if symbol is not None:
                kept.append(replace(match, symbol=symbol, likeness=match.likeness - _OFF * off - rare))
    return sorted(kept, key=lambda match: -match.likeness)


def _unlike(found: Sequence[Sequence[Match]]) -> float:
    """How far the signs are from what they are like: on a clean page under 0.02, on a scan 0.04."""
    return 1 - float(np.median([m[0].likeness for m in found if m]))


def _seen_sign(match: Match, line: float) -> Symbol | None:
    """The sign; a letter without its dot is one whose dot is too small to be seen, or none. Small type is not bold,
    nor in the other alphabets."""
    symbol = match.symbol
    if symbol.latex.startswith(_BOLD) and match.size < _BOLD_SEEN:
        return None
    if symbol.encoding in _DISPLAYED and match.size < _SCRIPT * line:
        return None
    if symbol.latex not in DOTLESS:
        return symbol
    plain = symbol.latex.replace("math", "").replace("\\", "")
    return replace(symbol, latex=plain) if _DOT * match.size < _SMALLEST_DOT and len(plain) == 1 else None


def _is_rare(symbol: Symbol) -> bool:
    """Whether a sign is seldom in formulas, and others look like it."""
    if symbol.latex.startswith(_BOLD) or symbol.latex in _RARE_SIGNS:
        return True
    return symbol.encoding in ("AMSa", "FRAK") or (symbol.encoding == "OT1" and symbol.latex in ("I", "O", "l"))


def _chosen(
    groups: Sequence[tuple[int, ...]], found: Sequence[Sequence[Match]], pieces: Sequence[Piece]
) -> tuple[list[int], list[int]]:
    """The groups that are signs, larger ones first, and the pieces in none of them."""
    taken: set[int] = set()
    chosen = []
    sure = [at for at in range(len(groups)) if found[at] and _is_sure(found[at])]
    for at in sorted(sure, key=lambda at: (-len(groups[at]), -found[at][0].likeness)):
        if taken.isdisjoint(groups[at]):
            taken.update(groups[at])
            chosen.append(at)
    return chosen, [n for n in range(len(pieces)) if n not in taken]


def _is_sure(found: Sequence[Match]) -> bool:
    """Of a few pixels the likeness is less, so that nothing else may come near it."""
    first = found[0]
    if first.likeness >= _SURE:
        return True
    x0, y0, x1, y1 = first.box
    return max(x1 - x0, y1 - y0) < _FEW and first.likeness >= _SURE_SMALL and not _others(found, _MARGIN_SMALL)


def _decided(signs: Sequence[Sequence[Match]]) -> list[Match | None]:
    """One glyph for each: of several that are about as like, the one that stands on the baseline of its neighbours.

    The less like all are, as on a scan, the more a sign has to be ahead.
    """
    unlike = _unlike(signs) if signs else 0.0
    margin, least = max(_MARGIN, unlike), max(_LEAST_MARGIN, _LEAST_OF_UNLIKE * unlike)
    certain = _Certain([m[0] for m in signs if not _others(m, margin) and m[0].symbol.encoding != "OMX"])
    decided: list[Match | None] = []
    for found in signs:
        # A dot may be one of a script as well, whose baseline tells.
        resized = [m for m in found[1:] if m.symbol is found[0].symbol and m.size != found[0].size]
        open_ = [found[0], *_others(found, margin), *resized]
        if len(open_) == 1:
            decided.append(open_[0])
            continue
        level = [m for m in open_ if m.symbol.encoding == "OMX" or certain.has_beside(m, _BESIDE)]
        if _others(level or found, least):
            level = [m for m in level or open_ if certain.has_beside(m, _FAR)] or level
        if _others(level or found, least):  # a full stop behind an index is as high as a dot between two of them
            level = [m for m in level if m.symbol.latex != "\\cdot" or certain.has_beside(m, _BESIDE, behind=True)]
        decided.append(None if _others(level or found, least) else (level or found)[0])
    dots = [next((m for m in found if m.symbol.latex == "."), None) for found in signs]
    open_dots = [dot for dot, match in zip(dots, decided, strict=True) if dot is not None and match is None]
    return [
        dot if match is None and dot is not None and _is_one_of_three(dot, open_dots) else match
        for match, dot in zip(decided, dots, strict=True)
    ]


def _is_one_of_three(dot: Match, others: Sequence[Match]) -> bool:
    """Whether dots stand one upon the other, or down a slope."""
    near = [o for o in others if 0.2 < abs(o.base - dot.base) / dot.size < 1.0 and abs(o.x - dot.x) < 1.1 * dot.size]
    return len(near) >= 2


def _others(found: Sequence[Match], margin: float) -> list[Match]:
    """Other signs than the first, within a margin of it."""
    first = found[0]
    return [m for m in found[1:] if m.symbol.latex != first.symbol.latex and m.likeness > first.likeness - margin]


class _Certain:
    """The signs that nothing else is like, by their baselines."""

    def __init__(self, signs: Sequence[Match]) -> None:
        ordered = sorted(signs, key=lambda match: match.base)
        self._bases = np.array([match.base for match in ordered])
        self._sizes = np.array([match.size for match in ordered])
        self._sides = np.array([(match.box[0], match.box[2]) for match in ordered]).reshape(-1, 2)

    def has_beside(self, match: Match, reach: float, *, behind: bool = False) -> bool:
        """Whether one of the same size stands on the match's baseline, not farther than ``reach`` em from it.

        An accent has it under itself. ``behind``: to the right of it.
        """
        if match.symbol.kind == "accent":
            reach = 0.0
        off = _ON_LINE * match.size
        first, end = np.searchsorted(self._bases, (match.base - off, match.base + off))
        sides = self._sides[first:end]
        after, before = sides[:, 0] - match.box[2], match.box[0] - sides[:, 1]
        gap = np.where(after > -match.size, after, np.inf) if behind else np.maximum(after, before)
        same = np.abs(self._sizes[first:end] / match.size - 1) < _SAME_SIZE
        return bool((same & (gap < reach * match.size)).any())

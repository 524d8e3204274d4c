"""Which sign each piece of ink of formulas is: by its likeness, its size and its baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_service.reading.ink_formulas.deciding import MARGIN, decided_signs, others, unlike_by
from ocr_service.reading.ink_formulas.level_braces import brace_of
from ocr_service.reading.ink_formulas.matching import Match, matches
from ocr_service.reading.ink_formulas.moments import Ink
from ocr_service.reading.ink_formulas.pieces import Piece, groups_of
from ocr_service.reading.ink_formulas.plain_shapes import plain_matches
from ocr_service.reading.ink_formulas.print_style import PrintStyle, blur_of
from ocr_service.reading.ink_formulas.radicals import radical_of
from ocr_service.reading.ink_formulas.rules import is_level, lines_over_signs, rules_of
from ocr_service.reading.ink_formulas.sizes import BLURRED, Sizes, is_sure, sizes_of
from ocr_service.reading.ink_formulas.splitting import fallen_apart, off_rule, split_pieces
from ocr_service.reading.ink_formulas.table import DOTLESS, ink_table
from ocr_service.text_layer.formulas.items import Bar
from ocr_service.text_layer.proof.known_glyphs import Symbol

_SMALLEST, _LARGEST = 0.4, 1.25  # of the page's type
_SMALLEST_PART = 0.8  # of the smallest script
_SURE = 0.93  # likeness of a sign
_FEW, _SURE_SMALL, _MARGIN_SMALL = 24.0, 0.87, 0.05  # pixels of a small sign's longer side; its likeness, and margin
_SURE_PART, _CUT = 0.95, 1.0  # likeness of a sign that was cut off another, and pixels that a cut may cost it
_OFF = 5.0  # likeness that a part of a size costs
_RARE, _RARE_OF_UNLIKE = 0.02, 1.5  # of likeness, by which a rare sign has to be ahead
_MOST_CUTS, _WIDEST = 3, 3.5  # cuts of letters that touch, and em that they are wide
_LEVEL = ("-", "\\bar")
_SAMPLE, _LIKE, _MOSTLY = 48, 0.9, 0.6  # letters of a sample, their likeness, and the share that has it
_MOST_UNKNOWN = 0.6  # of the pieces
_FEW_SPLIT, _MOST_SPLIT = 3, 0.15  # pieces that are tried to be split, and more of them on a page of many
_BOLD, _BOLD_SEEN = ("\\boldsymbol", "\\mathbf"), 18.0  # pixels of type in which strokes tell it
_BOLD_SCRIPT = 1.01, 1.13  # of a script's size
_DISPLAYED, _SCRIPT = ("FRAK", "RSFS"), 0.9  # alphabets that are not looked for in scripts
_BAR_OF_PRODUCT, _BAR_OVER_FEET = 12, 0.06  # of its height; of its width: the feet fill 0.86
_RARE_SIGNS = ("\\sqcup", "\\sqcap", "\\uplus", "\\smallint")
_DOT, _SMALLEST_DOT = 0.1, 1.5  # em, and pixels of a dot that can be seen
_LONGER = 2  # pixels by which a comma is higher than wide


@dataclass(frozen=True, slots=True)
class Signs:
    """``unknown``: the pieces that are none; ``unsized``: those of them that look like one of another size."""

    found: list[Match]
    bars: list[Bar]
    unknown: list[Piece]
    sizes: Sizes
    unsized: Sequence[Piece] = ()


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
    unlike = unlike_by(found)
    like = {g[0] for g, m in zip(groups, found, strict=True) if len(g) == 1 and m and is_sure(m)}
    found = _sized(ink, pieces, groups, found, sizes, unlike)
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
    touch = len(free) <= _FEW_SPLIT + _MOST_SPLIT * len(pieces)
    for n in free:
        piece = pieces[n]
        split = radical_of(ink, piece, sizes, style)
        if split is not None:
            signs.append([split[0]])
            members.append((n,))
            bars.append(split[1])
        elif is_level(piece, sizes.line):
            bars.append(_bar(piece))
        elif (brace := brace_of(piece, sizes)) is not None:
            signs += [[match] for match in brace]
            members += [(n,)] * len(brace)
        elif touch and n not in like and (parted := _parted(ink, piece, sizes, style, unlike)):
            signs += parted[0]
            members += [(n,)] * len(parted[0])
            bars += parted[1]
        else:
            unknown.append(piece)
    decided = decided_signs(signs, [_bar(pieces[n]) for n in rules], sizes.line)
    unknown += [pieces[n] for group, match in zip(members, decided, strict=True) if match is None for n in group]
    unsized = [pieces[n] for n in free if n in like]
    return Signs([match for match in decided if match is not None], bars, unknown, sizes, unsized)


def _sized(
    ink: Ink,
    pieces: Sequence[Piece],
    groups: Sequence[tuple[int, ...]],
    found: Sequence[Sequence[Match]],
    sizes: Sizes,
    unlike: float,
) -> list[list[Match]]:
    """By group what is left of ``found`` where one of these sizes is meant; rules, dots and bars for themselves."""
    result = [_of_sizes(m, sizes, unlike) for m in found]
    for at, group in enumerate(groups):
        if len(group) == 1 and is_level(pieces[group[0]], sizes.line):
            result[at] = [match for match in result[at] if match.symbol.latex in _LEVEL]
        elif len(group) == 1 and (plain := plain_matches(ink, pieces[group[0]], sizes)):
            result[at] = result[at] if _is_comma(result[at], pieces[group[0]]) else plain
        elif len(group) == 1:
            result[at] = _right_way_up(result[at], pieces[group[0]])
    return result


def _is_comma(found: Sequence[Match], piece: Piece) -> bool:
    """Whether a piece that is about as large as a dot is a comma, as in scripts of scripts."""
    return (
        piece.height >= piece.width + _LONGER
        and bool(found)
        and found[0].symbol.latex == ","
        and found[0].likeness >= _SURE_PART
        and not others(found, _MARGIN_SMALL)
    )


def _parted(
    ink: Ink, piece: Piece, sizes: Sizes, style: PrintStyle, unlike: float
) -> tuple[list[list[Match]], list[Bar]] | None:
    """The signs that a piece consists of, and the rule; None where it is not sure what all of it is."""
    least = min(sizes.scripts)
    if (off := off_rule(ink, piece, sizes.line)) is not None:
        rule, parts, rest = off
        signs = _of_parts(rest, parts, sizes, style, unlike)
        return None if signs is None else (signs, [_bar(rule)])
    if parts := fallen_apart(ink, piece, least):
        signs = _of_parts(ink, parts, sizes, style, unlike)
        if signs is not None:
            return signs, []
    cut = _parts(ink, piece, sizes, style)
    return (cut, []) if cut else None


def _of_parts(
    ink: Ink, parts: Sequence[Piece], sizes: Sizes, style: PrintStyle, unlike: float
) -> list[list[Match]] | None:
    """The signs of these pieces; None where one of them is none."""
    groups = groups_of(parts, sizes.line)
    limits = min(sizes.scripts) * _SMALLEST_PART, sizes.line * _LARGEST
    found = _sized(ink, parts, groups, matches(ink, parts, groups, limits, style), sizes, unlike)
    chosen, free = _chosen(groups, found, parts)
    signs = [found[at] for at in chosen]
    for n in free:
        more = _parts(ink, parts[n], sizes, style)
        if not more:
            return None
        signs += more
    return signs


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
    found = [[m for m in _of_sizes(f, sizes, 0.05, _CUT) if m.likeness >= _SURE_PART] for f in whole]
    halves = [(found[n], found[n + 1]) for n in range(0, len(found), 2) if found[n] and found[n + 1]]
    if halves:
        best = max(halves, key=_weaker)
        same = {
            tuple(half[0].symbol.latex for half in pair) for pair in halves if _weaker(pair) > _weaker(best) - MARGIN
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


def _of_sizes(found: Sequence[Match], sizes: Sizes, unlike: float, blurred: float = BLURRED) -> list[Match]:
    """The glyphs that have one of the sizes, the likest first."""
    kept = []
    for match in found:
        off = 0.0 if _is_bold_script(match, sizes) else sizes.off(match, blurred)
        if off is not None:
            rare = max(_RARE, _RARE_OF_UNLIKE * unlike) if _is_rare(match.symbol) else 0.0
            symbol = _seen_sign(match, sizes.line)
            if symbol is not None:
                kept.append(replace(match, symbol=symbol, likeness=match.likeness - _OFF * off - rare))
    return sorted(kept, key=lambda match: -match.likeness)


def _is_bold_script(match: Match, sizes: Sizes) -> bool:
    """Whether a sign is a bold script, which is measured too large: its small design is wider than that compared."""
    near = (match.size / size for size in sizes.scripts)
    bold = match.symbol.latex.startswith(_BOLD) and match.likeness >= _SURE_PART
    return bold and any(_BOLD_SCRIPT[0] < ratio < _BOLD_SCRIPT[1] for ratio in near)


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
    return max(x1 - x0, y1 - y0) < _FEW and first.likeness >= _SURE_SMALL and not others(found, _MARGIN_SMALL)

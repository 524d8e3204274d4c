"""What was read of a sheet, set against its ink: the regions of the page with those that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.document import FIGURE_LABELS, Box
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.ink_areas import InkArea, Pieces
from ocr_service.tesseract.blocks.compose import Composition, Insert
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ledger.ink_ledger import (
    coverage,
    covered,
    delivered,
    doubtful_words,
    lost_in_line,
    not_read_again,
    outside,
    rows_in,
    stands_out,
    unread_areas,
)
from ocr_service.tesseract.ledger.large_letters import still_unread
from ocr_service.tesseract.ledger.unread_regions import with_unread
from ocr_service.tesseract.reading import Reading
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.detection import FoundTable
from ocr_service.tesseract.words import Line, Word


@dataclass(frozen=True, slots=True)
class Found:
    """What was read on a sheet. ``blocks``: read sideways, each with what it holds and its coverage in ``rotated``.

    ``missed``: lines that were read again by themselves; those of ``lines`` may hold them repaired. ``unusual``:
    places of letters that are too large for ``pieces`` or joined by a line. ``unread_fields``: boxes for a character
    each, of whose ink ``pieces`` has none.
    """

    pieces: Pieces
    lines: list[Line]
    missed: list[Line]
    unusual: list[InkArea]
    unread_fields: tuple[InkArea, ...]
    blocks: tuple[Box, ...]
    rotated: tuple[tuple[Insert, float], ...]
    engine: TesseractEngine


def accounted(
    found: Found,
    tables: Sequence[FoundTable],
    composition: Composition,
    sheet: Sheet,
    on_stamps: tuple[int, int] = (0, 0),
    stamps: Sequence[Box] = (),
) -> Reading:
    """The regions with those that nobody could read, and the share of the ink that was read.

    ``on_stamps``: pixels of the letters of stamps, those that were read and those that were not. ``stamps``: where they
    lay over the sheet.
    """
    pieces, shape = found.pieces, sheet.gray.shape[:2]
    in_tables = (word for table in tables for row in table.cells for cell in row for word in cell.words)
    given_out = (word.bbox for region in composition.regions for word in region.words)
    left_out = [word.box for word in words_of(composition.left_out)]
    words = [
        word
        for word in delivered((*words_of([*found.lines, *found.missed]), *in_tables), given_out, shape)
        if not any(contains_centre(box, word.box) for box in left_out)
    ]
    read = covered(pieces, words, shape, least=0.0)
    doubtful = set(doubtful_words(found.lines, stamps))
    sure_words = [word for word in words if word not in doubtful]
    sure = covered(pieces, sure_words, shape, least=0.0)
    figures = [result.bbox for result in composition.regions if result.label in FIGURE_LABELS]
    boxes = [table.box for table in tables]
    unread = outside(unread_areas(pieces, read, shape), [*found.blocks, *figures])
    unread = [
        area
        for area in unread
        if area.regular or (lost_in_line(area, found.lines, boxes, pieces.em) and stands_out(area, sheet))
    ]
    unread += outside(still_unread(found.unusual, words), [*found.blocks, *figures])
    unread += [*rows_in(pieces, ~read, figures, words, shape), *found.unread_fields]
    share = min([coverage(pieces, read, unread, ~sure, on_stamps), *(inner for _, inner in found.rotated)])
    hardly_read = not_read_again((word for word in words if word in doubtful), sure_words, shape)
    return Reading(with_unread(composition.regions, unread), share, tuple(word.box for word in hardly_read))


def words_of(lines: Sequence[Line]) -> list[Word]:
    """All of their words."""
    return [word for line in lines for word in line.words]

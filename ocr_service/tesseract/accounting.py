"""What was read of a sheet, set against its ink: the regions of the page with those that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.document import FIGURE_LABELS, Box
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.ink_areas import InkArea, Pieces, least_letter
from ocr_service.geometry.ink_pieces import Stats
from ocr_service.tesseract.blocks.compose import Composition, Insert
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.ledger.crossed_words import crossed_words
from ocr_service.tesseract.ledger.grain import is_grain
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
from ocr_service.tesseract.repair.misread_digits import DigitShapes
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.sideways_blocks import unread_strips
from ocr_service.tesseract.stamps.text import StampText
from ocr_service.tesseract.tables.detection import FoundTable
from ocr_service.tesseract.words import Line, Word


@dataclass(frozen=True, slots=True)
class Rotated:
    """What stands in a block that was rotated to be read, its coverage, and its doubtful words; boxes on the sheet."""

    insert: Insert
    share: float
    doubtful: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was read on a sheet. ``blocks``: read sideways, each with what it holds in ``rotated``.

    ``missed``: lines that were read again by themselves; those of ``lines`` may hold them repaired. ``unusual``:
    places of letters that are too large for ``pieces`` or joined by a line. ``unread_fields``: boxes for a character
    each, of whose ink ``pieces`` has none. ``stats``: all pieces of the sheet's ink. ``digits``: how they look.
    """

    pieces: Pieces
    stats: Stats
    lines: list[Line]
    missed: list[Line]
    unusual: list[InkArea]
    unread_fields: tuple[InkArea, ...]
    blocks: tuple[Box, ...]
    rotated: tuple[Rotated, ...]
    engine: TesseractEngine
    digits: DigitShapes


@dataclass(frozen=True, slots=True)
class Account:
    """The ink of a sheet: the areas that are ``unread``, the share that was read, the boxes of doubtful words."""

    unread: list[InkArea]
    share: float
    doubtful: tuple[Box, ...]


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
    in_tables = [word for table in tables for row in table.cells for cell in row for word in cell.words]
    given_out = (word.bbox for region in composition.regions for word in region.words)
    left_out = [word.box for word in words_of(composition.left_out)]
    words = [
        word
        for word in delivered((*words_of([*found.lines, *found.missed]), *in_tables), given_out, sheet.gray.shape[:2])
        if not any(contains_centre(box, word.box) for box in left_out)
    ]
    figures = [result.bbox for result in composition.regions if result.label in FIGURE_LABELS]
    account = account_of(found, words, figures, [table.box for table in tables], sheet, on_stamps, stamps)
    return Reading(with_unread(composition.regions, account.unread), account.share, account.doubtful)


def account_of(
    found: Found,
    words: Sequence[Word],
    figures: Sequence[Box],
    tables: Sequence[Box],
    sheet: Sheet,
    elsewhere: tuple[int, int] = (0, 0),
    stamps: Sequence[Box] = (),
) -> Account:
    """``words``: those that are given out. ``elsewhere``: pixels of ink that the sheet has not, read and unread."""
    pieces, shape = found.pieces, sheet.gray.shape[:2]
    read = covered(pieces, words, shape, least=0.0)
    doubtful = {*doubtful_words(found.lines, stamps), *crossed_words(found.lines, sheet)}
    sure_words = [word for word in words if word not in doubtful]
    sure = covered(pieces, sure_words, shape, least=0.0)
    unread = outside(unread_areas(pieces, read, shape), [*found.blocks, *figures])
    unread = [
        area
        for area in unread
        if (area.regular and not is_grain(area, found.stats, least_letter(pieces.em, sheet.dpi)))
        or (lost_in_line(area, found.lines, tables, pieces.em) and stands_out(area, sheet))
    ]
    told = [area.box for area in unread]
    unread += outside(unread_strips(pieces, ~read, shape), [*found.blocks, *told])
    unread += outside(still_unread(found.unusual, words), [*found.blocks, *figures])
    unread += [*rows_in(pieces, ~read, figures, words, shape), *found.unread_fields]
    share = min([coverage(pieces, read, unread, ~sure, elsewhere), *(block.share for block in found.rotated)])
    hardly_read = not_read_again((word for word in words if word in doubtful), sure_words, shape)
    inner = [box for block in found.rotated for box in block.doubtful]
    return Account(unread, share, (*(word.box for word in hardly_read), *inner))


def ink_on_stamps(stamps: Sequence[StampText], scale: float) -> tuple[int, int]:
    """Of stamps' letters those that were read and those that were not: pixels of a sheet ``scale`` times as large."""
    read, lost = sum(stamp.read for stamp in stamps), sum(stamp.lost for stamp in stamps)
    return round(read * scale**2), round(lost * scale**2)


def words_of(lines: Sequence[Line]) -> list[Word]:
    """All of their words."""
    return [word for line in lines for word in line.words]

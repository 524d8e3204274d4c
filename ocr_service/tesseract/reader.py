"""The embedded reader: a page and its regions to text, headings, lists and tables, with Tesseract and geometry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import tesserocr

from ocr_service.document import (
    FIGURE_LABELS,
    TITLE_LABELS,
    Box,
    Gray,
    PageImage,
    Region,
    moved_region,
)
from ocr_service.geometry.ink_areas import InkArea, least_letter, text_rows
from ocr_service.geometry.ink_pieces import Stats, ink_stats
from ocr_service.tesseract.accounting import Found, Rotated, accounted, ink_on_stamps, words_of
from ocr_service.tesseract.blocks.compose import Insert, compose
from ocr_service.tesseract.character_fields import beside_labels, read_field
from ocr_service.tesseract.check_boxes import check_boxes, with_check_boxes
from ocr_service.tesseract.court_paper import without_brackets, without_line_numbers, without_margin_numbers
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.formula_pictures import with_formula_pictures
from ocr_service.tesseract.ledger.dotted_print import with_joined_dots
from ocr_service.tesseract.ledger.grain import is_grain, takes_too_long
from ocr_service.tesseract.ledger.ink_ledger import (
    covered,
    inside,
    legible_lines,
    letter_pieces,
    outside,
    unread_areas,
    whole_words,
)
from ocr_service.tesseract.ledger.inverse_text import with_inverse_text
from ocr_service.tesseract.ledger.large_letters import (
    joined_areas,
    large_areas,
    read_joined,
    read_large,
    without_inner,
    without_read,
)
from ocr_service.tesseract.ledger.missed_text import are_scattered, read_missed, surest, with_found
from ocr_service.tesseract.ledger.pale_rows import with_pale_rows
from ocr_service.tesseract.ledger.unread_regions import located as _located
from ocr_service.tesseract.lines.fixed_pitch import with_pitch
from ocr_service.tesseract.lines.leaders import with_leaders
from ocr_service.tesseract.lines.page_columns import page_gutters, ruled_gutters, split_at_gutters
from ocr_service.tesseract.lines.references import with_reference_labels
from ocr_service.tesseract.ppocr import PpOcr
from ocr_service.tesseract.prepare.mosaics import on_white_mosaics
from ocr_service.tesseract.prepare.preprocess import rescaling
from ocr_service.tesseract.reading import Reading, scaled_box
from ocr_service.tesseract.recognition import Recognition
from ocr_service.tesseract.repair.addresses import with_addresses
from ocr_service.tesseract.repair.budget import RereadBudgets
from ocr_service.tesseract.repair.capital_yo import with_capital_yo
from ocr_service.tesseract.repair.code_columns import ReadLetter, with_proven_codes
from ocr_service.tesseract.repair.crop_reader import CropReader
from ocr_service.tesseract.repair.digit_columns import with_digit_columns
from ocr_service.tesseract.repair.homoglyphs import Script, resolve_homoglyphs, script_of_letters
from ocr_service.tesseract.repair.initials import with_initials
from ocr_service.tesseract.repair.ink_repair import InkRepair, repaired_lines
from ocr_service.tesseract.repair.list_marks import with_list_letters, with_whole_marks
from ocr_service.tesseract.repair.lone_signs import read_capital
from ocr_service.tesseract.repair.lone_twins import with_lone_twins
from ocr_service.tesseract.repair.lost_points import has_specks, with_lost_points
from ocr_service.tesseract.repair.misread_digits import with_proven_digits
from ocr_service.tesseract.repair.page_script import languages_by_script, page_script
from ocr_service.tesseract.repair.raised_digits import with_raised_digits
from ocr_service.tesseract.repair.reocr import reocr_foreign_words, reocr_markers
from ocr_service.tesseract.repair.reocr_cells import reocr_cells
from ocr_service.tesseract.repair.reocr_latin import reocr_latin
from ocr_service.tesseract.repair.roman_numerals import with_roman_numerals
from ocr_service.tesseract.repair.subscripts import with_subscripts
from ocr_service.tesseract.repair.wide_words import reocr_wide_words, without_doubled_ends
from ocr_service.tesseract.rest import Rest
from ocr_service.tesseract.rotation import box_before_rotation, rotate
from ocr_service.tesseract.seen_formulas import FindFormulas, no_formulas, without_words_of
from ocr_service.tesseract.sheet import Sheet, prepare_sheet
from ocr_service.tesseract.sideways_blocks import SidewaysBlock, block_picture, frame, sideways_blocks, with_joined
from ocr_service.tesseract.slanted_rows import slanted_rows
from ocr_service.tesseract.stamps.stamps import without_stamps
from ocr_service.tesseract.stamps.text import StampText, read_stamp, with_stamps
from ocr_service.tesseract.tables.cell_lines import with_mended_lines
from ocr_service.tesseract.tables.cells import Table
from ocr_service.tesseract.tables.detection import FoundTable, drawn_tables, find_tables
from ocr_service.tesseract.tables.page_parts import Part, all_parts
from ocr_service.tesseract.tables.prose_lines import prose_lines
from ocr_service.tesseract.tables.sideways_cells import with_sideways_cells
from ocr_service.tesseract.words import Line, make_line


class TesseractReader:
    """Owns a warm Tesseract. One a worker; not for several threads at once."""

    def __init__(self, language: str, tessdata: Path | None = None, find_formulas: FindFormulas = no_formulas) -> None:
        """Raises EngineUnavailable where the language data or PP-OCR is missing."""
        self._find_formulas = find_formulas
        self._engine = TesseractEngine(language, tessdata)
        self._engine.load()  # so that the first page does not wait for it
        self._scripts = scripts = languages_by_script(language)
        # For pages that are all in one alphabet: loaded when the first one comes.
        self._by_script = (
            {s: TesseractEngine(part, tessdata) for s, part in scripts.items()} if len(scripts) > 1 else {}
        )
        # Measured in English; it knows accents, but does not tell them apart so well.
        self._ppocr = PpOcr() if scripts.get("latin") == "eng" else None

    def read(self, page: PageImage, regions: Sequence[Region]) -> Reading:
        """What is written on ``page``, in reading order; boxes in its pixels."""
        return self.compose(self.recognise(page), regions)

    def recognise(self, page: PageImage, script: Script | None = None) -> Recognition:
        """The lines of the whole page as Tesseract read them, on the sheet that was prepared for it.

        ``script``: the one of the page's other text.
        """
        pixels = on_white_mosaics(page.pixels, page.dpi)
        gray, stamps = without_stamps(pixels, page.dpi)
        sheet, scale = _rescaled_sheet(with_pale_rows(gray, pixels, page.dpi, [s.box for s in stamps]), page.dpi)
        lines = self._of(script).lines(sheet.gray, sheet.dpi)
        return Recognition(page, sheet, scale, tuple(lines), stamps, script=script)

    def read_rest(self, recognition: Recognition) -> Rest:
        """What is written on a picture of a part of a page; what it belongs to is the caller's."""
        budgets = RereadBudgets()
        stamps = tuple(read_stamp(stamp, recognition.page.dpi, self._engine) for stamp in recognition.stamps)
        recognition, stats = _with_seen_letters(recognition)
        found = self._found(recognition, stats, budgets)
        return Rest(found, recognition, stamps, tuple(budgets.warnings()))

    def read_block(self, gray: Gray, dpi: int, script: Script | None = None) -> list[Line]:
        """The lines of one block of text, read as it stands: no layout is looked for, nothing is repaired.

        ``script``: the one that is expected, whose engine alone takes half the time.
        """
        return self._of(script).lines(gray, dpi, tesserocr.PSM.SINGLE_BLOCK)

    def _of(self, script: Script | None) -> TesseractEngine:
        return self._by_script.get(script, self._engine) if script else self._engine

    def compose(self, recognition: Recognition, regions: Sequence[Region]) -> Reading:
        """The regions of a page in reading order, boxes in its pixels, and how much of its text they hold.

        ``regions`` are the layout model's, and hints only: the page was read whole, so that no text is lost that the
        model did not see, and its boxes say what the lines belong to.
        """
        page, sheet, scale = recognition.page, recognition.sheet, recognition.scale
        if scale != 1.0:
            shape = sheet.skew.size[::-1]
            regions = [replace(r, bbox=scaled_box(r.bbox, scale, shape)) for r in regions]
        hints = [replace(region, bbox=sheet.skew.from_page(region.bbox)) for region in regions]
        stamps = [read_stamp(stamp, page.dpi, self._engine) for stamp in recognition.stamps]
        reading = with_formula_pictures(self._composed(recognition, hints, stamps), hints)

        placed = with_stamps(
            [_located(moved_region(region, recognition.on_page)) for region in reading.regions], stamps
        )
        ordered = [replace(region, order=order) for order, region in enumerate(placed)]
        return replace(reading, regions=ordered, doubtful=tuple(map(recognition.on_page, reading.doubtful)))

    def _composed(self, recognition: Recognition, hints: Sequence[Region], stamps: Sequence[StampText]) -> Reading:
        recognition, stats = _with_seen_letters(recognition)
        sheet, budgets = recognition.sheet, RereadBudgets()
        found = self._found(recognition, stats, budgets)
        pieces = found.pieces
        formulas = self._find_formulas(sheet, found.lines, hints)
        read = without_words_of(found.lines, formulas)
        ruled = ruled_gutters(read, sheet.ruling_lines.vertical, sheet.dpi)
        lines = split_at_gutters(read, ruled)
        lines, numbers = without_line_numbers(lines, ruled, sheet.ruling_lines.horizontal, sheet.size[1])
        lines, counted = without_margin_numbers(lines)
        numbers += counted
        lines, brackets, between = without_brackets(lines)
        ruled = [*ruled, *between]
        tables: list[FoundTable] = []
        rest: list[Line] = []
        parts, frames = all_parts(Part(split_at_gutters(lines, between), [], list(hints), sheet))
        for part in parts:
            gutters = page_gutters(part.lines, prose_lines(part.lines), drawn_tables(part.hints, part.sheet))
            seen, left = find_tables(with_pitch(split_at_gutters(part.lines, gutters)), part.hints, part.sheet)
            tables += seen
            rest += left
        crops, repair = CropReader(found.engine, sheet), InkRepair.of(found.lines, sheet)
        specked = has_specks(found.lines, stats)
        block, letter = self._block_reader(found.engine), self._letter_reader(sheet)

        def mended(cells: Table) -> Table:
            cells = with_sideways_cells(cells, sheet, block)
            cells = reocr_cells(cells, crops, budgets.cells)
            if not specked:
                cells = with_mended_lines(cells, lambda lines: with_lost_points(lines, stats, sheet.ink))
            cells = repair.table(cells)
            if found.engine is not self._by_script.get("latin"):
                cells = with_mended_lines(cells, lambda lines: self._with_russian_signs(lines, sheet, budgets))
            cells = with_digit_columns(cells, sheet, found.engine, budgets.cells)
            cells = with_mended_lines(cells, found.digits.mended)
            return with_proven_codes(cells, sheet, letter)

        tables = [replace(table, cells=mended(table.cells)) for table in tables]
        hinted = inside(pieces, [hint.bbox for hint in hints if hint.label in FIGURE_LABELS])
        inserts = [Insert(formula.bbox, (formula,)) for formula in formulas]
        composition = compose(
            rest,
            tables,
            hints,
            sheet,
            first_page=recognition.page.number == 1,
            ruled=ruled,
            panels=frames,
            inserts=[*numbers, *brackets, *(block.insert for block in found.rotated), *inserts],
            rows=[row.box for row in text_rows(pieces, hinted, sheet.gray.shape[:2])] if hinted.any() else [],
        )
        on_stamps = ink_on_stamps(stamps, recognition.scale)
        found = replace(found, blocks=(*found.blocks, *(formula.bbox for formula in formulas)))
        over = [recognition.on_sheet(stamp.box) for stamp in recognition.stamps]
        reading = accounted(found, tables, composition, sheet, on_stamps, over)
        return replace(reading, unrepeated=tuple(budgets.warnings()))

    def _found(self, recognition: Recognition, stats: Stats, budgets: RereadBudgets) -> Found:
        """The page's lines: as Tesseract gave them, and those that its ink shows to be missing."""
        sheet, first = recognition.sheet, self._of(recognition.script)
        shape = sheet.gray.shape[:2]
        pieces = letter_pieces(sheet, recognition.lines, stats)
        sideways: list[SidewaysBlock] = []
        raw: Sequence[Line] = recognition.lines
        if not recognition.of_block:  # what reads badly both ways would be rotated without end
            standing = with_joined(pieces, stats, sheet.dpi)
            sideways, raw = sideways_blocks(standing, raw, sheet, self.read_block)
        rotated = tuple(self._rotated_block(block, pieces.em, recognition) for block in sideways)
        blocks = tuple(block.box for block in sideways)
        rows, slanted, raw = slanted_rows(pieces, raw, sheet, self.read_block, blocks)
        rotated += tuple(Rotated(row, 1.0, ()) for row in rows)
        kept = [*whole_words(pieces, covered(pieces, words_of(raw), shape), words_of(raw), shape), *slanted]
        large = large_areas(sheet, stats, kept)
        headlines = read_large(large, sheet, first)
        kept = without_inner(kept, headlines)
        unread = outside(unread_areas(pieces, covered(pieces, [*kept, *words_of(headlines)], shape), shape), blocks)
        if are_scattered(unread, kept):
            kept = surest(kept)
            unread = outside(unread_areas(pieces, covered(pieces, kept, shape), shape), blocks)
        least = least_letter(pieces.em, sheet.dpi)
        grain = [a for a in unread if is_grain(a, stats, least) or takes_too_long(a, stats, least)]
        written = [area for area in unread if area not in grain]
        missed = [*headlines, *read_missed(written, pieces, kept, sheet, first, grain)]
        seen = [*kept, *words_of(missed)]
        joined = joined_areas(sheet, stats, pieces.em, seen)
        missed += without_read(read_joined(joined, sheet, pieces.em, first), seen)
        fields = [read_field(field, sheet.dpi, self._engine) for field in sheet.fields]
        values = [line for line in fields if isinstance(line, Line)]
        lines, script = self._lines(beside_labels(with_found(raw, kept, missed), values), sheet, budgets)
        if not has_specks(lines, stats):
            lines = with_lost_points(lines, stats, sheet.ink)
        # Russian tables have English names in them, English ones nothing in Cyrillic.
        engine = self._by_script.get(script, self._engine) if script == "latin" else self._engine
        if self._ppocr is not None and script == "latin":
            lines = reocr_latin(lines, sheet.gray, self._ppocr, budgets.chunks)
        lines = with_subscripts(lines, sheet, self._engine, budgets.marks)
        lines = with_addresses(with_raised_digits(lines, sheet, self._engine, budgets.marks))
        lines, digits = with_proven_digits(lines, sheet)
        lines = with_check_boxes(with_leaders(lines, sheet), check_boxes(pieces, pieces.em, sheet.ink))
        lines = with_list_letters(with_whole_marks(lines))
        unread_fields = tuple(area for area in fields if isinstance(area, InkArea))
        unusual = [*large, *joined]
        missed += [make_line([word]) for word in slanted]
        return Found(
            pieces, stats, legible_lines(lines), missed, unusual, unread_fields, blocks, rotated, engine, digits
        )

    @staticmethod
    def _block_reader(engine: TesseractEngine) -> Callable[[Gray, int], list[Line]]:
        return lambda gray, dpi: engine.lines(gray, dpi, tesserocr.PSM.SINGLE_BLOCK)

    def _letter_reader(self, sheet: Sheet) -> ReadLetter:
        def read(area: Box, script: Script) -> list[str]:
            engine = self._by_script.get(script, self._engine)
            return read_capital(area, script, sheet, engine) if script in self._scripts else []

        return read

    def _rotated_block(self, block: SidewaysBlock, em: float, recognition: Recognition) -> Rotated:
        """What stands in a block that was rotated to be read, at its place on the sheet."""
        sheet = recognition.sheet
        picture = block_picture(sheet, block.box, em)
        height, width = picture.shape
        pixels = cv2.cvtColor(rotate(picture, block.degrees), cv2.COLOR_GRAY2RGB).astype(np.uint8)
        # Not the first page: a title is the page's own.
        block_page = PageImage(recognition.page.number + 1, pixels, sheet.dpi)
        reading = self.compose(replace(self.recognise(block_page), of_block=True), ())
        left, top = block.box[0] - frame(em), block.box[1] - frame(em)

        def on_sheet(box: Box) -> Box:
            x0, y0, x1, y1 = box_before_rotation(box, block.degrees, (width, height))
            return max(0, x0 + left), max(0, y0 + top), x1 + left, y1 + top

        regions = []
        for region in reading.regions:
            label = "text" if region.label in TITLE_LABELS else region.label
            regions.append(replace(moved_region(region, on_sheet), label=label, level=None))
        doubtful = tuple(map(on_sheet, reading.doubtful))
        return Rotated(Insert(block.box, tuple(regions)), reading.coverage, doubtful)

    def _lines(self, raw: Sequence[Line], sheet: Sheet, budgets: RereadBudgets) -> tuple[list[Line], Script | None]:
        """The sheet's lines repaired, each word in its script, and the script of nearly all of them."""
        both = CropReader(self._engine, sheet)
        whole = reocr_wide_words(without_doubled_ends(repaired_lines(raw, sheet), sheet.ink), both, budgets.words)
        lines = with_reference_labels(reocr_markers(whole, both))
        crops = {script: CropReader(engine, sheet) for script, engine in self._by_script.items()}
        script, lines = page_script(lines, crops, self._ppocr)
        if script in crops:
            other = next(reader for other, reader in crops.items() if other != script)
            lines = reocr_foreign_words(lines, script, crops[script], other, budgets.words)
        else:
            mostly = script_of_letters(word.text for word in words_of(lines))
            lines = [resolve_homoglyphs(line, mostly=mostly) for line in lines]
        repair = InkRepair.of(lines, sheet)
        lines = [repair.line(line) for line in lines]
        return (lines if script == "latin" else self._with_russian_signs(lines, sheet, budgets)), script

    def _with_russian_signs(self, lines: Sequence[Line], sheet: Sheet, budgets: RereadBudgets) -> list[Line]:
        """``lines`` that are not all in Latin letters, with what stands alone in Russian texts put right."""
        if self._scripts.get("cyrillic") != "rus":
            return list(lines)
        lines = with_initials(with_lone_twins(lines, sheet), sheet, self._letter_reader(sheet), budgets.marks)
        return [with_roman_numerals(with_capital_yo(line, sheet), sheet.ink) for line in lines]


def _with_seen_letters(recognition: Recognition) -> tuple[Recognition, Stats]:
    """With dots joined to letters and letters on dark ground made dark, as ink shows them; and all pieces of ink."""
    stats = ink_stats(recognition.sheet.ink)
    sheet = with_inverse_text(with_joined_dots(recognition.sheet, stats, words_of(recognition.lines)), stats)
    if sheet is recognition.sheet:
        return recognition, stats
    return replace(recognition, sheet=sheet), ink_stats(sheet.ink)


def _rescaled_sheet(gray: Gray, dpi: int) -> tuple[Sheet, float]:
    """The sheet of a page, and its size as a multiple of the page's."""
    scale, sheet_dpi = rescaling(gray, dpi)
    if scale != 1.0:
        how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=how).astype(np.uint8)
    return prepare_sheet(gray, sheet_dpi), scale

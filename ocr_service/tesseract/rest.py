"""What was read of a part of a page, as a scan beside a text layer: its lines, and what became of its ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.document import FIGURE_LABELS, UNREAD_LABEL, Box, RegionResult, moved_region
from ocr_service.geometry.boxes import contains_centre
from ocr_service.tesseract.accounting import Found, account_of, ink_on_stamps, words_of
from ocr_service.tesseract.blocks.compose import Insert
from ocr_service.tesseract.ledger.ink_ledger import delivered
from ocr_service.tesseract.ledger.unread_regions import located, with_unread
from ocr_service.tesseract.reading import Reading
from ocr_service.tesseract.recognition import Recognition
from ocr_service.tesseract.stamps.text import StampText, with_stamps
from ocr_service.tesseract.words import Line, Word, make_line

_TABLES = frozenset({"table"})
_KNOWN = 100.0  # the confidence of words that are proven


@dataclass(frozen=True, slots=True)
class Rest:
    """What was ``found`` in a ``recognition`` of a picture; all that is asked of this or told by it is in its pixels.

    ``stamps``: those that lay over it, as read. ``unrepeated``: what there was too much of to read it again.
    """

    found: Found
    recognition: Recognition
    stamps: tuple[StampText, ...]
    unrepeated: tuple[str, ...]

    @property
    def lines(self) -> list[Line]:
        """The lines in no order."""
        placed = []
        for line in self.found.lines:
            words = [replace(word, box=self.recognition.on_page(word.box)) for word in line.words]
            placed.append(make_line(words, line.weight / self.recognition.scale))
        return placed

    @property
    def inserts(self) -> list[Insert]:
        """What stands sideways."""
        return [
            Insert(
                self.recognition.on_page(block.insert.box),
                tuple(moved_region(region, self.recognition.on_page) for region in block.insert.regions),
            )
            for block in self.found.rotated
        ]

    def accounted(self, regions: Sequence[RegionResult], known: Sequence[Box], ink: tuple[int, int]) -> Reading:
        """The page's ``regions`` with stamps and with those that nobody could read; boxes in its pixels.

        ``known``: words on the picture that were proven. ``ink``: what the picture has not: pixels of the page's text
        that was read otherwise, and of that which was not.
        """
        sheet, scale = self.recognition.sheet, self.recognition.scale
        proven = [Word("x", self.recognition.on_sheet(box), _KNOWN) for box in known]
        given = (self.recognition.on_sheet(word.bbox) for region in regions for word in region.words)
        read = delivered(words_of([*self.found.lines, *self.found.missed]), given, sheet.gray.shape[:2])
        on_stamps = ink_on_stamps(self.stamps, scale)
        elsewhere = tuple(round(part * scale**2) + more for part, more in zip(ink, on_stamps, strict=True))
        account = account_of(
            self.found,
            [*read, *proven],
            self._boxes(regions, FIGURE_LABELS),
            self._boxes(regions, _TABLES),
            sheet,
            (elsewhere[0], elsewhere[1]),
            [self.recognition.on_sheet(stamp.box) for stamp in self.recognition.stamps],
        )
        told = [region.bbox for region in regions if region.label == UNREAD_LABEL]
        areas = [replace(area, box=self.recognition.on_page(area.box)) for area in account.unread]
        areas = [area for area in areas if not any(contains_centre(box, area.box) for box in told)]
        share = min(account.share, 0.999) if told or areas else account.share
        found = with_stamps([located(region) for region in with_unread(regions, areas)], self.stamps)
        ordered = [replace(region, order=order) for order, region in enumerate(found)]
        return Reading(ordered, share, tuple(map(self.recognition.on_page, account.doubtful)), self.unrepeated)

    def _boxes(self, regions: Sequence[RegionResult], labels: frozenset[str]) -> list[Box]:
        return [self.recognition.on_sheet(region.bbox) for region in regions if region.label in labels]

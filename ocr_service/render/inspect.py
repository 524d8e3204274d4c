"""The first look at a file: what it is, whether it opens, and how many pages it has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ocr_service.document import FileType
from ocr_service.errors import DamagedFile, EmptyFile
from ocr_service.render.file_types import sniff_type
from ocr_service.render.images import count_image_pages
from ocr_service.render.pdfium import count_pdf_pages
from ocr_service.render.poppler import count_with_poppler

# Seconds that a first look may take.
INSPECT_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Inspected:
    """``type`` is told by content."""

    type: FileType
    pages: int


def inspect_file(path: Path, password: str = "") -> Inspected:
    """Type and number of pages, cheaply: nothing is rendered or decoded. The limit on pages is the caller's.

    Raises EmptyFile (also for a PDF without pages), UnsupportedType, DamagedFile and EncryptedPdf.
    """
    file_type = sniff_type(path)
    if file_type == "pdf":
        return Inspected(file_type, _pdf_pages(path, password))
    return Inspected(file_type, count_image_pages(path, file_type))


def _pdf_pages(path: Path, password: str) -> int:
    """Poppler reads what PDFium does not: PDFs without a header, with a broken page tree or cross-reference table."""
    try:
        return count_pdf_pages(path, password)
    except (DamagedFile, EmptyFile):
        pages = count_with_poppler(path)
        if not pages:
            raise
        return pages

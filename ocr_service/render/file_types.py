"""What kind of file this is, told by its first bytes alone: names and declared types are not believed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ocr_service.document import FileType
from ocr_service.errors import EmptyFile, UnsupportedType

ACCEPTED = "PDF, PNG, JPEG, TIFF, WebP and BMP"

# A PDF reader must find the header within the first 1024 bytes (ISO 32000-1, annex H.3, implementation note 13).
_PDF_HEADER_WITHIN = 1024
# Poppler, and so ``inspect``, reads a PDF with more before its header, or with none: it is told by its end.
_PDF_END = re.compile(rb"startxref\s{1,9}[0-9]{1,19}\s{1,9}%%EOF")
_HEAD_BYTES = 4096

_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}  # of BITMAPCOREHEADER up to BITMAPV5HEADER

# Only for the message: what people do send by mistake.
_OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), name)
    for pattern, name in (
        (rb"GIF8[79]a", "a GIF image"),
        (rb"....ftyp(hei[cx]|hev[cx]|heim|heis|mif1|msf1)", "a HEIC image"),
        (rb"....ftypavi[fs]", "an AVIF image"),
        (rb"....ftyp", "a video"),
        (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 image"),
        (rb"\0\0\0\x0cJXL |\xff\x0a", "a JPEG XL image"),
        (rb"\x97JB2\r\n", "a JBIG2 image"),
        (rb"AT&TFORM", "a DjVu document"),
        (rb"8BPS", "a Photoshop image"),
        (rb"P[1-6]\s", "a PNM image"),
        (rb"%!PS|\x04%!PS|\xc5\xd0\xd3\xc6", "a PostScript file"),
        (rb"\{\\rtf", "an RTF document"),
        (rb"PK\x03\x04.*word/", "a Word document"),
        (rb"PK\x03\x04.*xl/", "an Excel workbook"),
        (rb"PK\x03\x04.*ppt/", "a PowerPoint presentation"),
        (rb"PK\x03\x04.{26}mimetypeapplication/epub", "an EPUB book"),
        (rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis", "an OpenDocument file"),
        (rb"PK\x03\x04|PK\x05\x06", "a ZIP archive"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document"),
        (rb"\x1f\x8b|BZh|\xfd7zXZ\0|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x28\xb5\x2f\xfd", "a compressed archive"),
        (rb"\x7fELF|MZ", "a program"),
        (rb"(\xef\xbb\xbf)?\s*(?i:<!doctype html|<html)", "an HTML page"),
        (rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<svg", "an SVG drawing"),
        (rb"(\xef\xbb\xbf)?\s*<\?xml", "an XML file"),
    )
)
_TEXT_CONTROLS = {9, 10, 12, 13, 27}


def sniff_type(path: Path) -> FileType:
    """The type of the file at ``path``.

    Raises EmptyFile, and UnsupportedType for everything that is not accepted; the message says what it looks like. Text
    under the name of a PDF is an unsupported type, not a damaged PDF: without header and end nothing says that it was
    one.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(-min(_PDF_HEADER_WITHIN, file.seek(0, os.SEEK_END)), os.SEEK_END)
        tail = file.read()
    if not head:
        raise EmptyFile("the file is empty (0 bytes)")
    found = _image_type(head)
    if found is not None:
        return found
    if b"%PDF-" in head[:_PDF_HEADER_WITHIN] or _PDF_END.search(tail):
        return "pdf"
    raise UnsupportedType.looks_like(_described(head), ACCEPTED)


def _image_type(head: bytes) -> FileType | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):  # the second pair: BigTIFF
        return "tiff"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return "bmp"
    return None


def _described(head: bytes) -> str:
    for pattern, name in _OTHERS:
        if pattern.match(head):
            return name
    if _is_text(head):
        return "plain text"
    return "a file of unknown type"


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16 with its mark
        return True
    return not any(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)

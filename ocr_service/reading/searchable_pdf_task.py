"""What a page worker does for a searchable PDF: it looks where the words stand and writes them beneath the pages.

Runs inside the memory- and time-limited processes of ``workers.pool``, since it opens the untrusted document again.
Pages are handled one after another; nothing is held but the PDF that grows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from ocr_service.document import FileType, Gray, PageImage, PageResult, RegionResult
from ocr_service.errors import ServiceError
from ocr_service.export.result_json import page_from_json
from ocr_service.export.searchable_pdf import ImagePage, TextLayer, add_text_layers, pdf_of_images
from ocr_service.export.word_positions import Word, place_words
from ocr_service.reading.own_text_changes import NOTHING, OwnTextChanges, own_text_changes
from ocr_service.render.images import render_image
from ocr_service.render.pdfium import open_pdf, render_with_pdfium
from ocr_service.storage.atomic_write import atomic_write
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.space import storage_errors

_DPI = 120  # enough to part lines and words; a page takes some 30 ms
_JPEG_QUALITY = 90

Lines = Sequence[Sequence[Word]]


@dataclass(frozen=True, slots=True)
class SearchableTask:
    """A document whose pages ``numbers`` are kept in ``folder``; the PDF goes to ``target``.

    ``title`` and ``language`` (BCP 47) are those of a PDF that has none of its own.
    """

    folder: JobFolder
    type: FileType
    numbers: tuple[int, ...]
    target: Path
    password: str = ""
    title: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class LayersTask:
    """Pages ``numbers`` of a PDF whose text layers are to be made ahead."""

    folder: JobFolder
    numbers: tuple[int, ...]
    password: str = ""


def write_searchable_pdf(task: SearchableTask) -> None:
    """From the layers that are there; those that are missing are made now.

    Raises DamagedFile and EncryptedPdf where the document cannot be written again.
    """
    if task.type != "pdf":
        pages = (page_from_json(task.folder.page(number)) for number in task.numbers)
        images = (_image_page(task, page) for page in pages)
        pdf_of_images(task.target, images, title=task.title, language=task.language)
        return

    @cache
    def read() -> str:
        pages = map(page_from_json, map(task.folder.page, task.numbers))
        return _letters(" ".join(region.content for page in pages for region in page.regions))

    with open_pdf(task.folder.input, task.password) as pdf:
        layers = (_layer_of(task.folder, task.password, pdf, number) for number in task.numbers)
        wanted = (layer for layer in layers if layer is not None)
        add_text_layers(
            task.folder.input,
            task.target,
            wanted,
            password=task.password,
            language=task.language,
            is_read=lambda text: _letters(text) in read(),
        )


def write_layers(task: LayersTask) -> None:
    """Makes the layers that are missing, each in a file of its own in the job's folder."""
    layers_folder(task.folder).mkdir(parents=True, exist_ok=True)
    with open_pdf(task.folder.input, task.password) as pdf:
        for number in task.numbers:
            if _stored_layer(task.folder, number) is None:
                encoded = _ENCODER.encode(_new_layer(task.folder, task.password, pdf, number))
                with storage_errors("OUTPUT_DIR"):
                    atomic_write(_layer_file(task.folder, number), encoded)


def layers_folder(folder: JobFolder) -> Path:
    return folder.work / "exports" / "layers"


def _layer_file(folder: JobFolder, number: int) -> Path:
    return layers_folder(folder) / f"p{number:04d}"


def _stored_layer(folder: JobFolder, number: int) -> tuple[TextLayer | None] | None:
    """The layer that was made of the page as it is kept now (None in it: the page has text of its own), else None."""
    path = _layer_file(folder, number)
    try:
        if path.stat().st_mtime_ns < folder.page_file(number).stat().st_mtime_ns:
            return None  # the page was read again since
        return (_DECODER.decode(path.read_bytes()),)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _layer_of(folder: JobFolder, password: str, pdf: pdfium.PdfDocument, number: int) -> TextLayer | None:
    stored = _stored_layer(folder, number)
    return _new_layer(folder, password, pdf, number) if stored is None else stored[0]


def _new_layer(folder: JobFolder, password: str, pdf: pdfium.PdfDocument, number: int) -> TextLayer | None:
    page = page_from_json(folder.page(number))
    changes = _changes(folder, password, pdf, page)
    if changes.picture is not None:
        picture = PageImage(number, changes.picture, changes.dpi)
        gray = _gray(picture)
        return replace(_layer(page, gray), picture=_encoded(picture, gray))
    missing = _not_in_the_pdf(page, changes)
    texts = [region for region in missing.regions if _texts(region)]
    if not texts:
        missing = replace(page, regions=())
        if changes is NOTHING:
            return None
    ink = _gray_of(pdf, page) if any(not region.words for region in texts) else None
    return replace(
        _layer(missing, ink), replaces=changes.invisible, fates=changes.fates, appearances=changes.appearances
    )


def _changes(folder: JobFolder, password: str, pdf: pdfium.PdfDocument, page: PageResult) -> OwnTextChanges:
    try:
        return own_text_changes(pdf, folder.input, password, page)
    except (pdfium.PdfiumError, ServiceError):
        return NOTHING  # poppler may have drawn it for the reader


_ENCODER = msgspec.msgpack.Encoder(enc_hook=lambda value: value.item())  # scalars of numpy's
_DECODER = msgspec.msgpack.Decoder(TextLayer | None)


def _not_in_the_pdf(page: PageResult, changes: OwnTextChanges) -> PageResult:
    """The page without what the PDF's own text has, and keeps."""
    left = (_part_not_in_the_pdf(region, changes) for region in page.regions)
    return replace(page, regions=tuple(region for region in left if region is not None))


def _part_not_in_the_pdf(region: RegionResult, changes: OwnTextChanges) -> RegionResult | None:
    """The region, or its words that the PDF's own text lacks; None where it has all of them."""
    if "content" in region.edited:
        return region
    if region.contradicted:  # what the model made of text that can be found as it is
        return None
    if not region.words:
        return None if region.source == "text_layer" else region
    words = tuple(word for word in region.words if not word.in_pdf or changes.loses(word.bbox))
    return replace(region, words=words) if words else None


def _texts(region: RegionResult) -> bool:
    return region.format not in ("image", "latex") and bool(region.content.strip())


def _layer(page: PageResult, gray: Gray | None) -> TextLayer:
    """The page's words at their places; without a picture they are spread over the regions' boxes."""
    if not page.regions:
        return TextLayer(page.number, 1, 1, page.angle, ())
    if gray is None:
        gray = np.full((page.height, page.width), 255, np.uint8)
    upright = np.rot90(gray, -page.angle // 90)
    height, width = upright.shape
    return TextLayer(page.number, width, height, page.angle, place_words(page, upright))


def _gray_of(pdf: pdfium.PdfDocument, page: PageResult) -> Gray | None:
    try:
        image = render_with_pdfium(pdf, page.number, dpi=min(_DPI, page.dpi or _DPI), max_pixels=20_000_000)
    except (pdfium.PdfiumError, ServiceError):
        return None  # poppler may have drawn it for the reader; its text is worth having all the same
    return _gray(image)


def _gray(image: PageImage) -> Gray:
    return np.asarray(Image.fromarray(image.pixels).convert("L"))


def _letters(text: str) -> str:
    """Without spaces: parts of words, as ligatures, are found in it, too."""
    return "".join(re.findall(r"\w++", text.casefold()))


def _image_page(task: SearchableTask, page: PageResult) -> tuple[ImagePage, TextLayer]:
    # A failed page has no size; its picture is shown all the same.
    pixels = max(page.width * page.height, 1_000_000)
    picture = render_image(task.folder.input, task.type, page.number, max_pixels=pixels)
    gray = _gray(picture)
    return _encoded(picture, gray), _layer(page, gray)


def _encoded(picture: PageImage, gray: Gray) -> ImagePage:
    colourless = bool((picture.pixels == gray[:, :, None]).all())
    buffer = io.BytesIO()
    Image.fromarray(gray if colourless else picture.pixels).save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return ImagePage(buffer.getvalue(), colourless, picture.width, picture.height, picture.dpi)

"""The original pages with an invisible layer of text, so that a scan can be searched and copied from.

A PDF's own pages stay as they are, down to their bytes, but for text on them that nobody sees; an image becomes a page
with the image in it. The text goes beneath everything else (as OCRmyPDF does), so that no graphics state of the page
moves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from ocr_service.errors import DamagedFile, EncryptedPdf
from ocr_service.export.change_text import Copies, Fate, change_shown
from ocr_service.export.glyphless_font import ADVANCE, add_font, encoded
from ocr_service.export.invisible_text import remove_invisible_text
from ocr_service.export.silent_appearances import silence_appearances
from ocr_service.export.structure_texts import remove_other_texts
from ocr_service.export.text_aside import silence_asides
from ocr_service.export.word_positions import Word

_FONT = "/OcrText"
_VISIBLE, _INVISIBLE = 0, 3  # text render modes (ISO 32000-1, table 106)
_SMALLEST_PT, _LARGEST_PT = 3.0, 14_400.0  # sides of a page (ISO 32000-1, annex C.2)


@dataclass(frozen=True, slots=True)
class ImagePage:
    """A page to be made of a picture: JPEG bytes in DeviceGray or DeviceRGB, its size in pixels, its dpi."""

    jpeg: bytes
    gray: bool
    width: int
    height: int
    dpi: int


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The text of page ``number``: lines of words in pixels of an upright picture ``width`` x ``height``.

    ``angle`` is the clockwise rotation in degrees that made the page upright, on top of its own /Rotate. ``replaces``:
    the page's own invisible text is removed. ``fates``: what becomes of its text objects, none where all stay;
    ``appearances``: of the text in the looks of fields and notes, removed where nobody sees any. ``picture`` takes the
    place of its content.
    """

    number: int
    width: int
    height: int
    angle: int
    lines: Sequence[Sequence[Word]]
    replaces: bool = False
    fates: Sequence[Fate] = ()
    appearances: Fate = "kept"
    picture: ImagePage | None = None


def add_text_layers(
    source: Path,
    target: Path,
    layers: Iterable[TextLayer],
    *,
    password: str = "",
    language: str = "",
    is_read: Callable[[str], bool] | None = None,
) -> None:
    """Writes the PDF ``source`` with text on the pages that ``layers`` name. Raises DamagedFile, EncryptedPdf.

    ``language`` (BCP 47) becomes that of a document with new text that names none. ``is_read``: whether pages show a
    text that the document's structure says for them.
    """
    with _pdf_errors(), pikepdf.open(source, password=password) as pdf:
        font = add_font(pdf)
        copies: Copies = {}
        for layer in layers:
            if language and "/Lang" not in pdf.Root:
                pdf.Root.Lang = pikepdf.String(language)
            page = pdf.pages[layer.number - 1]
            own_rotation = _rotation(page)
            if layer.replaces:
                remove_invisible_text(pdf, page, copies)
            if layer.picture is not None:
                _become_picture(pdf, page, layer.picture, own_rotation)
            elif layer.fates:
                change_shown(pdf, page, layer.fates, copies)
            if layer.appearances != "kept":
                silence_appearances(pdf, page, unseen=layer.appearances == "removed")
            _add_text(pdf, page, font, layer, rotation=own_rotation + layer.angle)
        if is_read is not None:
            remove_other_texts(pdf, is_read)
        seen: set[tuple[int, int]] = set()
        for page in pdf.pages:
            silence_asides(pdf, page, seen)
        pdf.save(target, encryption=pdf.is_encrypted)  # with the same passwords and rights as before


def pdf_of_images(
    target: Path, pages: Iterable[tuple[ImagePage, TextLayer]], *, title: str = "", language: str = ""
) -> None:
    """Writes a PDF with a page for each picture, rotated upright by its /Rotate, with its text.

    ``title`` and ``language`` (BCP 47) of the document, where they are known.
    """
    with pikepdf.new() as pdf:
        _describe(pdf, title, language)
        font = add_font(pdf)
        for image, layer in pages:
            page = _image_page(pdf, image, layer.angle)
            _add_text(pdf, page, font, layer, rotation=layer.angle)
        pdf.save(target)


def _describe(pdf: pikepdf.Pdf, title: str, language: str) -> None:
    """Title and language, as screen readers and viewers look for them."""
    if language:
        pdf.Root.Lang = pikepdf.String(language)
    if title:
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:  # XMP and, from it, the document's information
            metadata["dc:title"] = title


def _image_page(pdf: pikepdf.Pdf, image: ImagePage, angle: int) -> pikepdf.Page:
    width, height = _page_size(image)
    page = pdf.add_blank_page(page_size=(width, height))
    _show_picture(pdf, page, image, f"{width:.3f} 0 0 {height:.3f} 0 0 cm")
    if angle:
        page.obj.Rotate = angle
    return page


def _become_picture(pdf: pikepdf.Pdf, page: pikepdf.Page, image: ImagePage, rotation: int) -> None:
    """The page's content is the picture of it, as it is shown with ``rotation``; fields, notes and links stay."""
    drawn = TextLayer(0, image.width, image.height, 0, ())
    matrix, height, width = _placing(drawn, _visible_box(page), rotation % 360)(
        0, image.height, image.height, image.width
    )
    _show_picture(pdf, page, image, f"{matrix} cm {width:.3f} 0 0 {height:.3f} 0 0 cm")


def _show_picture(pdf: pikepdf.Pdf, page: pikepdf.Page, image: ImagePage, place: str) -> None:
    picture = pdf.make_stream(
        image.jpeg,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=Name.DeviceGray if image.gray else Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    page.obj.Resources = Dictionary(XObject=Dictionary(Page=picture))
    page.obj.Contents = pdf.make_stream(f"q {place} /Page Do Q".encode())


def _page_size(image: ImagePage) -> tuple[float, float]:
    """In points, within what viewers take."""
    width, height = (side * 72 / image.dpi for side in (image.width, image.height))
    smaller = min(1.0, _LARGEST_PT / max(width, height))
    return max(_SMALLEST_PT, width * smaller), max(_SMALLEST_PT, height * smaller)


def _add_text(pdf: pikepdf.Pdf, page: pikepdf.Page, font: pikepdf.Object, layer: TextLayer, *, rotation: int) -> None:
    content = text_content(layer, _visible_box(page), rotation % 360)
    if not content:
        return
    if not isinstance(page.resources.get("/Font", Dictionary()), Dictionary):
        page.resources.Font = Dictionary()
    page.add_resource(font, Name.Font, Name(_FONT))
    page.contents_add(pdf.make_stream(content), prepend=True)


def text_content(
    layer: TextLayer, box: tuple[float, float, float, float], rotation: int, *, visible: bool = False
) -> bytes:
    """The operators that write a page's text. ``box``: the visible part, points; ``rotation``: clockwise degrees."""
    place = _placing(layer, box, rotation)
    lines = ["q BT", f"{_VISIBLE if visible else _INVISIBLE} Tr"]
    empty = len(lines)
    for line in layer.lines:
        height = max(word.box[3] - word.box[1] for word in line)
        for index, word in enumerate(line):
            last = index == len(line) - 1
            # The space belongs to the word and reaches to the next one, else viewers guess where words end.
            end = word.box[2] if last else max(line[index + 1].box[0], word.box[2])
            text = word.text if last else word.text + " "
            matrix, size, width = place(word.box[0], word.box[3], height, end - word.box[0])
            stretch = 100 * width / (ADVANCE * size * len(text.encode("utf-16-be", "surrogatepass")) / 2)
            lines.append(f"{_FONT} {size:.2f} Tf {stretch:.2f} Tz {matrix} Tm {encoded(text)} Tj")
    return b"" if len(lines) == empty else "\n".join([*lines, "ET Q\n"]).encode("ascii")


def _placing(
    layer: TextLayer, box: tuple[float, float, float, float], rotation: int
) -> Callable[[float, float, float, float], tuple[str, float, float]]:
    """From left, bottom, height and width on the upright picture (pixels) to text matrix, size and width (points)."""
    left, bottom, right, top = box
    across, down = (right - left, top - bottom) if rotation in (0, 180) else (top - bottom, right - left)
    x_scale, y_scale = across / layer.width, down / layer.height
    # The page is shown rotated clockwise by `rotation`; so its own axes are rotated anticlockwise: ISO 32000-1, 8.3.4.
    rightwards = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[rotation]
    upwards = {0: (0, 1), 90: (-1, 0), 180: (0, -1), 270: (1, 0)}[rotation]
    corner = {0: (left, top), 90: (left, bottom), 180: (right, bottom), 270: (right, top)}[
        rotation
    ]  # upper left of it all

    def place(x: float, y: float, height: float, width: float) -> tuple[str, float, float]:
        along, below = x * x_scale, y * y_scale
        at_x = corner[0] + along * rightwards[0] - below * upwards[0]
        at_y = corner[1] + along * rightwards[1] - below * upwards[1]
        matrix = f"{rightwards[0]} {rightwards[1]} {upwards[0]} {upwards[1]} {at_x:.2f} {at_y:.2f}"
        return matrix, max(height * y_scale, 1.0), max(width * x_scale, 0.1)

    return place


def _rotation(page: pikepdf.Page) -> int:
    """Clockwise degrees, a multiple of 90, as PDFium takes it: 45 is 0, and so is what is no number."""
    turned = _inherited(page.obj, "/Rotate", 0)
    return int(turned / 90) * 90 if isinstance(turned, int | float | Decimal) else 0


def _visible_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """What a viewer shows, in points: the crop box inside the media box, as PDFium takes it."""
    media = _corners(_inherited(page.obj, "/MediaBox", None)) or (0.0, 0.0, 612.0, 792.0)
    crop = _corners(_inherited(page.obj, "/CropBox", None)) or media
    inside = max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])
    return inside if inside[0] < inside[2] and inside[1] < inside[3] else media


def _corners(box: Any) -> tuple[float, float, float, float] | None:
    if not isinstance(box, Array) or len(box) != 4:
        return None
    sides = list(box)
    if not all(isinstance(side, int | float | Decimal) for side in sides):
        return None
    x0, y0, x1, y1 = map(float, sides)
    corners = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return corners if corners[0] < corners[2] and corners[1] < corners[3] else None


def _inherited(node: Any, name: str, default: Any) -> Any:
    for _depth in range(64):  # a damaged tree may go round
        if name in node:
            return node[name]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return default


@contextmanager
def _pdf_errors() -> Iterator[None]:
    try:
        yield
    except pikepdf.PasswordError as exc:
        raise EncryptedPdf("the PDF is encrypted, and the password given does not open it") from exc
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, IndexError) as exc:
        raise DamagedFile(f"no text layer can be added: the PDF is damaged ({type(exc).__name__})") from exc

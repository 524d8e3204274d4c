"""Stamps over text are parted from it: the text is read without them, and they without the text."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from ocr_service.document import Gray, page_status
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.stamps.stamps import Stamp, without_stamps
from tests.support.sheets import DPI, DrawnPage, reader_of

ROWS = 8
WATERMARKED_ROWS = 20
SENTENCE = "The supplier shall deliver the goods within ten days"
COLOURS = ["#3355dd", "#c81e32", "#6e32a0", "#8c8c8c", "#5f5f5f", "#c4c4c4"]  # the last three are scanned in grey


def sentences(page: DrawnPage) -> DrawnPage:
    for row in range(ROWS):
        page.text(100, 100 + 60 * row, SENTENCE)
    return page


def stamped(colour: str, other: str = "") -> DrawnPage:
    """A round stamp and a stroke, with the text over them; another ring in the ``other`` ink."""
    page = DrawnPage(1240, 700)
    if other:
        page.draw.ellipse((300, 120, 560, 380), outline=other, width=5)
    for radius in (150, 135):
        page.draw.ellipse((600 - radius, 300 - radius, 600 + radius, 300 + radius), outline=colour, width=5)
    page.draw.line((200, 420, 1000, 180), fill=colour, width=9)
    return sentences(page)


def parted(page: DrawnPage) -> tuple[Gray, tuple[Stamp, ...]]:
    return without_stamps(np.asarray(page.image), DPI)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_ring_over_text_leaves_the_page_and_the_text_stays(colour: str) -> None:
    gray, stamps = parted(stamped(colour))
    assert len(stamps) == 1
    assert stamps[0].box[0] < 452 < stamps[0].box[2]
    assert gray[140:460, 451:454].min(axis=1).mean() > 200  # the ring's leftmost part, between the letters
    expected = sentences(DrawnPage(1240, 700)).gray()
    ink, wanted = gray < 128, expected < 128
    assert np.count_nonzero(ink & wanted) > 0.97 * np.count_nonzero(wanted)
    assert np.count_nonzero(ink & ~wanted) < 0.03 * np.count_nonzero(wanted)


@pytest.fixture(scope="module")
def reader() -> TesseractReader:
    return reader_of("eng")


@pytest.mark.parametrize("colour", ["#3355dd", "#5f5f5f"])
def test_every_line_under_a_stamp_is_read(colour: str, reader: TesseractReader) -> None:
    read = reader.read(stamped(colour).page(), [])
    text = " ".join(region.content for region in read.regions)
    assert text.count(SENTENCE) >= ROWS - 2  # the stroke runs along a line
    assert text.count("supplier") >= ROWS - 1
    assert [region.format for region in read.regions if region.label == "seal"] == ["image"]


def test_black_strokes_over_text_are_no_stamp() -> None:
    page = stamped("black")
    gray, stamps = parted(page)
    assert not stamps
    assert np.array_equal(gray, page.gray())


@pytest.mark.parametrize("colour", ["#3355dd", "#8c8c8c"])
def test_text_filled_heads_ruling_lines_and_a_ring_beside_the_text_are_none(colour: str) -> None:
    page = DrawnPage(1240, 900)
    page.text(100, 60, SENTENCE, 14, fill=colour)
    page.text(100, 110, SENTENCE)
    page.draw.rectangle((100, 200, 1100, 260), fill=colour)
    page.text(120, 210, SENTENCE)
    for edge in range(4):
        page.draw.line((100, 300 + 70 * edge, 1000, 300 + 70 * edge), fill=colour, width=3)
        page.draw.line((100 + 300 * edge, 300, 100 + 300 * edge, 510), fill=colour, width=3)
    for row in range(3):
        page.text(105, 312 + 70 * row, "Valve")
        page.text(402, 320 + 70 * row, "17")
    page.draw.ellipse((800, 600, 1000, 800), outline=colour, width=5)
    page.text(100, 650, SENTENCE[:20])
    assert parted(page)[1] == ()


def test_a_grid_of_small_cells_in_grey_lines_is_no_stamp() -> None:
    page = DrawnPage(1240, 500)
    for x in range(100, 1101, 90):
        page.draw.line((x, 100, x, 300), fill="#777777", width=5)
    for y in range(100, 301, 50):
        page.draw.line((100, y, 1000, y), fill="#777777", width=5)
        page.draw.line((100, y - 3, 1000, y - 3), fill="black", width=2)
    for x in range(110, 1000, 90):
        page.text(x, 155, "Yes", 9)
    assert parted(page)[1] == ()


def test_bold_text_in_coloured_cells_with_coloured_lines_is_no_stamp() -> None:
    page = DrawnPage(1240, 700)
    for row in range(9):
        y = 100 + 42 * row
        page.draw.rectangle((100, y, 640, y + 42), fill="#ffcc99", outline="#800000", width=2)
        page.draw.rectangle((640, y, 1140, y + 42), outline="#800000", width=2)
        page.text(120, y + 5, "Perfluorocarbons (PFCs)", 11, bold=True, fill="#993300")
        page.text(700, y + 5, "100 million", 11)
    assert parted(page)[1] == ()


@pytest.mark.parametrize("scale", [0.55, 1.0])  # 110 dpi, 200 dpi
def test_blurred_text_is_not_taken_for_pale_ink(scale: float) -> None:
    image = sentences(DrawnPage(1240, 700)).image
    blurred = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BOX)
    assert without_stamps(np.asarray(blurred), round(DPI * scale))[1] == ()


@pytest.mark.parametrize("ring", [False, True])
def test_faded_type_whose_letters_touch_is_no_stamp_nor_part_of_one(ring: bool) -> None:
    page = DrawnPage(1240, 700)
    for row in range(ROWS * 2):
        page.text(100, 100 + 36 * row, SENTENCE, 8, bold=True, fill="black" if row % 2 else "#707070")
    if ring:
        page.draw.ellipse((500, 280, 550, 330), outline="#707070", width=3)
    blurred = page.image.filter(ImageFilter.GaussianBlur(1.5))
    assert without_stamps(np.asarray(blurred), DPI)[1] == ()


def test_the_shadow_at_the_edge_of_a_photographed_page_is_no_stamp() -> None:
    page = sentences(DrawnPage(1240, 700))
    page.draw.line((0, 40, 400, 360, 0, 660), fill="#808080", width=12)
    assert parted(page)[1] == ()


def slanted(text: str, degrees: float, *, mirrored: bool = False) -> DrawnPage:
    """A page of text with a rectangular stamp, rotated anticlockwise."""
    label = DrawnPage(520, 180)
    label.draw.rectangle((10, 10, 510, 170), outline="#c81e32", width=6)
    label.text(60, 50, text, 20, bold=True, fill="#c81e32")
    if mirrored:
        label.image = ImageOps.mirror(label.image)
    stamp = label.image.rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    page = DrawnPage(1240, 900)
    page.image.paste(stamp, (350, 120))
    page.draw = ImageDraw.Draw(page.image)
    return sentences(page)


@pytest.mark.parametrize("degrees", [-15.0, 30.0])
def test_a_slanted_stamp_is_kept_as_a_figure_and_its_text_follows(degrees: float, reader: TesseractReader) -> None:
    read = reader.read(slanted("RECEIVED", degrees).page(), [])
    picture, seal = (region for region in read.regions if region.label == "seal")
    assert (picture.format, picture.content, picture.bbox) == ("image", "", seal.bbox)
    assert (seal.format, seal.content) == ("text", "RECEIVED")
    word = seal.words[0]
    x0, y0, x1, y1 = word.bbox
    assert x1 - x0 > math.cos(math.radians(degrees)) * 200
    assert seal.bbox[0] <= x0 and seal.bbox[1] <= y0 and x1 <= seal.bbox[2] and y1 <= seal.bbox[3]
    assert read.coverage == 1.0


def test_letters_on_a_stamp_that_nobody_can_read_are_reported(reader: TesseractReader) -> None:
    read = reader.read(slanted("RECEIVED", 12, mirrored=True).page(), [])
    seal = next(region for region in read.regions if region.label == "seal")
    assert seal.format == "image"
    assert seal.error is not None
    assert ",".join(str(side) for side in seal.bbox) in read.warnings[0]
    assert 0.5 < read.coverage < 1.0
    assert page_status(read.regions) == "partial"
    assert page_status([seal]) == "partial"


def watermarked(text: str, points: float, degrees: float) -> DrawnPage:
    """A page of lines with large pale words over them, rotated anticlockwise."""
    page = DrawnPage(1654, 1400)
    mark = DrawnPage(1400, 240)
    mark.text(40, 20, text, points, bold=True)
    layer = mark.image.convert("L")
    ink = ImageOps.invert(layer).rotate(degrees, expand=True, resample=Image.Resampling.BICUBIC)
    page.image.paste("#f09090", (80, 200), ink)
    for row in range(WATERMARKED_ROWS):
        page.text(100, 100 + 60 * row, SENTENCE)
    return page


@pytest.mark.parametrize("degrees", [25.0, pytest.param(0.0, marks=pytest.mark.slow)])
def test_a_watermark_of_two_words_is_one_stamp_whose_words_follow_its_picture(
    degrees: float, reader: TesseractReader
) -> None:
    read = reader.read(watermarked("TRUE COPY", 60, degrees).page(), [])
    seals = [region for region in read.regions if region.label == "seal"]
    assert [(region.format, region.content) for region in seals] == [("image", ""), ("text", "TRUE COPY")]
    assert sum(region.content.count(SENTENCE) for region in read.regions) == WATERMARKED_ROWS


def test_stamps_of_two_inks_that_cross_are_two() -> None:
    gray, stamps = parted(stamped("#3355dd", "#e04050"))
    assert len(stamps) == 2
    assert np.count_nonzero(gray < 128) < 1.05 * np.count_nonzero(sentences(DrawnPage(1240, 700)).gray() < 128)


def test_text_under_a_watermark_is_as_black_as_beside_it() -> None:
    page = sentences(DrawnPage(1240, 700))
    mark = Image.new("RGBA", page.image.size)
    ImageDraw.Draw(mark).line((100, 600, 1100, 100), fill=(237, 50, 50, 128), width=60)
    ImageDraw.Draw(mark).line((100, 100, 1100, 600), fill=(237, 50, 50, 128), width=60)
    watermarked = Image.alpha_composite(page.image.convert("RGBA"), mark).convert("RGB")
    gray, stamps = without_stamps(np.asarray(watermarked), DPI)
    assert len(stamps) == 1
    letters = page.gray() < 60
    assert np.percentile(gray[letters], 90) < 70
    assert np.percentile(gray[page.gray() > 250], 2) > 200


@pytest.mark.parametrize(("size", "blur"), [(24, 3.0), (32, 2.5), (32, 4.0)])
def test_large_blurred_print_is_none(size: int, blur: float) -> None:
    page = DrawnPage(1240, 700)
    for row, words in enumerate(("Pennsylvania Reserves", "Career of These Veterans", "from Cold Harbor")):
        page.text(80, 60 + 150 * row, words, size)
    page.image = page.image.filter(ImageFilter.GaussianBlur(blur))
    assert not parted(page)[1]

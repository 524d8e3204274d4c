from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from ocr_service.document import FileType, PageImage
from ocr_service.errors import DamagedFile, PageTooLarge, RenderFailed, ServiceError
from ocr_service.render.inspect import inspect_file
from ocr_service.render.rasterise import render_page
from tests.support.documents import (
    CATALOG,
    corner_image,
    image_bomb,
    image_page,
    one_page,
    pdf,
    stream,
    write,
)

MAX_PIXELS = 1_000_000


def rendered(path: Path, number: int = 1, *, dpi: int = 72, max_pixels: int = MAX_PIXELS) -> PageImage:
    return render_page(path, inspect_file(path).type, number, dpi=dpi, max_pixels=max_pixels)


def dark(page: PageImage) -> dict[str, float]:
    """The share of dark pixels in each quarter of the page."""
    grey = page.pixels.min(axis=2) < 128
    y, x = grey.shape[0] // 2, grey.shape[1] // 2
    quarters = {"upper left": grey[:y, :x], "upper right": grey[:y, x:], "lower left": grey[y:, :x]}
    return {name: float(part.mean()) for name, part in (quarters | {"lower right": grey[y:, x:]}).items()}


def only_dark(page: PageImage) -> str:
    """The one quarter that is dark; the others must be clear, but for the blur of a lossy format."""
    shares = dark(page)
    (found,) = [name for name, share in shares.items() if share > 0.9]
    assert all(share < 0.05 for name, share in shares.items() if name != found)
    return found


# PDF


def test_a_pdf_is_rendered_as_fine_as_allowed_and_an_image_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "page.pdf", one_page(b"/MediaBox[0 0 200 300]"))
    page = render_page(path, "pdf", 1, dpi=72, max_pixels=MAX_PIXELS, finest=144)
    assert (page.dpi, page.width, page.height, page.warnings) == (144, 400, 600, ())
    Image.new("RGB", (200, 300), "white").save(tmp_path / "page.png")
    image = render_page(tmp_path / "page.png", "png", 1, dpi=72, max_pixels=MAX_PIXELS, finest=144)
    assert (image.width, image.height) == (200, 300)


@pytest.mark.parametrize(
    ("turn", "size", "quarter"),
    [
        (0, (200, 200), "lower left"),
        (90, (200, 200), "upper left"),
        (180, (200, 200), "upper right"),
        (270, (200, 200), "lower right"),
        (-90, (200, 200), "lower right"),
        (450, (200, 200), "upper left"),
    ],
)
def test_rotation_of_a_pdf_page_is_applied(tmp_path: Path, turn: int, size: tuple[int, int], quarter: str) -> None:
    path = write(tmp_path / "a.pdf", one_page(b"/MediaBox[0 0 200 200]/Rotate %d" % turn))
    page = rendered(path)
    assert (page.width, page.height) == size
    assert only_dark(page) == quarter


@pytest.mark.parametrize(
    ("boxes", "size"),
    [
        (b"/MediaBox[0 0 200 300]", (200, 300)),
        (b"/MediaBox[200 300 0 0]", (200, 300)),
        (b"/MediaBox[-100 -100 100 200]", (200, 300)),
        (b"/MediaBox[0 0 200 300]/CropBox[0 0 100 50]", (100, 50)),
        (b"/MediaBox[0 0 200 300]/CropBox[0 0 100 50]/Rotate 90", (50, 100)),
        (b"/MediaBox[0 0 200 300]/CropBox[-50 -50 500 500]", (200, 300)),
        (b"/MediaBox[0 0 200 300]/CropBox[900 900 950 950]", (200, 300)),
        (b"/MediaBox[0 0 0 0]", (612, 792)),
        (b"", (612, 792)),
    ],
)
def test_page_has_the_size_of_its_box_or_a_sensible_one(tmp_path: Path, boxes: bytes, size: tuple[int, int]) -> None:
    page = rendered(write(tmp_path / "a.pdf", one_page(boxes)))
    assert (page.width, page.height) == size
    assert page.pixels.dtype == np.uint8
    assert page.pixels.flags.c_contiguous


def test_colours_of_a_pdf_come_as_rgb(tmp_path: Path) -> None:
    page = rendered(write(tmp_path / "a.pdf", one_page(b"/MediaBox[0 0 200 200]")))
    assert page.pixels[150, 50].tolist() == [255, 0, 0]
    assert page.pixels[50, 150].tolist() == [255, 255, 255]


def test_page_too_large_for_the_limit_is_rendered_at_a_lower_dpi_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", one_page(b"/MediaBox[0 0 2160 2160]"))
    page = rendered(path, dpi=200)
    assert page.dpi == 33
    assert 900_000 < page.width * page.height <= MAX_PIXELS
    assert page.warnings == ("rendered at 33 dpi instead of 200: the page is 30 x 30 inches",)


def test_very_long_page_keeps_within_the_longest_side(tmp_path: Path) -> None:
    page = rendered(write(tmp_path / "a.pdf", one_page(b"/MediaBox[0 0 14400 30]")), dpi=200, max_pixels=40_000_000)
    assert page.width <= 32_000
    assert page.height >= 32


def test_absurdly_large_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PageTooLarge, match="14400 x 14400 inches"):
        rendered(write(tmp_path / "a.pdf", one_page(b"/MediaBox[0 0 1036800 1036800]")))


def test_tiny_page_is_padded(tmp_path: Path) -> None:
    page = rendered(write(tmp_path / "a.pdf", one_page(b"/MediaBox[0 0 1 1]")))
    assert (page.width, page.height) == (32, 32)


def test_annotations_and_form_fields_are_drawn(tmp_path: Path) -> None:
    appearance = stream(b"0 0 1 rg 0 0 100 100 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 100 100]")
    document = pdf(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Annots[6 0 R 7 0 R]>>",
        stream(b""),
        appearance,
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(x)/Rect[0 100 100 200]/AP<</N 5 0 R>>/F 4>>",
        b"<</Type/Annot/Subtype/Stamp/Rect[100 0 200 100]/AP<</N 5 0 R>>/F 4>>",
    )
    page = rendered(write(tmp_path / "a.pdf", document))
    assert page.pixels[50, 50].tolist() == [0, 0, 255]
    assert page.pixels[150, 150].tolist() == [0, 0, 255]


def test_images_in_jpeg_2000_are_drawn(tmp_path: Path) -> None:
    packed = io.BytesIO()
    corner_image(size=(100, 100)).save(packed, "JPEG2000")
    entries = b"/Width 100/Height 100/Filter/JPXDecode"
    assert only_dark(rendered(write(tmp_path / "a.pdf", image_page(packed.getvalue(), entries)))) == "upper left"


def test_page_that_pdfium_cannot_load_is_rendered_by_poppler(tmp_path: Path) -> None:
    # PDFium takes what has children for a node of the page tree; poppler believes the type.
    path = write(tmp_path / "a.pdf", one_page(b"/MediaBox[0 0 200 200]/Kids[]"))
    page = rendered(path)
    assert only_dark(page) == "lower left"
    assert page.warnings == ("rendered by poppler: pdfium could not load the page",)


def test_letters_of_a_font_that_is_not_in_the_file_are_drawn_by_poppler(tmp_path: Path) -> None:
    differences = b"/Encoding<</Differences[97/afii10065/aogonek]>>/FirstChar 97/LastChar 98/Widths[556 556]"
    content = b"BT /F 99 Tf 20 50 Td (ab) Tj ET"
    font = b"/Resources<</Font<</F<</Type/Font/Subtype/TrueType/BaseFont/Arial" + differences + b">>>>>>"
    document = pdf(
        CATALOG,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R" + font + b">>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    )
    page = rendered(write(tmp_path / "a.pdf", document))
    assert page.pixels.min() < 64
    letters = "letters of fonts that are not in the file (ąа)"
    assert page.warnings == (f"rendered by poppler: pdfium cannot draw {letters}",)


def test_page_that_neither_can_load_fails_alone(tmp_path: Path) -> None:
    kids = pdf(
        CATALOG,
        b"<</Type/Pages/Count 2/Kids[3 0 R 9 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    )
    path = write(tmp_path / "a.pdf", kids)
    assert rendered(path, 1).width == 200
    with pytest.raises(RenderFailed, match="page 2 is damaged"):
        rendered(path, 2)


def test_page_tree_that_loops_ends(tmp_path: Path) -> None:
    looping = pdf(
        CATALOG,
        b"<</Type/Pages/Count 3/Kids[2 0 R 3 0 R]>>",
        b"<</Type/Pages/Parent 2 0 R/Count 2/Kids[2 0 R 3 0 R]>>",
    )
    path = write(tmp_path / "a.pdf", looping)
    with pytest.raises(ServiceError):
        rendered(path)


@pytest.mark.slow
def test_image_bomb_in_a_pdf_is_drawn_or_refused_in_little_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", image_bomb(12_000))
    assert path.stat().st_size < 600_000
    assert rendered(path).width == 100


def test_mutated_pdfs_end_in_a_page_or_in_an_error_of_ours(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    original = np.frombuffer(one_page(b"/MediaBox[0 0 100 100]/Rotate 90"), np.uint8)
    path = tmp_path / "a.pdf"
    pages = 0
    for _ in range(60):
        mutated = original.copy()
        places = random.integers(0, len(mutated), random.integers(1, 12))
        mutated[places] = random.integers(0, 256, len(places))
        try:
            pages += rendered(write(path, mutated.tobytes()), max_pixels=200_000).pixels.ndim == 3
        except ServiceError:
            continue
    assert 0 < pages < 60


# Images


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "LAB", "YCbCr"])
def test_every_mode_of_an_image_comes_out_right(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tif"
    in_mode(mode).save(path)
    page = rendered(path)
    assert page.pixels.shape == (60, 80, 3)
    assert only_dark(page) == "upper left"
    assert page.pixels[50, 70].min() >= 254  # LAB is not exact


def in_mode(mode: str) -> Image.Image:
    image = corner_image()
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode == "LAB":
        from PIL import ImageCms

        to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        lab = ImageCms.applyTransform(image, to_lab)
        assert lab is not None
        return lab
    if mode == "LA":
        return image.convert("L").convert("LA")
    if mode == "I":
        return image.convert("L").convert("I")
    return image.convert("L").convert("F") if mode == "F" else image.convert(mode)


def test_grey_of_twelve_bits_in_sixteen_is_not_black(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    values = np.full((60, 80), 4095, np.uint16)
    values[:30, :40] = 100
    Image.fromarray(values).save(path)
    page = rendered(path)
    assert page.pixels[0, 0].tolist() == [6, 6, 6]
    assert page.pixels[59, 79].tolist() == [255, 255, 255]


@pytest.mark.parametrize("kind", ["rgba", "palette", "grey key"])
def test_what_is_transparent_is_white(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.png"
    black = corner_image("L").point(lambda value: 0)  # black all over; only the upper left quarter is opaque
    if kind == "rgba":
        image = black.convert("RGBA")
        image.putalpha(corner_image("L").point(lambda value: 255 - value))
        image.save(path)
    elif kind == "palette":
        corner_image("L").point(lambda value: value // 255).convert("P").save(path, transparency=1)
    else:
        corner_image("L").save(path, transparency=255)
    assert only_dark(rendered(path)) == "upper left"


@pytest.mark.parametrize("file_type", ["png", "jpeg", "tiff", "webp", "bmp"])
def test_every_type_of_image_comes_out_right(tmp_path: Path, file_type: FileType) -> None:
    path = tmp_path / "a"
    corner_image(size=(160, 160)).save(path, file_type)
    assert only_dark(rendered(path)) == "upper left"


def test_cmyk_jpeg_is_not_inverted(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    corner_image("CMYK", (160, 160)).save(path, quality=95)
    assert only_dark(rendered(path)) == "upper left"


@pytest.mark.parametrize(
    ("orientation", "quarter"),
    [(1, "upper left"), (2, "upper right"), (3, "lower right"), (6, "upper right"), (8, "lower left")],
)
@pytest.mark.parametrize("file_type", ["jpeg", "tiff"])
def test_exif_orientation_is_applied(tmp_path: Path, file_type: str, orientation: int, quarter: str) -> None:
    path = tmp_path / "a"
    image = corner_image(size=(160, 120))
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(path, file_type, exif=exif)
    page = rendered(path)
    assert only_dark(page) == quarter
    assert (page.width, page.height) == ((120, 160) if orientation in (6, 8) else (160, 120))


def test_each_frame_of_a_tiff_has_its_own_size(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    corner_image("1").save(path, save_all=True, append_images=[corner_image("RGB", (200, 140)), corner_image("L")])
    assert [rendered(path, number).pixels.shape for number in (3, 2, 1)] == [(60, 80, 3), (140, 200, 3), (60, 80, 3)]
    with pytest.raises(RenderFailed, match="no page 4"):
        rendered(path, 4)


def test_image_keeps_its_pixels_whatever_dpi_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    corner_image(size=(600, 400)).save(path, dpi=(300, 300))
    page = rendered(path, dpi=72)
    assert (page.width, page.height, page.dpi, page.warnings) == (600, 400, 300, ())


@pytest.mark.parametrize(
    ("size", "written", "dpi"),
    [((850, 600), 0, 73), ((850, 600), 96, 96), ((900, 300), 72, 72), ((5000, 100), 72, 428), ((300, 300), 3, 72)],
)
def test_dpi_is_the_one_written_where_it_can_be_believed(
    tmp_path: Path, size: tuple[int, int], written: int, dpi: int
) -> None:
    path = tmp_path / "a.png"
    if written:
        corner_image(size=size).save(path, dpi=(written, written))
    else:
        corner_image(size=size).save(path)
    assert rendered(path).dpi == dpi


@pytest.mark.parametrize(("letter", "dpi"), [(11, 94), (40, 600)])
def test_dpi_of_a_scan_reduced_for_the_screen_is_not_believed(tmp_path: Path, letter: int, dpi: int) -> None:
    """A page of type of 1.5 points is none; a card with as many pixels, and letters of 6 points, is one."""
    image = Image.new("L", (800, 1100), 255)
    pen = ImageDraw.Draw(image)
    for y in range(40, 1000, 2 * letter + 8):
        for x in range(40, 700, letter + 6):
            pen.rectangle((x, y, x + letter - 2, y + letter - 1), outline=0, width=2)
    path = tmp_path / "a.png"
    image.save(path, dpi=(600, 600))
    assert rendered(path, max_pixels=2_000_000).dpi == dpi


@pytest.mark.parametrize("mode", ["1", "P", "RGBA", "L"])
def test_large_image_is_reduced_to_the_limit_and_says_so(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    corner_image(mode, (2000, 1000)).save(path, dpi=(300, 300))
    page = rendered(path, max_pixels=500_000)
    assert (page.width, page.height, page.dpi) == (1000, 500, 150)
    assert page.warnings == ("reduced from 2000 x 1000 to 1000 x 500 pixels (limit 500000)",)
    assert only_dark(page) == "upper left"


@pytest.mark.slow
def test_image_of_30000_pixels_a_side_is_reduced_as_jpeg_and_refused_as_png(tmp_path: Path) -> None:
    side = 30_000
    jpeg = tmp_path / "a.jpg"
    Image.new("L", (side, side), 200).save(jpeg)
    assert rendered(jpeg).width == 1000
    png = tmp_path / "a.png"
    Image.new("1", (side, side), 1).save(png, compress_level=1)
    with pytest.raises(PageTooLarge, match="30000 x 30000"):
        rendered(png)


@pytest.mark.parametrize("file_type", ["png", "jpeg", "tiff", "webp", "bmp"])
def test_image_cut_in_half_is_damaged(tmp_path: Path, file_type: FileType) -> None:
    path = tmp_path / "a"
    noise: npt.NDArray[np.uint8] = np.random.default_rng(1).integers(0, 256, (90, 90, 3), np.uint8)
    Image.fromarray(noise).save(path, file_type)
    whole = path.read_bytes()
    write(path, whole[: len(whole) // 2])
    with pytest.raises(DamagedFile):
        rendered(path)


@pytest.mark.parametrize("file_type", ["png", "jpeg", "tiff", "webp", "bmp"])
def test_mutated_images_end_in_a_page_or_in_an_error_of_ours(tmp_path: Path, file_type: FileType) -> None:
    random = np.random.default_rng(3)
    path = tmp_path / "a"
    corner_image(size=(64, 64)).save(path, file_type)
    original = np.frombuffer(path.read_bytes(), np.uint8)
    pages = 0
    for _ in range(40):
        mutated = original.copy()
        places = random.integers(0, min(len(mutated), 300), random.integers(0, 5))  # none at all: a page for certain
        mutated[places] = random.integers(0, 256, len(places))
        try:
            pages += rendered(write(path, mutated.tobytes())).pixels.ndim == 3
        except ServiceError:
            continue
    assert 0 < pages < 40

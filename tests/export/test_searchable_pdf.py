"""The searchable PDF: a scan made of a known PDF, whose words must be found again where they were."""

from __future__ import annotations

import math
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, Table

from ocr_service.document import FileType, PageResult, RegionResult
from ocr_service.export.change_text import Fate
from ocr_service.export.result_json import page_to_json
from ocr_service.export.searchable_pdf import TextLayer, add_text_layers, text_content
from ocr_service.export.word_positions import Word
from ocr_service.reading.searchable_pdf_task import SearchableTask, write_searchable_pdf
from ocr_service.storage.filesystem import JobFolder

DPI = 150
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
LEFT = (
    "В начале августа жара стояла нестерпимая, и город опустел: те, кто мог уехать, уехали ещё в июле. Оставшиеся "
    "сидели по домам, закрыв ставни, и ждали вечера. The quick brown fox jumps over the lazy dog. Вечером на площади "
    "играл оркестр."
)
RIGHT = (
    "Вторая колонка рассказывает о другом: о том, как в 1897 году на берегу построили мельницу, (первую в уезде) и "
    "как её владелец, человек небогатый, но упрямый, выписал из Гамбурга паровую машину."
)


@dataclass(frozen=True, slots=True)
class Found:
    text: str
    box: tuple[float, float, float, float]


def words_of(pdf: Path) -> list[Found]:
    """Every word with its box in points, as pdftotext sees it."""
    out = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    pattern = r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    return [Found(match[5], tuple(float(match[i]) for i in range(1, 5))) for match in re.finditer(pattern, out)]  # type: ignore[arg-type]


def text_of(pdf: Path, *options: str) -> str:
    return subprocess.run(["pdftotext", *options, str(pdf), "-"], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def original(tmp_path: Path) -> tuple[Path, list[tuple[str, tuple[float, float, float, float]]]]:
    """A page with a heading and two columns; its blocks with their boxes in points from the upper left."""
    pdfmetrics.registerFont(TTFont("DejaVu", FONT))
    path = tmp_path / "original.pdf"
    page = canvas.Canvas(str(path), pagesize=A4)
    style = ParagraphStyle("body", fontName="DejaVu", fontSize=11, leading=15)
    blocks: list[tuple[str, tuple[float, float, float, float]]] = []
    for text, x, top, width, size in (
        ("Мельница на реке", 60, 60, 300, 20),
        (LEFT, 60, 110, 225, 11),
        (RIGHT, 310, 110, 225, 11),
    ):
        paragraph = Paragraph(text, style.clone("x", fontSize=size, leading=size * 1.35))
        _, height = paragraph.wrap(width, 700)
        paragraph.drawOn(page, x, A4[1] - top - height)
        blocks.append((text, (x, top, x + width, top + height)))
    page.save()
    return path, blocks


def scanned(original: Path, folder: Path) -> Image.Image:
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-gray", "-singlefile", "-png", str(original), str(folder / "scan")], check=True
    )
    return Image.open(folder / "scan.png").convert("L")


def page_result(blocks: list[tuple[str, tuple[float, float, float, float]]], angle: int = 0) -> PageResult:
    regions = tuple(
        RegionResult(
            label="text",
            bbox=tuple(round(side * DPI / 72) for side in box),  # type: ignore[arg-type]
            order=order,
            score=1.0,
            content=text,
        )
        for order, (text, box) in enumerate(blocks)
    )
    width, height = (round(side * DPI / 72) for side in A4)
    return PageResult(1, "completed", width, height, DPI, angle, "tesseract", "", regions)


def searchable(
    folder: Path, source: Path, kind: FileType, page: PageResult, password: str = "", **described: str
) -> Path:
    job = JobFolder(folder, "job")
    job.create(source)
    job.keep_page(1, page_to_json(page))
    target = folder / "searchable.pdf"
    write_searchable_pdf(SearchableTask(job, kind, (1,), target, password, **described))
    return target


def off_by(found: list[Found], wanted: list[Found]) -> list[float]:
    """How far each wanted word's centre is from the found one, as a part of the word's own size; in equal order."""
    assert [word.text for word in found] == [word.text for word in wanted]
    return [
        max(
            abs(sum(a.box[::2]) - sum(b.box[::2])) / 2 / (b.box[2] - b.box[0] + 6),
            abs(sum(a.box[1::2]) - sum(b.box[1::2])) / 2 / (b.box[3] - b.box[1]),
        )
        for a, b in zip(found, wanted, strict=True)
    ]


def test_text_lies_over_the_words_of_a_scanned_pdf(
    original: tuple[Path, list[tuple[str, tuple[float, float, float, float]]]], tmp_path: Path
) -> None:
    path, blocks = original
    scan = scanned(path, tmp_path)
    scan.save(tmp_path / "scan.pdf", resolution=DPI)
    assert text_of(tmp_path / "scan.pdf").strip() == ""
    result = searchable(tmp_path, tmp_path / "scan.pdf", "pdf", page_result(blocks))
    assert text_of(result, "-raw").split() == " ".join(text for text, _ in blocks).split()
    assert text_of(result).split() == text_of(path).split()  # pdftotext's own idea of the reading order
    assert max(off_by(words_of(result), words_of(path))) < 0.5


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_rotated_and_cropped_page_has_its_text_in_place(
    original: tuple[Path, list[tuple[str, tuple[float, float, float, float]]]], tmp_path: Path, rotate: int
) -> None:
    """The scan lies turned in the file, /Rotate turns it back, and a crop box cuts a margin that is not shown."""
    path, blocks = original
    scan = scanned(path, tmp_path).rotate(rotate, expand=True)  # counter-clockwise, as /Rotate is clockwise
    scan.save(tmp_path / "turned.pdf", resolution=DPI)
    with pikepdf.open(tmp_path / "turned.pdf", allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        width, height = float(page.mediabox[2]), float(page.mediabox[3])
        page.obj.MediaBox = pikepdf.Array([-50, -70, width + 20, height + 30])
        page.obj.CropBox = pikepdf.Array([0, 0, width, height])
        page.obj.Rotate = rotate
        pdf.save(tmp_path / "turned.pdf")
    result = searchable(tmp_path, tmp_path / "turned.pdf", "pdf", page_result(blocks))
    assert max(off_by(words_in_crop(result), words_of(path))) < 0.5


def words_in_crop(pdf: Path) -> list[Found]:
    out = subprocess.run(
        ["pdftotext", "-bbox", "-cropbox", str(pdf), "-"], check=True, capture_output=True, text=True
    ).stdout
    pattern = r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    return [Found(match[5], tuple(float(match[i]) for i in range(1, 5))) for match in re.finditer(pattern, out)]  # type: ignore[arg-type]


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_image_becomes_an_upright_page_with_its_text(
    original: tuple[Path, list[tuple[str, tuple[float, float, float, float]]]], tmp_path: Path, angle: int
) -> None:
    path, blocks = original
    # A scan that must be turned clockwise by `angle` to be upright.
    scanned(path, tmp_path).rotate(angle, expand=True).save(tmp_path / "lying.png", dpi=(DPI, DPI))
    result = searchable(tmp_path, tmp_path / "lying.png", "png", page_result(blocks, angle))
    assert max(off_by(words_of(result), words_of(path))) < 0.5


@pytest.mark.parametrize("size", [(1, 1), (20_000, 3), (2, 30_000)])
def test_picture_of_an_odd_size_becomes_a_page_that_viewers_take(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("L", size, 255).save(tmp_path / "odd.png", dpi=(72, 72))
    result = searchable(tmp_path, tmp_path / "odd.png", "png", page_result([]))
    with pikepdf.open(result) as pdf:
        [page] = pdf.pages
        _, _, width, height = (float(side) for side in page.mediabox)
    assert min(width, height) >= 3 and max(width, height) <= 14_400
    assert (width > height) == (size[0] > size[1])


@pytest.mark.parametrize("degrees", [-4, 3])
def test_words_of_a_skew_scan_have_their_text_in_place(
    original: tuple[Path, list[tuple[str, tuple[float, float, float, float]]]], tmp_path: Path, degrees: float
) -> None:
    path, blocks = original
    scan = scanned(path, tmp_path)
    scan.rotate(degrees, fillcolor=255, resample=Image.Resampling.BICUBIC).save(tmp_path / "skew.pdf", resolution=DPI)
    turned = [(text, enclosing_turned(box, degrees)) for text, box in blocks]
    result = searchable(tmp_path, tmp_path / "skew.pdf", "pdf", page_result(turned))
    wanted = [replace(word, box=turned_word(word.box, degrees)) for word in words_of(path)]
    found = {word.text: word for word in words_of(result)}
    once = [word for word in wanted if sum(word.text == other.text for other in wanted) == 1]
    assert len(once) > 40
    assert max(off_by([found[word.text] for word in once], once)) < 1


def turned_point(x: float, y: float, degrees: float) -> tuple[float, float]:
    """Where a point of an A4 page (from its upper left) is after a turn about its middle, counter-clockwise."""
    angle, (cx, cy) = math.radians(degrees), (A4[0] / 2, A4[1] / 2)
    dx, dy = x - cx, y - cy
    return cx + dx * math.cos(angle) + dy * math.sin(angle), cy - dx * math.sin(angle) + dy * math.cos(angle)


def enclosing_turned(box: tuple[float, float, float, float], degrees: float) -> tuple[float, float, float, float]:
    corners = [turned_point(x, y, degrees) for x in box[::2] for y in box[1::2]]
    return (
        min(x for x, _ in corners),
        min(y for _, y in corners),
        max(x for x, _ in corners),
        max(y for _, y in corners),
    )


def turned_word(box: tuple[float, float, float, float], degrees: float) -> tuple[float, float, float, float]:
    """The same box about the turned middle."""
    x, y = turned_point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, degrees)
    half_width, half_height = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    return x - half_width, y - half_height, x + half_width, y + half_height


def test_pages_of_a_pdf_stay_as_they_were(
    original: tuple[Path, list[tuple[str, tuple[float, float, float, float]]]], tmp_path: Path
) -> None:
    path, blocks = original
    scanned(path, tmp_path).save(tmp_path / "scan.pdf", resolution=DPI)
    before = pixels(tmp_path / "scan.pdf")
    result = searchable(tmp_path, tmp_path / "scan.pdf", "pdf", page_result(blocks))
    assert pixels(result) == before  # what is invisible changes nothing


def test_cells_of_a_ruled_table_have_their_words(tmp_path: Path) -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", FONT))
    rows = [["№", "Наименование товара", "Сумма"], ["1", "Насос погружной НП-40", "84 500"], ["2", "Итого", "507 000"]]
    table = Table(rows, colWidths=[40, 250, 100], rowHeights=26)
    table.setStyle([("FONT", (0, 0), (-1, -1), "DejaVu", 10), ("GRID", (0, 0), (-1, -1), 1, "black")])
    table.setStyle([("ALIGN", (2, 0), (2, -1), "RIGHT")])
    page = canvas.Canvas(str(tmp_path / "original.pdf"), pagesize=A4)
    table.wrapOn(page, 500, 500)
    table.drawOn(page, 60, 600)
    page.save()
    scanned(tmp_path / "original.pdf", tmp_path).save(tmp_path / "scan.pdf", resolution=DPI)
    box = 60.0, A4[1] - 600 - 3 * 26, 60.0 + 390, A4[1] - 600
    result = page_result([("", box)])
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    region = replace(result.regions[0], label="table", format="html", content=f"<table>{cells}</table>")
    made = searchable(tmp_path, tmp_path / "scan.pdf", "pdf", replace(result, regions=(region,)))
    assert max(off_by(words_of(made), words_of(tmp_path / "original.pdf"))) < 0.5


def pixels(pdf: Path) -> bytes:
    return subprocess.run(["pdftoppm", "-r", "60", "-singlefile", str(pdf)], check=True, capture_output=True).stdout


def test_page_with_text_of_its_own_gets_no_second(
    original: tuple[Path, list[tuple[str, tuple[float, float, float, float]]]], tmp_path: Path
) -> None:
    path, blocks = original
    before = text_of(path)
    result = searchable(tmp_path, path, "pdf", page_result(blocks))
    assert sorted(text_of(result).split()) == sorted(before.split())


def test_encrypted_pdf_stays_encrypted_with_its_password(
    original: tuple[Path, list[tuple[str, tuple[float, float, float, float]]]], tmp_path: Path
) -> None:
    path, blocks = original
    scanned(path, tmp_path).save(tmp_path / "scan.pdf", resolution=DPI)
    with pikepdf.open(tmp_path / "scan.pdf", allow_overwriting_input=True) as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="geheim"))
    result = searchable(tmp_path, tmp_path / "locked.pdf", "pdf", page_result(blocks), "geheim")
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(result)
    with pikepdf.open(result, password="geheim") as pdf:
        pdf.save(tmp_path / "opened.pdf")
    assert "Мельница" in text_of(tmp_path / "opened.pdf")


@pytest.mark.parametrize("unseen", [("removed", "kept"), ("kept", "kept")])
def test_pages_that_draw_one_form_each_lose_their_own_text(tmp_path: Path, unseen: tuple[Fate, ...]) -> None:
    source, target = tmp_path / "source.pdf", tmp_path / "target.pdf"
    with pikepdf.new() as pdf:
        helvetica = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont="/Helvetica")
        head = pdf.make_stream(
            b"BT /F 12 Tf 9 30 Td (hidden) Tj (shown) Tj ET",
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, 200, 99],
            Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F=helvetica)),
        )
        shared = pdf.make_indirect(pikepdf.Dictionary(XObject=pikepdf.Dictionary(Head=head)))
        for _number in range(2):
            page = pdf.add_blank_page(page_size=(200, 99))
            page.obj.Resources, page.obj.Contents = shared, pdf.make_stream(b"/Head Do")
        pdf.save(source)
    gone: tuple[Fate, ...] = ("removed", "kept")
    layers = (TextLayer(number, 1, 1, 0, (), fates=lost) for number, lost in ((1, gone), (2, unseen)))
    add_text_layers(source, target, layers)
    first, second = text_of(target).split("\f")[:2]
    assert first.strip() == "shown"
    assert second.strip() == ("shown" if unseen == gone else "hiddenshown")


@pytest.mark.parametrize(
    ("name", "value"),
    [("Rotate", 45), ("Rotate", pikepdf.Name.No), ("CropBox", [0, 0, pikepdf.Name.No, 9]), ("Resources", {"/Font": 1})],
)
def test_a_page_with_odd_entries_gets_its_text(tmp_path: Path, name: str, value: Any) -> None:
    source, target = tmp_path / "source.pdf", tmp_path / "target.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 100))
        page.obj[f"/{name}"] = value
        pdf.save(source)
    add_text_layers(source, target, [replace(layer([Word("found", (20, 50, 120, 70))]), width=200, height=100)])
    (word,) = words_of(target)
    assert word.text == "found"
    assert word.box == pytest.approx((20, 50, 120, 70), abs=8)


def layer(*lines: list[Word], angle: int = 0) -> TextLayer:
    return TextLayer(1, 1000, 2000, angle, lines)


def matrices(content: bytes) -> list[tuple[float, ...]]:
    found = re.findall(r"Tz ([-\d. ]+) Tm", content.decode("ascii"))
    return [tuple(map(float, matrix.split())) for matrix in found]


def test_a_page_without_words_gets_no_operators() -> None:
    assert text_content(layer(), (0, 0, 500, 1000), 0) == b""


def test_text_is_invisible_unless_visible_is_asked_for() -> None:
    words = [Word("a", (100, 200, 200, 240))]
    assert b"3 Tr" in text_content(layer(words), (0, 0, 500, 1000), 0)
    assert b"0 Tr" in text_content(layer(words), (0, 0, 500, 1000), 0, visible=True)


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        (0, (1, 0, 0, 1, 60, 890)),
        (90, (0, 1, -1, 0, 140, 70)),
        (180, (-1, 0, 0, -1, 460, 150)),
        (270, (0, -1, 1, 0, 880, 470)),
    ],
)
def test_a_word_is_placed_in_the_visible_box_of_a_rotated_page(rotation: int, expected: tuple[float, ...]) -> None:
    """The picture is 1000 x 2000 pixels at 2 pixels a point; the visible box begins at (10, 20)."""
    size = (500, 1000) if rotation in (0, 180) else (1000, 500)
    box = (10.0, 20.0, 10.0 + size[0], 20.0 + size[1])
    (matrix,) = matrices(text_content(layer([Word("a", (100, 200, 200, 260))]), box, rotation))
    assert matrix == pytest.approx(expected)


def test_a_pdf_made_of_an_image_says_its_title_and_language(
    tmp_path: Path, original: tuple[Path, list[tuple[str, tuple[float, float, float, float]]]]
) -> None:
    path, blocks = original
    scanned(path, tmp_path).save(tmp_path / "Мельница.png")
    made = searchable(
        tmp_path, tmp_path / "Мельница.png", "png", page_result(blocks), title="Мельница.png", language="ru"
    )
    with pikepdf.open(made) as pdf:
        assert str(pdf.Root.Lang) == "ru"
        assert str(pdf.docinfo.Title) == "Мельница.png" and bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Мельница.png"


@pytest.mark.parametrize(("own", "language"), [(None, "ru"), ("kk", "kk")])
def test_the_language_of_a_pdf_is_its_own_where_it_names_one(
    tmp_path: Path,
    original: tuple[Path, list[tuple[str, tuple[float, float, float, float]]]],
    own: str | None,
    language: str,
) -> None:
    path, blocks = original
    scanned(path, tmp_path).save(tmp_path / "scan.pdf", resolution=DPI)
    with pikepdf.open(tmp_path / "scan.pdf") as pdf:
        if own:
            pdf.Root.Lang = pikepdf.String(own)
        pdf.save(tmp_path / "source.pdf")
    made = searchable(tmp_path, tmp_path / "source.pdf", "pdf", page_result(blocks), title="scan.pdf", language="ru")
    with pikepdf.open(made) as pdf:
        assert str(pdf.Root.Lang) == language
        assert "/ViewerPreferences" not in pdf.Root

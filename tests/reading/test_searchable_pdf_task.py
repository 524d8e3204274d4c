"""Which pages of a searchable PDF get a text of ours, and what of their own text goes."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Dictionary, Name
from PIL import ImageChops, ImageFilter, ImageStat

from ocr_service.document import Failure, PageResult, TextLayerReport
from ocr_service.export.result_json import page_to_json
from ocr_service.reading.pipeline import failed_page
from ocr_service.reading.searchable_pdf_task import SearchableTask, write_searchable_pdf
from ocr_service.storage.filesystem import JobFolder
from tests.support.text_layer_pdfs import ENGLISH, Sample, Sheet
from tests.support.text_layer_set import read_sample, sample_of


@cache
def short() -> Sample:
    """A clean page of one sentence: what it takes to find out whether a viewer finds other text on it."""
    sheet = Sheet()
    sheet.heading("Minutes of the council", 1)
    sheet.paragraph(ENGLISH[0])
    return Sample("short", sheet.pdf(), sheet.text())


def marked(begin: bytes) -> Sample:
    """A clean page all of whose content is marked, as ``begin`` says."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(sample_of("en_clean").pdf)) as pdf:
        pdf.pages[0].contents_add(pdf.make_stream(begin), prepend=True)
        pdf.pages[0].contents_add(pdf.make_stream(b"EMC"))
        pdf.save(file)
    return replace(sample_of("en_clean"), pdf=file.getvalue())


def searchable(folder: Path, name: str) -> str:
    """The text of the searchable PDF made of a sample, as a viewer finds it."""
    return searchable_text(folder, sample_of(name).pdf, read_sample(folder, sample_of(name)))


def searchable_text(folder: Path, pdf: bytes, page: PageResult) -> str:
    job = JobFolder(folder, "job")
    source = folder / "source.pdf"
    source.write_bytes(pdf)
    job.create(source)
    job.keep_page(1, page_to_json(page))
    target = folder / "searchable.pdf"
    write_searchable_pdf(SearchableTask(job, "pdf", (1,), target))
    return text_of(target.read_bytes())


def text_of(pdf: bytes) -> str:
    with pdfium.PdfDocument(pdf) as document:
        page = document[0]
        text = page.get_textpage()
        found: str = text.get_text_range()
        text.close()
        page.close()
        return found


@pytest.mark.parametrize("name", ["en_clean", "ruled_table"])
def test_a_page_whose_layer_is_proven_passes_through(tmp_path: Path, name: str) -> None:
    assert searchable(tmp_path, name) == text_of(sample_of(name).pdf)


@pytest.mark.parametrize(
    "name", ["hidden_white", "hidden_under_box", "hidden_outside_page", "hidden_optional_content", "hidden_tiny"]
)
def test_what_nobody_sees_is_not_in_the_pdf(tmp_path: Path, name: str) -> None:
    text = searchable(tmp_path, name)
    assert "Zorblatt" in text_of(sample_of(name).pdf)
    assert "Zorblatt" not in text
    assert "The committee met on 14 March 1987" in text
    assert looks_alike(sample_of(name).pdf, (tmp_path / "searchable.pdf").read_bytes())


@pytest.mark.parametrize("name", ["hidden_white", "hidden_render_mode", "en_private", "form"])
def test_nothing_is_found_on_a_page_that_failed(tmp_path: Path, name: str) -> None:
    failure = Failure("page_timeout", "The page took too long.", "recognition")
    text = searchable_text(tmp_path, sample_of(name).pdf, failed_page(1, "tesseract", failure, 1.0))
    assert not text.strip()
    assert looks_alike(sample_of(name).pdf, (tmp_path / "searchable.pdf").read_bytes())


def test_a_page_keeps_its_drawing_where_hidden_text_can_be_taken_out(tmp_path: Path) -> None:
    searchable(tmp_path, "hidden_white")
    with pikepdf.open(tmp_path / "searchable.pdf") as pdf:
        assert "/XObject" not in pdf.pages[0].resources


@pytest.mark.slow
@pytest.mark.parametrize("name", ["en_private", "ru_look_alike"])
def test_text_that_is_not_what_the_page_shows_is_replaced(tmp_path: Path, name: str) -> None:
    clean = text_of(sample_of(f"{name[:2]}_clean").pdf)
    assert searchable(tmp_path, name).split() == clean.split()
    assert looks_alike(sample_of(name).pdf, (tmp_path / "searchable.pdf").read_bytes())


@pytest.mark.slow
def test_other_text_that_marked_content_has_for_a_page_is_replaced(tmp_path: Path) -> None:
    sample = marked(b"/Span <</ActualText (Zorblatt pays)>> BDC")
    text = searchable_text(tmp_path, sample.pdf, read_sample(tmp_path, sample))
    assert "Zorblatt" not in text
    assert text.split() == text_of(sample_of("en_clean").pdf).split()


def test_a_scan_keeps_its_own_picture_where_a_line_beside_it_is_not_what_it_shows(tmp_path: Path) -> None:
    sample = sample_of("half_scan")
    page = replace(read_sample(tmp_path, sample), text_layer=TextLayerReport(used=False, rejected_fonts=("Stamp",)))
    searchable_text(tmp_path, sample.pdf, page)
    with pikepdf.open(io.BytesIO(sample.pdf)) as before, pikepdf.open(tmp_path / "searchable.pdf") as after:
        own = set(before.pages[0].get_images())
        assert own and set(after.pages[0].get_images()) == own


@pytest.mark.parametrize(
    "rotation", [90, pytest.param(180, marks=pytest.mark.slow), pytest.param(270, marks=pytest.mark.slow)]
)
def test_a_page_that_becomes_a_picture_stays_as_it_was_rotated(tmp_path: Path, rotation: int) -> None:
    turned = io.BytesIO()
    with pikepdf.open(io.BytesIO(sample_of("en_shifted").pdf)) as pdf:
        pdf.pages[0].obj.Rotate = rotation
        pdf.pages[0].obj.CropBox = pikepdf.Array([20, 30, 580, 800])
        pdf.save(turned)
    page = read_sample(tmp_path, replace(sample_of("en_shifted"), pdf=turned.getvalue()))
    text = searchable_text(tmp_path, turned.getvalue(), page)
    assert sorted(text.split()) == sorted(text_of(sample_of("en_clean").pdf).split())
    assert looks_alike(turned.getvalue(), (tmp_path / "searchable.pdf").read_bytes())


def looks_alike(pdf: bytes, other: bytes) -> bool:
    """Whether the first pages look the same but for what resampling does to the edges of letters."""
    with pdfium.PdfDocument(pdf) as document, pdfium.PdfDocument(other) as made:
        first, second = (page[0].render(scale=0.5).to_pil().convert("L") for page in (document, made))
    if first.size != second.size:
        return False
    difference = ImageChops.difference(first.filter(ImageFilter.BoxBlur(3)), second.filter(ImageFilter.BoxBlur(3)))
    return ImageStat.Stat(difference).extrema[0][1] < 40


def test_an_old_bad_layer_is_replaced(tmp_path: Path) -> None:
    text = searchable(tmp_path, "ocr_layer_bad")
    assert "Zorblatt" not in text
    assert "committee" in text and "convoy" in text


def test_of_half_a_scan_only_the_picture_gets_text(tmp_path: Path) -> None:
    text = searchable(tmp_path, "half_scan")
    assert text.count("committee") == 1
    assert text.count("convoy") == 1


def test_of_a_paragraph_that_is_proven_in_part_the_line_of_the_rest_is_replaced(tmp_path: Path) -> None:
    sample = sample_of("en_clean")
    page = read_sample(tmp_path, sample)
    paragraph = next(region for region in page.regions if "committee" in region.content)
    words = tuple(replace(word, in_pdf=word.text != "committee") for word in paragraph.words)
    regions = tuple(replace(r, words=words, source="tesseract") if r is paragraph else r for r in page.regions)
    text = searchable_text(tmp_path, sample.pdf, replace(page, regions=regions))
    assert (text.count("committee"), text.count("approved"), text.count("convoy")) == (1, 1, 1)
    assert text.index("committee") < text.index("Minutes")  # ours is beneath all else


def changed(content: bytes) -> Sample:
    """A clean page with more content."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(short().pdf)) as pdf:
        page = pdf.pages[0]
        helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.add_resource(helvetica, Name.Font, Name.Own)
        page.contents_add(pdf.make_stream(b"q"), prepend=True)
        page.contents_add(pdf.make_stream(b"Q " + content))
        pdf.save(file)
    return replace(short(), pdf=file.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        b"BT 0 Tz /Own 10 Tf 60 40 Td (Zorblatt pays) Tj ET",
        b"BT /Own 0 Tf 60 40 Td (Zorblatt pays) Tj ET",
        b"BT /Own 10 Tf 60 40 Td (Zorblatt pays) Tj ET 1 G BT 2 Tr 1 w /Own 10 Tf 60 40 Td (Zorblatt pays) Tj ET",
        b"BT /Own 10 Tf 1 0 0 0 60 40 Tm (Zorblatt pays) Tj ET",
        b"/Span <</ActualText (Zorblatt pays)>> BDC BT /Own 10 Tf 60 40 Td ( ) Tj ET EMC",
        b"BT /Own 10 Tf 60 40 Td (Paid ) Tj (Zorblatt pays) Tj ET 1 g 82 30 200 30 re f",
        b"BT /Own 10 Tf 60 40 Td (Paid Zorblatt pays) Tj ET 1 g 82 30 200 30 re f",
    ],
)
def test_text_that_no_viewer_shows_is_not_found(tmp_path: Path, content: bytes) -> None:
    sample = changed(content)
    text = searchable_text(tmp_path, sample.pdf, read_sample(tmp_path, sample))
    with pikepdf.open(tmp_path / "searchable.pdf") as pdf:
        assert "/XObject" not in pdf.pages[0].resources
    assert "Zorblatt" not in text
    assert "The committee met on 14 March 1987" in text
    assert looks_alike(sample.pdf, (tmp_path / "searchable.pdf").read_bytes())


def test_text_of_a_drawing_in_the_margin_that_nobody_sees_is_not_found(tmp_path: Path) -> None:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(short().pdf)) as pdf:
        helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        look = pdf.make_stream(b"1 g BT /F 9 Tf 2 5 Td (Zorblatt pays) Tj ET", Subtype=Name.Form, BBox=[0, 0, 90, 20])
        look.Resources = Dictionary(Font=Dictionary(F=helvetica))
        note = Dictionary(Type=Name.Annot, Subtype=Name.Square, F=4, Rect=[60, 40, 150, 60], AP=Dictionary(N=look))
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])
        pdf.save(file)
    page = read_sample(tmp_path, replace(short(), pdf=file.getvalue()))
    searchable_text(tmp_path, file.getvalue(), page)
    found = subprocess.run(["pdftotext", tmp_path / "searchable.pdf", "-"], capture_output=True, check=True).stdout
    assert b"Zorblatt" not in found and b"The committee met on 14 March 1987" in found


def test_what_the_structure_says_instead_of_a_page_is_not_in_the_pdf(tmp_path: Path) -> None:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(marked(b"/P <</MCID 0>> BDC").pdf)) as pdf:
        page = pdf.pages[0]
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        element = Dictionary(Type=Name.StructElem, S=Name.P, P=root, Pg=page.obj, K=0, ActualText="Zorblatt pays")
        root.K = pdf.make_indirect(element)
        root.ParentTree = Dictionary(Nums=[0, [root.K]])
        page.obj.StructParents, pdf.Root.StructTreeRoot = 0, root
        pdf.save(file)
    sample = replace(sample_of("en_clean"), pdf=file.getvalue())
    searchable_text(tmp_path, sample.pdf, read_sample(tmp_path, sample))
    with pikepdf.open(tmp_path / "searchable.pdf") as pdf:
        assert "/ActualText" not in pdf.Root.StructTreeRoot.K
        assert pdf.Root.StructTreeRoot.K.S == Name.P


def test_of_a_page_whose_own_text_was_not_looked_at_only_what_was_read_is_found(tmp_path: Path) -> None:
    sample = sample_of("hidden_white")
    page = read_sample(tmp_path, sample)
    regions = tuple(replace(r, words=tuple(replace(w, in_pdf=False) for w in r.words)) for r in page.regions)
    text = searchable_text(tmp_path, sample.pdf, replace(page, regions=regions, text_layer=None, hidden_text=None))
    assert "Zorblatt" not in text and text.count("committee met") == 1
    assert looks_alike(sample.pdf, (tmp_path / "searchable.pdf").read_bytes())


def test_what_a_model_made_of_proven_text_is_not_added(tmp_path: Path) -> None:
    sample = sample_of("en_clean")
    page = read_sample(tmp_path, sample)
    lied = replace(page.regions[1], content="Zorblatt", source="vlm", contradicted=True, words=())
    page = replace(page, regions=(page.regions[0], lied, *page.regions[2:]))
    assert searchable_text(tmp_path, sample.pdf, page) == text_of(sample.pdf)


@pytest.mark.parametrize(("colour", "kept"), [(b"1 g", False), (b"0 g", True)])
@pytest.mark.parametrize("has_look", [True, False])
def test_what_a_field_hides_is_not_found(tmp_path: Path, colour: bytes, kept: bool, has_look: bool) -> None:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(short().pdf)) as pdf:
        fonts = Dictionary(Font=Dictionary(Own=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)))
        field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="a", V="Zorblatt pays", F=4)
        field.Rect, field.DA = pikepdf.Array([60, 40, 260, 60]), pikepdf.String(b"/Own 10 Tf " + colour)
        if has_look:
            shown = b"/Tx BMC BT " + colour + b" /Own 10 Tf 2 5 Td (Zorblatt pays) Tj ET EMC"
            look = pdf.make_stream(shown, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 200, 20], Resources=fonts)
            field.AP = Dictionary(N=look)
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(field)])
        pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].obj.Annots, DR=fonts, DA="/Own 10 Tf 0 g")
        pdf.save(file)
    sample = replace(short(), pdf=file.getvalue())
    page = read_sample(tmp_path, sample)
    searchable_text(tmp_path, sample.pdf, page)
    made = (tmp_path / "searchable.pdf").read_bytes()
    assert ("Zorblatt" in page.markdown) is kept
    assert ("Zorblatt" in with_fields(made)) is kept
    assert looks_alike(sample.pdf, made)


def with_fields(pdf: bytes) -> str:
    """The text of the first page and of what its fields show."""
    with pdfium.PdfDocument(pdf) as document:
        document.init_forms()
        page = document[0]
        page.flatten()
        page.close()
        page = document[0]
        text = page.get_textpage()
        found: str = text.get_text_range()
        text.close()
        page.close()
    return found

"""Whole pages: what their text layer is believed, what is hidden, what is left to the eye."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from reportlab.lib.colors import Color

from ocr_service.document import TextLayerMode
from tests.support.text_layer_pdfs import (
    BAD_MAPS,
    ENGLISH,
    FRENCH,
    HIDDEN,
    SECRET,
    Sample,
    Sheet,
    swapped,
    with_maps,
)
from tests.support.text_layer_set import read_sample, sample_of, words_of

_OTHER_LIES = ("ru_look_alike", "en_digits")


@pytest.mark.parametrize(
    "name",
    [
        "en_clean",
        "ru_clean",
        "kk_clean",
        "pl_clean",
        "tr_clean",
        "ro_clean",
        "en_directed",
        "tr_decomposed",
    ],
)
def test_a_clean_page_is_delivered_letter_by_letter(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, sample_of(name))
    assert page.markdown.strip() == sample_of(name).truth.strip()
    assert {region.source for region in page.regions} == {"text_layer"}
    assert page.text_layer is not None and page.text_layer.used and not page.text_layer.rejected_fonts


def test_letters_that_are_slanted_by_their_matrix_are_believed_beside_upright_ones(tmp_path: Path) -> None:
    sheet = Sheet()
    for line, slant in (("The journal of the northern institute", 0.21), ("volume nine of the journal", 0.0)):
        text = sheet.canvas.beginText()
        text.setFont("Serif", 12)
        text.setTextTransform(1, 0, slant, 1, 60, sheet.y)
        text.textOut(line)
        sheet.canvas.drawText(text)
        sheet.y -= 60
    page = read_sample(tmp_path, Sample("slanted", sheet.pdf(), ""))
    assert [region.content for region in page.regions] == [
        "The journal of the northern institute",
        "volume nine of the journal",
    ]
    assert {region.source for region in page.regions} == {"text_layer"}


def test_words_that_a_check_box_shows_are_read(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("Every tenant signs here once a year.")
    with pikepdf.open(io.BytesIO(sheet.pdf())) as pdf:
        page = pdf.pages[0]
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        look = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 300, 20]))
        look.Resources = Dictionary(Font=Dictionary(F=font))
        on = pdf.make_stream(b"BT /F 11 Tf 4 6 Td (The rent is paid in advance) Tj ET", look)
        box = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, T="paid", V=Name.On, AS=Name.On, F=4)
        box.Rect, box.AP = Array([60, 600, 360, 620]), Dictionary(N=Dictionary(On=on))
        page.Annots = Array([pdf.make_indirect(box)])
        pdf.Root.AcroForm = Dictionary(Fields=page.Annots)
        made = io.BytesIO()
        pdf.save(made)
    read = read_sample(tmp_path, Sample("box", made.getvalue(), ""))
    assert [region.content for region in read.regions][1:] == ["- [x] The rent is paid in advance"]


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD_MAPS)
def test_no_wrong_character_comes_from_a_map_that_lies(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, sample_of(name))
    assert words_of(page.markdown) == words_of(sample_of(name).truth)


@pytest.mark.parametrize(
    "pair", ["éè", *(pytest.param(pair, marks=pytest.mark.slow) for pair in ("eé", "èê", "ée", "êë"))]
)
def test_no_letter_comes_with_another_mark_than_is_drawn(tmp_path: Path, pair: str) -> None:
    sheet = Sheet()
    for text in FRENCH:
        sheet.paragraph(text)
    pdf = with_maps(sheet.pdf(), lambda codes: {code: text.replace(*pair) for code, text in codes.items()})
    page = read_sample(tmp_path, Sample("marks", pdf, sheet.text()))
    seen = set(words_of(sheet.text()))
    delivered = [word for r in page.regions if r.source == "text_layer" for word in words_of(r.content)]
    assert set(delivered) <= seen
    assert page.text_layer is not None and page.text_layer.reason


def test_a_letter_that_is_drawn_as_two_is_believed_in_one_shape_alone(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("Үкімет үйі бүгін ашық, ал құрылыс жұмысы аяқталуға жақын. Бұл туралы уақытында айтылды.")
    pdf = with_maps(sheet.pdf(), lambda codes: {code: text.replace("ү", "у") for code, text in codes.items()})
    page = read_sample(tmp_path, Sample("two_shapes", pdf, sheet.text()))
    delivered = [word for r in page.regions if r.source == "text_layer" for word in words_of(r.content)]
    assert not {"уйі", "бугін"} & set(delivered)


def test_a_page_on_which_only_filled_areas_are_drawn_is_read(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("The committee approved the budget.")
    band = sheet.canvas.beginPath()
    band.rect(50, 500, 490, 26)
    sheet.canvas.clipPath(band, stroke=0)
    sheet.canvas.linearGradient(0, 0, 595, 0, (Color(0.5, 0.5, 0.5), Color(0.52, 0.52, 0.52)))
    page = read_sample(tmp_path, Sample("filled", sheet.pdf(), ""))
    assert page.markdown.strip() == "The committee approved the budget."


def test_a_minus_sign_that_the_map_calls_a_space_is_not_lost(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("The profit of March was -904.85 and that of April 17.20 in all.")
    sheet.paragraph("Costs of -31.75 were met by the board, which is -8.40 less than planned.")
    pdf = with_maps(sheet.pdf(), lambda codes: {code: text.replace("-", " ") for code, text in codes.items()})
    page = read_sample(tmp_path, Sample("minus", pdf, sheet.text()))
    assert words_of(page.markdown) == words_of(sheet.text())


def test_a_number_written_over_another_one_is_read_whole(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("The committee approved the budget.")
    canvas = sheet.canvas
    canvas.setFont("Serif", 11)
    canvas.drawString(60, sheet.y, "The price is 352869")
    canvas.setFillGray(1)
    canvas.rect(60 + canvas.stringWidth("The price is ", "Serif", 11), sheet.y - 3, 60, 13, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.drawString(60 + canvas.stringWidth("The price is ", "Serif", 11), sheet.y, "339793")
    page = read_sample(tmp_path, Sample("replaced", sheet.pdf(), ""))
    assert "The price is 339793" in page.markdown


def test_letters_that_look_alike_in_a_digits_place_are_not_proven_by_rows_of_them(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("The Storage of Supplies in Section 5 holds 3525 boxes; Samuel Sterling counted 4857 of 95.")
    sheet.paragraph("Since September the Store sells to Spain, Sweden and Serbia at 5.25 or 15 percent less.")
    pdf = with_maps(sheet.pdf(), lambda codes: {code: "5" if text == "S" else text for code, text in codes.items()})
    page = read_sample(tmp_path, Sample("five", pdf, sheet.text()))
    assert words_of(page.markdown) == words_of(sheet.text())


@pytest.mark.parametrize("name", ["en_swapped", *(pytest.param(n, marks=pytest.mark.slow) for n in _OTHER_LIES)])
def test_a_font_that_lies_is_named_and_its_regions_are_read_by_eye(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, sample_of(name))
    assert page.text_layer is not None
    assert [font for font in page.text_layer.rejected_fonts if "DejaVuSerif" in font]
    assert "DejaVuSans-Bold" in "".join(page.text_layer.trusted_fonts)
    assert [region.source for region in page.regions][:2] == ["text_layer", "tesseract"]


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_text_is_in_no_result_and_is_counted(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, sample_of(name))
    delivered = page.markdown + "".join(region.content for region in page.regions)
    assert not set(SECRET.split()) - {"all", "and", "above"} & set(delivered.split())
    assert page.markdown.strip() == sample_of(name).truth.strip()
    assert page.hidden_text is not None
    assert page.hidden_text.characters >= len(SECRET.replace(" ", ""))


def test_only_reads_nothing_by_eye_and_says_what_it_left_out(tmp_path: Path) -> None:
    page = read_sample(tmp_path, sample_of("en_one_bad_font"), "only")
    assert {region.source for region in page.regions} == {"text_layer"}
    assert any("text_layer=only" in warning for warning in page.warnings)


def test_ignore_reads_all_by_eye(tmp_path: Path) -> None:
    page = read_sample(tmp_path, sample_of("en_clean"), "ignore")
    assert page.text_layer is None
    assert {region.source for region in page.regions} == {"tesseract"}


def test_words_have_their_places_and_how_often_their_letters_were_read_right(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("Prices exclude delivery")
    page = read_sample(tmp_path, Sample("words", sheet.pdf(), sheet.text()))
    [region] = page.regions
    assert [word.text for word in region.words] == ["Prices", "exclude", "delivery"]
    scale = page.dpi / 72
    first, last = region.words[0].bbox, region.words[-1].bbox
    assert first[0] == pytest.approx(60 * scale, abs=4)
    assert first[3] == pytest.approx((sheet.size[1] - (sheet.size[1] - 70)) * scale, abs=6)
    assert region.bbox[0] <= first[0] < first[2] < last[0] < last[2] <= region.bbox[2]
    assert region.confidence == 1.0 and {word.confidence for word in region.words} == {1.0}


def test_letters_that_only_their_shapes_prove_are_less_sure(tmp_path: Path) -> None:
    page = read_sample(tmp_path, sample_of("kk_clean"))
    sure = {word.text: word.confidence for region in page.regions for word in region.words}
    assert sure["Комиссия"] == 1.0
    assert 0.8 <= (sure["өтті"] or 0) < 1.0


def test_a_link_is_in_the_text_and_not_in_the_words(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("See the annual report for details")
    sheet.canvas.linkURL("https://example.org/report", (80, sheet.size[1] - 75, 190, sheet.size[1] - 55))
    page = read_sample(tmp_path, Sample("link", sheet.pdf(), ""))
    assert "](https://example.org/report)" in page.markdown
    assert [word.text for word in page.regions[0].words] == ["See", "the", "annual", "report", "for", "details"]


def test_a_full_stop_behind_a_link_is_no_part_of_it(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph("All of it is at example.org/report.")
    sheet.canvas.linkURL("https://example.org/report", (140, sheet.size[1] - 75, 400, sheet.size[1] - 55))
    page = read_sample(tmp_path, Sample("link", sheet.pdf(), ""))
    assert "example.org/report](https://example.org/report)." in page.markdown


def test_a_title_is_one_though_a_name_in_it_is_set_in_another_face(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.setFont("Mono", 20)
    sheet.canvas.drawString(60, sheet.y, "Inkwell:")
    sheet.canvas.setFont("Bold", 20)
    sheet.canvas.drawString(170, sheet.y, "a ledger of all that stands")
    sheet.canvas.drawString(60, sheet.y - 26, "on the pages of a printed book")
    sheet.y -= 70
    for text in ENGLISH:
        sheet.paragraph(text)
    page = read_sample(tmp_path, Sample("title", sheet.pdf(), ""))
    assert page.markdown.startswith("# Inkwell: a ledger of all that stands on the pages of a printed book\n")


def test_a_sign_between_words_without_white_is_believed_where_it_can_be(tmp_path: Path) -> None:
    sheet = Sheet()
    for text in (*ENGLISH, "Choose File→Print→Settings and a size of x≤y."):
        sheet.paragraph(text)
    page = read_sample(tmp_path, Sample("arrows", sheet.pdf(), ""))
    assert "File→Print→Settings and a size of x≤y" in page.markdown
    assert {region.source for region in page.regions} == {"text_layer"}


def stamped(text: str, *, lies: bool) -> bytes:
    """A page of text with a slanted stamp, whose font's map is true or lies."""
    sheet = Sheet()
    for paragraph in ENGLISH:
        sheet.paragraph(paragraph)
    sheet.canvas.saveState()
    sheet.canvas.translate(200, 350)
    sheet.canvas.rotate(30)
    sheet.canvas.setFont("Mono", 24)
    sheet.canvas.drawString(0, 0, text)
    sheet.canvas.restoreState()
    pdf = sheet.pdf()
    return with_maps(pdf, swapped("PN", "AO", "ID"), "Mono") if lies else pdf


def test_a_stamp_that_cannot_be_proven_is_left_out_with_a_warning(tmp_path: Path) -> None:
    page = read_sample(tmp_path, Sample("stamp", stamped("PAID IN FULL", lies=True), ""))
    [warning] = [warning for warning in page.warnings if "slanted text" in warning]
    assert warning.startswith("slanted text that could not be proven was left out: 10 characters at ")
    x0, y0, x1, y1 = (int(side) for side in warning.rpartition(" ")[2].split(","))
    assert 0 <= x0 < 200 * page.dpi / 72 + 10 < x1 <= page.width and 0 <= y0 < y1 <= page.height
    assert "NOD" not in page.markdown


def test_a_proven_stamp_is_text_of_the_page_without_a_warning(tmp_path: Path) -> None:
    page = read_sample(tmp_path, Sample("stamp", stamped("PAID IN FULL", lies=False), ""))
    assert "PAID IN FULL" in page.markdown or any("PAID IN FULL" in region.content for region in page.regions)
    assert not [warning for warning in page.warnings if "slanted" in warning]


@pytest.mark.parametrize("mode", ["auto", "ignore"])
def test_attachments_are_named(tmp_path: Path, mode: TextLayerMode) -> None:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    with pikepdf.open(io.BytesIO(sheet.pdf())) as pdf:
        for name in ("invoice.xml", "Приложение 1.xlsx"):
            pdf.attachments[name] = b"<x/>"
        buffer = io.BytesIO()
        pdf.save(buffer)
    page = read_sample(tmp_path, Sample("attached", buffer.getvalue(), ""), mode)
    assert "attachments are not read: invoice.xml, Приложение 1.xlsx" in page.warnings


def test_lines_that_are_cut_in_half_are_no_evidence_against_their_font(tmp_path: Path) -> None:
    sheet = Sheet()
    names = ("Hamburg", "Stuttgart", "Hannover", "Berlin", "Potsdam")
    for name in names:  # list boxes, in which the second line is cut
        sheet.canvas.saveState()
        box = sheet.canvas.beginPath()
        box.rect(60, sheet.y - 13, 200, 26)
        sheet.canvas.clipPath(box, stroke=0)
        sheet.canvas.setFont("Sans", 11)
        for line, place in ((name, 0), ("Bremen, Mannheim", -15)):
            sheet.canvas.drawString(60, sheet.y + place, line)
        sheet.canvas.restoreState()
        sheet.y -= 60
    page = read_sample(tmp_path, Sample("cut", sheet.pdf(), ""))
    assert page.text_layer is not None and page.text_layer.trusted_fonts and not page.text_layer.rejected_fonts
    assert set(names) <= set(words_of(page.markdown))


def test_a_font_of_one_letter_that_reaches_below_is_believed(tmp_path: Path) -> None:
    sheet = Sheet()
    x = 60.0
    for text, font in (("Zgodnie z Rozporz", "Serif"), ("ą", "SerifBold"), ("dzeniem Parlamentu", "Serif")):
        sheet.canvas.setFont(font, 11)
        sheet.canvas.drawString(x, sheet.y, text)
        x += sheet.canvas.stringWidth(text, font, 11)
    page = read_sample(tmp_path, Sample("one_letter", sheet.pdf(), ""))
    assert page.markdown.strip() == "Zgodnie z Rozporządzeniem Parlamentu"


def test_running_lines_that_the_file_marks_are_regions_of_their_own(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    canvas = sheet.canvas
    for mark, text, y in (
        ("/Artifact <</Type /Pagination /Subtype /Header /Attached [/Top]>> BDC", "Courts and Prisons", 800),
        ("/Artifact <</Type /Pagination /Attached [/Bottom]>> BDC", "206", 30),
        ("/Artifact <</Type /Layout>> BDC", "A rule of the layout", 600),
    ):
        canvas._code.append(mark)  # type: ignore[attr-defined]
        canvas.setFont("Serif", 11)
        canvas.drawString(60, y, text)
        canvas._code.append("EMC")  # type: ignore[attr-defined]
    page = read_sample(tmp_path, Sample("marked", sheet.pdf(), ""))
    found = {region.content: (region.label, region.artifact) for region in page.regions}
    assert found == {
        "Courts and Prisons": ("header", True),
        ENGLISH[0]: ("text", False),
        "A rule of the layout": ("text", False),
        "206": ("number", True),
    }


def test_a_line_that_loses_its_descenders_to_a_frame_is_read(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    sheet.paragraph(ENGLISH[1])
    sheet.canvas.saveState()
    cell = sheet.canvas.beginPath()
    cell.rect(60, sheet.y - 0.5, 400, 26)
    sheet.canvas.clipPath(cell, stroke=0)
    sheet.canvas.setFont("Serif", 11)
    sheet.canvas.drawString(60, sheet.y, "Compliance of a proper quality code")
    sheet.canvas.restoreState()
    page = read_sample(tmp_path, Sample("descenders", sheet.pdf(), ""))
    assert "Compliance of a proper quality code" in page.markdown
    assert {region.source for region in page.regions} == {"text_layer"}


def test_small_lines_under_a_very_large_title_are_no_subscripts_of_it(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.setFont("Sans", 120)
    sheet.canvas.drawString(50, 600, "We Care")
    lines = ["For an inclusive ecosystem", "For digital transformation", "For sustainable value"]
    sheet.canvas.setFont("Sans", 13)
    for number, line in enumerate(lines):
        sheet.canvas.drawString(150, 563 - 18 * number, line)
    page = read_sample(tmp_path, Sample("large_title", sheet.pdf(), "\n\n".join(["We Care", *lines])))
    assert words_of(page.markdown) == words_of("We Care " + " ".join(lines))


def test_words_of_a_page_that_is_set_slanted_are_parted(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.translate(60, 420)
    sheet.canvas.rotate(28)
    sheet.canvas.setFont("Sans", 13)
    for number, text in enumerate(("The impact of the crime", "Low cost security items", "Support of the victims")):
        sheet.canvas.drawString(0, -18 * number, text)
    page = read_sample(tmp_path, Sample("slanted", sheet.pdf(), ""))
    assert sorted(words_of(page.markdown)) == sorted(
        words_of("The impact of the crime Low cost security items Support of the victims")
    )

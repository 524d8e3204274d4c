"""Lines read by OCR with the proven words of the text layer in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ocr_service.tesseract.words import Line, Word, make_line
from ocr_service.text_layer.regions.proven_words import with_proven_words
from tests.support.sheets import EM, text_line
from tests.support.text_layer_pdfs import ENGLISH, Sample, Sheet, swapped, with_maps
from tests.support.text_layer_set import read_sample


def proven(line: Line, *keep: int) -> Line:
    """The words of these numbers as the layer has them."""
    return replace(line, words=tuple(replace(line.words[i], size=EM, base=line.baseline) for i in keep))


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def test_proven_words_replace_what_was_read_in_their_places() -> None:
    layer = text_line(100, 100, "для", "всех", "α", "чисел")
    read = text_line(100, 102, "дпя", "воех", "а;", "чиоел")
    assert texts(with_proven_words([read], [proven(layer, 0, 1, 3)])) == ["для всех а; чисел"]


def test_a_word_that_was_read_over_a_proven_one_and_its_neighbour_stays() -> None:
    layer = text_line(100, 100, "x", "для", step=40)
    read = make_line([Word("х2для", layer.box, 80.0)])
    assert texts(with_proven_words([read], [proven(layer, 1)])) == ["х2для"]


def test_the_greater_part_of_a_long_word_does_not_stand_for_all_of_it() -> None:
    read = make_line([Word("Offices—Principal", (100, 70, 600, 100), 90.0)])
    rest = make_line([Word("ices—Principal", (190, 70, 600, 100), 100.0, EM, 95.0)])
    assert texts(with_proven_words([read], [rest])) == ["Offices—Principal"]


def test_a_line_that_runs_up_the_page_takes_no_word_of_those_beside_it() -> None:
    read = make_line([Word("PNAS", (20, 100, 60, 900), 60.0)])
    layer = text_line(80, 400, "для", "всех")
    assert texts(with_proven_words([read], [proven(layer, 0, 1)])) == ["PNAS", "для всех"]


def test_words_of_a_line_that_was_not_read_stand_by_themselves() -> None:
    read, layer = text_line(100, 100, "другая", "строка"), text_line(100, 400, "для", "всех")
    assert texts(with_proven_words([read], [proven(layer, 0, 1)])) == ["другая строка", "для всех"]


def test_one_doubtful_word_does_not_cost_its_line(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    y = sheet.y
    sheet.canvas.setFont("Serif", 11)
    sheet.canvas.drawString(60, y, "The zażółć reads")
    sheet.canvas.setFont("Mono", 11)
    sheet.canvas.drawString(170, y, "harvest")
    sheet.canvas.setFont("Serif", 11)
    sheet.canvas.drawString(230, y, "in a gęślą")
    sheet.y -= 60
    sheet.paragraph("harvest sharer raves hearts tears vase share", font="Mono")
    pdf = with_maps(sheet.pdf(), swapped("rv"), "DejaVuSansMono")
    page = read_sample(tmp_path, Sample("one_word", pdf, ""))
    assert page.text_layer is not None and page.text_layer.rejected_fonts
    assert "The zażółć reads harvest in a gęślą" in page.markdown

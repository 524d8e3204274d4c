"""Underscores that are drawn as rules."""

from __future__ import annotations

from pathlib import Path

from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.support.text_layer_pdfs import ENGLISH, Sample, Sheet
from tests.support.text_layer_set import read_sample

_SIZE = 11


def drawn(*parts: str, rule: float, rise: float = 0.0) -> bytes:
    """A page with ``parts`` in a line, between each two a rule of ``rule`` em, ``rise`` em above the baseline."""
    sheet = Sheet()
    for text in ENGLISH:
        sheet.paragraph(text)
    x = 60.0
    for number, part in enumerate(parts):
        if number:
            sheet.canvas.rect(x + 0.8, sheet.y + rise * _SIZE, rule * _SIZE, 0.5, stroke=0, fill=1)
            x += rule * _SIZE + 1.6
        sheet.canvas.setFont("Mono", _SIZE)
        sheet.canvas.drawString(x, sheet.y, part)
        x += stringWidth(part, "Mono", _SIZE)
    return sheet.pdf()


def last_line(folder: Path, pdf: bytes) -> str:
    return read_sample(folder, Sample("rules", pdf, "")).markdown.strip().splitlines()[-1].replace("\\", "")


def test_a_short_rule_on_the_baseline_between_words_joins_them(tmp_path: Path) -> None:
    assert last_line(tmp_path, drawn("run", "model.py and", rule=0.4)) == "run_model.py and"


def test_several_in_a_word_are_several(tmp_path: Path) -> None:
    assert last_line(tmp_path, drawn("the", "whole", "name.txt here", rule=0.4)) == "the_whole_name.txt here"


def test_a_blank_and_a_dash_are_none(tmp_path: Path) -> None:
    assert "_" not in last_line(tmp_path, drawn("name", "date", rule=3.0))
    assert "_" not in last_line(tmp_path, drawn("left", "right", rule=0.4, rise=0.4))

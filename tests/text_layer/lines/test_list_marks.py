"""Marks of list items that stand by themselves, or are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.text_layer_pdfs import ENGLISH, Sample, Sheet
from tests.support.text_layer_set import read_sample

ITEMS = ("The first item is here", "Another one follows it", "And this is the last")


def read(tmp_path: Path, sheet: Sheet) -> str:
    return read_sample(tmp_path, Sample("list", sheet.pdf(), "")).markdown


@pytest.mark.parametrize(("rise", "size"), [(0, 11), (-2.5, 14), (2, 8)])
def test_a_bullet_on_another_baseline_is_its_items(tmp_path: Path, rise: float, size: float) -> None:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    for place, item in enumerate(ITEMS):
        sheet.canvas.setFont("Serif", size)
        sheet.canvas.drawString(90, 500 - 16 * place + rise, "•")
        sheet.canvas.setFont("Serif", 11)
        sheet.canvas.drawString(108, 500 - 16 * place, item)
    markdown = read(tmp_path, sheet)
    assert all(f"- {item}" in markdown for item in ITEMS)


@pytest.mark.parametrize("fill", [1, 0])
def test_a_drawn_disc_or_ring_is_a_bullet(tmp_path: Path, fill: int) -> None:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    sheet.canvas.setFont("Serif", 11)
    sheet.canvas.setLineWidth(0.8)
    for place, item in enumerate(ITEMS):
        sheet.canvas.circle(96, 503.5 - 16 * place, 1.9, stroke=1, fill=fill)
        sheet.canvas.drawString(108, 500 - 16 * place, item)
    markdown = read(tmp_path, sheet)
    assert all(f"- {item}" in markdown for item in ITEMS)


def test_a_line_or_one_dot_before_text_is_no_bullet(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.setFont("Serif", 11)
    sheet.canvas.line(100, 480, 100, 520)
    for place, item in enumerate(ITEMS):
        sheet.canvas.drawString(108, 500 - 16 * place, item)
    sheet.canvas.circle(96, 403.5, 1.9, stroke=0, fill=1)
    sheet.canvas.drawString(108, 400, "A lone dot stands before this")
    assert "- " not in read(tmp_path, sheet)

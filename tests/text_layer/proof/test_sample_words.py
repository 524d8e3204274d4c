"""Which words are the sample, and what those that are hard to read say of their font."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from reportlab.lib.colors import Color

from ocr_service.text_layer.lines.words import LayerLine, LayerWord
from ocr_service.text_layer.proof.sample_words import sample_words
from tests.support.text_layer_pdfs import Sample, Sheet
from tests.support.text_layer_set import read_sample

_TEXT = (
    "The committee met on Tuesday and approved the annual budget without objections. Each quarter the growth of "
    "exports exceeded the forecasts made by our analysts. Water boils at 100 degrees, but at high altitude sooner. "
)


@pytest.mark.slow
def test_a_watermark_across_a_page_refuses_no_font(tmp_path: Path) -> None:
    sheet = Sheet()
    for _ in range(2):
        sheet.paragraph(_TEXT, font="Serif", size=9)
    canvas = sheet.canvas
    canvas.saveState()
    canvas.translate(60, 730)
    canvas.rotate(8)
    canvas.setFillColor(Color(0.8, 0, 0))
    canvas.setFont("Bold", 40)
    canvas.drawString(0, 0, "Watermark text")
    canvas.restoreState()
    report = read_sample(tmp_path, Sample("watermark", sheet.pdf(), ""), "only").text_layer
    assert report is not None
    assert (report.used, "DejaVuSerif" in report.trusted_fonts) == (True, True)


def test_latin_words_between_chinese_characters_are_read_by_themselves() -> None:
    text = "使用RNN和tanh函数"
    count = len(text)
    line = LayerLine((LayerWord(text, (0, 0, 200, 20), tuple(range(count)), 20.0),), 0, 20.0)
    every, none = np.ones(count, bool), np.zeros(count, bool)
    readable = np.array([sign.isascii() for sign in text])
    words = sample_words([line], [("Song", ord(c), 0) for c in text], [*text], readable, every, {}, none)
    assert sorted("".join(text[i] for i in word) for word in words) == ["RNN", "tanh"]

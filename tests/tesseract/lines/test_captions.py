"""How captions begin."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.lines.captions import CAPTION


@pytest.mark.parametrize("text", ["Рис. 3. Насос", "Таблица № 2", "Figure 4: Pump", "Table A", "Рисунок 1"])
def test_a_numbered_caption_is_one(text: str) -> None:
    assert CAPTION.match(text)


@pytest.mark.parametrize("text", ["Рисунок выше", "Tables are long", "см. Рис. 3"])
def test_a_sentence_about_a_figure_is_no_caption(text: str) -> None:
    assert not CAPTION.match(text)

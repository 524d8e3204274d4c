"""From letters to the height of their ink."""

from __future__ import annotations

import pytest

from ocr_service.geometry.font_metrics import ink_height


@pytest.mark.parametrize(("text", "em"), [("сосна", 0.53), ("Сосна", 0.73), ("рука", 0.75), ("Ag", 0.95)])
def test_ascenders_and_descenders_add_to_the_ink(text: str, em: float) -> None:
    assert ink_height(text, text) == pytest.approx(em)

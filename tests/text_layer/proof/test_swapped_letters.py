"""Letters of alphabets that are not read here, which a map has for one another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocr_service.text_layer.proof.letter_shapes import distances, known_signs
from tests.support.text_layer_pdfs import Sample, Sheet, swapped, with_maps
from tests.support.text_layer_set import read_sample

_GEORGIAN = "ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით."
_ARMENIAN = "Բոլոր մարդիկ ծնվում են ազատ ու հավասար իրենց արժանապատվությամբ ու իրավունքներով։"


def test_a_sign_is_at_no_distance_from_its_own_drawing() -> None:
    assert {"ბ", "Ա", "ש", "ก", "ぬ", "ヌ", "ع"} <= known_signs()
    box, sample = np.array([0.5, 0.7, 0.0]), np.zeros(96, np.float32)
    assert distances(["ბ", "Ա", "ბ"], box, sample)[0] == distances(["ბ"], box, sample)[0] >= 1


@pytest.mark.parametrize(("text", "pair"), [(_GEORGIAN, "ბდ"), (_ARMENIAN, "ատ")])
def test_swapped_letters_are_not_delivered(tmp_path: Path, text: str, pair: str) -> None:
    sheet = Sheet()
    sheet.paragraph(text, font="Sans")
    pdf = sheet.pdf()
    honest = read_sample(tmp_path, Sample("honest", pdf, ""), "only")
    lying = read_sample(tmp_path, Sample("lying", with_maps(pdf, swapped(pair)), ""), "only")
    assert honest.markdown.strip() == text
    assert lying.markdown == "" and lying.text_layer is not None
    assert "letters read otherwise" in lying.text_layer.reason

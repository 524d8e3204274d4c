"""Brackets and quotation marks that a map turns round."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_service.document import Gray
from ocr_service.text_layer.proof.mirrored import lean, mirrors_brackets
from tests.support.text_layer_pdfs import Sample, Sheet, swapped, with_maps
from tests.support.text_layer_set import read_sample


def _angle() -> Gray:
    plate = np.zeros((40, 40), np.uint8)
    cv2.polylines(plate, [np.array([[30, 5], [10, 20], [30, 35]])], False, 255, 3)
    return plate


def test_the_middle_of_a_sign_and_of_its_mirror_image_stand_out_to_two_sides() -> None:
    assert lean(_angle(), (8, 3, 33, 38)) < -0.2
    assert lean(_angle()[:, ::-1], (7, 3, 32, 38)) > 0.2


def test_nothing_stands_out_nowhere() -> None:
    assert lean(np.zeros((40, 40), np.uint8), (8, 3, 33, 38)) == 0
    assert lean(_angle(), (8, 3, 9, 4)) == 0


@pytest.mark.parametrize(("signs", "mirrors"), [("a (б)", False), ("(א)", True), ("(ب)", True), ("(1)", False)])
def test_brackets_are_mirrored_beside_letters_that_run_from_right_to_left(signs: str, *, mirrors: bool) -> None:
    assert mirrors_brackets(signs) == mirrors


@pytest.mark.parametrize(
    ("pair", "text"),
    [("()", "The court (in plenary session) approved the annual budget."), ("→←", "From Rome → Paris and Oslo → Bonn")],
)
def test_turned_signs_are_not_delivered(tmp_path: Path, pair: str, text: str) -> None:
    sheet = Sheet()
    sheet.paragraph(text)
    pdf = sheet.pdf()
    honest = read_sample(tmp_path, Sample("honest", pdf, ""), "only").markdown
    turned = read_sample(tmp_path, Sample("turned", with_maps(pdf, swapped(pair)), ""), "only").markdown
    assert text in honest
    assert not {*pair} & {*turned}

"""Areas of many colours that meet: heat maps, pies; and what is none."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from ocr_service.document import Pixels
from ocr_service.tesseract.prepare.mosaics import on_white_mosaics
from tests.support.sheets import DPI, DrawnPage

COLOURS = ("#440154", "#3b528b", "#21918c", "#5ec962", "#b8de29", "#31688e", "#35b779", "#443983", "#fde725")


def heat_map(labels: bool = True) -> DrawnPage:
    page = DrawnPage(1000, 700)
    page.text(100, 30, "Share of the rows", 11)
    for n, colour in enumerate(COLOURS):
        x, y = 200 + 160 * (n % 3), 150 + 120 * (n // 3)
        page.draw.rectangle((x, y, x + 159, y + 119), fill=colour)
        if labels:
            page.text(x + 55, y + 40, str(11 * (n + 1)), 10, fill="black" if n in (3, 4, 6, 8) else "white")
    return page


def cleared(page: DrawnPage) -> tuple[Pixels, Pixels]:
    pixels = page.page().pixels
    return pixels, on_white_mosaics(pixels, DPI)


def test_numbers_of_a_heat_map_become_dark_on_white() -> None:
    before, after = cleared(heat_map())
    for n in range(len(COLOURS)):
        x, y = 200 + 160 * (n % 3), 150 + 120 * (n // 3)
        cell = after[y + 20 : y + 100, x + 20 : x + 140].mean(axis=2)
        assert float((cell > 225).mean()) > 0.85
        assert int(cell.min()) < 80
    assert np.array_equal(after[:140], before[:140])


def test_shares_on_the_pieces_of_a_pie_become_dark_on_white() -> None:
    page = DrawnPage(1000, 700)
    for n, (start, end) in enumerate(((0, 110), (110, 190), (190, 290), (290, 360))):
        page.draw.pieslice((300, 150, 700, 550), start, end, fill=("#4c72b0", "#dd8452", "#55a868", "#c44e52")[n])
        angle = np.deg2rad((start + end) / 2)
        page.text(round(470 + 120 * np.cos(angle)), round(335 + 120 * np.sin(angle)), f"{17 + n}%", 10)
    _, after = cleared(page)
    inner = cv2.circle(np.zeros(after.shape[:2], np.uint8), (500, 350), 190, 1, cv2.FILLED) > 0
    assert float((after.mean(axis=2)[inner] > 225).mean()) > 0.85


def test_areas_without_labels_and_rows_of_a_table_stay() -> None:
    table = DrawnPage(1000, 700)
    for row in range(6):
        table.draw.rectangle(
            (100, 100 + 60 * row, 900, 159 + 60 * row), fill=("#1f3a5f", "#d9e2f3", "#b4c6e7")[row % 3]
        )
        table.text(130, 110 + 60 * row, "North 1 204 1 310", 10, fill="white" if row % 3 == 0 else "black")
    for page in (heat_map(labels=False), table):
        before, after = cleared(page)
        assert after is before


def test_a_photograph_stays() -> None:
    page = DrawnPage(1000, 700)
    noise = np.random.default_rng(5).integers(20, 220, (6, 8, 3)).astype(np.uint8)
    photograph = cv2.resize(noise, (800, 500), interpolation=cv2.INTER_CUBIC)
    page.image.paste(Image.fromarray(photograph), (100, 100))
    before, after = cleared(page)
    assert after is before

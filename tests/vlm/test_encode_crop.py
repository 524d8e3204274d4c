"""What the VLM gets to see: pixel limits, aspect, margins, merged paragraphs, tokens over figures."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from ocr_service.document import Pixels
from ocr_service.vlm.encode_crop import cut, encode, fit, fitted_size, paint_token, stack, without_margins
from ocr_service.vlm.prompts import Prompt

OCR = Prompt("text", "OCR:")
LEAST, MOST = OCR.min_pixels, OCR.max_pixels


def white(width: int, height: int) -> Pixels:
    return np.full((height, width, 3), 255, dtype=np.uint8)


def decoded(jpeg_base64: bytes) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(jpeg_base64)))


@given(st.integers(1, 6000), st.integers(1, 6000))
def test_every_crop_ends_within_the_pixel_limits(width: int, height: int) -> None:
    if max(width, height) / min(width, height) > 190:
        width = height = max(width, height)
    wide, high = fitted_size(width, height, min_pixels=LEAST, max_pixels=MOST)
    assert LEAST <= wide * high <= MOST
    assert min(wide, high) >= 28
    assert max(wide, high) / min(wide, high) <= 200


def test_a_crop_within_the_limits_is_left_as_it_is() -> None:
    assert fitted_size(1000, 500, min_pixels=LEAST, max_pixels=MOST) == (1000, 500)


@pytest.mark.parametrize("size", [(1, 1), (3000, 4), (4, 3000), (30, 20), (1654, 2339)])
def test_any_crop_becomes_a_jpeg_that_the_server_takes(size: tuple[int, int]) -> None:
    crop = encode(white(*size), OCR)
    picture = decoded(crop.jpeg_base64)
    assert picture.format == "JPEG"
    assert LEAST <= picture.width * picture.height <= MOST
    assert max(picture.size) / min(picture.size) <= 200


def test_colours_survive_the_encoding() -> None:
    page = white(400, 400)
    page[:, :] = (200, 30, 60)
    picture = decoded(encode(page, OCR).jpeg_base64)
    assert np.abs(np.asarray(picture)[200, 200].astype(int) - (200, 30, 60)).max() <= 3


def test_blank_means_no_ink() -> None:
    page = white(800, 400)
    assert encode(page, OCR).blank
    ImageDraw.Draw(picture := Image.fromarray(page)).text((300, 200), "a", fill="black")
    assert not encode(np.asarray(picture), OCR).blank


def test_a_long_thin_strip_is_padded_not_stretched() -> None:
    line = white(2000, 2)
    line[:, :] = 0
    fitted = fit(line, min_pixels=LEAST, max_pixels=MOST)
    assert fitted.shape[1] / fitted.shape[0] <= 200
    assert fitted[-1, 0].min() > 200  # white below the line


def test_a_box_that_leaves_the_page_is_cut_at_its_edge() -> None:
    assert cut(white(100, 100), (-5, 90, 50, 130)).shape == (10, 50, 3)


def test_margins_of_a_formula_are_cut_off() -> None:
    page = white(200, 100)
    page[40:60, 80:120] = 0
    assert without_margins(page).shape == (20, 40, 3)
    assert without_margins(white(50, 50)).shape == (50, 50, 3)


def test_parts_of_a_paragraph_are_stacked_and_aligned() -> None:
    wide, narrow = white(100, 10), white(40, 10)
    wide[:, :] = 1
    narrow[:, :] = 2
    stacked = stack([wide, narrow], ["right"])
    assert stacked.shape == (20, 100, 3)
    assert stacked[15, 99, 0] == 2
    assert stacked[15, 59, 0] == 255
    assert stack([narrow, wide], ["center"])[5, 30, 0] == 2


def test_a_token_covers_its_figure() -> None:
    table = np.zeros((200, 200, 3), dtype=np.uint8)
    paint_token(table, (50, 50, 150, 150), "[F23]")
    inside = table[50:150, 50:150]
    assert 0.5 < (inside == 255).mean() < 0.99
    assert table[:50].max() == 0

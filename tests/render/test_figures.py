from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from ocr_service.document import PageImage, Region
from ocr_service.render.figures import save_figures

PAGE = PageImage(3, np.full((100, 80, 3), 200, np.uint8), 150)


def region(order: int, box: tuple[int, int, int, int], label: str = "image") -> Region:
    return Region(label, box, order, 0.9)


def test_figures_are_named_by_page_order_and_label_and_hold_the_crop(tmp_path: Path) -> None:
    pixels = PAGE.pixels.copy()
    pixels[20:60, 10:50] = (255, 0, 0)
    page = PageImage(3, pixels, 150)
    names = save_figures(page, [region(5, (10, 20, 50, 60)), region(12, (0, 0, 5, 5), "seal")], tmp_path / "images")
    assert names == ("images/p0003_r05_image.jpg", "images/p0003_r12_seal.jpg")
    with Image.open(tmp_path / names[0]) as figure:
        assert (figure.format, figure.size, figure.info["dpi"]) == ("JPEG", (40, 40), (150, 150))
        assert np.abs(np.asarray(figure).astype(int) - (255, 0, 0)).max() < 8


def test_writing_twice_gives_the_same_names_and_leaves_nothing_unfinished(tmp_path: Path) -> None:
    first = save_figures(PAGE, [region(0, (0, 0, 20, 20))], tmp_path)
    assert save_figures(PAGE, [region(0, (0, 0, 20, 20))], tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == ["p0003_r00_image.jpg"]


def test_box_outside_the_page_is_cut_to_it(tmp_path: Path) -> None:
    boxes = [(-10, -10, 20, 30), (70, 90, 500, 500), (300, 300, 400, 400), (50, 50, 10, 10)]
    names = save_figures(PAGE, [region(order, box) for order, box in enumerate(boxes)], tmp_path)
    sizes = []
    for name in names:
        with Image.open(tmp_path.parent / name) as figure:
            sizes.append(figure.size)
    assert sizes == [(20, 30), (10, 10), (1, 1), (1, 1)]


def test_label_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (name,) = save_figures(PAGE, [region(0, (0, 0, 9, 9), "../../etc/x y")], tmp_path / "images")
    assert name == "images/p0003_r00__etc_x_y.jpg"
    assert (tmp_path / name).is_file()

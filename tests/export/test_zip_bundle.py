"""The zip, and the links of its Markdown."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ocr_service.export.image_links import relinked
from ocr_service.export.zip_bundle import write_bundle


def test_zip_has_the_markdown_with_its_images_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    (folder / "images").mkdir(parents=True)
    (folder / "письмо.md").write_text("![](images/p0001_r02_image.jpg)", encoding="utf-8")
    (folder / "images" / "p0001_r02_image.jpg").write_bytes(b"\xff\xd8jpeg")
    write_bundle(folder, tmp_path / "first.zip")
    write_bundle(folder, tmp_path / "second.zip")
    with zipfile.ZipFile(tmp_path / "first.zip") as bundle:
        assert bundle.namelist() == ["images/p0001_r02_image.jpg", "письмо.md"]
        assert bundle.read("письмо.md") == (folder / "письмо.md").read_bytes()
        assert bundle.testzip() is None
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_links_to_figures_are_replaced_and_nothing_else() -> None:
    lines = [
        "![Рис. 1](images/p0001_r02_image.jpg) и images/p0001_r02_image.jpg в тексте\n",
        '<td><img src="images/p0002_r01_seal.png" alt=""></td> [x](images/other.jpg)\n',
    ]
    links = {"images/p0001_r02_image.jpg": "https://s3/1?a=b"}
    assert list(relinked(lines, links.get)) == [
        "![Рис. 1](https://s3/1?a=b) и images/p0001_r02_image.jpg в тексте\n",
        lines[1],
    ]

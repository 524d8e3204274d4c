"""The web page's files, found by a request's path."""

from __future__ import annotations

import gzip

import pytest

from ocr_service.api.web_files import WEB_FILES, web_file


def test_the_page_and_its_assets_are_found() -> None:
    page = web_file("/")
    assert page is not None and b"<!doctype html>" in page.content.lower()
    assert page.headers["Content-Type"].startswith("text/html")
    for asset in (WEB_FILES / "assets").iterdir():
        found = web_file(f"/assets/{asset.name}")
        assert found is not None and found.content == asset.read_bytes()
        assert "immutable" in found.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/jobs",
        "/assets/",
        "/assets/..",
        "/assets/../index.html",
        "/assets/none.js",
        "/assets/a\x00b",
        "/index.html",
        "",
    ],
)
def test_nothing_else_is_served(path: str) -> None:
    assert web_file(path) is None


@pytest.mark.parametrize(("script", "most_kb"), [("index-*.js", 40), ("Viewer-*.js", 160)])
def test_scripts_stay_small(script: str, most_kb: int) -> None:
    [file] = (WEB_FILES / "assets").glob(script)
    assert len(gzip.compress(file.read_bytes())) <= most_kb * 1000

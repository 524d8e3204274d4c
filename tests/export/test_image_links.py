"""Links of a document's Markdown to its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.export.image_links import data_uri, linked_images, relinked, relinked_file, with_ids, with_pictures
from ocr_service.export.markdown import page_markdown
from tests.support.pages import region

_FIRST, _SECOND = "images/p0001_r00_image.jpg", "images/p0012_r105_chart.png"
_LINES = [f"![A]({_FIRST}) text\n", f'<td><img src="{_SECOND}" alt="b"></td>\n', f"![]({_FIRST})\n"]


def test_each_link_gets_its_target_in_markdown_and_in_html() -> None:
    targets = {_FIRST: "https://s3.example/1?a=b", _SECOND: "https://s3.example/2"}
    assert list(relinked(_LINES, targets.get)) == [
        "![A](https://s3.example/1?a=b) text\n",
        '<td><img src="https://s3.example/2" alt="b"></td>\n',
        "![](https://s3.example/1?a=b)\n",
    ]


def test_a_figure_without_a_target_keeps_its_link() -> None:
    assert list(relinked(_LINES, lambda name: None)) == _LINES


@pytest.mark.parametrize(
    "line",
    [
        "images/p0001_r00_image.jpg is a name\n",
        "![](images/../../etc/passwd)\n",
        "![](https://example.org/images/p0001_r00_image.jpg)\n",
        "![](images/p1_r0_a.jpg/../b)\n",
    ],
)
def test_what_is_no_link_to_a_figure_of_ours_stays(line: str) -> None:
    assert list(relinked([line], lambda name: "replaced")) == [line]


def test_links_of_a_file_are_replaced_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("".join(_LINES), encoding="utf-8")
    assert list(relinked_file(tmp_path / "a.md", {_SECOND: "x"}.get))[1] == '<td><img src="x" alt="b"></td>\n'


def test_linked_figures_are_listed_once_in_their_order() -> None:
    assert linked_images("".join(reversed(_LINES))) == [_FIRST, _SECOND]


def test_a_data_uri_names_the_type_by_the_suffix() -> None:
    assert data_uri("a.png", b"\x00\x01") == "data:image/png;base64,AAE="
    assert data_uri("a.unknown", b"") == "data:application/octet-stream;base64,"


def test_figures_get_ids_as_text_and_address_and_those_without_one_go() -> None:
    text = "".join(_LINES)
    assert with_ids(text, {_SECOND: "img-1.png"}) == ' text\n<td><img src="img-1.png" alt="b"></td>\n\n'
    assert with_ids(text, {_FIRST: "img-0.jpeg"}).splitlines()[0] == "![img-0.jpeg](img-0.jpeg) text"


def test_a_figure_whose_text_has_brackets_is_found() -> None:
    figure = region("image", "Fig. [3]", format="image", image=_FIRST)
    assert with_ids(page_markdown([figure], ()), {_FIRST: "img-0.jpeg"}) == "![img-0.jpeg](img-0.jpeg)"


def test_a_text_of_open_brackets_is_passed_in_one_go() -> None:
    text = "![" * 200_000
    assert with_pictures(text, lambda name: "") == text

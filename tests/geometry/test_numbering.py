"""Numbers of headings and marks of list items."""

from __future__ import annotations

import pytest

from ocr_service.geometry.numbering import Marker, list_marker, section_depth


@pytest.mark.parametrize(
    ("heading", "depth"),
    [
        ("5. Ответственность сторон", 1),
        ("5 Ответственность сторон", 1),
        ("§ 5. Ответственность сторон", 1),
        ("§5 Ответственность сторон", 1),
        ("Статья 5. Ответственность сторон", 1),
        ("СТАТЬЯ 431. Толкование договора", 1),
        ("Глава IV", 1),
        ("Приложение А. Перечень", 1),
        ("Приложение № 2", 1),
        ("Chapter 12: Results", 1),
        ("Раздел 2.1 Сроки", 2),
        ("1.2 Scope", 2),
        ("1.2.3. Scope of work", 3),
    ],
)
def test_the_depth_of_a_headings_number(heading: str, depth: int) -> None:
    assert section_depth(heading) == depth


@pytest.mark.parametrize(
    "heading",
    ["Ответственность сторон", "32 Track Sequence Recorder", "2024 год", "Part of the answer", "Статья о погоде", "5"],
)
def test_a_heading_without_a_sections_number_has_no_depth(heading: str) -> None:
    assert section_depth(heading) is None


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        ("• масло", Marker("bullet", "•", "масло")),
        ("◦ фильтр", Marker("bullet", "◦", "фильтр")),
        ("— масло", Marker("dash", "—", "масло")),
        ("- oil", Marker("dash", "-", "oil")),
        ("* p < 0.05", Marker("asterisk", "*", "p < 0.05")),
        ("3) масло", Marker("number", "3)", "масло")),
        ("(3) масло", Marker("number", "(3)", "масло")),
        ("а) масло", Marker("number", "а)", "масло")),
        ("B) oil", Marker("number", "B)", "oil")),
        ("iv. oil", Marker("number", "iv.", "oil")),
        ("2.3. Стороны", Marker("clause", "2.3.", "Стороны")),
    ],
)
def test_the_marker_of_an_item(text: str, marker: Marker) -> None:
    assert list_marker(text) == marker


@pytest.mark.parametrize("text", ["А. С. Пушкин", "масло", "12 штук", "-5 градусов", "•", "1999. Год", "им. Ленина"])
def test_what_only_looks_like_a_marker_is_none(text: str) -> None:
    found = list_marker(text)
    assert found is None

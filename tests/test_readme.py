"""The README says what is true."""

from __future__ import annotations

from pathlib import Path

from ocr_service.settings import settings_table

_README = Path(__file__).parent.parent / "README.md"


def test_the_settings_table_is_current() -> None:
    """If not: replace it with what ``python -m ocr_service settings`` prints."""
    text = _README.read_text(encoding="utf-8")
    table = text.split("<!-- settings: made by `python -m ocr_service settings` -->\n")[1]
    assert table.split("<!-- end of settings -->")[0].strip() == settings_table()

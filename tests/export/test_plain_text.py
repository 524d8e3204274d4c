"""The plain text result."""

from __future__ import annotations

from ocr_service.export.plain_text import region_text, text_chunks
from tests.support.pages import page, region


def test_text_has_no_marks_and_tables_have_tabs() -> None:
    pages = [
        page(
            1,
            region("doc_title", "Отчёт"),
            region("text", "*Не* разметка, 2 < 3."),
            region("text", r"1\) не пункт, **жирно**", format="markdown"),
            region("text", "- первое\n- второе", format="markdown"),
            region("table", "<table><tr><td>a b</td><td>c</td></tr><tr><td>1</td><td>&lt;2</td></tr></table>"),
            region("image", "подпись", format="image"),
        ),
        page(2),
        page(3, region("table", "| a | b |\n| --- | --- |\n| 1 | x\\|y |", format="markdown")),
    ]
    assert "".join(text_chunks(pages)) == (
        "Отчёт\n\n*Не* разметка, 2 < 3.\n\n1) не пункт, жирно\n\n- первое\n- второе\n\na b\tc\n1\t<2\n"
        "\f"
        "\fa\tb\n1\tx|y\n"
    )


def test_marks_of_footnotes_are_raised() -> None:
    note = region("footnote", "[^12]: Ibid.", format="markdown")
    assert (region_text(region("text", "Слово.[^12]")), region_text(note)) == ("Слово.¹²", "¹² Ibid.")

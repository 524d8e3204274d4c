"""The Markdown reader of HTML and Word export."""

from __future__ import annotations

from ocr_service.export.markdown_tokens import markdown_reader


def test_html_in_markdown_is_text() -> None:
    assert "&lt;script&gt;" in markdown_reader().render("a <script>b</script>")


def test_an_image_is_not_loaded() -> None:
    assert "<img" not in markdown_reader().render("![alt](https://example.com/a.png)")


def test_a_pipe_table_is_a_table() -> None:
    html = markdown_reader().render("| a | b |\n| --- | --- |\n| 1 | 2 |")
    assert "<th>a</th>" in html
    assert "<td>2</td>" in html


def test_a_formula_is_given_to_the_renderer_as_latex() -> None:
    given: list[tuple[str, bool]] = []

    def formula(latex: str, options: dict[str, bool]) -> str:
        given.append((latex.strip(), options["display_mode"]))
        return "<math/>"

    html = markdown_reader(formula).render("so $ x^2 $ is\n\n$$\ny_1\n$$")
    assert given == [("x^2", False), ("y_1", True)]
    assert html.count("<math/>") == 2


def test_prices_are_no_formula() -> None:
    assert "$5 and 6$" in markdown_reader(lambda *_: "<math/>").render("from $5 and 6$7")

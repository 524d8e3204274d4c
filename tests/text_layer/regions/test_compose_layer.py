"""Proven lines and the layout model's regions, put together."""

from __future__ import annotations

from pathlib import Path

from ocr_service.document import Region
from ocr_service.reading.layered_page import sheet_reader
from ocr_service.text_layer.page_layer import PageLayer, read_page_layer
from ocr_service.text_layer.regions.compose_layer import compose_layer
from tests.support.sheets import reader_of
from tests.support.text_layer_pdfs import ENGLISH, Sheet


def layer_of(sheet: Sheet, folder: Path) -> PageLayer:
    path = folder / "page.pdf"
    path.write_bytes(sheet.pdf())
    read = sheet_reader(reader_of("eng"))
    layer = read_page_layer(path, 1, dpi=200, max_pixels=60_000_000, password="", read_sheet=read, language="eng")
    assert layer is not None
    return layer


def test_a_chart_stays_a_figure_though_its_labels_are_read(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    for place, month in enumerate(("April", "June", "August", "October")):
        sheet.canvas.rect(80 + 90 * place, 400, 60, 60 + 40 * place, fill=1)
        sheet.canvas.setFont("Serif", 10)
        sheet.canvas.drawString(90 + 90 * place, 385, month)
    layer = layer_of(sheet, tmp_path)
    chart = Region("chart", (200, 680, 1250, 1300), 0, 0.9)
    regions = compose_layer(layer, [], [chart])
    assert [region.label for region in regions if region.format == "image"] == ["chart"]
    assert {"April", "October"} <= set(" ".join(region.content for region in regions).split())


def test_numbers_that_count_the_rows_of_a_ruled_table_are_in_their_cells(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.setFont("Serif", 10)
    for row, word in enumerate(" ".join(ENGLISH).split()[:12]):
        top = 740 - 17 * row
        sheet.canvas.drawString(92, top - 15, f"{row + 1}")  # lower than the text of its row
        sheet.canvas.drawString(140, top - 9, word)
        sheet.canvas.grid([80, 130, 300], [top, top - 17])
    layer = layer_of(sheet, tmp_path)
    assert layer.numbers
    (table,) = (region for region in compose_layer(layer, [], []) if region.label == "table")
    assert [line.split("|")[1].strip() for line in table.content.splitlines() if "---" not in line] == [
        f"{row + 1}" for row in range(12)
    ]

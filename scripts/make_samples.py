"""Makes the sample documents: a Russian supply contract as a PDF, and as the scan of its print.

    python -m scripts.make_samples DIRECTORY

Needs the DejaVu fonts (Debian: fonts-dejavu-core). The same call makes the same files.
"""

from __future__ import annotations

import io
import random
import sys
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter
from reportlab import rl_config
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, ListFlowable, ListItem, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

rl_config.useA85 = False  # base 85 is encoded in Python: a scan of a page took seconds, and was a quarter larger
_FONTS = Path("/usr/share/fonts/truetype/dejavu")


def make_contract(path: Path) -> None:
    """Two A4 pages: headings, paragraphs, a list, a ruled table, a figure with its caption."""
    if not _FONTS.is_dir():
        raise SystemExit("The DejaVu fonts are missing: apt-get install fonts-dejavu-core")
    pdfmetrics.registerFont(TTFont("Serif", _FONTS / "DejaVuSerif.ttf"))
    pdfmetrics.registerFont(TTFont("Serif-Bold", _FONTS / "DejaVuSerif-Bold.ttf"))
    body = ParagraphStyle("body", fontName="Serif", fontSize=10.5, leading=15, alignment=TA_JUSTIFY, spaceAfter=7)
    title = ParagraphStyle("title", fontName="Serif-Bold", fontSize=18, leading=23, spaceAfter=12)
    heading = ParagraphStyle("heading", fontName="Serif-Bold", fontSize=13, leading=17, spaceBefore=10, spaceAfter=7)
    caption = ParagraphStyle("caption", fontName="Serif", fontSize=9, leading=12, alignment=1, spaceBefore=4)

    def paragraph(text: str) -> Paragraph:
        return Paragraph(text, body)

    story: list[Flowable] = [
        Paragraph("Договор поставки № 41/2026", title),
        paragraph(
            "Общество с ограниченной ответственностью «Северный мост», именуемое в дальнейшем «Поставщик», и "
            "акционерное общество «Речной порт», именуемое в дальнейшем «Покупатель», заключили настоящий договор."
        ),
        Paragraph("1. Предмет договора", heading),
        paragraph(
            "Поставщик обязуется передать в собственность Покупателя насосное оборудование, а Покупатель обязуется "
            "принять его и оплатить на условиях, которые установлены ниже. Наименование, количество и цена каждой "
            "позиции указаны в спецификации, которая является неотъемлемой частью договора."
        ),
        Paragraph("2. Обязанности Поставщика", heading),
        paragraph("До отгрузки первой партии Поставщик выполняет следующее:"),
        ListFlowable(
            [
                ListItem(paragraph(text), leftIndent=16)  # type: ignore[misc] # the stubs leave it out
                for text in (
                    "передаёт паспорта и сертификаты на каждую единицу оборудования;",
                    "согласует с Покупателем день и час разгрузки;",
                    "страхует груз на полную его стоимость.",
                )
            ],
            bulletType="bullet",
            start="•",
            bulletFontSize=10,
            leftIndent=16,
        ),
        Paragraph("3. Спецификация", heading),
        _table(),
        Spacer(1, 10),
        paragraph(
            "Цены указаны в рублях и включают упаковку, погрузку и доставку до склада Покупателя. Оплата производится "
            "в течение десяти рабочих дней после подписания акта приёмки."
        ),
        Paragraph("4. График поставок", heading),
        paragraph(
            "Оборудование поставляется четырьмя партиями. Доля каждой партии в общей стоимости показана на рисунке; "
            "перенос срока более чем на пять дней согласуется сторонами письменно."
        ),
        _chart(),
        Paragraph("Рисунок 1. Стоимость партий, тыс. рублей", caption),
        Paragraph("5. Заключительные положения", heading),
        paragraph(
            "Договор составлен в двух экземплярах, имеющих равную силу, и действует до полного исполнения сторонами "
            "своих обязательств. Споры рассматриваются в арбитражном суде по месту нахождения истца."
        ),
    ]
    SimpleDocTemplate(
        str(path), pagesize=A4, leftMargin=25 * mm, rightMargin=20 * mm, topMargin=22 * mm, bottomMargin=22 * mm,
        title="Договор поставки", invariant=True,
    ).build(story)  # fmt: skip


def scan(source: Path, target: Path, *, dpi: int = 200, turn: float = 0.4, seed: int = 7) -> None:
    """Prints a PDF on paper and scans it: slightly turned (degrees), blurred, noisy, as JPEG pages in a PDF."""
    rng = np.random.default_rng(seed)
    tilt = random.Random(seed)
    pages = []
    with pdfium.PdfDocument(source) as document:
        for page in document:
            image = page.render(scale=dpi / 72).to_pil().convert("L")
            image = image.rotate(tilt.uniform(-turn, turn), Image.Resampling.BICUBIC, fillcolor=255)
            image = image.filter(ImageFilter.GaussianBlur(0.6))
            noisy = np.asarray(image, np.float32) * 0.93 + 12 + rng.normal(0, 5, (image.height, image.width))
            buffer = io.BytesIO()
            Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=70)
            pages.append(Image.open(buffer))
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)


def _table() -> Table:
    rows = [
        ["№", "Наименование", "Кол-во", "Цена, руб.", "Сумма, руб."],
        ["1", "Насос погружной НП-40", "6", "84 500", "507 000"],
        ["2", "Шкаф управления", "3", "61 200", "183 600"],
        ["3", "Обратный клапан", "12", "4 350", "52 200"],
        ["4", "Пусконаладочные работы", "1", "98 000", "98 000"],
        ["", "Итого", "", "", "840 800"],
    ]
    table = Table(rows, colWidths=[12 * mm, 62 * mm, 22 * mm, 32 * mm, 32 * mm])
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Serif", 9.5),
                ("FONT", (0, 0), (-1, 0), "Serif-Bold", 9.5),
                ("GRID", (0, 0), (-1, -1), 0.7, colors.black),
                ("ALIGN", (2, 1), (-1, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 4),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ]
        )
    )
    return table


def _chart() -> Drawing:
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 40, 15, 330, 120
    chart.data = [(180, 260, 240, 160)]
    chart.valueAxis.valueMin = 0
    chart.bars[0].fillColor = colors.HexColor("#3b6ea5")
    chart.categoryAxis.visibleLabels = False
    chart.valueAxis.visibleLabels = False
    drawing = Drawing(400, 150)
    drawing.add(chart)
    return drawing


def main() -> None:
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    make_contract(directory / "contract.pdf")
    scan(directory / "contract.pdf", directory / "contract.scan.pdf")
    print(f"{directory}/contract.pdf and {directory}/contract.scan.pdf")


if __name__ == "__main__":
    main()

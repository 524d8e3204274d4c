"""A document as a Word file: headings, lists, tables with merged cells, figures and formulas as Word's own.

The whole document is in memory while it is written, its figures too.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Inches, Length, Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree
from lxml.html import HtmlElement
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ocr_service.document import CAPTION_LABELS, TITLE_LABELS, PageResult, RegionResult
from ocr_service.export.image_links import ImageOf
from ocr_service.export.inline_formulas import inline_formulas
from ocr_service.export.markdown import PROTECTED_NOTE_MARK, list_depth, with_protected_notes
from ocr_service.export.markdown_tokens import markdown_reader
from ocr_service.export.mathml import formula_mathml, formula_source
from ocr_service.export.omml import omml
from ocr_service.export.table_grid import Cell, Grid, is_number, table_grid

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no characters of XML 1.0
_TEXT_WIDTH = Inches(6.0)
_DEEPEST_LIST = 3  # levels of "List Bullet" and "List Number" in the template


def write_docx(pages: Iterable[PageResult], target: Path, *, title: str, language: str, image_of: ImageOf) -> None:
    """Writes the pages to ``target``. ``language`` is a BCP 47 tag such as ``ru``; it decides spelling."""
    document = docx.Document()
    document.core_properties.title = _clean(title)[:255]
    document.core_properties.author = ""
    document.core_properties.comments = ""
    _set_language(document, language)
    writer = _Writer(document, image_of)
    for page in pages:
        if page.error is not None:
            writer.missing(f"Page {page.number}: {page.error.message}")
        for region in sorted(page.regions, key=lambda region: region.order):
            writer.region(region, page)
    document.save(str(target))


def _clean(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _set_language(document: Document, language: str) -> None:
    properties = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    tag = properties.find(qn("w:lang"))
    if tag is None:
        tag = OxmlElement("w:lang")
        properties.append(tag)
    tag.set(qn("w:val"), language)


@dataclass(frozen=True, slots=True)
class _Marks:
    """How a run is set."""

    bold: bool = False
    italic: bool = False
    raised: bool = False
    lowered: bool = False
    code: bool = False

    def with_(self, **more: bool) -> _Marks:
        fields = {name: getattr(self, name) for name in self.__slots__}
        return _Marks(**(fields | more))


@dataclass(slots=True)
class _Writer:
    document: Document
    image_of: ImageOf
    _reader: MarkdownIt = field(default_factory=markdown_reader)

    def region(self, region: RegionResult, page: PageResult) -> None:
        content = with_protected_notes(_clean(region.content).strip())
        if region.format == "image":
            self._figure(region, page)
        elif not content:
            if region.error:
                self.missing(f"{region.label}: {region.error.message}")
        elif region.label in TITLE_LABELS:
            level = region.level or (1 if region.label == "doc_title" else 2)
            self._inline(self.document.add_heading("", level), " ".join(content.split()))
        elif region.format == "latex":
            self._formula(self.document.add_paragraph(), content, display=True)
        elif region.format == "html":
            if not content.startswith("<!--"):  # a running line that was asked for as a comment
                self._table(content)
        elif region.format == "markdown":
            self._markdown(content, list_depth(region.content))
        else:
            style = "Caption" if region.label in CAPTION_LABELS else None
            for part in re.split(r"\n\s*\n", content):
                self._plain(self.document.add_paragraph(style=style), " ".join(part.split()))

    def missing(self, text: str) -> None:
        run = self.document.add_paragraph().add_run(_clean(text))
        run.font.color.rgb = RGBColor(0x9A, 0x34, 0x12)

    def _plain(self, paragraph: Paragraph, text: str, marks: _Marks | None = None) -> None:
        for number, part in enumerate(PROTECTED_NOTE_MARK.split(text)):  # each second part is a footnote's number
            if part:
                _add_run(paragraph, part, (marks or _Marks()).with_(raised=True) if number % 2 else marks or _Marks())

    def _inline(self, paragraph: Paragraph, text: str, marks: _Marks | None = None) -> None:
        """Text that may have formulas between dollar signs."""
        end = 0
        for match in inline_formulas(text):
            self._plain(paragraph, text[end : match.start()], marks)
            self._formula(paragraph, match[1], display=False)
            end = match.end()
        self._plain(paragraph, text[end:], marks)

    def _formula(self, paragraph: Paragraph, latex: str, *, display: bool) -> None:
        mathml = formula_mathml(latex, display=display)
        try:
            formula = omml(mathml, display=display) if mathml else None
        except etree.XMLSyntaxError:
            formula = None
        if formula is None:
            _add_run(paragraph, formula_source(latex), _Marks(code=True))
        else:
            paragraph._p.append(formula)

    def _figure(self, region: RegionResult, page: PageResult) -> None:
        content = self.image_of(region.image) if region.image else None
        if content is None:
            return
        x0, _, x1, _ = region.bbox
        width = min(Inches(max(x1 - x0, 1) / max(page.dpi, 1)), _TEXT_WIDTH)
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if not self._picture(paragraph, content, width):
            return
        if alt := " ".join(_clean(region.content).split()):
            for properties in paragraph._p.iter(qn("wp:docPr")):
                properties.set("descr", alt[:2000])

    def _picture(self, paragraph: Paragraph, content: bytes, width: Length) -> bool:
        try:
            paragraph.add_run().add_picture(io.BytesIO(content), width=width)
        except (UnrecognizedImageError, ZeroDivisionError, ValueError):
            return False  # a type that Word knows, but python-docx does not
        return True

    # Tables

    def _table(self, content: str) -> None:
        grid = table_grid(content)
        if grid is None:
            self._plain(self.document.add_paragraph(), " ".join(content.split()))
            return
        self._grid(grid, lambda paragraph, cell: self._html(paragraph, cell.element, _Marks(bold=cell.is_head)))

    def _grid(self, grid: Grid, fill: Callable[[Paragraph, Cell], None]) -> None:
        table = self.document.add_table(rows=0, cols=grid.columns, style="Table Grid")
        body = table._tbl
        starts = {(cell.row, cell.column): cell for cell in grid.cells}
        # What of a merged cell is below its first row is a cell of its own that continues it.
        continued = {
            (row, cell.column): cell for cell in grid.cells for row in range(cell.row + 1, cell.row + cell.rows)
        }
        for row in range(grid.rows):
            line = OxmlElement("w:tr")
            column = 0
            while column < grid.columns:
                cell = starts.get((row, column)) or continued.get((row, column))
                line.append(self._cell(cell, row, table, fill))
                column += cell.columns if cell else 1
            body.append(line)
        # Word joins two tables that follow each other.
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def _cell(
        self, cell: Cell | None, row: int, table: object, fill: Callable[[Paragraph, Cell], None]
    ) -> etree._Element:
        made, properties, content = (OxmlElement(name) for name in ("w:tc", "w:tcPr", "w:p"))
        made.append(properties)
        made.append(content)
        if cell is None:
            return made
        if cell.columns > 1:
            span = OxmlElement("w:gridSpan")
            span.set(qn("w:val"), str(cell.columns))
            properties.append(span)
        if cell.rows > 1:
            merge = OxmlElement("w:vMerge")
            if row == cell.row:
                merge.set(qn("w:val"), "restart")
            properties.append(merge)
        if row == cell.row:
            paragraph = Paragraph(content, table)  # type: ignore[arg-type]  # it needs the part that a parent knows
            paragraph.paragraph_format.space_after = Pt(0)
            fill(paragraph, cell)
            if cell.is_number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        return made

    def _html(self, paragraph: Paragraph, element: HtmlElement, marks: _Marks) -> None:
        """The content of a cell."""
        self._inline(paragraph, _spaced(element.text), marks)
        for child in element:
            match child.tag:
                case "br":
                    paragraph.add_run().add_break()
                case "img":
                    picture = self.image_of(child.get("src", ""))
                    if picture is not None:
                        self._picture(paragraph, picture, Inches(1.5))
                case "b" | "strong" | "th":
                    self._html(paragraph, child, marks.with_(bold=True))
                case "i" | "em":
                    self._html(paragraph, child, marks.with_(italic=True))
                case "sup":
                    self._html(paragraph, child, marks.with_(raised=True))
                case "sub":
                    self._html(paragraph, child, marks.with_(lowered=True))
                case "script" | "style":
                    pass
                case tag if isinstance(tag, str):
                    self._html(paragraph, child, marks)
            self._inline(paragraph, _spaced(child.tail), marks)

    # Markdown

    def _markdown(self, content: str, depth: int = 0) -> None:
        """``depth``: of the nested list that the content is an item of."""
        tokens = self._reader.parse(content)
        lists: list[str] = ["bullet_list_open"] * depth
        quoted = 0
        index = 0
        while index < len(tokens):
            token = tokens[index]
            match token.type:
                case "heading_open":
                    heading = self.document.add_heading("", min(int(token.tag[1:]), 9))
                    self._tokens(heading, tokens[index + 1].children or [])
                    index += 2
                case "bullet_list_open" | "ordered_list_open":
                    lists.append(token.type)
                case "bullet_list_close" | "ordered_list_close":
                    lists.pop()
                case "blockquote_open" | "blockquote_close":
                    quoted += token.nesting
                case "inline":
                    item = tokens[index - 2] if index > 1 and tokens[index - 2].type == "list_item_open" else None
                    paragraph = self.document.add_paragraph(style=_paragraph_style(lists, quoted, item))
                    if item and item.info:  # the number as it is printed, not as Word would count
                        self._plain(paragraph, f"{item.info}{item.markup} ")
                    self._tokens(paragraph, token.children or [])
                case "math_block":
                    self._formula(self.document.add_paragraph(), token.content, display=True)
                case "fence" | "code_block":
                    _add_run(self.document.add_paragraph(), token.content.rstrip(), _Marks(code=True))
                case "table_open":
                    end = next(at for at in range(index, len(tokens)) if tokens[at].type == "table_close")
                    self._pipe_table(tokens[index:end])
                    index = end
            index += 1

    def _pipe_table(self, tokens: Sequence[Token]) -> None:
        rows: list[list[list[Token]]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(token.children or [])
        columns = max(len(row) for row in rows)
        table = self.document.add_table(rows=len(rows), cols=columns, style="Table Grid")
        for cells, row in zip(rows, table.rows, strict=True):
            for children, cell in zip(cells, row.cells, strict=False):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                self._tokens(paragraph, children)
                if is_number(paragraph.text):
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def _tokens(self, paragraph: Paragraph, tokens: Sequence[Token]) -> None:
        marks = _Marks()
        for token in tokens:
            match token.type:
                case "strong_open" | "strong_close":
                    marks = marks.with_(bold=token.nesting > 0)
                case "em_open" | "em_close":
                    marks = marks.with_(italic=token.nesting > 0)
                case "text" | "text_special":
                    self._plain(paragraph, token.content, marks)
                case "code_inline":
                    _add_run(paragraph, token.content, _Marks(code=True))
                case "math_inline" | "math_inline_double":
                    self._formula(paragraph, token.content, display=False)
                case "softbreak":
                    self._plain(paragraph, " ", marks)
                case "hardbreak":
                    paragraph.add_run().add_break()


def _add_run(paragraph: Paragraph, text: str, marks: _Marks) -> None:
    run = paragraph.add_run(text)
    # What is not set is left to the style: False would overrule it.
    run.bold = marks.bold or None
    run.italic = marks.italic or None
    if marks.raised:
        run.font.superscript = True
    if marks.lowered:
        run.font.subscript = True
    if marks.code:
        run.font.name = "Consolas"


def _spaced(text: str | None) -> str:
    """White space as HTML shows it."""
    return re.sub(r"\s+", " ", text or "")


def _paragraph_style(lists: Sequence[str], quoted: int, item: Token | None) -> str | None:
    """``item``: the one that the paragraph is the first of."""
    if not lists:
        return "Quote" if quoted else None
    name = "List Continue" if item is None or item.info else "List Bullet"
    depth = min(len(lists), _DEEPEST_LIST)
    return name if depth == 1 else f"{name} {depth}"

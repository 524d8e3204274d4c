"""Pages in the terms of Mistral's OCR API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ocr_service.api.compat.mistral.confidence import block_confidence, page_confidence, words_in
from ocr_service.api.compat.mistral.models import (
    MistralBlock,
    MistralDimensions,
    MistralImage,
    MistralOcrRequest,
    MistralPage,
    MistralPageConfidence,
    MistralTable,
    MistralWordConfidence,
)
from ocr_service.document import CAPTION_LABELS, FORMULA_LABELS, TITLE_LABELS, PageResult, RegionResult
from ocr_service.export.document_markdown import page_text
from ocr_service.export.image_links import data_uri, relinked
from ocr_service.export.markdown import page_markdown
from ocr_service.export.tables import table_as_html, table_as_markdown
from ocr_service.storage.filesystem import JobFolder
from ocr_service.vlm.region_content import with_formula_numbers

_PICTURE = re.compile(r"!\[[^\]]*\]\((images/[^)]+)\)")
_HEADERS = frozenset({"header", "header_image"})
_FOOTERS = frozenset({"footer", "footer_image", "number"})
_TYPES = (
    {"table": "table", "algorithm": "code", "aside_text": "aside_text"}
    | dict.fromkeys(TITLE_LABELS, "title")
    | dict.fromkeys(FORMULA_LABELS, "equation")
    | dict.fromkeys(CAPTION_LABELS, "caption")
    | dict.fromkeys(("reference", "reference_content"), "references")
    | dict.fromkeys(_HEADERS, "header")
    | dict.fromkeys(_FOOTERS, "footer")
)


@dataclass
class MistralPages:
    """Turns pages one by one, in their order: figures and tables are numbered through the document. Blocks."""

    folder: JobFolder
    asked: MistralOcrRequest
    _image_ids: dict[str, str] = field(default_factory=dict)
    _tables: int = 0

    def page(self, page: PageResult) -> MistralPage:
        images = [image for region in page.regions if (image := self._image(region))]
        tables: dict[int, MistralTable] = {}
        if self.asked.table_format:
            tables = {number: self._table(region) for number, region in enumerate(page.regions) if _is_table(region)}
        asked = self.asked
        markdown = self._linked(self._text(page, tables))
        return MistralPage(
            index=page.number - 1,
            markdown=markdown,
            images=images,
            tables=list(tables.values()) if asked.table_format else None,
            dimensions=MistralDimensions(dpi=page.dpi, height=page.height, width=page.width) if page.width else None,
            header=_contents(page.regions, _HEADERS) if asked.extract_header else None,
            footer=_contents(page.regions, _FOOTERS) if asked.extract_footer else None,
            blocks=self._blocks(page.regions, tables) if asked.include_blocks else None,
            confidence_scores=self._confidence(page, markdown, tables),
        )

    def _confidence(
        self, page: PageResult, markdown: str, tables: Mapping[int, MistralTable]
    ) -> MistralPageConfidence | None:
        granularity = self.asked.confidence_scores_granularity
        scores = page_confidence(page) if granularity else None
        if scores is None or granularity != "word":
            return scores
        words: list[MistralWordConfidence] = []
        at = 0
        for number, region in enumerate(page.regions):
            block = self._linked(page_markdown([region], ()))
            start = -1 if number in tables or not block else markdown.find(block, at)
            if start >= 0:  # headers are not in the text, tables may be apart from it
                at = start + len(block)
                words += words_in(markdown, region, start, at)
        return scores.model_copy(update={"word_confidence_scores": words})

    def _image(self, region: RegionResult) -> MistralImage | None:
        """The region's figure with a number of its own; None where it has none, or none is wanted."""
        x0, y0, x1, y1 = region.bbox
        asked = self.asked
        if not region.image or min(x1 - x0, y1 - y0) < (asked.image_min_size or 0):
            return None
        if asked.image_limit is not None and len(self._image_ids) >= asked.image_limit:
            return None
        path = self.folder.work / region.image
        if not path.is_file():
            return None
        image_id = self._image_ids[region.image] = f"img-{len(self._image_ids)}.jpeg"
        content = data_uri(path.name, path.read_bytes()) if asked.include_image_base64 else None
        return MistralImage(
            id=image_id, top_left_x=x0, top_left_y=y0, bottom_right_x=x1, bottom_right_y=y1, image_base64=content
        )

    def _table(self, region: RegionResult) -> MistralTable:
        is_html = self.asked.table_format == "html"
        content = table_as_html(region.content) if is_html else table_as_markdown(region.content)
        if content is None:  # merged cells, or nothing that is a table: as it was read
            content, is_html = region.content, region.format == "html"
        table_id = f"tbl-{self._tables}.{'html' if is_html else 'md'}"
        self._tables += 1
        content = self._linked(content)
        by_word = self.asked.confidence_scores_granularity == "word"
        return MistralTable(
            id=table_id,
            content=content,
            format="html" if is_html else "markdown",
            word_confidence_scores=list(words_in(content, region)) if by_word else None,
        )

    def _text(self, page: PageResult, tables: dict[int, MistralTable]) -> str:
        if not tables or page.error is not None:
            return page_text(page)
        regions = [
            replace(region, format="markdown", content=f"[{tables[number].id}]({tables[number].id})")
            if number in tables
            else region
            for number, region in enumerate(page.regions)
        ]
        return page_markdown(with_formula_numbers(regions))

    def _linked(self, text: str) -> str:
        """The text with links to the figures' ids, written as Mistral writes them; those not given have no link."""

        def picture(match: re.Match[str]) -> str:
            image_id = self._image_ids.get(match[1])
            return f"![{image_id}]({image_id})" if image_id else ""

        [linked] = relinked([_PICTURE.sub(picture, text)], self._image_ids.get)  # the second: figures in tables
        return linked

    def _blocks(self, regions: Iterable[RegionResult], tables: dict[int, MistralTable]) -> list[MistralBlock]:
        blocks = []
        by_block = self.asked.confidence_scores_granularity == "block"
        for number, region in enumerate(regions):
            image_id = self._image_ids.get(region.image or "")
            kind = _TYPES.get(region.label, "image" if image_id else "text")
            x0, y0, x1, y1 = region.bbox
            blocks.append(
                MistralBlock(
                    type=kind,
                    top_left_x=x0,
                    top_left_y=y0,
                    bottom_right_x=x1,
                    bottom_right_y=y1,
                    content=self._linked(page_markdown([region], ())),
                    image_id=image_id if kind == "image" else None,
                    table_id=tables[number].id if number in tables else None,
                    confidence_scores=block_confidence(region) if by_block else None,
                )
            )
        return blocks


def _is_table(region: RegionResult) -> bool:
    return region.label == "table" and bool(region.content.strip())


def _contents(regions: Iterable[RegionResult], labels: frozenset[str]) -> str | None:
    found = [region.content.strip() for region in regions if region.label in labels and region.content.strip()]
    return "\n".join(found) or None

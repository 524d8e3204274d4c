"""Pages in the terms of Mistral's OCR API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ocr_service.api.compat.json_pieces import streamed_list
from ocr_service.api.compat.mistral.models import (
    MistralBlock,
    MistralBlockConfidence,
    MistralDimensions,
    MistralImage,
    MistralOcrRequest,
    MistralPage,
    MistralPageConfidence,
    MistralTable,
    MistralWordConfidence,
)
from ocr_service.document import CAPTION_LABELS, FORMULA_LABELS, TITLE_LABELS, PageResult, RegionResult
from ocr_service.export.content_words import least_confidence, least_of_page, placed_in_blocks, placed_words
from ocr_service.export.document_markdown import labelled_text, page_text
from ocr_service.export.image_links import data_uri, with_ids
from ocr_service.export.markdown import page_markdown
from ocr_service.export.result_json import page_from_json
from ocr_service.export.tables import table_in_form
from ocr_service.jobs.models import Job
from ocr_service.reading.page_ranges import select_pages
from ocr_service.storage.filesystem import JobFolder
from ocr_service.vlm.region_content import with_formula_numbers

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
_Tables = Sequence[MistralTable | None]  # of each region


def ocr_answer(folder: JobFolder, job: Job, asked: MistralOcrRequest) -> dict[str, object]:
    """A ``MistralOcrAnswer`` for ``json_pieces``, whose pages are made one by one."""
    numbers = select_pages(job.options.pages, job.file.pages)
    pages = _Pages(folder, asked)
    return {
        "pages": streamed_list(pages.entry(page_from_json(folder.page(number))) for number in numbers),
        "model": asked.model or job.engine,
        "usage_info": {"pages_processed": len(numbers), "doc_size_bytes": job.file.bytes},
    }


@dataclass
class _Pages:
    """Turns pages one by one, in their order: figures and tables are numbered through the document. Blocks."""

    folder: JobFolder
    asked: MistralOcrRequest
    _image_ids: dict[str, str] = field(default_factory=dict)
    _tables: int = 0

    def entry(self, page: PageResult) -> dict[str, object]:
        asked = self.asked
        images = [image for region in page.regions if (image := self._image(region))]
        tables = [self._table(region) for region in page.regions]
        markdown = with_ids(self._text(page, tables), self._image_ids)
        entry = MistralPage(
            index=page.number - 1,
            markdown=markdown,
            images=images,
            tables=[table for table in tables if table] if asked.table_format else None,
            dimensions=MistralDimensions(dpi=page.dpi, height=page.height, width=page.width) if page.width else None,
            header=labelled_text(page, _HEADERS) or None if asked.extract_header else None,
            footer=labelled_text(page, _FOOTERS) or None if asked.extract_footer else None,
            blocks=list(map(self._block, page.regions, tables)) if asked.include_blocks else None,
            confidence_scores=self._confidence(page, markdown, tables),
        )
        # The client wants to see dimensions, if only as null.
        return {"dimensions": None, **entry.model_dump(exclude_none=True)}

    def _confidence(self, page: PageResult, markdown: str, tables: _Tables) -> MistralPageConfidence | None:
        """None where none is asked for, or no reader of the page gives any."""
        granularity, least = self.asked.confidence_scores_granularity, least_of_page(page)
        if not granularity or page.confidence is None or least is None:
            return None
        within = zip(page.regions, tables, strict=True)  # of what stands in the text
        blocks = ((region, self._markdown(region)) for region, table in within if table is None)
        return MistralPageConfidence(
            average_page_confidence_score=page.confidence,
            minimum_page_confidence_score=least,
            word_confidence_scores=_scores(placed_in_blocks(markdown, blocks)) if granularity == "word" else None,
        )

    def _markdown(self, region: RegionResult) -> str:
        return with_ids(page_markdown([region], ()), self._image_ids)

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
        return MistralImage(id=image_id, image_base64=content, **_box(region))

    def _table(self, region: RegionResult) -> MistralTable | None:
        """The region's table, where tables are to stand apart from the text."""
        if not self.asked.table_format or region.label != "table" or not region.content.strip():
            return None
        content, form = table_in_form(region, self.asked.table_format)
        table_id = f"tbl-{self._tables}.{'html' if form == 'html' else 'md'}"
        self._tables += 1
        content = with_ids(content, self._image_ids)
        by_word = self.asked.confidence_scores_granularity == "word"
        return MistralTable(
            id=table_id,
            content=content,
            format=form,
            word_confidence_scores=_scores(placed_words(content, region)) if by_word else None,
        )

    def _text(self, page: PageResult, tables: _Tables) -> str:
        if not any(tables) or page.error is not None:
            return page_text(page)
        regions = [
            replace(region, format="markdown", content=f"[{table.id}]({table.id})") if table else region
            for region, table in zip(page.regions, tables, strict=True)
        ]
        return page_markdown(with_formula_numbers(regions))

    def _block(self, region: RegionResult, table: MistralTable | None) -> MistralBlock:
        image_id = self._image_ids.get(region.image or "")
        kind = _TYPES.get(region.label, "image" if image_id else "text")
        scores = MistralBlockConfidence(
            average_content_confidence_score=region.confidence,
            minimum_content_confidence_score=least_confidence(region),
            block_type_confidence_score=region.score,
        )
        return MistralBlock(
            type=kind,
            content=self._markdown(region),
            image_id=image_id if kind == "image" else None,
            table_id=table.id if table else None,
            confidence_scores=scores if self.asked.confidence_scores_granularity == "block" else None,
            **_box(region),
        )


def _box(region: RegionResult) -> dict[str, int]:
    names = ("top_left_x", "top_left_y", "bottom_right_x", "bottom_right_y")
    return dict(zip(names, region.bbox, strict=True))


def _scores(placed: Iterable[tuple[str, float, int]]) -> list[MistralWordConfidence]:
    return [MistralWordConfidence(text=word, confidence=confidence, start_index=at) for word, confidence, at in placed]

"""A job's pages as PaddleOCR's job API gives them: lines of JSON in the shape of ``/layout-parsing`` or of PP-OCR."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from ocr_service.api.compat.job_results import kept_pages, text_without, without_folder
from ocr_service.api.compat.paddleocr_jobs.models import JobTask
from ocr_service.api.compat.paddlex.mapping import pruned_result, with_html_figures
from ocr_service.document import MARGIN_LABELS, PageResult
from ocr_service.export.document_markdown import page_text
from ocr_service.export.image_links import linked_images, relinked
from ocr_service.export.join_pages import joined_pages
from ocr_service.export.plain_text import region_text
from ocr_service.jobs.models import Job
from ocr_service.reading.page_ranges import select_pages
from ocr_service.storage.filesystem import JobFolder


async def result_lines(folder: JobFolder, job: Job, task: JobTask, link: Callable[[str], str]) -> AsyncIterator[str]:
    """A line of JSON a page, each made when it is sent. ``link`` gives the address of a figure."""
    total = len(select_pages(job.options.pages, job.file.pages))

    def line(page: PageResult) -> str:
        if task.lines:
            entries = {"ocrResults": [{"prunedResult": _text_lines(page)}]}
        else:
            text = text_without(page, MARGIN_LABELS) if task.joined else page_text(page)
            text = text if task.plain else with_html_figures(text, page)
            names = [] if task.without_figures else linked_images(text)
            images = {without_folder(name): link(name) for name in names}
            [text] = relinked([text], without_folder)
            entries = {
                "layoutParsingResults": [
                    {
                        "prunedResult": pruned_result(page, total),
                        "markdown": {"text": text, "images": images},
                        "outputImages": {},
                    }
                ]
            }
        size = {"width": page.width, "height": page.height}
        info = {"dataInfo": {"type": job.file.type, "numPages": total, "pages": [size]}}
        return json.dumps({"result": {**entries, **info}}, ensure_ascii=False) + "\n"

    kept = partial(kept_pages, folder, job)
    pages = iter(joined_pages(kept)) if task.joined else kept()
    while (page := await asyncio.to_thread(next, pages, None)) is not None:
        yield await asyncio.to_thread(line, page)


def _text_lines(page: PageResult) -> dict[str, Any]:
    """Regions as PP-OCR writes its lines: text, confidence (1.0 where it is not known), box."""
    read = [(text, region) for region in page.regions if (text := region_text(region))]
    return {
        "rec_texts": [text for text, _ in read],
        "rec_scores": [1.0 if region.confidence is None else region.confidence for _, region in read],
        "rec_boxes": [list(region.bbox) for _, region in read],
    }

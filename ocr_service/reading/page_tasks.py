"""The tasks of page workers: one a page, since moving a rendered page (12 MB at 200 dpi) between processes costs more
than it saves.

The app names these functions; what they do, with OpenCV, Tesseract and the models, is loaded where they are called.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ocr_service.document import FileType, PageResult, PreparedPage, TextLayerMode
from ocr_service.vlm.prompts import PromptSet


@dataclass(frozen=True, slots=True)
class PageTask:
    """All that a worker needs for one page. ``images``: the folder for figure files, None for none.

    ``layout`` as ``load_detector`` takes it; ``layout_warning``: why that is not the wanted model, for the VLM's pages.
    """

    path: Path
    type: FileType
    number: int
    dpi: int
    max_pixels: int
    password: str
    layout: str
    language: str
    images: Path | None
    text_layer: TextLayerMode = "ignore"
    layout_warning: str = ""


def warm_up(layout: str, language: str) -> None:
    """Loads the models, so that the first page does not wait for them. ``layout``: empty where it is not known yet."""
    from ocr_service.reading import page_work

    page_work.warm_up(layout, language)


def read_page(task: PageTask) -> PageResult:
    """Renders a page and reads it: its own text where that is proven, else its regions with Tesseract."""
    from ocr_service.reading import page_work

    return page_work.read_page(task)


def prepare_page(task: PageTask, prompts: PromptSet) -> PreparedPage:
    """Renders a page, finds its regions and makes the crops that the VLM gets."""
    from ocr_service.reading import page_work

    return page_work.prepare_page(task, prompts)


def place_page_words(task: PageTask, page: PageResult) -> PageResult:
    """The page with words in all of its regions. Those that no reader placed are placed by their ink."""
    from ocr_service.reading import page_work

    return page_work.place_page_words(task, page)

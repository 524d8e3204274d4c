"""Pages as PaddleX gives them to pages of ours, joined, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ocr_service.api.compat.job_results import text_without
from ocr_service.api.compat.paddlex.mapping import pruned_result, with_html_figures
from ocr_service.api.compat.paddlex_restructure.models import RestructurePagesRequest
from ocr_service.document import (
    FIGURE_LABELS,
    FORMULA_LABELS,
    MARGIN_LABELS,
    TITLE_LABELS,
    Format,
    PageResult,
    RegionResult,
)
from ocr_service.errors import BadOption
from ocr_service.export.join_pages import joined_pages
from ocr_service.export.markdown import page_markdown
from ocr_service.vlm.region_content import with_formula_numbers

_MOST_PIXELS = 1_000_000
_DPI = 200  # of pages that do not say theirs; only the sizes of headings against each other depend on it


def restructured(asked: RestructurePagesRequest) -> dict[str, Any]:
    """The ``result`` of the answer. Raises BadOption for pages that are none."""
    given = [
        page_from_pruned(page.prunedResult, page.markdownImages or (), number)
        for number, page in enumerate(asked.pages, 1)
    ]
    joined = list(joined_pages(lambda: iter(given), tables=asked.mergeTables, levels=asked.relevelTitles))
    results: list[dict[str, Any]] = []
    for page, came in zip(joined, asked.pages, strict=True):
        images = {"images": came.markdownImages or {}} if asked.returnMarkdownImages else {}
        text = text_without(page, MARGIN_LABELS)
        markdown = {"text": with_html_figures(text, page) if asked.prettifyMarkdown else text, **images}
        results.append({"prunedResult": pruned_result(page, len(joined)), "markdown": markdown})
    if asked.concatenatePages and results:
        results = [_concatenated(results)]
    return {"layoutParsingResults": results}


def _concatenated(results: list[dict[str, Any]]) -> dict[str, Any]:
    """One result of all pages, as upstream's ``concatenate_pages``."""
    pruned = [result["prunedResult"] for result in results]
    texts = [result["markdown"]["text"].strip() for result in results]
    markdown: dict[str, Any] = {"text": "\n\n".join(filter(None, texts))}
    if "images" in results[0]["markdown"]:
        markdown["images"] = {name: image for result in results for name, image in result["markdown"]["images"].items()}
    blocks = [block for page in pruned for block in page["parsing_res_list"]]
    together = {
        **pruned[0],
        "width": [page["width"] for page in pruned],
        "height": [page["height"] for page in pruned],
        "parsing_res_list": [{**block, "global_block_id": number} for number, block in enumerate(blocks)],
        "layout_det_res": [page["layout_det_res"] for page in pruned],
    }
    return {"prunedResult": together, "markdown": markdown}


def page_from_pruned(result: dict[str, Any], images: Iterable[str], number: int) -> PageResult:
    """A page from its ``prunedResult``, ours or upstream's. ``images``: the names of its figures. Raises BadOption."""
    names = list(images)
    try:
        regions = tuple(
            _region(block, order, names) for order, block in enumerate(result.get("parsing_res_list") or ())
        )
        width, height = _pixels(result["width"]), _pixels(result["height"])
        dpi = max(_pixels(result.get("dpi") or _DPI), 1)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        wrong = repr(error)[:200]
        raise BadOption(f"pages[{number - 1}].prunedResult is not what /layout-parsing gives: {wrong}") from error
    markdown = page_markdown(with_formula_numbers(regions))
    return PageResult(number, "completed", width, height, dpi, 0, "vlm", markdown, regions)


def _region(block: dict[str, Any], order: int, images: list[str]) -> RegionResult:
    label, content = str(block["block_label"]), str(block.get("block_content") or "")
    x0, y0, x1, y1 = (_pixels(side) for side in block["block_bbox"])
    image = block.get("block_image")
    if image is None and label in FIGURE_LABELS:
        # Upstream names a figure after its box: imgs/img_in_image_box_77_12_540_391.jpg.
        image = next((name for name in images if name.rpartition(".")[0].endswith(f"_box_{x0}_{y0}_{x1}_{y1}")), None)
    level = block.get("block_level")
    return RegionResult(
        label=label,
        bbox=(x0, y0, x1, y1),
        order=order,
        score=1.0,
        format=_format(block.get("block_format"), label, content, image),
        content=content.lstrip("# ") if label in TITLE_LABELS else content,
        image=str(image) if image else None,
        level=max(_pixels(level), 1) if level is not None else None,
    )


def _pixels(value: Any) -> int:
    """A whole number in the range of what a page can have. Raises ValueError and TypeError."""
    number = float(value)
    if not abs(number) <= _MOST_PIXELS:
        raise ValueError(f"{number:g} is out of range")
    return round(number)


def _format(said: object, label: str, content: str, image: object) -> Format:
    match said:
        case "text" | "markdown" | "html" | "latex" | "image":
            return said
    if image and not content:
        return "image"
    if label == "table" and content.lstrip().startswith("<"):
        return "html"
    return "latex" if label in FORMULA_LABELS else "markdown"

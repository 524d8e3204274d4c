"""A page's regions as the pictures and kinds that the VLM gets. Runs in a page worker.

The way of ``_paddleocr_vl_prepare_page_core`` in paddlex 3.7: broken paragraphs joined, formulas cut to their ink,
figures inside a table painted over with tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from ocr_service.document import Box, Crop, PageImage, PreparedRegion, Region
from ocr_service.layout.text_ink import TextInk
from ocr_service.vlm.encode_crop import cut, encode, enlarged, paint_token, stack, without_margins
from ocr_service.vlm.merge_blocks import Paragraph, join_broken
from ocr_service.vlm.prompts import Prompt, PromptSet

KnownText = Callable[[Sequence[Region]], str | None]

# A token smaller than this could not be read (paddlex, ``tokenize_figure_of_table``), pixels.
_LEAST_FIGURE = 25
# Kinds whose answers have a letter for each of the ink; a formula's has its commands, a chart's what the bars say.
_WRITTEN_OUT = frozenset({"text", "table"})
# The model tells these digits apart from letters and from each other.
_TOKEN_DIGITS = "2345678"


def page_crops(
    page: PageImage,
    regions: Sequence[Region],
    images: Mapping[int, str],
    prompts: PromptSet,
    known_text: KnownText | None = None,
) -> tuple[PreparedRegion, ...]:
    """The regions in reading order, those for the VLM with a crop.

    ``images``: figure files, relative to the job's folder, by the ``order`` of their regions. ``known_text``: gives the
    text of regions that are read together where it is known without the VLM.
    """
    joined = join_broken(regions, prompts.figures | {"table"})
    prepared = (
        region
        for paragraph in joined
        for region in _prepared(page, paragraph, regions, images, prompts, known_text or _nothing)
    )
    return tuple(replace(each, region=replace(each.region, order=place)) for place, each in enumerate(prepared))


def with_ink(prepared: Sequence[PreparedRegion], ink: TextInk, prompts: PromptSet) -> tuple[PreparedRegion, ...]:
    """The regions with the text-like ink that each accounts for, and with the letters that its answer must have.

    The ink of a paragraph's further parts is that of the part whose crop has them all. A region that is kept as a
    figure accounts for nothing.
    """
    counted: list[PreparedRegion] = []
    first = -1  # of the paragraph's parts
    for each in prepared:
        prompt = prompts.for_label(each.region.label)
        found = ink.in_region(each.region.bbox)
        missed = each.region.score == 0.0 and each.layer_text is None
        own = replace(each, ink=found.ink if prompt else 0, missed=missed)
        if each.crop is not None or each.layer_text is not None:
            first = len(counted)
        if each.crop is not None:
            letters = found.letters if prompt and prompt.kind in _WRITTEN_OUT else 0
            own = replace(own, crop=replace(each.crop, letters=letters))
        elif prompt and each.layer_text is None and first >= 0 and (before := counted[first]).crop is not None:
            letters = before.crop.letters + found.letters if before.crop.letters else 0
            counted[first] = replace(
                before, ink=(before.ink or 0) + found.ink, crop=replace(before.crop, letters=letters)
            )
            own = replace(own, ink=0)
        counted.append(own)
    return tuple(counted)


def whole_page_crop(
    page: PageImage, prompt: Prompt, label: str = "text", ink: TextInk | None = None
) -> tuple[PreparedRegion, ...]:
    """The page as one region with this label. ``ink``: what its answer must account for, None where nobody looked."""
    region = Region(label, (0, 0, page.width, page.height), order=0, score=1.0)
    crop = encode(enlarged(page.pixels) if prompt.kind == "spotting" else page.pixels, prompt)
    if ink is None:
        return (PreparedRegion(region, crop),)
    areas = ink.areas()
    crop = replace(crop, letters=sum(found.letters for _, found in areas))
    counted = tuple((box, found.letters) for box, found in areas)
    return (PreparedRegion(region, crop, ink=sum(found.ink for _, found in areas), text_areas=counted),)


def _nothing(_parts: Sequence[Region]) -> str | None:
    return None


def _prepared(
    page: PageImage,
    paragraph: Paragraph,
    regions: Sequence[Region],
    images: Mapping[int, str],
    prompts: PromptSet,
    known_text: KnownText,
) -> Iterator[PreparedRegion]:
    """The paragraph's first region with the crop of all its parts; the further parts with none."""
    first, *others = paragraph.parts
    prompt = prompts.for_label(first.label)
    text = known_text(paragraph.parts) if prompt else None
    crop = _crop(page, paragraph, prompt, regions, images) if prompt and text is None else None
    yield PreparedRegion(first, crop, images.get(first.order), layer_text=text)
    for other in others:
        yield PreparedRegion(other)


def _crop(
    page: PageImage, paragraph: Paragraph, prompt: Prompt, regions: Sequence[Region], images: Mapping[int, str]
) -> Crop:
    pixels = stack([cut(page.pixels, part.bbox) for part in paragraph.parts], paragraph.aligns)
    figures: list[tuple[str, str]] = []
    if prompt.kind == "formula":
        pixels = without_margins(pixels)
    elif prompt.kind == "spotting":
        pixels = enlarged(pixels)
    elif prompt.kind == "table":
        table = paragraph.parts[0]
        inside = [region for region in regions if region.order in images and _readable_inside(region.bbox, table.bbox)]
        pixels = pixels.copy() if inside else pixels
        for token, figure in zip(_tokens(), inside, strict=False):
            paint_token(pixels, _moved(figure.bbox, table.bbox), token)
            figures.append((token, images[figure.order]))
    return encode(pixels, prompt, figures=figures)


def _readable_inside(figure: Box, table: Box) -> bool:
    within = figure[0] >= table[0] and figure[1] >= table[1] and figure[2] <= table[2] and figure[3] <= table[3]
    return within and min(figure[2] - figure[0], figure[3] - figure[1]) >= _LEAST_FIGURE


def _moved(figure: Box, table: Box) -> Box:
    """The figure's box in pixels of the table's crop."""
    left, top = table[0], table[1]
    return figure[0] - left, figure[1] - top, figure[2] - left, figure[3] - top


def _tokens() -> Iterator[str]:
    """``[F22]``, ``[F23]`` and so on."""
    return (f"[F{first}{second}]" for first in _TOKEN_DIGITS for second in _TOKEN_DIGITS)

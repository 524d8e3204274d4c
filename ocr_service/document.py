"""The nouns: what moves from rendering to assembly. All frozen; all cross process boundaries.

Words: a *document* is what came in; a *page* has a 1-based number; a *region* is a labelled box on a page, in pixels of
the rendered page; a *reader* is what recognises (``vlm`` or ``tesseract``). Labels are those of PaddleX's PP-DocLayout
models, whichever model found the region.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]  # height x width x 3, RGB
Gray = npt.NDArray[np.uint8]  # height x width, 0 is black

FileType = Literal["pdf", "png", "jpeg", "tiff", "webp", "bmp"]
Outcome = Literal["completed", "partial", "failed"]
ReaderName = Literal["vlm", "tesseract"]
Source = Literal["text_layer", "tesseract", "vlm"]
TextLayerMode = Literal["auto", "ignore", "only"]
Stage = Literal["inspect", "render", "layout", "crops", "recognition", "assembly", "delivery"]
HeadersMode = Literal["drop", "keep", "comment"]
PageMarkers = Literal["none", "comment", "rule"]
Format = Literal["text", "markdown", "html", "latex", "image"]
Edited = Literal["content", "label", "level", "order", "deleted"]
Doubt = Literal["low_confidence", "contradicted", "degraded", "unread", "failed"]

TITLE_LABELS = frozenset({"doc_title", "paragraph_title"})
PROSE_LABELS = frozenset({"text", "reference"})
TEXT_LABELS = frozenset({"text", "abstract", "content", "reference", "reference_content", "algorithm", "vertical_text"})
FIGURE_LABELS = frozenset({"image", "chart", "seal", "header_image", "footer_image"})
FORMULA_LABELS = frozenset({"formula", "display_formula", "inline_formula"})
UNREAD_LABEL = "unread"  # text-like ink that could not be read: kept as a picture
CAPTION_LABELS = frozenset({"figure_title", "table_title", "chart_title"})
# Left out of the Markdown, as PaddleX does by default (``markdown_ignore_labels``); JSON keeps them.
MARGIN_LABELS = frozenset({"number", "footnote", "header", "header_image", "footer", "footer_image", "aside_text"})
REGION_LABELS = (
    TITLE_LABELS | TEXT_LABELS | FIGURE_LABELS | FORMULA_LABELS | CAPTION_LABELS | MARGIN_LABELS
    | {"table", "formula_number"}
)  # fmt: skip

Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the rendered page, x1 and y1 exclusive
FloatBox = tuple[float, float, float, float]  # the same in parts of pixels, or in points


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a page or a region has no result: a stable code, a text for people, and the stage where it happened."""

    code: str
    message: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class StageTime:
    """When a stage of a page began (seconds since the epoch) and how many ``seconds`` it took, waiting included."""

    stage: Stage
    started: float
    seconds: float


@dataclass(frozen=True, slots=True)
class PageUsage:
    """What reading a page took: ``cpu_s`` seconds of its page worker, and tokens as the backends count them.

    Tokens are those of all answers, also of answers that failed a check and were asked for again.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cpu_s: float = 0.0

    def __add__(self, other: PageUsage) -> PageUsage:
        return PageUsage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            round(self.cpu_s + other.cpu_s, 3),
        )


NO_USAGE = PageUsage()


@dataclass(frozen=True, slots=True)
class PageImage:
    """A rendered page, upright. ``angle`` is the clockwise rotation in degrees (0, 90, 180, 270) that made it so."""

    number: int
    pixels: Pixels
    dpi: int
    angle: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class Region:
    """A labelled box; ``order`` is its place in the reading order, from 0; ``score`` is the layout model's, 0 to 1."""

    label: str
    bbox: Box
    order: int
    score: float


@dataclass(frozen=True, slots=True)
class Crop:
    """The picture that one request to the VLM carries, and what it is asked.

    ``jpeg_base64`` is ASCII, ready to be joined into a JSON body; ``digest`` tells pictures apart. ``blank``: there is
    no ink, so that an empty answer is the right one. ``figures``: tokens such as ``[F23]`` painted over a table's
    figures, each with the figure's file. ``size``: width and height in pixels. ``is_table``: a table is asked for.
    ``special_tokens``: the answer is to have them. ``letters``: how many its ink makes, 0 where nobody counted.
    """

    prompt: str
    jpeg_base64: bytes = field(repr=False)
    digest: bytes
    blank: bool = False
    figures: tuple[tuple[str, str], ...] = ()
    size: tuple[int, int] = (0, 0)
    is_table: bool = False
    special_tokens: bool = False
    letters: int = 0


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word as it stands on the page; one that a line's end breaks is two.

    ``bbox`` in pixels of the page. ``confidence``: the reader's, 0 to 1; None where it gives none for words.
    ``in_pdf``: the PDF's own text has it there, so that it can be searched already.
    """

    text: str
    bbox: Box
    confidence: float | None = None
    in_pdf: bool = False


@dataclass(frozen=True, slots=True)
class PreparedRegion:
    """A region on its way to the VLM. No ``crop``: nothing to ask (a figure, or read as part of an earlier region).

    ``layer_text``: its text, proven by the page's text layer, which makes a crop needless. ``layer_words``: what of it
    is proven, and the answer must say; ``layer_complete``: that is all that stands there, else ``layer_breaks`` are the
    places in ``layer_words`` before which more may stand, and ``layer_rest`` is how many letters the ink of that makes;
    ``layer_latex``: the formula that the page's own signs make.
    ``ink``: pixels of text-like ink that the region accounts for, None where nobody counted. ``missed``: no layout
    model saw it, only its ink was found; ``image`` then names the picture that is kept of it where it cannot be read.
    ``text_areas``: of a page that is read whole, where text stands and how many letters its ink makes there.
    """

    region: Region
    crop: Crop | None = None
    image: str | None = None
    layer_text: str | None = None
    layer_words: tuple[PlacedWord, ...] = ()
    layer_complete: bool = False
    layer_breaks: tuple[int, ...] = ()
    layer_rest: int = 0
    layer_latex: str = ""
    ink: int | None = None
    missed: bool = False
    text_areas: tuple[tuple[Box, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page as it leaves its worker for the VLM: regions in reading order, ``seconds`` spent so far."""

    number: int
    width: int
    height: int
    dpi: int
    angle: int
    regions: tuple[PreparedRegion, ...]
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    stages: tuple[StageTime, ...] = ()
    layout_model: str = ""
    text_layer: TextLayerReport | None = None
    hidden_text: HiddenText | None = None
    usage: PageUsage = NO_USAGE


@dataclass(frozen=True, slots=True)
class TextLayerReport:
    """What was made of the text that the page's PDF holds: fonts by name, and ``reason`` for what was not used."""

    used: bool
    trusted_fonts: tuple[str, ...] = ()
    rejected_fonts: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Text of the PDF that nobody sees on the page, and so is in no result: ``characters``, and how many by reason."""

    characters: int
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class RegionResult:
    """A region as read. ``content`` is in ``format``; ``image`` is the figure's file relative to the job's folder.

    ``score``: the layout model's, 0 to 1; None where the region was found without it.
    ``degraded``: no answer was whole, and the text is what could be kept. ``tries``: requests it took.
    ``level``: a heading's level, 1 to 6, where the reader knows it. ``source``: what the text was taken from.
    ``outline_level``: a heading's in the document's outline. ``contradicted``: the page's own text says otherwise;
    ``corrected``: how many of its words were put right by it. ``polygon``: x and y of four corners in pixels, where the
    reader gives them. ``id``: its place as it was read, which names it in corrections; None where an earlier version
    read it: then its place in the page. ``edited``: what of it a person has corrected. ``confidence``: how sure the
    source is of the text, 0 to 1; None where it does not say. ``review``: why a person should look at it. ``words``: in
    reading order, where the reader places them. ``word_confidences``: where it does not, for each word of ``content``
    (``export/content_words.py``); None for one that takes the region's. Whoever changes ``content`` removes both.
    ``artifact``: the file marks it as made by paging, a running head or foot or a page's number. ``type_size``: of a
    heading, in points, where the file tells it.
    """

    label: str
    bbox: Box
    order: int
    score: float | None
    format: Format = "text"
    content: str = ""
    image: str | None = None
    level: int | None = None
    tries: int = 1
    degraded: bool = False
    error: Failure | None = None
    source: Source | None = None
    outline_level: int | None = None
    contradicted: bool = False
    corrected: int = 0
    polygon: tuple[int, ...] | None = None
    confidence: float | None = None
    review: tuple[Doubt, ...] = ()
    words: tuple[PlacedWord, ...] = ()
    word_confidences: tuple[float | None, ...] = ()
    id: int | None = None
    edited: tuple[Edited, ...] = ()
    artifact: bool = False
    type_size: float | None = None

    @property
    def corners(self) -> list[tuple[int, int]]:
        """x and y in pixels, clockwise from the upper left: of ``polygon``, or of ``bbox`` where there is none."""
        if self.polygon:
            return list(zip(self.polygon[0::2], self.polygon[1::2], strict=True))
        x0, y0, x1, y1 = self.bbox
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person made of the region with this id: who (the key's name), and when (seconds since the epoch).

    ``revision``: that of the page after it. ``changed``: in what it differs from ``original``, the region as it was
    read; empty where the correction was undone.
    """

    region: int
    revision: int
    by: str
    at: float
    changed: tuple[Edited, ...]
    original: RegionResult


@dataclass(frozen=True, slots=True)
class PageResult:
    """One page, read or failed. ``width`` and ``height`` in pixels at ``dpi``; ``seconds`` from render to result.

    ``text_layer`` and ``hidden_text``: of the PDF's own text; None where it was not looked at, or hides nothing.
    ``coverage``: the share of the text-like ink that was read, 0 to 1; None where nobody counted.
    ``layout_model``: what found the regions; empty where the VLM got the whole page.
    ``regions`` are those that count: corrected, and without deleted ones. ``revision``: grows with each correction and
    each new reading; ``read_revision``: that of the last reading, whose ids the regions have. ``confidence``: the mean
    of the regions' by their letters.
    """

    number: int
    status: Outcome
    width: int
    height: int
    dpi: int
    angle: int
    reader: ReaderName
    markdown: str
    regions: tuple[RegionResult, ...] = ()
    warnings: tuple[str, ...] = ()
    error: Failure | None = None
    seconds: float = 0.0
    stages: tuple[StageTime, ...] = ()
    coverage: float | None = None
    text_layer: TextLayerReport | None = None
    hidden_text: HiddenText | None = None
    layout_model: str = ""
    revision: int = 0
    read_revision: int = 0
    corrections: tuple[Correction, ...] = ()
    usage: PageUsage = NO_USAGE
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What came in, as inspection found it. ``type`` is told by content."""

    name: str
    type: FileType
    sha256: str
    bytes: int
    pages: int


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the client asked for. ``pages`` is a range expression such as ``1-3,7,-1``; empty means all.

    ``headers``: whether the text leaves out running lines and page numbers, keeps them, or has them as comments.
    ``page_markers``: what shows in the Markdown where a page begins. For the VLM: ``read_charts`` and ``read_seals``,
    None for the settings; ``read_figures``, the text in pictures; ``whole_page``: the label as which it reads pages
    without layout, such as ``spotting``. ``min_confidence``: regions with less are marked for review.
    ``include_words``: the JSON has the words of each region."""

    pages: str = ""
    dpi: int = 200
    language: str = "rus+eng"
    include_images: bool = True
    join_pages: bool = True
    headers: HeadersMode = "drop"
    page_markers: PageMarkers = "none"
    read_charts: bool | None = None
    read_seals: bool | None = None
    read_figures: bool = False
    whole_page: str = ""
    password: str = field(default="", repr=False)
    text_layer: TextLayerMode = "auto"
    min_confidence: float = 0.0
    include_words: bool = False


def moved_region(region: RegionResult, move: Callable[[Box], Box]) -> RegionResult:
    """The region with its box and those of its words in other pixels."""
    words = tuple(replace(word, bbox=move(word.bbox)) for word in region.words)
    return replace(region, bbox=move(region.bbox), words=words)


def words_confidence(words: Iterable[PlacedWord]) -> float | None:
    """The mean of the words' confidences by their length; None where no word has one."""
    return weighted_mean((word.confidence, len(word.text)) for word in words if word.confidence is not None)


def weighted_mean(values: Iterable[tuple[float, int]]) -> float | None:
    """The mean of confidences with their weights, to three places; None without any."""
    known = list(values)
    total = sum(weight for _, weight in known)
    return round(sum(value * weight for value, weight in known) / total, 3) if total else None


def page_status(results: Sequence[RegionResult]) -> Outcome:
    """A page with a failed region is partial; one on which every region failed is failed.

    One with nothing but unread text was looked at whole: it is partial, and its pictures are there.
    """
    errors = [region.error for region in results if region.error is not None]
    if not errors:
        return "completed"
    lost = len(errors) == len(results) and any(error.code != UNREAD_LABEL for error in errors)
    return "failed" if lost else "partial"

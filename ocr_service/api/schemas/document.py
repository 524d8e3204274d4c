"""The HTTP contract's shapes, as Swagger UI shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ocr_service.api.validation import validated
from ocr_service.document import (
    Doubt,
    Edited,
    Format,
    Outcome,
    PageMarkers,
    ReaderName,
    Source,
    Stage,
    TextLayerMode,
)
from ocr_service.errors import BadOption

NO_NUL = r"^[^\x00]*$"  # PostgreSQL takes no such character in a text
_LONGEST_DEADLINE_S = 366 * 24 * 3600  # far beyond any job; without a bound the time may be one that no clock can show


TextLayerOption = Annotated[
    TextLayerMode | None,
    Field(
        description="Not upstream's. Text that the PDF contains: `auto`, `ignore`, `only`; TEXT_LAYER when not given"
    ),
]
"""Of foreign protocols that have no such option of their own."""


class SubmissionOptions(BaseModel):
    """What can be asked for with a document, as form fields or in the query."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pages: str = Field("", description="Pages to read, such as `1-3,7,-1` (`-1` is the last one); all when empty")
    dpi: int | None = Field(None, ge=36, le=600, description="Resolution of the rendered pages, dots per inch")
    language: str | None = Field(
        None, pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$", description="Tesseract's languages, such as `rus+eng` or `ru+en`"
    )
    engine: Literal["auto", "vlm", "tesseract"] = Field(
        "auto", description="Who reads: `vlm`, `tesseract`, or `auto`: the VLM where one is configured"
    )
    text_layer: TextLayerMode | None = Field(
        None,
        description="Text that the PDF contains: `auto` uses it where OCR of samples confirms it, `ignore` reads "
        "all with OCR, `only` uses no OCR (docs/text_layer.md)",
    )
    output: Literal["json", "markdown", "html", "text", "chunks", "zip", "docx", "pdf"] = Field(
        "json",
        description="What the answer of `/ocr/*` holds; `docx` is for Word, `pdf` is searchable, `chunks` are for "
        "retrieval (docs/formats.md)",
    )
    min_confidence: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Regions with a word below it have `low_confidence` in `review`; MIN_CONFIDENCE when not given",
    )
    include_words: bool = Field(False, description="The JSON has each region's `words`: text, box and confidence")
    include_images: bool = Field(True, description="Keep the figures as files")
    join_pages: bool = Field(True, description="Join tables and paragraphs that the end of a page cut")
    headers: Literal["drop", "keep", "comment"] | None = Field(
        None,
        description="Running headers, footers and page numbers in the text: left out, kept, or as HTML comments; "
        "HEADERS when not given. JSON always has them",
    )
    page_markers: PageMarkers = Field(
        "none",
        description="Where a page begins in the Markdown: nothing, `<!-- page 3 -->`, or a rule between the pages",
    )
    priority: Literal["interactive", "batch"] | None = Field(
        None, description="`interactive` goes before `batch`; `/ocr/*` is interactive, `/jobs` is batch"
    )
    deadline_s: float | None = Field(
        None, gt=0, le=_LONGEST_DEADLINE_S, description="Seconds after which the job fails when it is not done"
    )
    cache: bool = Field(True, description="`false` reads anew what was read already with the same options")
    cancel_on_disconnect: bool = Field(
        False, description="For `/ocr/*`: cancel the job when the client goes away; otherwise it goes on"
    )
    webhook_url: str | None = Field(
        None, max_length=2000, description="Gets a POST when the job has ended (docs/webhooks.md)"
    )
    webhook_events: str | None = Field(
        None,
        pattern=r"^(page|completed|partial|failed|cancelled)(,(page|completed|partial|failed|cancelled))*$",
        description="What the webhook is told, with commas: `page`, `completed`, `partial`, `failed`, `cancelled`; "
        "all four ends when none of them is named",
    )
    password: str = Field("", max_length=256, description="Password of an encrypted PDF", repr=False)


def parse_options(fields: dict[str, str], query: dict[str, str]) -> SubmissionOptions:
    """Form fields and query together; an empty one counts as not given, as forms send it. Raises BadOption."""
    twice = fields.keys() & query.keys()
    if twice:
        raise BadOption(f"{', '.join(sorted(twice))[:200]}: given both in the form and in the query")
    given = {name: value for name, value in {**query, **fields}.items() if value}
    return validated(SubmissionOptions, given)


class FailureModel(BaseModel):
    """Why a page or a region has no result."""

    code: str = Field(description="Stable code", examples=["page_timeout"])
    message: str = Field(description="For people")
    stage: Stage = Field(description="Where it happened")


class WordModel(BaseModel):
    """A word as it stands on the page; one that a line's end breaks is two."""

    text: str = Field(description="As it was read")
    bbox: tuple[int, int, int, int] = Field(description="`[x0, y0, x1, y1]` in pixels of the page")
    confidence: float | None = Field(description="0 to 1; null where the reader gives none for words")


class RegionModel(BaseModel):
    """A labelled box on a page, as read."""

    label: str = Field(description="What the layout model takes it for", examples=["paragraph_title"])
    bbox: tuple[int, int, int, int] = Field(description="`[x0, y0, x1, y1]` in pixels of a page `width` x `height`")
    order: int = Field(description="Place in the reading order, from 0")
    score: float | None = Field(
        description="The layout model's confidence, 0 to 1; null where the region was found without it"
    )
    format: Format = Field(description="What `content` is written in")
    content: str = Field(description="The text, written as `format` says; empty for a figure without words")
    image: str | None = Field(description="The figure's file, relative to the job's folder")
    level: int | None = Field(description="A heading's level, from 1")
    tries: int = Field(description="Requests that it took")
    degraded: bool = Field(description="No answer was whole: the text is what could be kept")
    error: FailureModel | None = Field(description="Why it could not be read; null when it was")
    outline_level: int | None = Field(description="A heading's level in the PDF's outline; null where it has none")
    source: Source | None = Field(description="What the text was taken from; null for a figure")
    contradicted: bool = Field(description="The PDF's own text says otherwise")
    polygon: list[int] | None = Field(
        None, description="`x0, y0, … x3, y3` of four corners in pixels; null where the reader gives none"
    )
    corrected: int = Field(description="Words of the VLM's answer that were put right by the PDF's own text")
    confidence: float | None = Field(
        None, description="How sure its source is of the text, 0 to 1 (docs/formats.md); null where it does not say"
    )
    review: list[Doubt] = Field(
        [],
        description="Why a person should look at it, empty for most: `low_confidence` (a word below `min_confidence`), "
        "`contradicted`, `degraded`, `unread`, `failed`",
    )
    words: list[WordModel] | None = Field(
        None, description="In reading order; only with `include_words=true`", examples=[None]
    )
    id: int | None = Field(
        None,
        description="Names the region in corrections; null where an earlier version read it: its place in the list",
    )
    edited: list[Edited] = Field([], description="What of it a person has corrected (docs/corrections.md)")
    artifact: bool = Field(
        False, description="The PDF marks it as a page artifact: a running header or footer, or a page number"
    )
    type_size: float | None = Field(
        None, description="A heading's type size in points, from the PDF's own text; null where that does not tell it"
    )


class CorrectionModel(BaseModel):
    """What a person made of a region."""

    region: int = Field(description="`id` of the region")
    revision: int = Field(description="`revision` of the page after it")
    by: str = Field(description="Name of the API key; empty where there are no keys")
    at: float = Field(description="Seconds since the epoch")
    changed: list[Edited] = Field(description="In what it differs from the reading; empty: the correction was undone")
    original: RegionModel = Field(description="The region as it was read last")


class StageModel(BaseModel):
    """One stage of a page."""

    stage: Stage = Field(description="Which one")
    started: float = Field(description="Seconds since the epoch")
    seconds: float = Field(description="What it took, waiting included")


class TextLayerModel(BaseModel):
    """What was made of the text that the page's PDF holds itself."""

    used: bool = Field(description="Some of the page's text was taken from it")
    trusted_fonts: list[str] = Field(description="Fonts whose text is what the picture shows")
    rejected_fonts: list[str] = Field(description="Fonts whose text is not, or could not be proven")
    reason: str = Field(description="Why fonts or lines were not believed; empty where all were")


class HiddenTextModel(BaseModel):
    """Text of the PDF that nobody sees on the page, and that is in no result."""

    characters: int = Field(description="How many")
    reasons: dict[str, int] = Field(description="How many by what hides them", examples=[{"same_colour": 62}])


class PageUsageModel(BaseModel):
    """What reading a page took."""

    prompt_tokens: int = Field(description="As the backends count them, images included; 0 with Tesseract")
    completion_tokens: int = Field(description="Of all answers, also of those that were asked for again")
    cpu_s: float = Field(description="CPU seconds of the page worker")


class PageModel(BaseModel):
    """One page, read or failed."""

    number: int = Field(description="From 1")
    status: Outcome = Field(description="`partial`: some of its regions failed")
    width: int = Field(description="Pixels")
    height: int = Field(description="Pixels")
    dpi: int = Field(description="Dots per inch at which it was rendered")
    angle: int = Field(description="Degrees that it was turned clockwise to stand upright")
    reader: ReaderName = Field(description="What read it")
    markdown: str = Field(description="The page's text; figures as links into `images/`")
    regions: list[RegionModel] = Field(description="In reading order; headers, footers and page numbers too")
    warnings: list[str] = Field(description="What may have cost quality")
    error: FailureModel | None = Field(description="Why it has no text; null when it has")
    seconds: float = Field(description="From rendering to result")
    stages: list[StageModel] = Field(description="Where the time went")
    coverage: float | None = Field(
        None,
        description="Share of the text-like ink that was read, 0 to 1. Below 1.0 regions `unread` or `degraded`, or "
        "those with an `error`, say where; null where nobody counted",
    )
    text_layer: TextLayerModel | None = Field(description="Of the PDF's own text; null where it was not looked at")
    hidden_text: HiddenTextModel | None = Field(
        description="Text of the PDF that nobody sees; null where there is none"
    )
    confidence: float | None = Field(
        None, description="Mean of the regions' by their letters; null where no region has one"
    )
    layout_model: str = Field(
        description="What found the regions; empty where the VLM read the whole page at once",
        examples=["PP-DocLayoutV3"],
    )
    revision: int = Field(0, description="Grows with each correction and each new reading")
    read_revision: int = Field(0, description="`revision` at which it was read last")
    corrections: list[CorrectionModel] = Field(
        [], description="What people corrected, with the regions as they were read; deleted ones are here alone"
    )
    usage: PageUsageModel = Field(description="What reading it took")


class FileModel(BaseModel):
    """What came in."""

    name: str = Field(description="As the client called it")
    type: str = Field(description="Told by content", examples=["pdf"])
    sha256: str = Field(description="Of its bytes, hex")
    bytes: int = Field(description="Size in bytes")
    pages: int = Field(description="Pages of the whole file")


class ArtifactsModel(BaseModel):
    """The files that the job made."""

    directory: str = Field(description="Absolute path on the server")
    markdown: str = Field(description="File name")
    json_: str = Field(alias="json", description="File name")
    images: list[str] = Field(description="Figures, `images/…`")
    s3: list[dict[str, str]] = Field(description="`key` and `url` of each file in the bucket; empty without S3")


class DocumentModel(BaseModel):
    """A document as read."""

    job_id: str = Field(description="For `/jobs/{id}`")
    status: Outcome = Field(description="`partial`: some pages or regions failed, each is named")
    file: FileModel = Field(description="What came in")
    engine: ReaderName = Field(description="What was asked to read it; each page says what did")
    markdown: str = Field(description="The whole text, pages joined unless `join_pages=false`")
    pages: list[PageModel] = Field(description="Those that were asked for, in order")
    artifacts: ArtifactsModel = Field(description="The job's files")
    timings: dict[str, float] = Field(description="Seconds by stage of the job")


def submission_schema(file_description: str, also_json: type[BaseModel] | None = None) -> dict[str, Any]:
    """The multipart form in OpenAPI's terms; the form itself is streamed, not parsed by FastAPI.

    ``also_json``: the model of a JSON body that is taken too.
    """
    options = SubmissionOptions.model_json_schema()
    properties = {"file": {"type": "string", "format": "binary", "description": file_description}}
    for name, option in options["properties"].items():
        kind: dict[str, Any] = next((kind for kind in option.pop("anyOf", ()) if kind["type"] != "null"), {})
        properties[name] = {**option, **kind}
        # A default must be a value of its type: generators of clients refuse the whole route otherwise. With an empty
        # example Swagger UI sends nothing; without one it invents a value.
        if properties[name].get("default", "") in ("", None):
            properties[name].pop("default", None)
            properties[name]["example"] = ""
    schema = {"type": "object", "properties": properties, "required": ["file"]}
    content = {"multipart/form-data": {"schema": schema}}
    if also_json is not None:
        content["application/json"] = {"schema": _inlined(also_json.model_json_schema())}
    return {"requestBody": {"required": True, "content": content}}


def json_schema_body(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON body in OpenAPI's terms, for a route that reads it itself."""
    schema = _inlined(model.model_json_schema())
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its definitions in place, since OpenAPI looks for them elsewhere."""
    definitions = schema.pop("$defs", {})

    def resolved(part: Any) -> Any:
        if isinstance(part, list):
            return [resolved(item) for item in part]
        if not isinstance(part, dict):
            return part
        reference = part.get("$ref", "")
        if isinstance(reference, str) and reference.startswith("#/$defs/"):
            return resolved(definitions[reference.removeprefix("#/$defs/")])
        return {name: resolved(value) for name, value in part.items() if name != "discriminator"}

    inlined: dict[str, Any] = resolved(schema)
    return inlined

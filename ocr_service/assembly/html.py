"""A document as one HTML file that opens with no network: figures inside, formulas as MathML, no script at all.

The words of a document are hostile: text is escaped, tables pass a list of allowed elements, Markdown is read without
HTML in it, and a content security policy in the file forbids everything but its own style and its own pictures.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable, Iterable, Iterator

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from ocr_service.assembly.data_uri import data_uri
from ocr_service.assembly.html_style import STYLE
from ocr_service.assembly.mathml import formula_html
from ocr_service.document import CAPTION_LABELS, TITLE_LABELS, PageResult, RegionResult

ImageOf = Callable[[str], bytes | None]
"""The bytes of a figure by its name in the job's folder (``images/p0001_r02_image.jpg``), None where it is missing."""

_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; img-src data:; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"

_TABLE_ELEMENTS = {
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "caption",
    "br",
    "sup",
    "sub",
    "b",
    "i",
    "em",
    "strong",
    "img",
}
_TABLE_ATTRIBUTES = {"td": {"rowspan", "colspan"}, "th": {"rowspan", "colspan"}, "img": {"src", "alt"}}
_INLINE_FORMULA = re.compile(r"(?<![\\$])\$(?!\$)([^$<>]{1,500}?)(?<!\\)\$(?!\$)")
_IMAGE_SOURCE = re.compile(r'(<img[^>]*? src=")([^"]*)"')


def html_chunks(pages: Iterable[PageResult], *, title: str, language: str, image_of: ImageOf) -> Iterator[str]:
    """The file, a page at a time. ``language`` is a BCP 47 tag such as ``ru``; it decides hyphenation."""
    yield (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
    markdown = _markdown()
    for page in pages:
        yield f'<span class="page" id="page-{page.number}">{page.number}</span>\n'
        if page.error is not None:
            yield _missing(f"Page {page.number}: {page.error.message}")
        for region in sorted(page.regions, key=lambda region: region.order):
            yield _block(region, markdown, image_of)
    yield "</main>\n</body>\n</html>\n"


def _block(region: RegionResult, markdown: MarkdownIt, image_of: ImageOf) -> str:
    content = region.content.strip()
    if region.format == "image":
        return _figure(region.image, content, image_of)
    if not content:
        return _missing(f"{region.label}: {region.error.message}") if region.error else ""
    if region.label in TITLE_LABELS:
        level = region.level or (1 if region.label == "doc_title" else 2)
        return f"<h{level}>{html.escape(' '.join(content.split()))}</h{level}>\n"
    if region.format == "latex":
        return formula_html(content, display=True) + "\n"
    if region.format == "html":
        return _table(content, image_of)
    if region.format == "markdown":
        rendered: str = markdown.render(content)
        return f'<div class="wide">{rendered}</div>\n' if region.label == "table" else rendered
    kind = ' class="caption"' if region.label in CAPTION_LABELS else ""
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", content))
    return "".join(f"<p{kind}>{html.escape(part)}</p>\n" for part in paragraphs)


def _table(content: str, image_of: ImageOf) -> str:
    """A table cleaned of all that is none, its figures inside, its formulas drawn."""

    def inside(match: re.Match[str]) -> str:
        return f'{match[1]}{_data_uri(html.unescape(match[2]), image_of)}"'

    # No URL but of a figure of ours may stay, so the sources are replaced and not merely checked.
    clean = nh3.clean(content, tags=_TABLE_ELEMENTS, attributes=_TABLE_ATTRIBUTES, url_schemes=set())
    clean = _IMAGE_SOURCE.sub(inside, clean)
    formulas = _INLINE_FORMULA.sub(lambda match: formula_html(html.unescape(match[1]), display=False), clean)
    return f'<div class="wide">{formulas}</div>\n'


def _figure(image: str | None, alt: str, image_of: ImageOf) -> str:
    if not image:
        return ""
    return f'<figure><img src="{_data_uri(image, image_of)}" alt="{html.escape(alt)}"></figure>\n'


def _data_uri(image: str, image_of: ImageOf) -> str:
    content = image_of(image)
    return "data:," if content is None else data_uri(image, content)


def _missing(text: str) -> str:
    return f'<p class="missing">{html.escape(text)}</p>\n'


def _markdown() -> MarkdownIt:
    """Reads the Markdown of regions. Images are left to ``format="image"``: others would be requests to somewhere."""

    def formula(content: str, options: dict[str, bool]) -> str:
        return formula_html(content, display=options["display_mode"])

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return reader.use(dollarmath_plugin, allow_labels=False, allow_space=True, allow_digits=False, renderer=formula)

"""A document as one HTML file that opens with no network: figures inside, formulas as MathML, no script at all.

The content of a document is untrusted: text is escaped, tables pass a list of allowed elements, Markdown is read
without HTML in it, and a content security policy in the file forbids everything but its own style and its own pictures.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Iterator

import nh3
from markdown_it import MarkdownIt

from ocr_service.document import CAPTION_LABELS, TITLE_LABELS, PageResult, RegionResult
from ocr_service.export.image_links import ImageOf, data_uri
from ocr_service.export.inline_formulas import replace_formulas
from ocr_service.export.markdown import PROTECTED_NOTE_MARK, list_depth, with_protected_notes
from ocr_service.export.markdown_tokens import markdown_reader
from ocr_service.export.mathml import formula_html
from ocr_service.export.table_grid import is_number

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1a; --paper: #fdfdfb; --faint: #6b6b66; --line: #d8d8d2; --warn: #9a3412 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e5e1; --paper: #1a1b1d; --faint: #9b9b95; --line: #3b3d40; --warn: #fdba74 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.6 Charter, "Bitstream Charter", "PT Serif", Cambria, Georgia, serif; text-rendering: optimizeLegibility }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem 6rem }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 2em 0 .6em; text-wrap: balance; break-after: avoid }
h1 { font-size: 1.9rem; margin-top: 0 } h2 { font-size: 1.45rem } h3 { font-size: 1.2rem }
h4, h5, h6 { font-size: 1rem }
p { margin: 0 0 1em; hyphens: auto; overflow-wrap: break-word } ul, ol { padding-left: 1.5em }
.page { display: block; margin: 2.5rem 0 1rem; color: var(--faint); font: .75rem/1 system-ui, sans-serif;
  border-top: 1px solid var(--line); padding-top: .5rem }
.wide { overflow-x: auto; margin: 1.5em 0 } .nested { margin-left: 1.5em }
table { border-collapse: collapse; font-size: .92em; line-height: 1.4; font-variant-numeric: tabular-nums }
th, td { border: 1px solid var(--line); padding: .35em .6em; vertical-align: top; text-align: left }
td.number { text-align: right; white-space: nowrap }
figure { margin: 2em 0; text-align: center; break-inside: avoid } img { max-width: 100%; height: auto }
.caption { color: var(--faint); font-size: .9em; text-align: center }
.missing { color: var(--warn); border-left: 3px solid; padding-left: .8em; font: .9rem/1.5 system-ui, sans-serif }
math { font-size: 1.08em } math[display="block"] { margin: 1.2em 0; overflow-x: auto }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size: .88em }
pre { overflow-x: auto } .formula { overflow-wrap: anywhere }
@media print { :root { --ink: #000; --paper: #fff; --faint: #555; --line: #999; --warn: #000 }
  body { font-size: 11pt } main { max-width: none; padding: 0 } tr { break-inside: avoid } .wide { overflow: visible } }
"""


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
_PLAIN_CELL = re.compile(r'<td((?: (?:colspan|rowspan)="\d{1,4}")*)>([^<>]{1,60})</td>')
_IMAGE_SOURCE = re.compile(r'(<img[^>]*? src=")([^"]*)"')


def html_chunks(pages: Iterable[PageResult], *, title: str, language: str, image_of: ImageOf) -> Iterator[str]:
    """The file, a page at a time. ``language`` is a BCP 47 tag such as ``ru``; it decides hyphenation."""
    yield (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
    markdown = markdown_reader(_formula)
    for page in pages:
        yield f'<span class="page" id="page-{page.number}">{page.number}</span>\n'
        if page.error is not None:
            yield _missing(f"Page {page.number}: {page.error.message}")
        for region in sorted(page.regions, key=lambda region: region.order):
            yield _block(region, markdown, image_of)
    yield "</main>\n</body>\n</html>\n"


def _block(region: RegionResult, markdown: MarkdownIt, image_of: ImageOf) -> str:
    return PROTECTED_NOTE_MARK.sub(r"<sup>\1</sup>", _plain_block(region, markdown, image_of))


def _plain_block(region: RegionResult, markdown: MarkdownIt, image_of: ImageOf) -> str:
    content = with_protected_notes(region.content.strip())
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
        rendered: str = _numbers_right(markdown.render(content))
        if depth := list_depth(region.content):
            return '<div class="nested">' * depth + rendered + "</div>" * depth + "\n"
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
    formulas = replace_formulas(clean, lambda body: formula_html(html.unescape(body), display=False))
    return f'<div class="wide">{_numbers_right(formulas)}</div>\n'


def _numbers_right(tables: str) -> str:
    """The class ``number`` on each cell that holds a number and nothing else."""

    def marked(match: re.Match[str]) -> str:
        return f'<td class="number"{match[1]}>{match[2]}</td>' if is_number(html.unescape(match[2])) else match[0]

    return _PLAIN_CELL.sub(marked, tables)


def _figure(image: str | None, alt: str, image_of: ImageOf) -> str:
    if not image:
        return ""
    return f'<figure><img src="{_data_uri(image, image_of)}" alt="{html.escape(alt)}"></figure>\n'


def _data_uri(image: str, image_of: ImageOf) -> str:
    content = image_of(image)
    return "data:," if content is None else data_uri(image, content)


def _missing(text: str) -> str:
    return f'<p class="missing">{html.escape(text)}</p>\n'


def _formula(latex: str, options: dict[str, bool]) -> str:
    return formula_html(latex, display=options["display_mode"])

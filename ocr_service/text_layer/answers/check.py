"""A model's answer against the text of the page: what the page's own, proven text contradicts is no longer a guess.

The answer's words are aligned with the region's. One that stands in a word's place and is like it (a digit or a letter
is another) is corrected; whatever else the page does not say, or says and is missing, flags the region. Where only a
part of the region is proven, the answer may say more.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import Indel

from ocr_service.document import (
    FIGURE_LABELS,
    FORMULA_LABELS,
    PageResult,
    PlacedWord,
    PreparedRegion,
    RegionResult,
    words_confidence,
)
from ocr_service.export.content_words import Confidences, word_starts
from ocr_service.export.markdown import page_markdown
from ocr_service.text_layer.answers.charts import chart_agrees
from ocr_service.text_layer.answers.formulas import formulas_agree
from ocr_service.text_layer.answers.signs import formula_agrees, signs_agree
from ocr_service.text_layer.answers.tables import has_one_column, places_agree, rows_agree
from ocr_service.text_layer.answers.unbroken import unbroken_agree
from ocr_service.text_layer.answers.words import WORD, Token, glued, normal, plain, tokens_of, with_number_signs
from ocr_service.vlm.region_content import with_formula_numbers

_NUMBER = re.compile(r"\d+")
_SEPARATORS = (",", ".")
_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]*\$|\\\[.*?\\\]|\\\(.*?\\\)", re.S)
_OF_ANY_ORDER = FORMULA_LABELS | FIGURE_LABELS | {"table"}
_MOST_TOKENS = 20_000  # of a region: an alignment of as many takes 50 MB
_MOST_WRONG = 0.5  # of an answer's words that may differ for it to be this text, misread
_FEW = 10
_ALIKE = 0.5  # of two words' letters that must agree for one to be the other, misread
_LEAST_MISSED = 4  # letters of a word that must not be missing
_NEGATION = re.compile(
    r"no|not|nor|non|ne|pas|sin|sem|nie|bez|nem|nu|ei|ej|inte|ikke|geen|niet|kein|не|ни|нет|без|ні", re.I
)
_RUN, _LONG_RUN = 6, 10  # words with a number among them, and any, that no text says twice by chance


@dataclass(frozen=True, slots=True)
class Checked:
    """``corrected`` words were put right in ``content``; ``contradicted``: others could not be.

    ``changes``: where in ``content`` the corrected words begin.
    """

    content: str
    corrected: int
    contradicted: bool
    changes: tuple[int, ...] = ()


def check_answers(page: PageResult, prepared: Mapping[int, PreparedRegion]) -> PageResult:
    """The page with its regions checked; ``prepared`` by the region's ``order``, with the words of the text layer.

    A region that says what the layer says, where all of it is proven, has the layer's words, at their places.
    """
    regions = tuple(_checked(region, prepared.get(region.order)) for region in page.regions)
    if regions == page.regions:
        return page
    return replace(page, regions=regions, markdown=page_markdown(with_formula_numbers(regions)))


def _checked(region: RegionResult, prepared: PreparedRegion | None) -> RegionResult:
    if prepared is None or region.error is not None or not region.content:
        return region
    if not prepared.layer_words and not prepared.layer_latex:
        return region
    texts = [word.text for word in prepared.layer_words]
    if region.label == "chart":
        return replace(region, contradicted=not chart_agrees(region.content, texts))
    found = check_answer(
        region.content,
        texts,
        numbers_only=region.label in FORMULA_LABELS,
        complete=prepared.layer_complete,
        in_order=region.label not in _OF_ANY_ORDER and has_one_column(prepared.layer_words),
    )
    contradicted = found.contradicted
    if not prepared.layer_complete and region.label not in FORMULA_LABELS and not contradicted:
        contradicted = not unbroken_agree(found.content, texts, prepared.layer_breaks, prepared.layer_rest)
    if region.label == "table" and prepared.layer_complete and not contradicted:
        contradicted = not (
            rows_agree(found.content, prepared.layer_words) and places_agree(found.content, prepared.layer_words)
        )
    if prepared.layer_latex and not contradicted:
        contradicted = not formulas_agree(found.content, prepared.layer_latex)
    proven = prepared.layer_complete and not contradicted
    return replace(
        region,
        content=found.content,
        corrected=found.corrected,
        contradicted=contradicted,
        words=prepared.layer_words if proven else (),
        word_confidences=() if proven else _with_proof(region, found, prepared.layer_words),
    )


def _with_proof(region: RegionResult, found: Checked, words: Sequence[PlacedWord]) -> Confidences:
    """The confidences of the words, of those that the page's text corrected its proof."""
    if not found.changes or not region.word_confidences:
        return region.word_confidences
    proof = words_confidence(words)
    starts = word_starts(found.content)
    corrected = {bisect_right(starts, change) - 1 for change in found.changes}
    return tuple(proof if place in corrected else own for place, own in enumerate(region.word_confidences))


def check_page(page: PageResult, prepared: PreparedRegion) -> PageResult:
    """A page that was read whole, with what the page does not say flagged; ``prepared`` is the page as one region.

    Nothing is corrected, and what an answer leaves out (running lines) is not looked at.
    """
    if not prepared.layer_complete:
        return page
    texts = [word.text for word in prepared.layer_words]
    known = {plain(t).casefold() for t in WORD.findall(" ".join(texts))}
    known |= {glued([plain(t) for t in WORD.findall(a + b)]).casefold() for a, b in pairwise(texts)}  # broken words
    regions = tuple(replace(region, contradicted=_invents(region.content, known)) for region in page.regions)
    return replace(page, regions=regions)


def _invents(content: str, known: AbstractSet[str]) -> bool:
    """Whether the content has a number or a long word that is not ``known``; formulas are not looked at."""
    said = [token.plain for token in tokens_of(_FORMULA.sub(" ", content), WORD)]
    return _matters([text for text in said if text.casefold() not in known and glued([text]).casefold() not in known])


def check_answer(
    content: str, words: Sequence[str], *, numbers_only: bool = False, complete: bool = True, in_order: bool = False
) -> Checked:
    """``content``: Markdown, HTML or LaTeX. ``numbers_only``: words are not looked at, which in LaTeX are commands.

    ``complete``: ``words`` are all that stands there. Else the answer may say more, and nothing is corrected: what it
    says instead of a missing word is not known. ``in_order``: two words that changed places are a contradiction.
    """
    found = _compared(content, words, numbers_only=numbers_only, complete=complete, in_order=in_order)
    if found.contradicted:
        return found
    if numbers_only:
        agrees = not complete or formula_agrees(found.content, words)
    else:
        agrees = signs_agree(found.content, words, complete=complete)
    return found if agrees else replace(found, contradicted=True)


def _compared(content: str, words: Sequence[str], *, numbers_only: bool, complete: bool, in_order: bool) -> Checked:
    pattern = _NUMBER if numbers_only else WORD
    said = tokens_of(content, pattern)
    true = _page_tokens(words, pattern)
    if max(len(said), len(true)) > _MOST_TOKENS:
        return _counted(content, said, true, complete=complete)
    found = _differences(said, true, _formula_spans(content))
    invented, missing = found.invented, found.missing
    if not complete:
        return Checked(content, 0, _matters(missing) or _says_again(said, true))
    if len(invented) > max(_FEW, _MOST_WRONG * len(said)):  # another text: there is nothing to put right
        return Checked(content, 0, True)
    changes: list[tuple[Token, str]] = []
    rest: list[Token] = []
    for token in invented:
        if content[token.start] == "\\":  # a command for a Greek letter, which the page may have as another sign
            continue
        right = found.opposite.get(token.start)
        if right is None or right not in missing:
            right = _likest(token, missing)
        if right is None:
            rest.append(token)
        else:
            missing.remove(right)
            changes.append((token, right))
    moved_words = in_order and any(_matters([text]) or _is_name(text) for text in found.moved)
    text, moved = "", 0
    starts: list[int] = []
    for token, right in sorted(changes, key=lambda change: change[0].start):
        before, after = content[token.start - 1 : token.start], content[token.end : token.end + 1]
        # Of ",50" and "2,", where the page says "2,50".
        start = token.start - (before in _SEPARATORS and right.endswith(before + token.text))
        end = token.end + (after in _SEPARATORS and right.startswith(token.text + after))
        text += content[moved:start]
        starts.append(len(text))
        text, moved = text + right, end
    return Checked(text + content[moved:], len(changes), bool(rest) or _matters(missing) or moved_words, tuple(starts))


def _page_tokens(words: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    """The page's words and numbers as they stand there, with raised digits; as compared where these part otherwise."""
    folded = pattern.findall(with_number_signs(" ".join(map(normal, words))))
    written: list[str] = pattern.findall(with_number_signs(" ".join(words)))
    return written if len(written) == len(folded) else folded


@dataclass(frozen=True, slots=True)
class _Differences:
    """What only the answer says, and what only the page says. Neither has what is only parted otherwise, or moved.

    ``opposite``: the page's number that stands where the answer has another, by the place of that one. ``moved``: words
    that the page has elsewhere; those of a formula, whose parts stand above one another, are not among them.
    """

    invented: list[Token]
    missing: list[str]
    opposite: dict[int, str]
    moved: list[str]


def _differences(said: Sequence[Token], true: Sequence[str], formulas: Sequence[tuple[int, int]]) -> _Differences:
    theirs, ours = [token.plain for token in said], [plain(text) for text in true]
    invented: list[Token] = []
    missing: list[str] = []
    opposite: dict[int, str] = {}
    at, there = 0, 0
    for kind, a0, a1, b0, b1 in (*Indel.opcodes(theirs, ours), ("equal", len(said), len(said), len(true), len(true))):
        if kind != "equal":
            continue
        if not _same_letters(said[at:a0], ours[there:b0], formulas):
            invented += said[at:a0]
            missing += true[there:b0]
            if a0 - at == b0 - there:
                pairs = zip(said[at:a0], true[there:b0], strict=True)
                opposite.update({token.start: text for token, text in pairs if _is_number(token.text, text)})
        at, there = a1, b1
    rest, left = _elsewhere(invented, missing)
    kept = {token.start for token in rest}
    moved = [t.text for t in invented if t.start not in kept and not any(a <= t.start < b for a, b in formulas)]
    return _Differences(rest, left, opposite, moved)


def _formula_spans(content: str) -> list[tuple[int, int]]:
    return [match.span() for match in _FORMULA.finditer(content)] if "$" in content or "\\" in content else []


def _same_letters(said: Sequence[Token], ours: Sequence[str], formulas: Sequence[tuple[int, int]]) -> bool:
    """Whether the page has these words, parted otherwise. A formula may have its index before or after its exponent."""
    theirs, page = glued([token.plain for token in said]), glued(ours)
    if theirs == page:
        return True
    in_formulas = any(begin <= token.start < end for token in said for begin, end in formulas)
    return in_formulas and Counter(theirs) == Counter(page)


def _is_number(*texts: str) -> bool:
    return all(any(c.isdigit() for c in text) for text in texts)


def _counted(content: str, said: Sequence[Token], true: Sequence[str], *, complete: bool) -> Checked:
    """Whether the answer has each word as often as the page, in whatever order: quick for any length."""
    there, told = Counter(map(plain, true)), Counter(token.plain for token in said)
    return Checked(content, 0, _matters([*(there - told)]) or (complete and bool(told - there)))


def _matters(missing: Sequence[str]) -> bool:
    return any(
        any(c.isdigit() for c in text) or len(text) >= _LEAST_MISSED or _NEGATION.fullmatch(text) for text in missing
    )


def _is_name(text: str) -> bool:
    return len(text) > 1 and text[0].isupper()


def _says_again(said: Sequence[Token], true: Sequence[str]) -> bool:
    """Whether the answer has a run of the page's words oftener than the page."""
    theirs, ours = [token.plain for token in said], [plain(text) for text in true]
    for length in (_RUN, _LONG_RUN):
        runs, there = _runs(theirs, length), _runs(ours, length)
        told = {run: times for run, times in runs.items() if run in there and times > there[run]}
        if any(length == _LONG_RUN or any(map(_is_number, run)) for run in told):
            return True
    return False


def _runs(words: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[at:] for at in range(length)), strict=False))


def _elsewhere(invented: list[Token], missing: list[str]) -> tuple[list[Token], list[str]]:
    """Without what the page says at another place: cells may be read in another order."""
    there = Counter(plain(text) for text in missing)
    rest: list[Token] = []
    for token in invented:
        if there[token.plain]:
            there[token.plain] -= 1
        else:
            rest.append(token)
    left: list[str] = []
    for text in missing:
        if there[plain(text)]:
            there[plain(text)] -= 1
            left.append(text)
    return rest, left


def _likest(token: Token, missing: Sequence[str]) -> str | None:
    """The word that ``token`` may be a misreading of; of a number without letters only one without them."""
    alike = [text for text in missing if _kind(text) == _kind(token.text)]
    found = process.extractOne(
        token.plain, alike, scorer=Indel.normalized_similarity, processor=plain, score_cutoff=_ALIKE
    )
    return found[0] if found is not None else None


def _kind(text: str) -> tuple[bool, bool]:
    return any(c.isdigit() for c in text), any(c.isalpha() for c in text)

"""A model's answer against the text of the page: what the page's own, proven text contradicts is no longer a guess.

The answer's words are aligned with the region's. One that stands in a word's place and is like it (a digit or a letter
is another) is corrected; whatever else the page does not say, or says and is missing, flags the region. Where only a
part of the region is proven, the answer may say more.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import Indel

from ocr_service.document import (
    FORMULA_LABELS,
    PageResult,
    PlacedWord,
    PreparedRegion,
    RegionResult,
    words_confidence,
)
from ocr_service.export.content_words import Confidences, word_starts
from ocr_service.export.markdown import page_markdown
from ocr_service.export.table_grid import table_grid
from ocr_service.vlm.region_content import with_formula_numbers

# Tags, links, entities, and what in LaTeX is no text: commands, lengths, columns and names of environments.
_MARKUP = re.compile(
    r"<[^>]*>|!\[[^\]]*\]\([^)]*\)|&#?\w+;|https?://\S+|\\\\\s*\[[^\]]*\]|\\[hv]space\*?\{[^{}]*\}"
    r"|\\begin\s*\{array\}\s*(?:\[\w\])?\s*\{[^{}]*\}|\\(?:begin|end|color)\s*\{[^{}]*\}|\\[A-Za-z]+"
)
_FORMULA_NUMBER = re.compile(r"\\tag\*?\s*\{[^{}]*\}")
_TOKEN = re.compile(r"[^\W_]+(?:[.,:/’'-][^\W_]+)*")
_NUMBER = re.compile(r"\d+")
# Signs before a number: as a word of the page begins, anywhere on it, in the answer, and there without a space.
_SIGNED = re.compile(r"([-−–+±])(\d[\d.,]*\d|\d)")
_SIGNED_ANYWHERE = re.compile(r"([-−–‒—+±])\s?(\d[\d.,]*)")
_SIGNED_IN_TEXT = re.compile(r"(?<![\w.,])([-−–+±])\s?(\d[\d.,]*)")
_SIGNED_HERE = re.compile(r"(?<![\w.,)])([-−–+±])(\d[\d.,]*)")
_SAME_SIGN = {"−": "-", "–": "-", "‒": "-", "—": "-", "⩽": "≤", "⩾": "≥"}
_SYMBOL = re.compile(r"[%‰°€£¥₽≤≥⩽⩾≈]")
_OPERATOR = re.compile(r"[-−–+=±≤≥⩽⩾≈%]")
_SIGN_COMMANDS = [
    (re.compile(command), sign)
    for command, sign in (
        (r"\\pm(?![A-Za-z])", "±"),
        (r"\\(?:leq?|leqslant)(?![A-Za-z])", "≤"),
        (r"\\(?:geq?|geqslant)(?![A-Za-z])", "≥"),
        (r"\\approx(?![A-Za-z])", "≈"),
        (r"\\circ(?![A-Za-z])", "°"),
        (r"\\%", "%"),
    )
]
_SEPARATORS = (",", ".")
_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]*\$|\\\[.*?\\\]|\\\(.*?\\\)", re.S)
_MOST_TOKENS = 20_000  # of a region: an alignment of as many takes 50 MB
_MOST_WRONG = 0.5  # of an answer's words that may differ for it to be this text, misread
_FEW = 10
_ALIKE = 0.5  # of two words' letters that must agree for one to be the other, misread
_LEAST_MISSED = 4  # letters of a word that must not be missing


@dataclass(frozen=True, slots=True)
class Checked:
    """``corrected`` words were put right in ``content``; ``contradicted``: others could not be.

    ``changes``: where in ``content`` the corrected words begin.
    """

    content: str
    corrected: int
    contradicted: bool
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def plain(self) -> str:
        return plain(self.text)


def check_answers(page: PageResult, prepared: Mapping[int, PreparedRegion]) -> PageResult:
    """The page with its regions checked; ``prepared`` by the region's ``order``, with the words of the text layer.

    A region that says what the layer says, where all of it is proven, has the layer's words, at their places.
    """
    regions = tuple(_checked(region, prepared.get(region.order)) for region in page.regions)
    if regions == page.regions:
        return page
    return replace(page, regions=regions, markdown=page_markdown(with_formula_numbers(regions)))


def _checked(region: RegionResult, prepared: PreparedRegion | None) -> RegionResult:
    if prepared is None or not prepared.layer_words or region.error is not None or not region.content:
        return region
    found = check_answer(
        region.content,
        [word.text for word in prepared.layer_words],
        numbers_only=region.label in FORMULA_LABELS,
        complete=prepared.layer_complete,
    )
    contradicted = found.contradicted
    if region.label == "table" and prepared.layer_complete and not contradicted:
        contradicted = not (
            rows_agree(found.content, prepared.layer_words) and places_agree(found.content, prepared.layer_words)
        )
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
    known = {plain(t).casefold() for t in _TOKEN.findall(" ".join(texts))}
    known |= {_glued([plain(t) for t in _TOKEN.findall(a + b)]).casefold() for a, b in pairwise(texts)}  # broken words
    regions = tuple(replace(region, contradicted=_invents(region.content, known)) for region in page.regions)
    return replace(page, regions=regions)


def _invents(content: str, known: AbstractSet[str]) -> bool:
    """Whether the content has a number or a long word that is not ``known``; formulas are not looked at."""
    said = [token.plain for token in _tokens(_FORMULA.sub(" ", content), _TOKEN)]
    return _matters([text for text in said if text.casefold() not in known and _glued([text]).casefold() not in known])


def check_answer(content: str, words: Sequence[str], *, numbers_only: bool = False, complete: bool = True) -> Checked:
    """``content``: Markdown, HTML or LaTeX. ``numbers_only``: words are not looked at, which in LaTeX are commands.

    ``complete``: ``words`` are all that stands there. Else the answer may say more, and nothing is corrected: what it
    says instead of a missing word is not known.
    """
    found = _compared(content, words, numbers_only=numbers_only, complete=complete)
    if found.contradicted:
        return found
    text, page = _signs_as_written(found.content), " ".join(map(_normal, words))
    if numbers_only:
        letters = set(filter(str.isalpha, _signs_as_written(_FORMULA_NUMBER.sub(" ", found.content))))
        wrong = complete and (_counts(_OPERATOR, text) != _counts(_OPERATOR, page) or not letters <= set(page))
    else:
        wrong = _signs_are_lost(text, words) or (
            complete and (_signs_are_invented(text, page) or _counts(_SYMBOL, text) != _counts(_SYMBOL, page))
        )
    return replace(found, contradicted=True) if wrong else found


def _signs_as_written(content: str) -> str:
    """The content's text with the signs that LaTeX writes as commands."""
    for command, sign in _SIGN_COMMANDS:
        content = command.sub(sign, content)
    return html.unescape(_normal(_masked(content)))


def _counts(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(_SAME_SIGN.get(sign, sign) for sign in pattern.findall(text))


def _signs_are_lost(text: str, words: Sequence[str]) -> bool:
    """Whether a number that the page writes with its sign stands in the answer without it."""
    signed = Counter(_signed(match) for word in words if (match := _SIGNED.match(_normal(word))))
    if not signed:
        return False
    said = [_signed(match) for match in _SIGNED_IN_TEXT.finditer(text)]
    return any(
        sum(sign == mine and number.startswith(wanted) for sign, number in said) < times
        for (mine, wanted), times in signed.items()
    )


def _signs_are_invented(text: str, page: str) -> bool:
    """Whether the answer has a number with a sign oftener than the page; thousands may be parted otherwise."""
    there = [_signed(match) for match in _SIGNED_ANYWHERE.finditer(page)]
    for sign, number in map(_signed, _SIGNED_HERE.finditer(text)):
        same = next((one for one in there if one[0] == sign and _either_begins(one[1], number)), None)
        if same is None:
            return True
        there.remove(same)
    return False


def _either_begins(first: str, second: str) -> bool:
    return first.startswith(second) or second.startswith(first)


def _signed(match: re.Match[str]) -> tuple[str, str]:
    return _SAME_SIGN.get(match[1], match[1]), match[2].strip(".,")


def _compared(content: str, words: Sequence[str], *, numbers_only: bool, complete: bool) -> Checked:
    pattern = _NUMBER if numbers_only else _TOKEN
    said = _tokens(content, pattern)
    true = [match[0] for match in pattern.finditer(" ".join(map(_normal, words)))]
    if max(len(said), len(true)) > _MOST_TOKENS:
        return _counted(content, said, true, complete=complete)
    invented, missing, opposite = _differences(said, true)
    if not complete:
        return Checked(content, 0, _matters(missing))
    if len(invented) > max(_FEW, _MOST_WRONG * len(said)):  # another text: there is nothing to put right
        return Checked(content, 0, True)
    changes: list[tuple[_Token, str]] = []
    rest: list[_Token] = []
    for token in invented:
        right = opposite.get(token.start)
        if right is None or right not in missing:
            right = _likest(token, missing)
        if right is None:
            rest.append(token)
        else:
            missing.remove(right)
            changes.append((token, right))
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
    return Checked(text + content[moved:], len(changes), bool(rest) or _matters(missing), tuple(starts))


def _differences(said: Sequence[_Token], true: Sequence[str]) -> tuple[list[_Token], list[str], dict[int, str]]:
    """What only the answer says, and what only the page says. Neither has what is only parted otherwise, or moved.

    The third: the page's number that stands where the answer has another, by the place of that one.
    """
    theirs, ours = [token.plain for token in said], [plain(text) for text in true]
    invented: list[_Token] = []
    missing: list[str] = []
    opposite: dict[int, str] = {}
    at, there = 0, 0
    for kind, a0, a1, b0, b1 in (*Indel.opcodes(theirs, ours), ("equal", len(said), len(said), len(true), len(true))):
        if kind != "equal":
            continue
        if _glued(theirs[at:a0]) != _glued(ours[there:b0]):
            invented += said[at:a0]
            missing += true[there:b0]
            if a0 - at == b0 - there:
                pairs = zip(said[at:a0], true[there:b0], strict=True)
                opposite.update({token.start: text for token, text in pairs if _is_number(token.text, text)})
        at, there = a1, b1
    return *_elsewhere(invented, missing), opposite


def _is_number(*texts: str) -> bool:
    return all(any(c.isdigit() for c in text) for text in texts)


@dataclass(frozen=True, slots=True)
class _RowGroup:
    """Rows of a table that a merged cell holds together: its words, and those of each row's other cells."""

    merged: list[str]
    rows: list[list[str]]


def rows_agree(content: str, words: Sequence[PlacedWord]) -> bool:
    """Whether the rows of a table say what the page's lines say, which finds values that changed places.

    True also where that cannot be told: a script runs from right to left.
    """
    groups = [group for group in _row_groups(content) if group.merged or any(group.rows)]
    lines = [found for line in _lines(words) if (found := [plain(t) for t in _TOKEN.findall(line)])]
    rows = sum(bool(row) for group in groups for row in group.rows)
    if rows > len(lines) or any(_runs_leftwards(token) for line in lines for token in line):
        return True
    at = 0
    for group in groups:
        letters = _glued([*group.merged, *(token for row in group.rows for token in row)])
        taken = _lines_of(letters, lines, at)
        mine = lines[at : at + taken]
        at += taken
        if not taken or not _group_agrees(group, mine):
            return False
    return at == len(lines)


def places_agree(content: str, words: Sequence[PlacedWord]) -> bool:
    """Whether what stands in a cell before another's columns stands left of it on the page, and so of rows.

    Looked at are the words that the page has once. True also where the table is no HTML, or runs from right to left.
    """
    grid = table_grid(content) if content.lstrip().startswith("<table") else None
    if grid is None or any(_runs_leftwards(word.text) for word in words):
        return True
    places: dict[str, list[PlacedWord]] = {}
    for word in words:
        for token in _TOKEN.findall(word.text):
            places.setdefault(plain(token), []).append(word)
    across, down = [], []
    for cell in grid.cells:
        tokens = _plain_tokens(cell.element.text_content())
        boxes = [places[token][0].bbox for token in tokens if len(places.get(token, ())) == 1]
        if boxes:
            lefts, middles = [box[0] for box in boxes], [(box[1] + box[3]) / 2 for box in boxes]
            across.append((cell.column, cell.column + cell.columns, min(lefts), min(lefts)))
            down.append((cell.row, cell.row + cell.rows, min(middles), max(middles)))
    height = min((box.bbox[3] - box.bbox[1] for box in words), default=0)
    return _in_order(across, 0.0) and _in_order(down, 0.5 * height)


def _in_order(spans: Sequence[tuple[int, int, float, float]], near: float) -> bool:
    """Whether spans that end before others begin have places before theirs.

    A span: its first column or row, the one after its last, and its least and its greatest place.
    """
    by_begin = sorted(spans)
    by_end = sorted(spans, key=lambda span: span[1])
    ended, furthest = 0, -math.inf
    for begin, _, least, _ in by_begin:
        while ended < len(by_end) and by_end[ended][1] <= begin:
            furthest = max(furthest, by_end[ended][3])
            ended += 1
        if least < furthest - near:
            return False
    return True


def _group_agrees(group: _RowGroup, lines: Sequence[Sequence[str]]) -> bool:
    """Whether each row, without what is merged over several, is the next of the lines, or several of them."""
    rows = [row for row in group.rows if row]
    left = [list(line) for line in lines]
    for token in group.merged:
        having = [line for line in left if token in line]
        if sum(line.count(token) for line in having) != group.merged.count(token):
            return True  # a row has the same word, or it is parted otherwise: which one is the merged cell's?
        having[0].remove(token)
    left = [line for line in left if line]
    at = 0
    for row in rows:
        taken = _lines_of(_glued(row), left, at)
        if not taken or (taken == 1 and _glued(left[at]) != _glued(row)):
            return False
        at += taken
    return at == len(left)


def _row_groups(content: str) -> list[_RowGroup]:
    grid = table_grid(content) if content.lstrip().startswith("<table") else None
    if grid is None:
        return [_RowGroup([], [_plain_tokens(line)]) for line in content.split("\n")]
    reach = [0] * grid.rows  # the last row that a cell of each row, or of one before it, goes down to
    for cell in grid.cells:
        reach[cell.row] = max(reach[cell.row], cell.row + cell.rows - 1)
    firsts, end = [], -1
    for row, last in enumerate(reach):
        if row > end:
            firsts.append(row)
        end = max(end, last)
    groups = [_RowGroup([], [[] for _ in range(end - first)]) for first, end in pairwise([*firsts, grid.rows])]
    for cell in grid.cells:
        place = bisect_right(firsts, cell.row) - 1
        into = groups[place].merged if cell.rows > 1 else groups[place].rows[cell.row - firsts[place]]
        into += _plain_tokens(cell.element.text_content())
    return groups


def _plain_tokens(text: str) -> list[str]:
    return [token.plain for token in _tokens(text, _TOKEN)]


def _lines_of(row: str, lines: Sequence[Sequence[str]], at: int) -> int:
    """How many of the lines from ``at`` on have all letters of the row, and no other; 0 where none have."""
    missing = Counter(row)
    for number in range(1, len(lines) - at + 1):
        letters = Counter(_glued(lines[at + number - 1]))
        if letters - missing:
            return 0
        missing -= letters
        if not missing:
            return number
    return 0


def _lines(words: Sequence[PlacedWord]) -> list[str]:
    """The texts of lines of words, from the top, each from left to right."""
    lines: list[list[PlacedWord]] = []
    for word in sorted(words, key=lambda word: word.bbox[1] + word.bbox[3]):
        middle = (word.bbox[1] + word.bbox[3]) / 2
        if lines and lines[-1][0].bbox[1] <= middle <= lines[-1][0].bbox[3]:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [" ".join(word.text for word in sorted(line, key=lambda word: word.bbox[0])) for line in lines]


def _runs_leftwards(text: str) -> bool:
    return any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)


def _counted(content: str, said: Sequence[_Token], true: Sequence[str], *, complete: bool) -> Checked:
    """Whether the answer has each word as often as the page, in whatever order: quick for any length."""
    there, told = Counter(map(plain, true)), Counter(token.plain for token in said)
    return Checked(content, 0, _matters([*(there - told)]) or (complete and bool(told - there)))


def _matters(missing: Sequence[str]) -> bool:
    return any(any(c.isdigit() for c in text) or len(text) >= _LEAST_MISSED for text in missing)


def _tokens(content: str, pattern: re.Pattern[str]) -> list[_Token]:
    """Words and numbers of the text, not of its markup."""
    return [_Token(match[0], match.start(), match.end()) for match in pattern.finditer(_masked(content))]


def _masked(content: str) -> str:
    """The content with spaces for its markup."""
    return _MARKUP.sub(lambda match: " " * len(match[0]), content)


def _elsewhere(invented: list[_Token], missing: list[str]) -> tuple[list[_Token], list[str]]:
    """Without what the page says at another place: cells may be read in another order."""
    there = Counter(plain(text) for text in missing)
    rest: list[_Token] = []
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


def _likest(token: _Token, missing: Sequence[str]) -> str | None:
    """The word that ``token`` may be a misreading of."""
    numeric = any(c.isdigit() for c in token.text)
    alike = [text for text in missing if any(c.isdigit() for c in text) == numeric]
    found = process.extractOne(
        token.plain, alike, scorer=Indel.normalized_similarity, processor=plain, score_cutoff=_ALIKE
    )
    return found[0] if found is not None else None


def _glued(tokens: Sequence[str]) -> str:
    """Words as one, without hyphens: a line's end may part a word on the page and not in the answer."""
    return re.sub(r"[-\u00ad]", "", "".join(tokens))


def plain(text: str) -> str:
    """As it is compared: superscripts as digits, apostrophes alike; upper and lower case are different names."""
    return _normal(text).replace("’", "'")


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)

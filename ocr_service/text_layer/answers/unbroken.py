"""An answer for a region of which only a part is proven: words that nothing parts on the page follow one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr_service.text_layer.answers.signs import signs_are_added, signs_are_kept
from ocr_service.text_layer.answers.words import WORD, Token, glued, normal, plain, tokens_of, with_number_signs

_INNER_SCRIPT = re.compile(r"[²³¹⁰-₟]\w")
_WITH_LIMITS = re.compile(r"[∑∏∫]")
_MOST_RUNS = 2_000
# Ink makes 0.6 to 1.5 times the letters that it is counted as (``vlm.page_coverage``).
_MOST_MORE, _SOME = 2.0, 25
_LEAST_REPEATED = 3  # words that a text hardly says twice, one behind the other


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that follow one another; ``first`` and ``last``: nothing else stands before them, or after them."""

    words: Sequence[str]
    first: bool
    last: bool

    @property
    def letters(self) -> str:
        text = with_number_signs(" ".join(map(normal, self.words)))
        return glued([plain(match[0]) for match in WORD.finditer(text)])


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters and digits of an answer, and at which of them its words begin and end, by these."""

    text: str
    begins: dict[int, int]
    ends: dict[int, int]
    tokens: Sequence[Token]


def unbroken_agree(content: str, words: Sequence[str], breaks: Sequence[int], rest: int) -> bool:
    """Whether the answer has each run of the page's words as it stands there, with its signs, and not too much more.

    ``breaks``: the places in ``words`` before which something else may stand; their number: behind the last. Words
    of mathematics, which a model may write in another order, are in no run. ``rest``: how many letters the ink beside
    the words makes, about.
    """
    runs = [run for run in _runs(words, breaks) if run.letters]
    said = _letters(content)
    taken: list[tuple[int, int]] = []
    for run in sorted(runs[:_MOST_RUNS], key=lambda run: -len(run.letters)):
        place = next((span for span in _places(said, run) if not _meet(span, taken)), None)
        if place is None or not _has_its_signs(content, said, run, place):
            return False
        if len(run.words) >= _LEAST_REPEATED and said.text.startswith(run.letters, place[1]):
            return False
        taken.append(place)
    more = len(said.text) - sum(end - begin for begin, end in taken)
    return more <= _MOST_MORE * rest + _SOME


def _runs(words: Sequence[str], breaks: Sequence[int]) -> Iterator[_Run]:
    parted = {*breaks}
    begin = 0
    for at in range(len(words) + 1):
        ends = at == len(words) or at in parted or _is_mathematics(words[at])
        if ends and at > begin:
            yield _Run(words[begin:at], begin == 0 and 0 not in parted, at == len(words) and at not in parted)
        if ends:
            begin = at + (at < len(words) and _is_mathematics(words[at]))


def _is_mathematics(word: str) -> bool:
    """Whether the word may have its parts in another order in LaTeX: exponents before indices, limits of sums."""
    return bool(_INNER_SCRIPT.search(word) or (_WITH_LIMITS.search(word) and any(map(str.isalnum, word))))


def _letters(content: str) -> _Letters:
    tokens = tokens_of(content, WORD)
    pieces: list[str] = []
    begins: dict[int, int] = {}
    ends: dict[int, int] = {}
    at = 0
    for number, token in enumerate(tokens):
        piece = glued([token.plain])
        begins[at] = number
        at += len(piece)
        ends[at] = number
        pieces.append(piece)
    return _Letters("".join(pieces), begins, ends, tokens)


def _places(said: _Letters, run: _Run) -> Iterator[tuple[int, int]]:
    """Where the letters of the run are whole words of the answer."""
    letters = run.letters
    at = said.text.find(letters)
    while at >= 0:
        end = at + len(letters)
        whole = at in said.begins and end in said.ends
        if whole and (at == 0 or not run.first) and (end == len(said.text) or not run.last):
            yield at, end
        at = said.text.find(letters, at + 1)


def _meet(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and begin < span[1] for begin, end in taken)


def _has_its_signs(content: str, said: _Letters, run: _Run, place: tuple[int, int]) -> bool:
    first, last = said.begins[place[0]], said.ends[place[1]]
    tokens = said.tokens
    before = tokens[first - 1].end if first else 0
    after = tokens[last + 1].start if last + 1 < len(tokens) else len(content)
    own = content[0 if run.first else tokens[first].start : len(content) if run.last else tokens[last].end]
    return signs_are_kept(content[before:after], run.words) and not signs_are_added(own, run.words)

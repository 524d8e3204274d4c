"""How sure the model is of each word of its answer: the mean probability of the word's tokens.

A server tells for each token a text and its logarithmic probability (``logprobs`` of the OpenAI API). The texts are not
always the answer: vLLM decodes each token by itself, which for SentencePiece loses the space before a word and makes
U+FFFD, or nothing, of a part of a character; the end token may be there. So spaces do not count, and what does not fit
stands between what does.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ocr_service.export.content_words import Confidences, pieces

_Numbers = npt.NDArray[np.float64]
_NOTHING = np.zeros(1)
_BETWEEN = "\0"  # a control character, which no answer keeps
_FAR = 64  # characters of the answer that tokens which are not found may have made


def word_confidences(text: str, tokens: Sequence[str], probabilities: _Numbers) -> Confidences:
    """One for each of ``content_words(text)``, None for a word without tokens; empty where no word has any.

    ``tokens``: their texts, an empty one for a part of the character that a later token completes.
    """
    if "<" not in text and all(tokens) and "".join(tokens).startswith(text):
        words = text.split()
        if " ".join(words) == text:  # most answers: no other space, and what the tokens say is what there is
            starts, ends = _spans(words, gap=1)
            return _means(starts, ends, *_spans(tokens), probabilities)
    parts = "".join(_BETWEEN.join(tokens).split()).split(_BETWEEN)
    if len(parts) != len(tokens):  # a token has the separator in it
        return ()
    found = pieces(text)
    squeezed = "".join([tag or word for tag, word in found])
    whole = "".join(parts).startswith(squeezed)
    token_starts, token_ends = _spans(parts) if whole else _places(squeezed, parts)
    # Part of the next character counts for it; spaces, and tokens that are not in the text, count for nothing.
    empty = token_starts == token_ends
    told = ~empty | np.array([not token for token in tokens], np.bool_)
    starts, ends = _spans([tag or word for tag, word in found])
    are_words = np.array([not tag for tag, _ in found], np.bool_)
    return _means(
        starts[are_words], ends[are_words], token_starts[told], (token_ends + 0.5 * empty)[told], probabilities[told]
    )


def _means(
    starts: _Numbers, ends: _Numbers, token_starts: _Numbers, token_ends: _Numbers, probabilities: _Numbers
) -> Confidences:
    """Of the tokens that have a part of each word."""
    first = token_ends.searchsorted(starts, side="right")
    last = token_starts.searchsorted(ends, side="left")
    counts = last - first
    sums = np.concatenate((_NOTHING, probabilities.cumsum()))
    if counts.all():
        means: list[float] = ((sums[last] - sums[first]) / counts).round(3).tolist()
        return tuple(means)
    if not counts.any():
        return ()
    means = ((sums[last] - sums[first]) / np.maximum(counts, 1)).round(3).tolist()
    return tuple(mean if count else None for mean, count in zip(means, counts.tolist(), strict=True))


def _spans(parts: Sequence[str], gap: int = 0) -> tuple[_Numbers, _Numbers]:
    """Where each part begins and ends in the text that they make with ``gap`` characters between them."""
    sizes = np.fromiter(map(len, parts), np.float64, len(parts))
    if not gap:
        ends = sizes.cumsum()
        return ends - sizes, ends
    ends = (sizes + gap).cumsum() - gap
    return ends - sizes, ends


def _places(squeezed: str, parts: Iterable[str]) -> tuple[_Numbers, _Numbers]:
    """Where each part begins and ends in the text. Parts that are not found share what is left between others."""
    places: list[tuple[int, int]] = []
    at = lost = 0
    for part in parts:
        place = squeezed.find(part, at, at + len(part) + (_FAR if lost else 0)) if part else -1
        if place < 0:
            lost += 1
            continue
        places += [(at, place)] * lost
        at, lost = place + len(part), 0
        places.append((place, at))
    places += [(at, len(squeezed) if at < len(squeezed) <= at + _FAR else at)] * lost
    starts, ends = np.array(places, np.float64).reshape(-1, 2).T
    return starts, ends


def token_texts(tokens: Sequence[tuple[str, Any]]) -> list[str]:
    """The texts of tokens, each given with its ``bytes``, where those are told: a character goes to its last token."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    texts = []
    for token, given in tokens:
        try:
            text = decoder.decode(bytes(given))
        except (TypeError, ValueError):  # none, or no bytes
            return [token for token, _ in tokens]
        begun, _ = decoder.getstate()
        texts.append(text.rstrip() if begun else text)  # a space before the part of a character is not all of a token
    return texts

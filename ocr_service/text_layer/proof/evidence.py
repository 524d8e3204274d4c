"""How OCR read a font's characters, kept over the pages of a document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ocr_service.text_layer.proof.shapes import Samples

_HALF = 2  # readings right and as many wrong, from which on it is no chance
_STRAY = 8  # other readings for one of the sign itself that tells nothing
_SETTLED = 7  # readings of a sign in words as one and the same other

Key = tuple[str, int, int]  # font, character, shape


@dataclass(slots=True)
class Evidence:
    """What was read where a character should stand: ``right`` times itself, and ``wrong`` by what it was."""

    right: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def times(self) -> int:
        return self.right + self.wrong.total()

    @property
    def proven(self) -> bool:
        wrong = self.wrong.total()
        return self.right > wrong or (0 < self.right == wrong < _HALF)

    @property
    def settled(self) -> bool:
        """Whether words were read often enough, and all but a stray one alike, as another sign."""
        return not self.is_open and self.times >= _SETTLED and one_other(self.wrong)

    @property
    def is_open(self) -> bool:
        """Whether it was read as itself more than by chance, or was not read at all."""
        return self.right * _STRAY > self.wrong.total() or not self.wrong

    @property
    def refuted(self) -> bool:
        return self.wrong.total() > self.right


@dataclass(frozen=True, slots=True)
class Remembered:
    """``evidence`` of a document's characters; ``looks``: some glyphs of each (``shapes.samples_of``).

    ``small_capitals``: small letters that were read as capitals, and believed.
    """

    evidence: dict[Key, Evidence] = field(default_factory=dict)
    looks: dict[Key, Samples] = field(default_factory=dict)
    small_capitals: set[Key] = field(default_factory=set)

    def forget(self, key: Key) -> None:
        """A character that does not look as it did."""
        self.evidence.pop(key, None)
        self.small_capitals.discard(key)


class Memory:
    """What earlier pages of a document have shown of its characters; one a worker, for the document that it reads."""

    def __init__(self) -> None:
        self._document = ""
        self._remembered = Remembered()

    def of(self, document: str) -> Remembered:
        if document != self._document:
            self._document, self._remembered = document, Remembered()
        return self._remembered


def one_other(wrong: Counter[str]) -> bool:
    """Whether a character was read as one and the same other sign each time, as with a map that swaps them."""
    (read, count), *_ = wrong.most_common(1)
    return bool(read) and count >= 0.8 * wrong.total()

r"""A formula that a model read against the one that the page's own signs make: their signs in their places.

LaTeX writes one formula in many ways. So what is compared are its signs and digits with where each stands (raised,
lowered, over or under a fraction's line, in a root, under an accent), not its commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ocr_service.text_layer.formulas.words import FUNCTIONS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[^\s]", re.DOTALL)
_DEEPEST = 40
_MOST_TOKENS = 4_000
_NO_SIGNS = _words(
    r"""\left \right \middle \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr \bigm \Bigm
    \displaystyle \textstyle \scriptstyle \scriptscriptstyle \quad \qquad \limits \nolimits \nonumber \notag \hfill
    \rm \bf \it \sf \tt \cal \hline \centering \, \; \: \! \> \/"""
) | {"\\ ", "\\\n", "~", "&", "$"}
_DELIMITED = frozenset({r"\left", r"\right", r"\middle"})
# With an argument that is read as if it stood alone.
_STYLES = _words(
    r"""\mathrm \mathbf \mathit \mathsf \mathtt \mathcal \mathbb \mathfrak \mathscr \mathnormal \text \textrm \textbf
    \textit \textsf \texttt \textnormal \operatorname \operatorname* \boldsymbol \bm \pmb \mbox \hbox \mathop \mathrel
    \mathbin \mathord \mathopen \mathclose \mathpunct \mathinner \boxed \smash \substack \ensuremath"""
)
_SKIPPED = _words(
    r"\tag \tag* \label \hspace \hspace* \vspace \vspace* \color \phantom \hphantom \vphantom \begin \end"
)
_ACCENTS = {
    "\\" + name: "\\" + sign
    for sign, names in (
        ("bar", "bar overline"),
        ("hat", "hat widehat"),
        ("tilde", "tilde widetilde"),
        ("vec", "vec overrightarrow"),
        ("dot", "dot"),
        ("ddot", "ddot"),
        ("underline", "underline"),
        ("check", "check widecheck"),
        ("breve", "breve"),
        ("acute", "acute"),
        ("grave", "grave"),
        ("overbrace", "overbrace"),
        ("underbrace", "underbrace"),
    )
    for name in names.split()
}
_FRACTIONS = frozenset({r"\frac", r"\dfrac", r"\tfrac", r"\cfrac", r"\binom", r"\dbinom", r"\tbinom"})
_STACKED = {r"\overset": "^", r"\stackrel": "^", r"\underset": "_"}

_GREEK = (
    "alpha beta gamma delta zeta eta iota lambda mu nu xi tau upsilon chi psi omega"
    " Gamma Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_SAME = (
    {
        sign: first
        for first, *others in (
            line.split()
            for line in r"""
        \leq \le \leqslant ≤
        \geq \ge \geqslant ≥
        \neq \ne ≠
        \approx ≈
        \pm ±
        \times ×
        \cdot · \centerdot
        \infty ∞
        \rightarrow \to \longrightarrow →
        \leftarrow \gets \longleftarrow ←
        \Rightarrow \implies \Longrightarrow ⇒
        \Leftrightarrow \iff \Longleftrightarrow ⇔
        \leftrightarrow \longleftrightarrow
        \mapsto \longmapsto
        \wedge \land
        \vee \lor
        \neg \lnot
        \in ∈
        \sum ∑
        \prod ∏
        \int ∫
        \partial ∂
        \nabla ∇
        \phi \varphi φ ϕ
        \epsilon \varepsilon ε ϵ
        \theta \vartheta θ
        \rho \varrho ρ
        \sigma \varsigma σ
        \pi \varpi π
        \kappa \varkappa κ
        \emptyset \varnothing ∅
        \cup \bigcup
        \cap \bigcap
        \oplus \bigoplus
        \otimes \bigotimes
        \wedge \bigwedge
        \vee \bigvee
        \Delta \triangle ∆ Δ
        \perp \bot
        \prime ' ′
        | \vert \lvert \rvert \mid
        \| \Vert \lVert \rVert \parallel ‖
        { \{ \lbrace
        } \} \rbrace
        [ \lbrack
        ] \rbrack
        : \colon
        < \lt
        > \gt
        * \ast ∗
        - − –
        \dots \ldots \cdots \dotsc \dotsb \dotsm \dotsi … ⋯
        \setminus \backslash
        \langle ⟨
        \rangle ⟩
        \% %
        \ell ℓ
        \hbar \hslash ℏ
        """.strip().split("\n")
        )
        for sign in others
    }
    | {
        sign: "\\" + name
        for name, sign in zip(
            _GREEK.split(" "),
            "αβγδζηιλμνξτυχψωΓΘΛΞΠΣΦΨΩ",
            strict=True,
        )
    }
    | {"µ": "\\mu"}
)

Placed = tuple[str, tuple[str, ...]]  # a sign, and what it stands in


class _Unknown(Exception):
    """The LaTeX has a command whose arguments are not known, or its braces do not match."""


def formulas_agree(answer: str, proven: str) -> bool:
    """Whether two formulas have the same signs in the same places; True where one of them cannot be understood."""
    mine, theirs = _placed(answer), _placed(proven)
    return mine is None or theirs is None or mine == theirs


@lru_cache(maxsize=64)
def _placed(latex: str) -> tuple[Placed, ...] | None:
    text = re.sub(r"\$+|\\\[|\\\]|\\\(|\\\)", " ", latex)
    text = re.sub(r"\\\\\s*(?:\[[^\]]*\])?|\\begin\s*\{array\}\s*(?:\[\w\])?\s*\{[^{}]*\}", " ", text)
    tokens = _TOKEN.findall(text)
    if len(tokens) > _MOST_TOKENS:
        return None
    try:
        parser = _Parser(tokens)
        signs = list(parser.sequence((), 0))
        if parser.at < len(tokens):
            return None
    except _Unknown:
        return None
    return tuple(_without_punctuation(signs))


def _without_punctuation(signs: Sequence[Placed]) -> Iterator[Placed]:
    """Points and commas count in numbers alone; three points are one sign."""
    for place, (sign, where) in enumerate(signs):
        inside = 0 < place < len(signs) - 1 and signs[place - 1][0].isdigit() and signs[place + 1][0].isdigit()
        if (sign not in (".", ",", ";") or inside) and sign != "\\dots":
            yield sign, where


class _Parser:
    """Reads tokens to signs with their places."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self.at = 0

    def sequence(self, where: tuple[str, ...], depth: int) -> Iterator[Placed]:
        """Up to the brace that closes it, or the end. Of two scripts of one sign the lower one comes first."""
        scripts: dict[str, list[Placed]] = {}
        while self.at < len(self._tokens) and self._tokens[self.at] != "}":
            token = self._next()
            if token in ("^", "_"):
                scripts.setdefault(token, []).extend(self._argument((*where, token), depth))
            elif token == "'":
                scripts.setdefault("^", []).append(("\\prime", (*where, "^")))
            elif token in _NO_SIGNS:
                if token in _DELIMITED and self._peek() == ".":
                    self.at += 1
            else:
                yield from _in_order(scripts)
                scripts = {}
                yield from self._item(token, where, depth)
        yield from _in_order(scripts)

    def _item(self, token: str, where: tuple[str, ...], depth: int) -> Iterator[Placed]:
        if depth > _DEEPEST:
            raise _Unknown
        if token == "{":
            yield from self._group(where, depth)
        elif token in _STYLES:
            yield from self._argument(where, depth)
        elif token in _SKIPPED:
            list(self._argument(where, depth))
        elif token in _FRACTIONS:
            yield from self._argument((*where, "over"), depth)
            yield from self._argument((*where, "under"), depth)
        elif token in _ACCENTS:
            yield from self._argument((*where, _ACCENTS[token]), depth)
        elif token in _STACKED:
            above = list(self._argument((*where, _STACKED[token]), depth))
            yield from self._argument(where, depth)
            yield from above
        elif token == "\\sqrt":
            if self._peek() == "[":
                yield from self._index((*where, "index"))
            yield from self._argument((*where, "root"), depth)
        elif token == "\\not":
            yield "\\not", where
        elif token[1:] in FUNCTIONS and token[0] == "\\":
            for letter in token[1:]:
                yield letter, where
        elif token[0] == "\\" and token[1:2].isalpha() and token not in _SAME and self._peek() == "{":
            raise _Unknown
        else:
            yield _SAME.get(token, token), where

    def _argument(self, where: tuple[str, ...], depth: int) -> Iterator[Placed]:
        while self._peek() in _NO_SIGNS:
            self.at += 1
        if self.at >= len(self._tokens) or self._peek() == "}":
            raise _Unknown
        yield from self._item(self._next(), where, depth + 1)

    def _group(self, where: tuple[str, ...], depth: int) -> Iterator[Placed]:
        yield from self.sequence(where, depth + 1)
        if self._peek() != "}":
            raise _Unknown
        self.at += 1

    def _index(self, where: tuple[str, ...]) -> Iterator[Placed]:
        self.at += 1
        while self._peek() not in ("]", ""):
            token = self._next()
            if token not in "{}":
                yield _SAME.get(token, token), where
        self.at += 1

    def _peek(self) -> str:
        return self._tokens[self.at] if self.at < len(self._tokens) else ""

    def _next(self) -> str:
        self.at += 1
        return self._tokens[self.at - 1]


def _in_order(scripts: dict[str, list[Placed]]) -> Iterator[Placed]:
    yield from scripts.get("_", ())
    yield from scripts.get("^", ())

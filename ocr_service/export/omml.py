"""MathML as OMML, the formulas of Word and LibreOffice (ISO/IEC 29500-1, 22.1).

What has no counterpart there becomes the row of its parts, so that no symbol is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from lxml import etree

_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_NARY = frozenset("∑∏∐∫∬∭∮∯∰⋀⋁⋂⋃⨀⨁⨂⨆")
# What MathML writes over a letter, and the combining character that OMML wants for it.
_ACCENTS = {
    **dict.fromkeys("^\u02c6", "\u0302"),
    **dict.fromkeys("~\u02dc", "\u0303"),
    **dict.fromkeys("\u2192\u20d7", "\u20d7"),
    **{
        "\u02d9": "\u0307",
        "\u00a8": "\u0308",
        "\u02c7": "\u030c",
        "\u02d8": "\u0306",
        "\u00b4": "\u0301",
        "`": "\u0300",
    },
}
_BARS = frozenset("¯‾_―")
_FENCES = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉"}

Element: TypeAlias = Any  # lxml has no types


def omml(mathml: str, *, display: bool) -> Element:
    """``m:oMath``, or with ``display`` the ``m:oMathPara`` around it. Raises etree.XMLSyntaxError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)
    # The one entity of HTML that is none of XML and that a serializer of HTML writes.
    root = etree.fromstring(mathml.replace("&nbsp;", "\u00a0").encode(), parser)
    formula = _new("oMath", *_row(list(root)))
    return _new("oMathPara", formula) if display else formula


def _new(name: str, *children: Element) -> Element:
    element = etree.Element(f"{{{_M}}}{name}", nsmap={"m": _M})
    element.extend(children)
    return element


def _property(name: str, value: str) -> Element:
    element = _new(name)
    element.set(f"{{{_M}}}val", value)
    return element


def _tag(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: Element) -> str:
    return "".join(str(part) for part in element.itertext())


def _row(children: Sequence[Element]) -> list[Element]:
    """Siblings; an operator with limits takes what follows it as its operand."""
    made: list[Element] = []
    index = 0
    while index < len(children):
        child = children[index]
        if _is_nary(child):
            operand = children[index + 1 : index + 2]
            made.append(_nary(child, operand))
            index += 1 + len(operand)
            continue
        made += _one(child)
        index += 1
    return made


def _one(element: Element) -> list[Element]:
    convert = _CONVERTERS.get(_tag(element))
    return convert(element) if convert else _group(element)


def _group(element: Element) -> list[Element]:
    children = list(element)
    if len(children) >= 2 and _is_fence(children[0]) and _is_fence(children[-1]):
        properties = _new(
            "dPr", _property("begChr", _text(children[0]).strip()), _property("endChr", _text(children[-1]).strip())
        )
        return [_new("d", properties, _new("e", *_row(children[1:-1])))]
    return _row(children)


def _is_fence(element: Element) -> bool:
    if _tag(element) != "mo":
        return False
    text = _text(element).strip()
    stretches = element.get("stretchy") == "true" or element.get("fence") == "true"
    return (stretches and len(text) <= 1) or text in _FENCES or text in _FENCES.values()


def _run(element: Element) -> list[Element]:
    text = _text(element)
    if _tag(element) == "mspace":
        text = " "
    if not text:
        return []
    written = _new("t")
    written.text = text
    written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    if _tag(element) in ("mtext", "ms"):
        return [_new("r", _new("rPr", _new("nor")), written)]
    upright = element.get("mathvariant") == "normal" or (_tag(element) == "mi" and len(text) > 1)
    return [_new("r", _new("rPr", _property("sty", "p")), written) if upright else _new("r", written)]


def _part(element: Element, index: int, name: str = "e") -> Element:
    """A child as an argument; empty where it is missing."""
    children = list(element)
    return _new(name, *_row(children[index : index + 1]))


def _fraction(element: Element) -> list[Element]:
    bar = () if element.get("linethickness", "1") not in ("0", "0px", "0pt") else (_property("type", "noBar"),)
    return [_new("f", _new("fPr", *bar), _part(element, 0, "num"), _part(element, 1, "den"))]


def _square_root(element: Element) -> list[Element]:
    return [_new("rad", _new("radPr", _property("degHide", "1")), _new("deg"), _new("e", *_group(element)))]


def _root(element: Element) -> list[Element]:
    return [_new("rad", _new("radPr"), _part(element, 1, "deg"), _part(element, 0))]


def _scripts(name: str, *parts: str) -> Callable[[Element], list[Element]]:
    def convert(element: Element) -> list[Element]:
        scripts = (_part(element, index, part) for index, part in enumerate(parts, start=1))
        return [_new(name, _new(f"{name}Pr"), _part(element, 0), *scripts)]

    return convert


def _is_nary(element: Element) -> bool:
    if _tag(element) not in ("munderover", "munder", "mover", "msubsup", "msub", "msup") or not len(element):
        return False
    return _text(element[0]).strip() in _NARY


def _nary(element: Element, operand: Iterable[Element]) -> Element:
    under_over = _tag(element).startswith("munder") or _tag(element) == "mover"
    tag = _tag(element)
    lower = _part(element, 1, "sub") if tag not in ("mover", "msup") else _new("sub")
    upper_at = {"munderover": 2, "msubsup": 2, "mover": 1, "msup": 1}.get(tag)
    upper = _part(element, upper_at, "sup") if upper_at else _new("sup")
    properties = _new(
        "naryPr",
        _property("chr", _text(element[0]).strip()),
        _property("limLoc", "undOvr" if under_over else "subSup"),
        *([] if len(lower) else [_property("subHide", "1")]),
        *([] if len(upper) else [_property("supHide", "1")]),
    )
    return _new("nary", properties, lower, upper, _new("e", *_row(list(operand))))


def _over(element: Element) -> list[Element]:
    mark = _text(element[1]).strip() if len(element) > 1 else ""
    if mark in _BARS:
        return [_new("bar", _new("barPr", _property("pos", "top")), _part(element, 0))]
    if mark in _ACCENTS:
        return [_new("acc", _new("accPr", _property("chr", _ACCENTS[mark])), _part(element, 0))]
    return [_new("limUpp", _new("limUppPr"), _part(element, 0), _part(element, 1, "lim"))]


def _under(element: Element) -> list[Element]:
    if len(element) > 1 and _text(element[1]).strip() in _BARS:
        return [_new("bar", _new("barPr", _property("pos", "bot")), _part(element, 0))]
    return [_new("limLow", _new("limLowPr"), _part(element, 0), _part(element, 1, "lim"))]


def _under_over(element: Element) -> list[Element]:
    below = _new("limLow", _new("limLowPr"), _part(element, 0), _part(element, 1, "lim"))
    return [_new("limUpp", _new("limUppPr"), _new("e", below), _part(element, 2, "lim"))]


def _matrix(element: Element) -> list[Element]:
    rows = [row for row in element if _tag(row) == "mtr"]
    made = [_new("mr", *(_new("e", *_group(cell)) for cell in row)) for row in rows]
    columns = max((len(row) for row in made), default=1)
    for row in made:
        row.extend(_new("e") for _ in range(columns - len(row)))
    count = _new("mcPr", _property("count", str(columns)), _property("mcJc", "center"))
    return [_new("m", _new("mPr", _new("mcs", _new("mc", count))), *made)] if made else []


def _boxed(element: Element) -> list[Element]:
    return [_new("borderBox", _new("borderBoxPr"), _new("e", *_group(element)))]


def _phantom(element: Element) -> list[Element]:
    return [_new("phant", _new("phantPr", _property("show", "0")), _new("e", *_group(element)))]


_CONVERTERS: dict[str, Callable[[Element], list[Element]]] = {
    **dict.fromkeys(("mi", "mn", "mo", "mtext", "ms", "mspace"), _run),
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _root,
    "msub": _scripts("sSub", "sub"),
    "msup": _scripts("sSup", "sup"),
    "msubsup": _scripts("sSubSup", "sub", "sup"),
    "mover": _over,
    "munder": _under,
    "munderover": _under_over,
    "mtable": _matrix,
    "menclose": _boxed,
    "mphantom": _phantom,
}

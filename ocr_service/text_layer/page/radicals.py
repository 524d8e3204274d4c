"""Radicals of Chinese characters as the characters that they are drawn like.

Browsers and other producers that look for a glyph's character in its font find the radical first: ``⽉`` for ``月``.
Source: Unicode's EquivalentUnifiedIdeograph; the radicals of its supplement that are characters by themselves.
"""

from __future__ import annotations

import unicodedata

_KANGXI = range(0x2F00, 0x2FD6)
_SUPPLEMENT = dict(
    zip(
        "⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻪⻬⻮⻯⻰⻲⻳",
        "母民虎西见角贝车長长门青韦页风飞食马骨鬼鱼鸟麦黄黾齐齿竜龙亀龟",
        strict=True,
    )
)


def without_radicals(code: int) -> int:
    """The code point of the character that a radical is drawn like; others as they are."""
    if code in _KANGXI:
        return ord(unicodedata.normalize("NFKC", chr(code)))
    return ord(_SUPPLEMENT.get(chr(code), chr(code)))

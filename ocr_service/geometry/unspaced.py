"""Scripts that write no spaces between words."""

from __future__ import annotations


def is_square(code: int) -> bool:
    """Whether a character is of Chinese or Japanese text: signs in squares, whose own white is no space."""
    return 0x2E80 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0xFF00 < code < 0xFFA0 or 0x20000 <= code < 0x31350


def is_unspaced(sign: str) -> bool:
    """Whether no space stands beside it at a line's end: also in Thai, Lao, Burmese and Khmer."""
    code = ord(sign)
    return is_square(code) or 0x0E01 <= code < 0x0F00 or 0x1000 <= code < 0x10A0 or 0x1780 <= code < 0x1800


def letters_wide(text: str) -> int:
    """Its length as so many Latin letters, of which two are as wide as a sign in a square."""
    return len(text) + sum(is_square(ord(sign)) for sign in text) if not text.isascii() else len(text)

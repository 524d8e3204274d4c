"""The Russian documents say what the English ones say: the same headings, settings, paths and commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_BOTH = "\n---\n"  # what parts the languages in BUILD_VLLM.md
_FENCE = re.compile(r"^```.*?^```", re.S | re.M)
_SETTING = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_PATH = re.compile(r"`((?:GET |POST |DELETE )?/[a-z][^`\s]*)`")


def pairs() -> list[tuple[str, str, str]]:
    """Name, English text, Russian text."""
    english, _, russian = (ROOT / "BUILD_VLLM.md").read_text(encoding="utf-8").partition(_BOTH)
    found = [("BUILD_VLLM.md", english, russian)]
    translated = [(ROOT / "README.md", ROOT / "README.ru.md")]
    translated += [(ROOT / "docs" / page.name, page) for page in sorted((ROOT / "docs" / "ru").glob("*.md"))]
    for original, translation in translated:
        if translation.exists():
            texts = original.read_text(encoding="utf-8"), translation.read_text(encoding="utf-8")
            found.append((original.name, *texts))
    return found


def headings(text: str) -> list[int]:
    """Levels of the headings, in order."""
    return [len(line.split(" ")[0]) for line in _FENCE.sub("", text).splitlines() if re.match(r"#{1,6} ", line)]


def commands(text: str) -> list[str]:
    """Lines of the code blocks without what is said to people in them; a block without a language is for people."""
    blocks = [block for block in _FENCE.findall(text) if not block.startswith("```\n")]
    lines = [line for block in blocks for line in block.splitlines()]
    return [bare for line in lines if (bare := re.sub(r"(^|\s+)(#|//) .*", "", line).rstrip())]


def prose(text: str) -> str:
    without_table = re.sub(r"<!-- settings:.*?<!-- end of settings -->", "", text, flags=re.S)
    return _FENCE.sub("", without_table)


_PAIRS = pairs()
_each = pytest.mark.parametrize(("english", "russian"), [pair[1:] for pair in _PAIRS], ids=[pair[0] for pair in _PAIRS])


@_each
def test_the_headings_are_the_same(english: str, russian: str) -> None:
    assert headings(english) == headings(russian)


@_each
def test_the_commands_are_the_same(english: str, russian: str) -> None:
    assert commands(english) == commands(russian)


@_each
def test_the_same_settings_and_paths_are_named(english: str, russian: str) -> None:
    for pattern in (_SETTING, _PATH):
        assert sorted(set(pattern.findall(prose(english)))) == sorted(set(pattern.findall(prose(russian))))

"""No regular expression of the package takes more than linear time on what a client may write.

Each is run, in another process, over texts made of its own characters: long runs of what it repeats, almost what it
looks for. Catastrophic backtracking needs 30 characters to take for ever, quadratic time thousands to take seconds; the
guard is a limit of CPU time, many times what is needed.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

import ocr_service

PACKAGE = Path(ocr_service.__file__).parent
# Read by no client's text: settings, the machine's own files, what operators write.
NOT_OF_CLIENTS = ("launcher", "cli", "settings.py")
_FUNCTIONS = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})


@dataclass(frozen=True)
class Found:
    """Where a pattern stands, itself and its flags as Python source, and what is called of it."""

    place: str
    source: str
    flags: str
    calls: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place} {self.source}"


def calls_of(node: ast.Call, tree: ast.Module, own: str, everything: str) -> tuple[str, ...]:
    """``search`` of ``re.search(…)``; of a compiled one what its name is asked for, or everything.

    A private name is looked for in its ``own`` module: another one may have the same.
    """
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr != "compile":
        return (node.func.attr,)
    names = [
        target.id
        for statement in tree.body
        if isinstance(statement, ast.Assign) and statement.value is node
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
    found = {
        call for name in names for call in re.findall(rf"\b{name}\.([a-z]+)\(", own if name[0] == "_" else everything)
    }
    return tuple(sorted(found & _FUNCTIONS)) or ("match", "fullmatch", "search")


def patterns() -> Iterator[Found]:
    texts = {path: path.read_text() for path in sorted(PACKAGE.rglob("*.py"))}
    everything = "\n".join(texts.values())
    for path, text in texts.items():
        place = path.relative_to(PACKAGE)
        if place.parts[0] in NOT_OF_CLIENTS:
            continue
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in _FUNCTIONS
                and isinstance(node.args[0], ast.Constant)
            ):
                flags = [ast.unparse(item) for item in (*node.args[1:], *(word.value for word in node.keywords))]
                yield Found(
                    f"{place}:{node.lineno}",
                    repr(node.args[0].value),
                    "|".join(flag for flag in flags if flag.startswith("re.")) or "0",
                    calls_of(node, tree, text, everything),
                )


# Run by a process of its own: a pattern that backtracks holds the interpreter, and only a signal ends it. The last line
# that it prints is the pattern that it was at.
PROBE = '''
import math, re, resource, sys, time
from re import _constants as c, _parser

def example(items):
    """A text that the items match: the shortest, with a repeat taken twice."""
    text = ""
    for op, arg in items:
        if op is c.LITERAL:
            text += chr(arg)
        elif op is c.NOT_LITERAL:
            text += "a" if arg != ord("a") else "b"
        elif op is c.ANY:
            text += "a"
        elif op is c.IN:
            text += member(arg)
        elif op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            text += example(arg[2]) * min(max(arg[0], 1), 40)
        elif op is c.SUBPATTERN:
            text += example(arg[3])
        elif op is c.ATOMIC_GROUP:
            text += example(arg)
        elif op is c.BRANCH:
            text += example(arg[1][0])
    return text

def member(options):
    if options[0][0] is c.NEGATE:
        for candidate in "a 0,-<!\\n\\"":
            if not re.compile("[" + re.escape(candidate) + "]").match(example([options[1]]) or "x"):
                return candidate
        return "z"
    op, arg = options[0]
    if op is c.RANGE:
        return chr(arg[0])
    if op is c.CATEGORY:
        return {c.CATEGORY_SPACE: " ", c.CATEGORY_DIGIT: "0"}.get(arg, "a")
    return chr(arg)

def repeats(items):
    for op, arg in items:
        if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            yield example(arg[2])
            yield from repeats(arg[2])
        elif op is c.SUBPATTERN:
            yield from repeats(arg[3])
        elif op is c.ATOMIC_GROUP:
            yield from repeats(arg)
        elif op is c.BRANCH:
            for branch in arg[1]:
                yield example(branch)
                yield from repeats(branch)

def run(source, flags, calls):
    tree = _parser.parse(source, flags)
    whole = example(tree)
    pumps = {pump for pump in repeats(tree) if pump} | {whole} | {" ", "0", "a", "-", "<", "=?", "|", "0 ,", "\\n"}
    compiled = re.compile(source, flags)
    for pump in sorted(pumps):
        for head in ("", whole, whole[:1], whole[: len(whole) // 2]):
            for tail in ("", "\\x01", "!", whole[-1:]):
                text = head + pump * (LENGTH // len(pump)) + tail
                text = text.encode("latin-1", "replace") if isinstance(source, bytes) else text
                for call in calls:
                    arguments = (text[:0], text) if call.startswith("sub") else (text,)
                    found = getattr(compiled, call)(*arguments)
                    if call == "finditer":
                        list(found)

for name, source, flags, calls in PATTERNS:
    print(name, flush=True)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + CPU_S, resource.RLIM_INFINITY))
    run(source, flags, calls)
'''


_CPU_S = 3
_LENGTH = 8_000  # characters; quadratic time takes 30 million steps for each of 16 texts and more


def failed(patterns: Sequence[Found], cpu_s: int = _CPU_S) -> str | None:
    """The pattern at which the process ended that runs them over all texts; None where it came to its end."""
    rows = [f"({str(found)!r}, {found.source}, {found.flags}, {found.calls})," for found in patterns]
    program = f"import re\nCPU_S, LENGTH, PATTERNS = {cpu_s}, {_LENGTH}, [{''.join(rows)}]\n{PROBE}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    return f"{done.stdout.splitlines()[-1]}: {done.returncode} {done.stderr[-300:]}" if done.returncode else None


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_pattern_takes_linear_time() -> None:
    found = list(patterns())
    assert len(found) > 80
    with ThreadPoolExecutor(2) as threads:
        assert [failure for failure in threads.map(failed, (found[::2], found[1::2])) if failure] == []


@pytest.mark.parametrize(
    ("source", "call"),
    [
        (r"r'(a+)+b'", "match"),
        (r"r'\s*(\d+\s*(-\s*\d+)?\s*(,\s*\d+\s*(-\s*\d+)?\s*)*)?'", "fullmatch"),
        (r"r'(\w+)-$'", "search"),
    ],
)
@pytest.mark.slow
def test_a_pattern_that_backtracks_is_found(source: str, call: str) -> None:
    harmless = Found("before", "r'a'", "0", ("match",))
    failure = failed((harmless, Found("here", source, "0", (call,)), harmless), cpu_s=2)
    assert failure is not None and failure.startswith("here ")

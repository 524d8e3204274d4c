"""How the tests are laid out: as the package is, and none leans on another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "ocr_service"
# What is no room of the package: the whole service from outside, and what the tests are made with.
BESIDE_THE_PACKAGE = {"clients", "deploy", "e2e", "faults", "fuzz", "image", "scripts", "support", "fakes"}
FILES = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py"))
OF_OTHER_TESTS = re.compile(r"^\s*+(?:from|import) (tests\.(?!(?:support|fakes)\b)[\w.]+)", re.M)


def test_what_tests_share_is_in_support_and_fakes() -> None:
    taken = {file: found for file in FILES if (found := OF_OTHER_TESTS.findall((TESTS / file).read_text("utf-8")))}
    assert not taken


def test_each_folder_of_tests_is_a_room_of_the_package() -> None:
    folders = {file.rpartition("/")[0] for file in FILES if "/" in file}
    rooms = {folder for folder in folders if (PACKAGE / folder / "__init__.py").is_file()}
    assert {folder for folder in folders - rooms if folder.split("/")[0] not in BESIDE_THE_PACKAGE} == set()


def test_the_package_faces_a_newcomer_with_few_names() -> None:
    modules = [path.name for path in PACKAGE.glob("*.py") if path.name != "__init__.py"]
    rooms = [path.parent.name for path in PACKAGE.glob("*/__init__.py")]
    assert len(modules) <= 6
    assert len(rooms) <= 18


MOST_LINES = 400
PROTOCOLS = sorted(path.parent for path in (PACKAGE / "api/compat").glob("*/__init__.py"))


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda path: path.name)
def test_a_foreign_protocol_costs_under_400_lines(protocol: Path) -> None:
    """What several protocols need stands beside their folders (CONTRIBUTING.md)."""
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in protocol.rglob("*.py"))
    assert lines < MOST_LINES

"""What a command takes for its documents."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from ocr_service.cli.inputs import documents, formats


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for name in ("b.pdf", "a.PNG", "deep/c.tiff", "notes.txt", ".hidden/d.pdf", "out/e.pdf"):
        file = tmp_path / "scans" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    return tmp_path / "scans"


def _names(found: list[Path], folder: Path) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in found]


def test_a_folder_stands_for_the_documents_in_it_but_not_for_results(scans: Path) -> None:
    assert _names(documents([scans], scans / "out"), scans) == ["a.PNG", "b.pdf", "deep/c.tiff"]


def test_a_pattern_that_no_shell_expanded_is_expanded(scans: Path) -> None:
    assert _names(documents([scans / "**" / "*.pdf"], scans / "results"), scans) == ["b.pdf", "out/e.pdf"]


def test_files_keep_their_order_and_come_once(scans: Path) -> None:
    given = [scans / "b.pdf", scans / "missing.pdf", scans, scans / "notes.txt"]
    assert _names(documents(given, scans / "out"), scans) == [
        "b.pdf",
        "missing.pdf",
        "a.PNG",
        "deep/c.tiff",
        "notes.txt",
    ]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(scans: Path) -> None:
    (scans / "a[1].pdf").write_bytes(b"")
    assert documents([scans / "a[1].pdf"], scans) == [scans / "a[1].pdf"]


def test_formats_are_listed_with_commas() -> None:
    assert formats("md, docx,md") == ("md", "docx")


@pytest.mark.parametrize("text", ["", ",", "md,doc", "*"])
def test_unknown_formats_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="must be a list of"):
        formats(text)

"""Poppler draws encrypted pages, and nobody sees their password on its command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pikepdf
import pytest

from ocr_service.errors import RenderFailed
from ocr_service.render.poppler import render_with_poppler
from tests.support.jobs import document


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command lines of poppler's programs are written down."""
    log, programs = tmp_path / "seen", tmp_path / "bin"
    programs.mkdir()
    for name in ("pdftoppm", "pdfinfo"):
        script = programs / name
        script.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {shutil.which(name)} "$@"\n')
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    return log


def locked(tmp_path: Path) -> Path:
    (tmp_path / "plain.pdf").write_bytes(document("secret", 2))
    with pikepdf.open(tmp_path / "plain.pdf") as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="boss", user="sesame"))
    return tmp_path / "locked.pdf"


def test_an_encrypted_page_is_drawn_without_its_password_on_a_command_line(tmp_path: Path, seen: Path) -> None:
    path = locked(tmp_path)
    drawn = render_with_poppler(path, 2, dpi=72, max_pixels=1_000_000, password="sesame")
    plain = render_with_poppler(tmp_path / "plain.pdf", 2, dpi=72, max_pixels=1_000_000)
    assert (drawn.pixels == plain.pixels).all()
    assert len(seen.read_text().splitlines()) >= 4
    assert "sesame" not in seen.read_text()


def test_a_password_that_does_not_open_the_page_fails_it(tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match="page 1"):
        render_with_poppler(locked(tmp_path), 1, dpi=72, max_pixels=1_000_000, password="wrong")

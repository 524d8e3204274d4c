"""A file is there whole or not at all, whatever ends the writing of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ocr_service.storage.atomic_write import atomic_file, atomic_write, new_file


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    atomic_write(path, b"first")
    atomic_write(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_raises_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_bytes(b"earlier")
    with pytest.raises(RuntimeError, match="stop"), atomic_file(path) as unfinished:
        unfinished.write_bytes(b"half")
        raise RuntimeError("stop")
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_when_the_target_cannot_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder" / "file").mkdir(parents=True)
    with pytest.raises(OSError):
        atomic_write(tmp_path / "folder", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_modes_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        atomic_write(tmp_path / "written", b"content")
        made = new_file(tmp_path, "upload-")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "written", made)] == [0o640, 0o640]

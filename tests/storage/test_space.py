"""What must stay free, and where."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr_service.errors import StorageFull
from ocr_service.storage.space import FreeSpace, storage_errors
from tests.support.small_disk import filled, small_disk

MEBIBYTE = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def test_results_keep_a_reserve_and_scratch_keeps_none(disk: Path) -> None:
    with filled(disk, leave=9 * MEBIBYTE):
        FreeSpace((disk,), 8 * MEBIBYTE).check()
        with pytest.raises(StorageFull, match="MIN_FREE_MB"):
            FreeSpace((disk,), 8 * MEBIBYTE).check(2 * MEBIBYTE)
        FreeSpace((), 8 * MEBIBYTE, scratch=(disk,)).check(2 * MEBIBYTE)


def test_a_small_disk_keeps_a_quarter_of_itself(disk: Path) -> None:
    with filled(disk, leave=17 * MEBIBYTE):
        FreeSpace((disk,), 256 * MEBIBYTE).check()
    with filled(disk, leave=15 * MEBIBYTE), pytest.raises(StorageFull):
        FreeSpace((disk,), 256 * MEBIBYTE).check()


def test_scratch_must_hold_the_document_itself(tmp_path: Path) -> None:
    with pytest.raises(StorageFull):
        FreeSpace((), 0, scratch=(tmp_path,)).check(shutil.disk_usage(tmp_path).total + 1)


def test_running_work_may_use_half_of_the_reserve(disk: Path) -> None:
    with filled(disk, leave=6 * MEBIBYTE):
        FreeSpace((disk,), 8 * MEBIBYTE).check_running()
        with pytest.raises(StorageFull):
            FreeSpace((disk,), 8 * MEBIBYTE).check()


@pytest.mark.parametrize("folder", ["OUTPUT_DIR", "TEMP_DIR"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_names_the_setting_of_its_folder(folder: str, number: int) -> None:
    with pytest.raises(StorageFull, match=f"No space left on {folder};"), storage_errors(folder):
        raise OSError(number, "full")


def test_another_error_of_the_disk_stays_as_it_is() -> None:
    with pytest.raises(PermissionError), storage_errors("OUTPUT_DIR"):
        raise PermissionError("refused")

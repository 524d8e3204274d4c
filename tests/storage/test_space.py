"""What must stay free, and where."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from ocr_service.errors import StorageFull
from ocr_service.storage.space import FreeSpace, storage_errors


def test_results_keep_a_reserve_and_scratch_keeps_none(tmp_path: Path) -> None:
    more_than_there_is = shutil.disk_usage(tmp_path).total + 1
    FreeSpace((), more_than_there_is, scratch=(tmp_path,)).check(1)
    with pytest.raises(StorageFull, match="MIN_FREE_MB"):
        FreeSpace((tmp_path,), more_than_there_is).check(1)


def test_scratch_must_hold_the_document_itself(tmp_path: Path) -> None:
    with pytest.raises(StorageFull):
        FreeSpace((), 0, scratch=(tmp_path,)).check(shutil.disk_usage(tmp_path).total + 1)


def test_running_work_may_use_half_of_the_reserve(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    space = FreeSpace((tmp_path,), free + free // 2)
    space.check_running()
    with pytest.raises(StorageFull):
        space.check()


@pytest.mark.parametrize("folder", ["OUTPUT_DIR", "TEMP_DIR"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_names_the_setting_of_its_folder(folder: str, number: int) -> None:
    with pytest.raises(StorageFull, match=f"No space left on {folder};"), storage_errors(folder):
        raise OSError(number, "full")


def test_another_error_of_the_disk_stays_as_it_is() -> None:
    with pytest.raises(PermissionError), storage_errors("OUTPUT_DIR"):
        raise PermissionError("refused")

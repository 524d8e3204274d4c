"""Files and folders in TEMP_DIR that go with what they were made for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.storage.scratch import scratch_file, scratch_folder


def test_a_folder_of_a_process_that_died_is_removed_and_one_that_lives_stays(tmp_path: Path) -> None:
    (tmp_path / "ocr-run-dead").mkdir()
    with scratch_folder(tmp_path) as first, scratch_folder(tmp_path) as second:
        assert {path.name for path in tmp_path.iterdir()} == {first.name, second.name}
    assert not list(tmp_path.iterdir())


@pytest.mark.anyio
async def test_a_file_goes_when_its_block_ends_or_fails_and_stays_where_it_was_moved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="oops"):
        async with scratch_file(tmp_path, "body-") as path:
            path.write_text("text")
            raise ValueError("oops")
    async with scratch_file(tmp_path, "body-") as path:
        path.rename(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.storage.filesystem import JobFolder, NotWritable, artifact_name, check_writable
from ocr_service.storage.scratch import scratch_folder


def new_job(root: Path) -> JobFolder:
    upload = root / "upload"
    upload.write_bytes(b"content")
    folder = JobFolder(root, "job1")
    folder.create(upload)
    return folder


def test_the_upload_is_moved_into_the_job(tmp_path: Path) -> None:
    folder = new_job(tmp_path)
    assert folder.input.read_bytes() == b"content"
    assert not (tmp_path / "upload").exists()


def test_kept_pages_are_listed_in_order_and_leftovers_of_a_write_are_not(tmp_path: Path) -> None:
    folder = new_job(tmp_path)
    for number in (10, 2, 10_000):
        folder.keep_page(number, b"{}")
    (folder.work / "pages" / ".writing-abc").write_bytes(b"half")
    assert folder.kept_pages() == [2, 10, 10_000]


def test_a_page_that_was_read_again_comes_with_its_own_figures(tmp_path: Path) -> None:
    folder = new_job(tmp_path)
    for name in ("p0001_r00_image.jpg", "p0001_r01_image.jpg", "p0002_r00_image.jpg"):
        (folder.images / name).write_bytes(b"old")
    folder.keep_page(1, b"old")
    folder.images_again.mkdir(parents=True)
    for name in ("p0001_r01_image.jpg", "p0001_r02_chart.jpg", "p0002_r00_image.jpg"):
        (folder.images_again / name).write_bytes(b"new")
    folder.replace_page(1, b"new")
    assert folder.page(1) == b"new"
    assert {path.name: path.read_bytes() for path in folder.images.iterdir()} == {
        "p0001_r01_image.jpg": b"new",
        "p0001_r02_chart.jpg": b"new",
        "p0002_r00_image.jpg": b"old",
    }
    folder.remove_unfinished()
    assert not folder.images_again.exists()


def test_nothing_is_published_when_building_fails(tmp_path: Path) -> None:
    folder = new_job(tmp_path)
    with pytest.raises(RuntimeError), folder.publishing() as staging:
        (staging / "x.md").write_text("half")
        raise RuntimeError
    assert not folder.published.exists()


def test_publishing_again_replaces_the_whole_folder(tmp_path: Path) -> None:
    folder = new_job(tmp_path)
    (folder.images / "p0001_r00_image.jpg").write_bytes(b"jpeg")
    with folder.publishing() as staging:
        (staging / "old.md").write_text("old")
    with folder.publishing() as staging:
        (staging / "new.md").write_text("new")
    assert sorted(path.name for path in folder.published.iterdir()) == ["images", "new.md"]
    assert (folder.published / "images" / "p0001_r00_image.jpg").read_bytes() == b"jpeg"


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    folder = new_job(tmp_path)
    folder.remove()
    folder.remove()
    assert not folder.work.exists()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("contract.pdf", "contract"),
        ("../../etc/passwd", "passwd"),
        ("C:\\docs\\Договор № 4.pdf", "Договор _ 4"),
        ("..", "document"),
        ("", "document"),
        ("a\x00b\n.pdf", "a_b"),
        ("x" * 300 + ".pdf", "x" * 80),
    ],
)
def test_artifact_names_are_never_paths(given: str, name: str) -> None:
    assert artifact_name(given) == name


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritable, match="file/output: Not a directory"):
        check_writable(tmp_path / "file" / "output")


def test_scratch_of_a_dead_process_is_removed_and_of_a_living_one_is_kept(tmp_path: Path) -> None:
    (tmp_path / "ocr-run-dead").mkdir()
    (tmp_path / "ocr-run-dead" / "upload-1").write_bytes(b"left")
    with scratch_folder(tmp_path) as first, scratch_folder(tmp_path) as second:
        assert first.is_dir() and second.is_dir()
        assert not (tmp_path / "ocr-run-dead").exists()
    assert list(tmp_path.iterdir()) == []

"""Where a job's files lie, and how they are written: under another name, then renamed, so that what is there is whole.

    OUTPUT_DIR/.jobs/<job_id>/input               what was uploaded
    OUTPUT_DIR/.jobs/<job_id>/pages/p0001.json    a finished page
    OUTPUT_DIR/.jobs/<job_id>/images/…            its figures
    OUTPUT_DIR/.jobs/<job_id>/again/images/…      those of a page that is being read again
    OUTPUT_DIR/.jobs/<job_id>/published-version   of a job with corrections: which of them the result has
    OUTPUT_DIR/<job_id>/<name>.md …               what the job made, published in one rename

Everything here blocks; the event loop calls it through a thread.
"""

from __future__ import annotations

import errno
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ocr_service.storage.atomic_write import UNFINISHED, atomic_file, atomic_write, sync_file, sync_folder
from ocr_service.storage.space import storage_errors

_PAGE_FILE = re.compile(r"p(\d+)\.json")

_LONGEST_STEM, _LONGEST_STEM_BYTES = 80, 240


class NotWritable(Exception):
    """A folder that the service needs cannot be written; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class JobFolder:
    """The files of one job. ``root`` is the folder that ``root_name`` sets: a setting, or an option of ``convert``."""

    root: Path
    job_id: str
    root_name: str = "OUTPUT_DIR"

    @property
    def work(self) -> Path:
        return self.root / ".jobs" / self.job_id

    @property
    def input(self) -> Path:
        return self.work / "input"

    @property
    def images(self) -> Path:
        return self.work / "images"

    def image(self, name: str) -> bytes | None:
        """A figure by its name in the Markdown (``images/…``); None where it is missing."""
        try:
            return (self.images / Path(name).name).read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            return None

    @property
    def images_again(self) -> Path:
        """Figures of pages that are being read again, apart from those of the pages that they may replace."""
        return self._again / "images"

    @property
    def published(self) -> Path:
        return self.root / self.job_id

    def create(self, upload: Path) -> None:
        """Takes the upload in (moved, synced): after this a crash loses nothing."""
        with storage_errors(self.root_name):
            self.make()
            sync_file(upload)
            _move(upload, self.input)
            self.input.chmod(self.work.stat().st_mode & 0o666)  # as its folder: mkstemp knows no umask
            sync_folder(self.work)

    def make(self) -> None:
        """The folders that a run writes in."""
        self.images.mkdir(parents=True, exist_ok=True)
        self._page_dir.mkdir(exist_ok=True)

    def remove_unfinished(self) -> None:
        """Removes files that a process was writing when it died. Only the run that owns the job may call it."""
        for unfinished in self.work.rglob(f"{UNFINISHED}*"):
            unfinished.unlink(missing_ok=True)
        shutil.rmtree(self._again, ignore_errors=True)

    def keep_page(self, number: int, content: bytes) -> None:
        """Keeps a finished page for good."""
        with storage_errors(self.root_name):
            atomic_write(self.page_file(number), content)

    @contextmanager
    def staged_page(self, number: int) -> Iterator[StagedPage]:
        """A page that is written now, and takes the place of the kept one when the caller says so, or never."""
        staged = StagedPage(self, number, self._page_dir / f"{UNFINISHED}{secrets.token_hex(8)}")
        try:
            yield staged
        finally:
            staged.path.unlink(missing_ok=True)

    def replace_page(self, number: int, content: bytes) -> None:
        """Keeps a page that was read again in the place of the earlier one, with its figures in the place of theirs."""
        new = sorted(self.images_again.glob(_figures_of(number)))
        with storage_errors(self.root_name):
            for figure in new:
                figure.replace(self.images / figure.name)
            self.keep_page(number, content)
            for name in {figure.name for figure in self.figures(number)} - {figure.name for figure in new}:
                (self.images / name).unlink()

    def kept_pages(self) -> list[int]:
        """Numbers of the pages that are kept, in order."""
        names = (_PAGE_FILE.fullmatch(path.name) for path in self._page_dir.glob("p*.json"))
        return sorted(int(name[1]) for name in names if name)

    def page(self, number: int) -> bytes:
        """Raises FileNotFoundError for a page that is not kept."""
        return self.page_file(number).read_bytes()

    def page_file(self, number: int) -> Path:
        return self._page_dir / f"p{number:04d}.json"

    def figures(self, number: int) -> list[Path]:
        """Of one page, in the order of their names."""
        return sorted(self.images.glob(_figures_of(number)))

    def drop_page(self, number: int) -> None:
        """Forgets a page and its figures."""
        self.page_file(number).unlink(missing_ok=True)
        for figure in self.figures(number):
            figure.unlink(missing_ok=True)

    def adopt(self, other: JobFolder, numbers: Sequence[int]) -> bool:
        """Takes over another job's pages and figures; False, and nothing is taken, when one of them is not there."""
        if not set(numbers) <= set(other.kept_pages()):
            return False
        with storage_errors(self.root_name):
            for image in sorted(other.images.glob("p*.*")):
                _link(image, self.images / image.name)
            for number in numbers:  # last, since a page that is kept says that its figures are there
                self.keep_page(number, other.page(number))
        return True

    @contextmanager
    def publishing(self) -> Iterator[Path]:
        """A folder to build the artifacts in; it becomes ``published`` in one rename when the block ends well."""
        staging, previous = self.work / "staging", self.work / "previous"
        for leftover in (staging, previous, self._again):
            shutil.rmtree(leftover, ignore_errors=True)
        with storage_errors(self.root_name):
            staging.mkdir(parents=True)
            (staging / "images").mkdir()
            for image in sorted(self.images.glob("p*.*")):
                _link(image, staging / "images" / image.name)
            yield staging
            if self.published.exists():
                self.published.rename(previous)
            staging.rename(self.published)
            sync_folder(self.root)
        shutil.rmtree(previous, ignore_errors=True)

    @property
    def published_version(self) -> str:
        """The run, or the correction, whose result was published last; empty where nobody has corrected anything."""
        try:
            return (self.work / "published-version").read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    def keep_published_version(self, version: str) -> None:
        with storage_errors(self.root_name):
            atomic_write(self.work / "published-version", version.encode("ascii"))

    def remove(self) -> None:
        """Removes all that belongs to the job; a second call does nothing."""
        shutil.rmtree(self.published, ignore_errors=True)
        shutil.rmtree(self.work, ignore_errors=True)

    @property
    def _page_dir(self) -> Path:
        return self.work / "pages"

    @property
    def _again(self) -> Path:
        return self.work / "again"


@dataclass(frozen=True, slots=True)
class StagedPage:
    """See ``JobFolder.staged_page``."""

    folder: JobFolder
    number: int
    path: Path

    def write(self, content: bytes) -> None:
        """Synced. Raises StorageFull."""
        with storage_errors(self.folder.root_name):
            atomic_write(self.path, content)

    def keep(self) -> None:
        self.path.replace(self.folder.page_file(self.number))


def _figures_of(number: int) -> str:
    return f"p{number:04d}_*.*"


def artifact_name(client_name: str) -> str:
    """A safe file name made of what the client called its file; never a path, never hidden, never empty.

    At most 80 characters and 240 bytes: file systems take 255 bytes, suffix and all.
    """
    stem = Path(client_name.replace("\\", "/")).stem
    safe = re.sub(r"[^\w.\- ]+", "_", stem).strip("._- ")[:_LONGEST_STEM]
    safe = safe.encode("utf-8", "replace")[:_LONGEST_STEM_BYTES].decode("utf-8", "ignore").strip()
    return safe or "document"


def folder_names(files: Iterable[Path]) -> list[str]:
    """A name for each file's results, numbered where two files have the same name."""
    names: list[str] = []
    for file in files:
        base = name = artifact_name(file.name)
        number = 2
        while name in names:
            name, number = f"{base}-{number}", number + 1
        names.append(name)
    return names


def check_writable(directory: Path) -> None:
    """Makes the directory when it is missing, and writes in it. Raises NotWritable."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        atomic_write(directory / ".write-check", b"ok")
        (directory / ".write-check").unlink()
    except OSError as error:
        raise NotWritable(f"{directory}: {error.strerror}") from error


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except FileExistsError:
        pass
    except OSError:  # file systems without hard links, such as object storage mounts
        shutil.copyfile(source, target)


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # TEMP_DIR and OUTPUT_DIR are different file systems.
        with atomic_file(target, sync=True) as copy:
            shutil.copyfile(source, copy)
        source.unlink()

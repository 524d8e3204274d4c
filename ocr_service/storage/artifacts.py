"""A job's files in the bucket, for replicas that share no folder (ARTIFACTS=s3).

    <prefix>/.jobs/<job_id>/input
    <prefix>/.jobs/<job_id>/p0001-<run_id>.zip     a finished page and its figures
    <prefix>/.jobs/<job_id>/result-<run_id>.zip    what was published

The job's folder stays what code reads and writes: a copy of what lies here. An object is named by the run that made it,
and the database says which run's page counts: so a run that lost its job changes nothing that anybody reads. An empty
file of the object's name in ``.jobs/<job_id>/copies/`` says that the folder has it.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from ocr_service.errors import DamagedFile, NotFound
from ocr_service.export.zip_bundle import write_bundle, write_files
from ocr_service.storage.atomic_write import atomic_write, temporary_file
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.s3 import S3Store
from ocr_service.storage.space import storage_errors

SUBMISSION_S = 4.0  # with what comes before and after, a submission gets its 503 within 5 s


class S3Artifacts:
    """Everything here can be done twice without harm. All of it raises S3Unavailable, S3Refused and StorageFull."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @property
    def state(self) -> str:
        """``checking``, ``ok`` or ``error: …``."""
        return self._store.state

    async def keep_input(self, folder: JobFolder, *, silent_s: float = SUBMISSION_S) -> float:
        """Somebody waits for it: a store that is silent for ``silent_s``, or SUBMISSION_S, costs no more.

        Returns the longest time in seconds that it was.
        """
        key, silent_s = self._key(folder, "input"), min(silent_s, SUBMISSION_S)
        return await self._store.upload(folder.input, key, "application/octet-stream", silent_s=silent_s)

    async def keep_pages(self, folder: JobFolder, numbers: Sequence[int], run_id: str) -> None:
        """Puts pages that the folder keeps, with their figures, as what this run read."""

        async def keep(number: int) -> None:
            await self._keep(folder, _page_name(number, run_id), partial(_pack_page, folder, number))

        await self._store.each(numbers, keep)

    async def keep_corrected(self, folder: JobFolder, number: int, content: bytes, version: str) -> None:
        """Puts a corrected page, with the figures that the folder has, under the correction's name."""
        with _unfinished(folder) as bundle:
            await to_thread(_pack_corrected, folder, number, content, bundle)
            await self._store.upload(bundle, self._key(folder, _page_name(number, version)), "application/zip")

    async def mark_corrected(self, folder: JobFolder, number: int, version: str) -> None:
        """The folder has the corrected page, too."""
        await to_thread(_mark_down, folder, _page_name(number, version))

    def has_result(self, folder: JobFolder, version: str) -> bool:
        """Whether the folder's result is that of this run or correction."""
        return _mark(folder, _result_name(version)).exists()

    async def about_to_replace(self, folder: JobFolder, numbers: Iterable[int]) -> None:
        """From now on these may be newer than the bucket's: the next fetch gets the bucket's."""
        for number in numbers:
            await to_thread(_unmark, folder, _page_name(number, ""))

    async def keep_result(self, folder: JobFolder, run_id: str) -> None:
        await self._keep(folder, _result_name(run_id), partial(write_bundle, folder.published))

    async def fetch_input(self, folder: JobFolder, sha256: str) -> None:
        """Raises NotFound; DamagedFile where the bucket holds something else than what was uploaded."""
        if await to_thread(folder.input.exists):
            return
        async with self._fetched(folder, "input") as path:
            await to_thread(_check, path, sha256)
            await to_thread(folder.create, path)

    async def fetch_pages(self, folder: JobFolder, runs: Mapping[int, str]) -> None:
        """Makes the folder keep the pages that ``runs`` names, each as that run read it, and no others.

        Raises NotFound where one is gone; but a page that is here, and that the bucket never had, is of a job from
        before ARTIFACTS=s3, and stays.
        """
        await self._store.each(await to_thread(_missing, folder, runs), partial(self._fetch_page, folder))

    async def fetch_result(self, folder: JobFolder, runs: Sequence[str]) -> None:
        """Publishes in the folder what the first of these runs published that did; nothing where none did."""
        for run_id in runs:
            name = _result_name(run_id)
            if folder.published.exists() and _mark(folder, name).exists():
                return
            try:
                async with self._fetched(folder, name) as path:
                    await to_thread(_unpack_result, folder, path, name)
                    return
            except NotFound:
                continue  # it was cancelled or lost its job before that

    async def remove(self, job_id: str) -> None:
        """All of the job's objects, whichever runs made them."""
        found = await self._store.objects(f"{jobs_prefix(self._store.config.prefix)}{job_id}/")
        await self._store.each([item.key for item in found], self._store.remove)

    async def _keep(self, folder: JobFolder, name: str, pack: Callable[[Path], None]) -> None:
        if _mark(folder, name).exists():
            return
        with _unfinished(folder) as bundle:
            await to_thread(pack, bundle)
            await self._store.upload(bundle, self._key(folder, name), "application/zip")
        await to_thread(_mark_down, folder, name)

    async def _fetch_page(self, folder: JobFolder, page: tuple[int, str]) -> None:
        number, run_id = page
        name = _page_name(number, run_id)
        try:
            async with self._fetched(folder, name) as path:
                await to_thread(_unpack_page, folder, path, number, name)
        except NotFound:
            if not folder.page_file(number).exists():
                raise
            await to_thread(_mark_down, folder, name)

    @asynccontextmanager
    async def _fetched(self, folder: JobFolder, name: str) -> AsyncIterator[Path]:
        with _unfinished(folder) as path:
            with storage_errors("OUTPUT_DIR"):
                await self._store.download(self._key(folder, name), path)
            yield path

    def _key(self, folder: JobFolder, name: str) -> str:
        return f"{jobs_prefix(self._store.config.prefix)}{folder.job_id}/{name}"


def jobs_prefix(prefix: str) -> str:
    """What the keys of all jobs' files begin with; ``prefix`` is CLOUDRU_S3_PREFIX."""
    return f"{prefix.strip('/')}/.jobs/".lstrip("/")


def _page_name(number: int, run_id: str) -> str:
    return f"p{number:04d}-{run_id}.zip"


def _result_name(run_id: str) -> str:
    return f"result-{run_id}.zip"


def _copies(folder: JobFolder) -> Path:
    return folder.work / "copies"


def _mark(folder: JobFolder, name: str) -> Path:
    return _copies(folder) / name


def _unmark(folder: JobFolder, name: str) -> None:
    """The folder's copy of this page or result, whichever run's it is, no longer counts."""
    for mark in _copies(folder).glob(f"{name.partition('-')[0]}-*"):
        mark.unlink(missing_ok=True)


def _mark_down(folder: JobFolder, name: str) -> None:
    with storage_errors("OUTPUT_DIR"):
        _copies(folder).mkdir(exist_ok=True)
        _unmark(folder, name)
        _mark(folder, name).touch()


def _pack_page(folder: JobFolder, number: int, target: Path) -> None:
    figures = [(f"images/{path.name}", path) for path in folder.figures(number)]
    write_files([("page.json", folder.page_file(number)), *figures], target)


def _pack_corrected(folder: JobFolder, number: int, content: bytes, target: Path) -> None:
    with temporary_file(folder.work) as page:
        page.write_bytes(content)
        figures = [(f"images/{path.name}", path) for path in folder.figures(number)]
        write_files([("page.json", page), *figures], target)


def _missing(folder: JobFolder, runs: Mapping[int, str]) -> list[tuple[int, str]]:
    """Drops pages of unknown runs: their rows were never written."""
    kept = set(folder.kept_pages())
    marks = {path.name for path in _copies(folder).glob("p*")}
    for number in kept - runs.keys():
        _drop(folder, number)
    return [
        (number, run_id)
        for number, run_id in runs.items()
        if number not in kept or _page_name(number, run_id) not in marks
    ]


def _drop(folder: JobFolder, number: int) -> None:
    _unmark(folder, _page_name(number, ""))
    folder.drop_page(number)


def _unpack_page(folder: JobFolder, bundle: Path, number: int, name: str) -> None:
    with storage_errors("OUTPUT_DIR"), _opened(bundle) as archive:
        _drop(folder, number)
        folder.make()
        content = archive.read("page.json")
        for member in archive.namelist():
            if member != "page.json":
                atomic_write(folder.images / Path(member).name, archive.read(member))
        folder.keep_page(number, content)  # last, since a page that is kept says that its figures are there
        _mark_down(folder, name)


def _unpack_result(folder: JobFolder, bundle: Path, name: str) -> None:
    with _opened(bundle) as archive:
        _unmark(folder, name)
        with folder.publishing() as staging:
            shutil.rmtree(staging / "images")  # the folder's own, which may be of another run
            (staging / "images").mkdir()
            archive.extractall(staging)
        _mark_down(folder, name)


@contextmanager
def _opened(bundle: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(bundle) as archive:
            yield archive
    except (zipfile.BadZipFile, KeyError) as error:
        raise DamagedFile(f"What S3 holds of the job is damaged: {error}") from error


def _check(path: Path, sha256: str) -> None:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise DamagedFile("S3 holds something else than the document that was uploaded (its SHA-256 differs)")


@contextmanager
def _unfinished(folder: JobFolder) -> Iterator[Path]:
    """A file for what comes or goes; what a dead process leaves of it is removed as all that it was writing."""
    with storage_errors("OUTPUT_DIR"):
        folder.work.mkdir(parents=True, exist_ok=True)
        with temporary_file(folder.work) as path:
            yield path

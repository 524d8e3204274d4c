"""Fetches a model whole: resumed where it broke off, every file checked, named only when it is finished."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ocr_service.launcher.sources import Source, SourceBroke, SourceError, StartsOver
from ocr_service.launcher.weights import MANIFEST, WeightFile, folder_name, is_whole, manifest_text
from ocr_service.net.retry import RetryPolicy
from ocr_service.storage.atomic_write import sync_folder
from ocr_service.storage.file_lock import file_lock

RETRIES = RetryPolicy(first_pause_s=1.0, longest_pause_s=20.0, retries=7)  # in a row without a byte of progress

T = TypeVar("T")
Progress = Callable[[str, int, int], None]  # model, bytes that are here, bytes in all


class FetchFailed(Exception):
    """The model could not be fetched; what came is kept and the next try goes on from there."""


def fetch_model(
    model: str,
    source: Source,
    home: Path,
    *,
    progress: Progress,
    notify: Callable[[str], None],
    retries: RetryPolicy = RETRIES,
) -> bool:
    """Puts ``model`` into ``home/official_models``; False when it was there already. Raises FetchFailed.

    Two that fetch the same model into the same folder wait for each other: the second finds it done.
    ``retries``: the pauses between tries, and how many there are in a row without a byte of progress.
    """
    models = home / "official_models"
    target = models / folder_name(model)
    try:
        models.mkdir(parents=True, exist_ok=True)
        lock, waiting = models / f".{target.name}.lock", f"{model}: another process is fetching it; waiting"
        with file_lock(lock, on_wait=lambda: notify(waiting)):
            if is_whole(home, model):
                return False
            staging = models / f".{target.name}.partial"
            if target.exists():  # damaged: its good files are kept
                if staging.exists():
                    shutil.rmtree(target)
                else:
                    target.rename(staging)
            staging.mkdir(exist_ok=True)
            files = _fetch_all(model, source, staging, progress, notify, retries)
            _write_durably(staging / MANIFEST, manifest_text(files))
            if target.exists():  # PaddleX, which knows no lock of ours, was quicker
                shutil.rmtree(staging)
                return False
            staging.rename(target)
            sync_folder(models)
    except (SourceError, SourceBroke) as error:
        raise FetchFailed(f"{model} from {source.name}: {error}") from error
    except OSError as error:
        raise FetchFailed(f"{model} into {models}: {error.strerror or error}") from error
    return True


def _fetch_all(
    model: str, source: Source, staging: Path, progress: Progress, notify: Callable[[str], None], retries: RetryPolicy
) -> list[WeightFile]:
    tries = _Tries(retries, notify)
    files = tries.until_done(lambda: source.files(model))
    total = sum(file.size for file in files)
    finished: list[WeightFile] = []
    before = 0
    for file in files:

        def report(here: int, before: int = before) -> None:
            progress(model, before + here, total)

        finished.append(_fetch_file(model, file, source, staging, report, tries))
        before += file.size
        report(0, before)
    return finished


def _fetch_file(
    model: str, file: WeightFile, source: Source, staging: Path, report: Callable[[int], None], tries: _Tries
) -> WeightFile:
    """Fetches one file, or takes the one that is here and right. The answer has its SHA-256 in any case."""
    path = staging / file.path
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file():
        path.replace(part)
    for last in (False, True):
        tries.until_done(lambda: _append(model, file, source, part, report))
        found = _sha256(part)
        if part.stat().st_size == file.size and file.sha256 in (None, found):
            part.replace(path)
            return WeightFile(file.path, file.size, found)
        part.unlink()  # a wrong file is fetched once more from its beginning
        if last:
            raise SourceError(f"{file.path} came with other bytes than listed (size or SHA-256)")
    raise AssertionError("unreachable")


def _append(model: str, file: WeightFile, source: Source, part: Path, report: Callable[[int], None]) -> bool:
    """Takes ``part`` on to its full size. Raises SourceBroke when it ends short; a longer one is cut by the check."""
    start = part.stat().st_size if part.exists() else 0
    if start >= file.size:
        part.touch()
        return True
    here = start
    try:
        with part.open("ab") as out:
            for chunk in source.read(model, file, start):
                out.write(chunk)
                here += len(chunk)
                report(here)
                if here > file.size:
                    return True
            out.flush()
            os.fsync(out.fileno())
    except StartsOver:
        part.unlink()
        return _append(model, file, source, part, report)
    except SourceBroke as error:
        if here > start:
            raise _BrokeWithProgress(str(error)) from error
        raise
    if here < file.size:
        kind = _BrokeWithProgress if here > start else SourceBroke
        raise kind(f"{file.path} broke off at {here} of {file.size} bytes")
    return True


class _BrokeWithProgress(SourceBroke):
    """It broke off, but some bytes came: the count of tries begins anew."""


class _Tries:
    """Tries again with growing pauses while it is only the line that fails."""

    def __init__(self, retries: RetryPolicy, notify: Callable[[str], None]) -> None:
        self._retries = retries
        self._notify = notify

    def until_done(self, work: Callable[[], T]) -> T:
        failed = 0
        while True:
            try:
                return work()
            except SourceBroke as error:
                failed = 1 if isinstance(error, _BrokeWithProgress) else failed + 1
                if failed > (self._retries.retries or 0):
                    raise
                pause = self._retries.pause_s(failed)
                self._notify(f"{error}; again in {pause:.1f} s")
                time.sleep(pause)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

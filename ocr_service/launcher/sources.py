"""Where weights come from: a hub, an HTTP mirror, an S3 prefix or a folder; each lists a model and reads its files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

import httpx

from ocr_service.errors import ServiceError
from ocr_service.launcher.weights import (
    MANIFEST,
    BadManifest,
    WeightFile,
    folder_name,
    parse_manifest,
    repository,
    weight_file,
)
from ocr_service.settings import Settings
from ocr_service.storage.s3 import S3Config, s3_client

_MODELSCOPE = "https://modelscope.cn"
_CHUNK = 1 << 20
# Read time-out of one chunk, not of a file.
_TIMEOUT = httpx.Timeout(30, connect=15)


class SourceError(Exception):
    """The source has not got it, or cannot be used; trying again would not help."""


class SourceBroke(Exception):
    """The source broke off or did not answer; trying again may help."""


class Source(Protocol):
    """``name`` is for people. Both raise SourceError and SourceBroke."""

    name: str

    def files(self, model: str) -> list[WeightFile]: ...

    def read(self, model: str, file: WeightFile, start: int) -> Iterator[bytes]:
        """The bytes of ``file`` from ``start`` on; a source that cannot begin there raises StartsOver."""
        ...


class StartsOver(Exception):
    """The source gives the whole file only."""


def open_source(settings: Settings) -> Source:
    """The source that PADDLE_PDX_MODEL_SOURCE names. Raises SourceError."""
    where = settings.paddle_pdx_model_source
    if where == "huggingface":
        return HuggingFace(settings.hf_endpoint.rstrip("/"))
    if where == "modelscope":
        return ModelScope(_MODELSCOPE)
    if where.startswith(("http://", "https://")):
        return Mirror(where.rstrip("/"))
    if where.startswith("s3://"):
        return S3Prefix(where, settings)
    if where.startswith("/"):
        return Folder(Path(where))
    raise SourceError(f"PADDLE_PDX_MODEL_SOURCE={where}: preload fetches from huggingface, modelscope or a mirror only")


class _Http:
    """What the HTTP sources share: one client, ranges, and httpx's errors in our words."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._client = httpx.Client(timeout=_TIMEOUT, follow_redirects=True)

    def _get(self, url: str) -> httpx.Response:
        with _http_errors(url):
            answer = self._client.get(url)
            _check(answer, url)
            return answer

    def _stream(self, url: str, start: int) -> Iterator[bytes]:
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        with _http_errors(url), self._client.stream("GET", url, headers=headers) as answer:
            _check(answer, url)
            if start and answer.status_code != 206:
                raise StartsOver
            yield from answer.iter_bytes()  # as it comes: a chunk size would hold back, and lose, the last bytes


class HuggingFace(_Http):
    """The hub's public API (huggingface.co/docs/hub/api), or a mirror of it at HF_ENDPOINT."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self._endpoint = endpoint

    def files(self, model: str) -> list[WeightFile]:
        url = f"{self._endpoint}/api/models/{repository(model)}/revision/main?blobs=true"
        with _bad_listing(url):
            entries = self._get(url).json()["siblings"]
            listed = [
                weight_file(entry["rfilename"], entry["size"], (entry.get("lfs") or {}).get("sha256"))
                for entry in entries
            ]
        return [file for file in listed if _wanted(file)]

    def read(self, model: str, file: WeightFile, start: int) -> Iterator[bytes]:
        return self._stream(f"{self._endpoint}/{repository(model)}/resolve/main/{quote(file.path)}", start)


class ModelScope(_Http):
    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self._endpoint = endpoint

    def files(self, model: str) -> list[WeightFile]:
        url = f"{self._endpoint}/api/v1/models/{repository(model)}/repo/files?Revision=master&Recursive=true"
        with _bad_listing(url):
            entries = self._get(url).json()["Data"]["Files"]
            listed = [
                weight_file(entry["Path"], entry["Size"], entry.get("Sha256"))
                for entry in entries
                if entry["Type"] == "blob"
            ]
        return [file for file in listed if _wanted(file)]

    def read(self, model: str, file: WeightFile, start: int) -> Iterator[bytes]:
        return self._stream(f"{self._endpoint}/models/{repository(model)}/resolve/master/{quote(file.path)}", start)


class Mirror(_Http):
    """A plain web server over somebody's ``official_models`` folder; each model there has its ``manifest.json``."""

    def __init__(self, base: str) -> None:
        super().__init__(base)
        self._base = base

    def files(self, model: str) -> list[WeightFile]:
        url = f"{self._base}/{folder_name(model)}/{MANIFEST}"
        with _bad_listing(url):
            return parse_manifest(self._get(url).content)

    def read(self, model: str, file: WeightFile, start: int) -> Iterator[bytes]:
        return self._stream(f"{self._base}/{folder_name(model)}/{quote(file.path)}", start)


class S3Prefix:
    """An ``official_models`` folder copied to a bucket, read with the CLOUDRU_S3_ keys."""

    def __init__(self, address: str, settings: Settings) -> None:
        self.name = address
        parts = urlsplit(address)
        self._bucket, self._prefix = parts.netloc, parts.path.strip("/")
        access, secret = settings.cloudru_s3_access_key, settings.cloudru_s3_secret_key
        if access is None or secret is None:
            raise SourceError(f"{address} needs CLOUDRU_S3_ACCESS_KEY and CLOUDRU_S3_SECRET_KEY")
        self._client = s3_client(
            S3Config(
                endpoint=settings.cloudru_s3_endpoint,
                region=settings.cloudru_s3_region,
                bucket=self._bucket,
                access_key=access.get_secret_value(),
                secret_key=secret.get_secret_value(),
                tenant_id=settings.cloudru_s3_tenant_id,
            )
        )

    def _key(self, model: str, path: str) -> str:
        return "/".join(part for part in (self._prefix, folder_name(model), path) if part)

    def files(self, model: str) -> list[WeightFile]:
        key = self._key(model, MANIFEST)
        with _bad_listing(key), _s3_errors(key):
            return parse_manifest(self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read())

    def read(self, model: str, file: WeightFile, start: int) -> Iterator[bytes]:
        key = self._key(model, file.path)
        with _s3_errors(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={start}-")
            yield from answer["Body"].iter_chunks(_CHUNK)


class Folder:
    """A folder with models in it; without a manifest the files that lie there are what the model is."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def files(self, model: str) -> list[WeightFile]:
        folder = self._path / folder_name(model)
        if not folder.is_dir():
            raise SourceError(f"{folder} is not there")
        if (folder / MANIFEST).is_file():
            with _bad_listing(str(folder / MANIFEST)):
                return parse_manifest((folder / MANIFEST).read_bytes())
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        return [WeightFile(path.relative_to(folder).as_posix(), path.stat().st_size) for path in found]

    def read(self, model: str, file: WeightFile, start: int) -> Iterator[bytes]:
        try:
            with (self._path / folder_name(model) / file.path).open("rb") as source:
                source.seek(start)
                while chunk := source.read(_CHUNK):
                    yield chunk
        except OSError as error:
            raise SourceError(str(error)) from error


def _wanted(file: WeightFile) -> bool:
    """Repositories hold their README's pictures too; PaddleX and vLLM read neither them nor Git's own files."""
    return not file.path.startswith((".git", "imgs/", "images/")) and not file.path.endswith(".md")


def _check(answer: httpx.Response, url: str) -> None:
    status = answer.status_code
    if status in (408, 429) or status >= 500:
        raise SourceBroke(f"{url} answered {status}")
    if status >= 400:
        raise SourceError(f"{url} answered {status}")


@contextmanager
def _http_errors(url: str) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise SourceBroke(f"{url}: {error or type(error).__name__}") from error


@contextmanager
def _bad_listing(where: str) -> Iterator[None]:
    try:
        yield
    except (BadManifest, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{where} lists no model: {error!r}") from error


@contextmanager
def _s3_errors(key: str) -> Iterator[None]:
    try:
        from ocr_service.storage.s3_errors import s3_errors

        with s3_errors(f"download of {key}"):
            yield
    except ServiceError as error:
        raise (SourceBroke if error.retryable else SourceError)(str(error)) from error

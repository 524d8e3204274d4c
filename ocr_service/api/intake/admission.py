"""From a request to a document worth a job: received, told by content, within the limits, its options checked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from ocr_service.api.intake.file_names import clean_name
from ocr_service.api.intake.json_body import JsonBody, json_from, received_json
from ocr_service.api.intake.multipart import Upload, receive_upload
from ocr_service.api.intake.raw_body import receive_raw
from ocr_service.api.schemas.document import SubmissionOptions, parse_options
from ocr_service.document import FileInfo, HeadersMode, ReaderName, ReadOptions, TextLayerMode
from ocr_service.errors import BadOption, EngineUnavailable, TooManyPages
from ocr_service.jobs.admission_control import AdmissionControl
from ocr_service.reading.page_ranges import select_pages
from ocr_service.render.inspect import INSPECT_TIMEOUT_S, inspect_file
from ocr_service.storage.space import FreeSpace
from ocr_service.tesseract.scripts import full_codes
from ocr_service.tesseract.tessdata import find_tessdata
from ocr_service.workers.pool import PagePool


@dataclass(frozen=True, slots=True)
class Admitted:
    """A document that may become a job; ``pages`` of it are asked for.

    ``path`` is in TEMP_DIR; the caller moves or removes it.
    """

    path: Path
    info: FileInfo
    pages: int
    options: ReadOptions
    engine: ReaderName
    asked: SubmissionOptions


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where the client says nothing, and what holds whatever the client says."""

    max_bytes: int
    max_pages: int
    dpi: int
    language: str
    headers: HeadersMode
    text_layer: TextLayerMode
    min_confidence: float
    engine: ReaderName  # what engine=auto means


class Admission:
    def __init__(
        self,
        inspector: PagePool,
        temp_dir: Path,
        defaults: Defaults,
        space: FreeSpace,
        room: AdmissionControl,
    ) -> None:
        self._inspector = inspector
        self._temp_dir = temp_dir
        self._defaults = defaults
        self._space = space
        self._room = room

    @property
    def defaults(self) -> Defaults:
        return self._defaults

    async def admit(self, request: Request) -> Admitted:
        """Raises the ServiceError that the client should see; then nothing of the upload is left."""
        query = dict(request.query_params)
        parse_options({}, query)  # a wrong query is refused before the file is taken in
        async with self.place(request.state.owner or ""):
            upload = await receive_upload(request, self._temp_dir, self._defaults.max_bytes, self._space)
            try:
                return await self.inspected(upload, parse_options(upload.fields, query))
            except BaseException:
                upload.path.unlink(missing_ok=True)
                raise

    @property
    def max_bytes(self) -> int:
        return self._defaults.max_bytes

    def check_space(self) -> None:
        """Raises StorageFull. Blocks."""
        self._space.check()

    async def receive(self, request: Request, *, part: str = "file") -> Upload:
        """An uploaded form, not looked at yet: for a file that may become a job later. The caller removes it."""
        return await receive_upload(request, self._temp_dir, self._defaults.max_bytes, self._space, part=part)

    async def receive_raw(self, request: Request, name: str) -> Upload:
        """The same for a document that is the whole body."""
        return await receive_raw(request, self._temp_dir, self._defaults.max_bytes, self._space, name)

    @asynccontextmanager
    async def json_body(self, request: Request) -> AsyncIterator[JsonBody]:
        """A JSON body with a document in it, taken in within the limits. Raises as ``admit`` does."""
        async with AsyncExitStack() as stack:
            async with self.place(request.state.owner or ""):
                body = await stack.enter_async_context(
                    received_json(request, self._temp_dir, self._defaults.max_bytes, self._space)
                )
            yield body

    def call_body(self, request: Request, max_bytes: int) -> AbstractAsyncContextManager[JsonBody]:
        """The same for a body that may name a document or none, of at most ``max_bytes``; it takes no place."""
        return received_json(request, self._temp_dir, min(max_bytes, self._defaults.max_bytes), self._space)

    @asynccontextmanager
    async def json_pieces(self, pieces: AsyncIterator[bytes], owner: str) -> AsyncIterator[JsonBody]:
        """The same for a body that lies in a file."""
        async with AsyncExitStack() as stack:
            async with self.place(owner):
                body = await stack.enter_async_context(
                    json_from(pieces, self._temp_dir, self._defaults.max_bytes, self._space)
                )
            yield body

    def place(self, owner: str) -> AbstractAsyncContextManager[None]:
        """A place in the queue for a document of this owner while it is being taken in. Raises QueueFull."""
        return self._room.place(owner)

    async def inspected(self, upload: Upload, asked: SubmissionOptions, first_pages: int | None = None) -> Admitted:
        """What a file is, and whether it may become a job. The file stays where it is, also after an error.

        ``first_pages``: of a longer document only so many pages are read, whatever ``asked`` says.
        """
        engine = self._engine(asked)
        language = full_codes(asked.language) if asked.language else self._defaults.language
        if engine == "tesseract":
            _check_language(language)
        found = await self._inspector.run(
            inspect_file, upload.path, asked.password, document="inspect", order=0, timeout_s=INSPECT_TIMEOUT_S
        )
        if first_pages is not None and first_pages < found.pages:
            asked = asked.model_copy(update={"pages": f"1-{first_pages}"})
        if found.pages > self._defaults.max_pages and not asked.pages:
            raise TooManyPages.of_file(upload.name, found.pages, self._defaults.max_pages)
        wanted = len(select_pages(asked.pages, found.pages))
        if wanted > self._defaults.max_pages:
            raise TooManyPages(f"{wanted} pages are asked for, more than {self._defaults.max_pages} (MAX_PAGES)")
        info = FileInfo(
            name=clean_name(upload.name), type=found.type, sha256=upload.sha256, bytes=upload.bytes, pages=found.pages
        )
        options = ReadOptions(
            pages=asked.pages,
            dpi=asked.dpi or self._defaults.dpi,
            language=language,
            include_images=asked.include_images,
            join_pages=asked.join_pages,
            headers=asked.headers or self._defaults.headers,
            page_markers=asked.page_markers,
            password=asked.password,
            text_layer=asked.text_layer or self._defaults.text_layer,
            min_confidence=self._defaults.min_confidence if asked.min_confidence is None else asked.min_confidence,
            include_words=asked.include_words,
        )
        return Admitted(upload.path, info, wanted, options, engine, asked)

    def _engine(self, asked: SubmissionOptions) -> ReaderName:
        if asked.engine == "vlm" and self._defaults.engine != "vlm":
            raise EngineUnavailable.no_vlm()
        return self._defaults.engine if asked.engine == "auto" else asked.engine


def _check_language(language: str) -> None:
    try:
        find_tessdata(language)
    except EngineUnavailable as error:
        raise BadOption(f"language={language}: {error}") from error

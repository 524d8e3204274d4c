"""A document that is the request's whole body, streamed to disk and hashed on the way in."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import BinaryIO

from starlette.requests import Request

from ocr_service.api.intake.multipart import Upload
from ocr_service.api.intake.request_body import announced_bytes, body_pieces
from ocr_service.errors import EmptyFile, FileTooLarge
from ocr_service.storage.atomic_write import new_file
from ocr_service.storage.space import FreeSpace, storage_errors


async def receive_raw(request: Request, directory: Path, max_bytes: int, space: FreeSpace, name: str) -> Upload:
    """Raises FileTooLarge, EmptyFile, StorageFull. Leaves no file behind then."""
    announced = announced_bytes(request)
    if announced > max_bytes:
        raise FileTooLarge.upload(max_bytes)
    await asyncio.to_thread(space.check, announced)
    with storage_errors("TEMP_DIR"):
        path = new_file(directory, "upload-")
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("wb") as file:
            async for piece in body_pieces(request, max_bytes):
                await asyncio.to_thread(_write, file, piece)
                await asyncio.to_thread(space.check)
                digest.update(piece)
                size += len(piece)
        if not size:
            raise EmptyFile.named(name)
        return Upload(path, name, digest.hexdigest(), size, {})
    except BaseException:
        await asyncio.to_thread(path.unlink)
        raise


def _write(file: BinaryIO, piece: bytes) -> None:
    with storage_errors("TEMP_DIR"):
        file.write(piece)

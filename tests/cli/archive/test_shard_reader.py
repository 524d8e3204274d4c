"""Items of an archive, read in this process without Ray."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.cli.archive.places import Address
from ocr_service.cli.archive.plan import Item
from ocr_service.cli.archive.shard_reader import Archive, shard_reader
from ocr_service.document import ReadOptions
from ocr_service.settings import Settings
from tests.fakes.vllm import FakeVllm
from tests.support.jobs import document

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_folder_that_cannot_be_written_gives_the_item_up_and_fails_no_document(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    target.mkdir()
    (source / "a.pdf").write_bytes(document("a", 1))
    (target / "a.pdf").write_text("a file where the document's folder is to be")
    archive = Archive(Address(str(source), None), Address(str(target), None), ReadOptions(dpi=72, text_layer="ignore"))
    with FakeVllm().running() as fake:
        settings = Settings(_env_file=None).model_copy(  # type: ignore[call-arg]
            update={
                "use_vlm_api": True,
                "vllm_url": (fake.url,),
                "layout_model": "stub:1",
                "render_workers": 1,
                "temp_dir": tmp_path,
            }
        )
        async with shard_reader(archive, settings) as reader:
            summary = await reader.read(Item("documents", "000000", ("a.pdf",)))
    assert summary.error.startswith("folder_failed: ")
    assert summary.documents == 0
    assert not list(target.glob("pages/*")) + list(target.glob("shards/*"))

"""Items of an archive, read in this process without Ray."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ocr_service.cli.archive.places import Address
from ocr_service.cli.archive.plan import Item, Summary, large_item, parts_of
from ocr_service.cli.archive.shard_reader import Archive, ShardReader, shard_reader
from ocr_service.document import ReadOptions
from ocr_service.settings import Settings
from tests.fakes.vllm import FakeVllm, Reply
from tests.support.jobs import document, is_page

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def reader_of(folder: Path, fake: FakeVllm, **options: float) -> AsyncIterator[ShardReader]:
    """From ``in`` to ``out``."""
    source, target = (Address(str(folder / name), None) for name in ("in", "out"))
    archive = Archive(source, target, ReadOptions(dpi=72, text_layer="ignore"), **options)  # type: ignore[arg-type]
    settings = Settings(_env_file=None).model_copy(  # type: ignore[call-arg]
        update={
            "use_vlm_api": True,
            "vllm_url": (fake.url,),
            "layout_model": "stub:1",
            "render_workers": 1,
            "temp_dir": folder,
        }
    )
    async with shard_reader(archive, settings) as reader:
        yield reader


@pytest.mark.slow
async def test_a_folder_that_cannot_be_written_gives_the_item_up_and_fails_no_document(tmp_path: Path) -> None:
    target = tmp_path / "out"
    for folder in ("in", "out"):
        (tmp_path / folder).mkdir()
    (tmp_path / "in/a.pdf").write_bytes(document("a", 1))
    (target / "a.pdf").write_text("a file where the document's folder is to be")
    with FakeVllm().running() as fake:
        async with reader_of(tmp_path, fake) as reader:
            summary = await reader.read(Item("documents", "000000", ("a.pdf",)))
    assert summary.error.startswith("folder_failed: ")
    assert summary.documents == 0
    assert not list(target.glob("pages/*")) + list(target.glob("shards/*"))


@pytest.mark.ray  # for pyarrow
@pytest.mark.parametrize("given_up", [False, True], ids=["all parts", "a part given up"])
async def test_who_assembles_a_document_waits_for_its_parts(tmp_path: Path, *, given_up: bool) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/book.pdf").write_bytes(document("book", 12))
    parts = parts_of("book.pdf", 12, 4)
    with FakeVllm(then=Reply(delay_s=0.2)).running() as fake:
        async with reader_of(tmp_path, fake, quiet_s=2.0 if given_up else 3600.0) as reader:
            read = parts[1:] if given_up else parts
            *_, summary = await asyncio.gather(*map(reader.read, [*read, large_item("book.pdf")]))
        assert len({asked.jpeg for asked in fake.asked if is_page(asked)}) == 12
        assert sum(map(is_page, fake.asked)) == 12
    assert summary == Summary(large_item("book.pdf").name, documents=1, pages=12)
    result = json.loads((tmp_path / "out/book.pdf/book.json").read_bytes())
    assert [page["number"] for page in result["pages"]] == list(range(1, 13))
    assert not (tmp_path / "out/.parts").exists()


@pytest.mark.ray  # for pyarrow
async def test_two_commands_at_once_read_all_twice_and_end_with_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / f"in/{name}.pdf").write_bytes(document(name, 2))
    item = Item("documents", "000000", ("a.pdf", "b.pdf", "c.pdf"))
    with FakeVllm().running() as fake:
        async with reader_of(tmp_path, fake) as one, reader_of(tmp_path, fake) as other:
            summaries = await asyncio.gather(one.read(item), other.read(item))
            assert (await one.read(item)).resumed
    assert set(map(Summary.to_json, summaries)) == {Summary("000000", documents=3, pages=6).to_json()}
    out = tmp_path / "out"
    for name in ("a", "b", "c"):
        result = json.loads((out / f"{name}.pdf/{name}.json").read_bytes())
        assert [page["status"] for page in result["pages"]] == ["completed"] * 2
    assert [path.name for path in (out / "pages").iterdir()] == ["000000.parquet"]
    assert not list((out / ".unfinished").iterdir())

"""Weights arrive whole or not at all, over lines that break."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ocr_service.launcher.fetch import FetchFailed, fetch_model
from ocr_service.launcher.sources import Source, open_source
from ocr_service.launcher.weights import is_whole
from ocr_service.net.retry import RetryPolicy
from ocr_service.settings import load_settings
from tests.fakes.web_server import WebServer
from tests.support.weights_mirror import LARGE, SMALL, WeightsMirror

QUICK = RetryPolicy(first_pause_s=0.001, retries=7)
VLM = "PaddleOCR-VL-1.6-0.9B"
FOLDER = "PaddleOCR-VL-1.6"  # as paddlex names it
CONTENTS = {"config.json": SMALL, "model.safetensors": LARGE}


@pytest.fixture
def mirror() -> WeightsMirror:
    mirror = WeightsMirror()
    mirror.add(FOLDER, CONTENTS)
    return mirror


@pytest.fixture
def server(mirror: WeightsMirror) -> Iterator[WebServer]:
    with WebServer(mirror.answer) as server:
        yield server


def source(where: str, **settings: str) -> Source:
    return open_source(load_settings(paddle_pdx_model_source=where, **settings))


def fetch(where: Source, home: Path, said: list[str] | None = None, model: str = VLM) -> bool:
    said = [] if said is None else said
    return fetch_model(model, where, home, progress=lambda *_: None, notify=said.append, retries=QUICK)


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def large_ranges(server: WebServer, first: int = 0) -> list[str]:
    """The Range header of each request for the large file; empty where it was asked for whole."""
    return [seen.headers.get("range", "") for seen in server.requests[first:] if seen.path.endswith(".safetensors")]


def test_a_model_is_fetched_under_the_name_that_paddlex_looks_for(server: WebServer, tmp_path: Path) -> None:
    assert fetch(source(server.url), tmp_path) is True
    assert content_of(tmp_path / "official_models" / FOLDER) == CONTENTS
    assert is_whole(tmp_path, VLM)


def test_a_download_that_breaks_off_goes_on_where_it_was(
    server: WebServer, mirror: WeightsMirror, tmp_path: Path
) -> None:
    mirror.break_after, mirror.breaks = 700_000, 2
    said: list[str] = []
    fetch(source(server.url), tmp_path, said)
    assert content_of(tmp_path / "official_models" / FOLDER) == CONTENTS
    assert large_ranges(server) == ["", "bytes=700000-", "bytes=1400000-"]
    assert len(said) == 2


def test_a_server_without_ranges_is_read_from_the_beginning(
    server: WebServer, mirror: WeightsMirror, tmp_path: Path
) -> None:
    mirror.break_after, mirror.breaks, mirror.ranges = 700_000, 1, False
    fetch(source(server.url), tmp_path)
    assert content_of(tmp_path / "official_models" / FOLDER) == CONTENTS


def test_a_server_that_stays_down_ends_in_an_error_and_what_came_is_kept(
    server: WebServer, mirror: WeightsMirror, tmp_path: Path
) -> None:
    mirror.break_after, mirror.breaks = 700_000, 1

    def fall_silent(_: str, here: int, __: int) -> None:
        mirror.down = here > len(SMALL)

    with pytest.raises(FetchFailed, match="answered 503"):
        fetch_model(
            VLM,
            source(server.url),
            tmp_path,
            progress=fall_silent,
            notify=lambda _: None,
            retries=QUICK,
        )
    assert not is_whole(tmp_path, VLM)
    mirror.down = False
    before = len(server.requests)
    fetch(source(server.url), tmp_path)
    assert is_whole(tmp_path, VLM)
    assert large_ranges(server, before) == ["bytes=700000-"]


def test_wrong_bytes_never_get_the_name_of_the_model(server: WebServer, mirror: WeightsMirror, tmp_path: Path) -> None:
    mirror.add(FOLDER, CONTENTS, wrong_hash=True)
    with pytest.raises(FetchFailed, match=r"config\.json came with other bytes"):
        fetch(source(server.url), tmp_path)
    assert not (tmp_path / "official_models" / FOLDER).exists()


def test_a_mirror_cannot_write_outside_the_folder(server: WebServer, mirror: WeightsMirror, tmp_path: Path) -> None:
    mirror.add(FOLDER, {"../../outside": b"x"})
    with pytest.raises(FetchFailed, match="unsafe path"):
        fetch(source(server.url), tmp_path)


def test_a_second_run_asks_for_nothing(server: WebServer, tmp_path: Path) -> None:
    fetch(source(server.url), tmp_path)
    server.requests.clear()
    assert fetch(source(server.url), tmp_path) is False
    assert server.requests == []


def test_a_damaged_folder_is_mended_with_the_damaged_file_alone(server: WebServer, tmp_path: Path) -> None:
    fetch(source(server.url), tmp_path)
    (tmp_path / "official_models" / FOLDER / "config.json").write_bytes(b"{")
    assert not is_whole(tmp_path, VLM)
    server.requests.clear()
    fetch(source(server.url), tmp_path)
    assert content_of(tmp_path / "official_models" / FOLDER) == CONTENTS
    assert large_ranges(server) == []


@pytest.mark.slow
def test_two_at_once_fetch_once(server: WebServer, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.launcher.test_fetch import fetch, source;"
        "print(fetch(source(sys.argv[1]), Path(sys.argv[2])))"
    )
    root = Path(__file__).parents[2]
    both = [
        subprocess.Popen([sys.executable, "-c", code, server.url, str(tmp_path)], stdout=subprocess.PIPE, cwd=root)
        for _ in range(2)
    ]
    assert sorted(process.communicate()[0].strip() for process in both) == [b"False", b"True"]
    assert large_ranges(server) == [""]


def test_hugging_face_is_asked_as_its_api_wants_it(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(LARGE).hexdigest()
    listing = {
        "siblings": [
            {"rfilename": ".gitattributes", "size": 3},
            {"rfilename": "imgs/page.png", "size": 3},
            {"rfilename": "config.json", "size": len(SMALL)},
            {"rfilename": "model.safetensors", "size": len(LARGE), "lfs": {"sha256": sha256, "size": len(LARGE)}},
        ]
    }
    base = f"/PaddlePaddle/{FOLDER}/resolve/main"
    files = {
        f"/api/models/PaddlePaddle/{FOLDER}/revision/main?blobs=true": json.dumps(listing).encode(),
        f"{base}/config.json": SMALL,
        f"{base}/model.safetensors": LARGE,
    }
    with WebServer(WeightsMirror(files).answer) as hub:
        fetch(source("huggingface", hf_endpoint=hub.url), tmp_path)
    assert content_of(tmp_path / "official_models" / FOLDER) == CONTENTS


def test_a_model_that_the_hub_has_not_is_named(server: WebServer, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match=r"PP-DocLayoutV3_onnx .*answered 404"):
        fetch(source("huggingface", hf_endpoint=server.url), tmp_path, model="PP-DocLayoutV3_onnx")


def test_a_fetched_folder_is_itself_a_mirror(server: WebServer, tmp_path: Path) -> None:
    fetch(source(server.url), tmp_path / "first")
    fetch(source(str(tmp_path / "first" / "official_models")), tmp_path / "second")
    assert content_of(tmp_path / "second" / "official_models" / FOLDER) == CONTENTS


def test_a_folder_without_a_manifest_is_taken_as_it_is(tmp_path: Path) -> None:
    plain = tmp_path / "plain" / FOLDER
    plain.mkdir(parents=True)
    for path, data in CONTENTS.items():
        (plain / path).write_bytes(data)
    fetch(source(str(plain.parent)), tmp_path / "home")
    assert content_of(tmp_path / "home" / "official_models" / FOLDER) == CONTENTS


def test_an_s3_prefix_is_a_mirror(server: WebServer, tmp_path: Path) -> None:
    fetch(source(server.url), tmp_path / "first")
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    try:
        host, port = store.get_host_and_port()
        client = boto3.client(
            "s3", endpoint_url=f"http://{host}:{port}", region_name="ru-central-1",
            aws_access_key_id="tenant:key", aws_secret_access_key="secret",
        )  # fmt: skip
        client.create_bucket(
            Bucket="weights",
            CreateBucketConfiguration={"LocationConstraint": "ru-central-1"},  # type: ignore[typeddict-item] # AWS's only
        )
        for path in (tmp_path / "first" / "official_models" / FOLDER).iterdir():
            client.upload_file(str(path), "weights", f"models/{FOLDER}/{path.name}")
        client.close()
        bucket = source(
            "s3://weights/models", cloudru_s3_endpoint=f"http://{host}:{port}", cloudru_s3_bucket="weights",
            cloudru_s3_tenant_id="tenant", cloudru_s3_access_key="key", cloudru_s3_secret_key="secret",
        )  # fmt: skip
        fetch(bucket, tmp_path / "second")
    finally:
        store.stop()
    assert content_of(tmp_path / "second" / "official_models" / FOLDER) == CONTENTS

"""The web page's files as the service gives them, and whether they are those of the sources."""

from __future__ import annotations

import re
from pathlib import Path

from ocr_service.api import web_page
from scripts.web_build import check
from tests.support.running import RunningService

_BUILT = Path(web_page.__file__).parents[1] / "web_static"


def test_built_files_belong_to_the_sources() -> None:
    assert check() == 0


def test_built_files_are_small_and_ask_nobody_else() -> None:
    files = [path for path in _BUILT.rglob("*") if path.is_file()]
    assert max(path.stat().st_size for path in files) < 1_500_000
    page = (_BUILT / "index.html").read_text()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses
    assert all(address.startswith("./") for address in addresses)
    assert "<script>" not in page
    assert "<style" not in page


def test_the_page_comes_under_a_strict_policy(service: RunningService) -> None:
    answer = service.client.get("/")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert answer.headers["cache-control"] == "no-cache"
    script = re.search(r'src="\./(assets/[^"]+\.js)"', answer.text)
    assert script
    asset = service.client.get(f"/{script[1]}")
    assert asset.headers["content-type"].startswith("text/javascript")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["x-content-type-options"] == "nosniff"

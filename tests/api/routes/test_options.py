"""``/options``: what the service offers."""

from __future__ import annotations

from tests.support.running import RunningService


def test_what_is_configured_is_told(service: RunningService) -> None:
    offered = service.client.get("/options").raise_for_status().json()
    assert offered["engines"] == ["tesseract"]
    assert offered["engine"] == "tesseract"
    assert {"eng", "rus"} <= set(offered["languages"])
    assert "osd" not in offered["languages"]
    assert (offered["max_upload_bytes"], offered["max_pages"]) == (20 << 20, 50)
    assert offered["key_name"] is None

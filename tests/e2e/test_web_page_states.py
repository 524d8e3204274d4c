"""What the page says while the service starts, falls silent and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import visiting
from tests.support.running import RunningService

pytestmark = pytest.mark.slow


def test_the_page_loads_while_the_service_starts_and_goes_on_by_itself(browser: Browser, tmp_path: Path) -> None:
    service = RunningService(tmp_path)
    try:
        service.start(until="/health/live")
        with visiting(browser, service.url) as visitor:
            page = visitor.open()
            # It may be ready by now: what must never be seen is an error, or the answer itself.
            expect(page.get_by_role("heading", level=1)).to_have_text("Turn documents into Markdown")
            expect(page.get_by_text("Nothing here yet")).to_be_visible()
            expect(page.locator(".connection .banner")).to_have_count(0)
            assert visitor.barriers() == []
    finally:
        service.stop()
        service.client.close()


@pytest.mark.parametrize(
    ("locale", "says"), [("en-US", "No connection to the service"), ("ru-RU", "Нет связи с сервисом")]
)
def test_a_service_that_went_away_is_told_and_nothing_turns_until_it_is_back(
    browser: Browser, tmp_path: Path, locale: str, says: str
) -> None:
    with RunningService(tmp_path) as service, visiting(browser, service.url, locale=locale) as visitor:
        page = visitor.open()
        expect(page.locator(".empty")).to_be_visible()
        service.kill()
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # it asks when it is looked at
        expect(page.locator(".connection")).to_contain_text(says)
        assert page.evaluate("document.documentElement.dataset.connection") == "lost"
        assert visitor.barriers() == []
        service.start()
        expect(page.locator(".connection .banner")).to_have_count(0)
        expect(page.locator(".empty")).to_be_visible()

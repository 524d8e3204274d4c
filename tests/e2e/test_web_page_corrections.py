"""Correcting in the browser: a word, a table's cell, what a part is; doubtful places one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.vllm import FakeVllm, Reply, failure
from tests.support.browser import visiting
from tests.support.jobs import submit, wait_finished
from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import pdf

_TABLE = (
    '<table><tr><td rowspan="2">Goods</td><td colspan="2">Price</td></tr><tr><td>trade</td><td>retail</td></tr>'
    "<tr><td>Bolt</td><td>84 500,00</td><td>1 200,50</td></tr></table>"
)


@pytest.fixture(autouse=True)
def usual_answers(vllm: FakeVllm) -> Iterator[None]:
    yield
    vllm.script.clear()
    vllm.then = Reply()


def document(vllm: FakeVllm, service: RunningService, *answers: Reply) -> str:
    """A document of one page for two answers, its regions' in their order."""
    vllm.script.extend(answers)
    job = submit(service.client, "plums", pdf(*(f"sheet {n}" for n in range(len(answers) // 2))), cache="false")
    wait_finished(service.client, [job])
    return job


def page_of(service: RunningService, job: str, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = service.client.get(f"/jobs/{job}/pages/{number}").json()
    return found


def open_editor(page: Page, words: str) -> None:
    block = page.locator("#page-1 .block", has_text=words).first
    block.hover()
    block.get_by_role("button", name="Correct this part").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_word_is_corrected_beside_its_crop_and_the_correction_undone(
    browser: Browser, vllm: FakeVllm, vlm_service: RunningService
) -> None:
    job = document(vllm, vlm_service, Reply("Four red plmus"), Reply("and no more"))
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open(f"#/jobs/{job}")
        open_editor(page, "plmus")
        dialog = page.get_by_role("dialog")
        text = dialog.get_by_label("Text", exact=True)
        expect(text).to_be_focused()
        expect(text).to_have_value("Four red plmus")
        assert dialog.locator("canvas").evaluate("canvas => canvas.width") > 1
        assert visitor.barriers() == []
        text.fill("Four red plums")
        text.press("Control+Enter")
        expect(dialog).to_have_count(0)
        expect(page.locator("#page-1 .prose")).to_contain_text("Four red plums")
        assert "Four red plums" in vlm_service.client.get(f"/jobs/{job}/result.md").text
        page.locator(".corrections summary").click()
        expect(page.locator(".corrections")).to_contain_text("Four red plmus")
        assert visitor.barriers() == []
        page.locator(".corrections").get_by_role("button", name="Undo").click()
        expect(page.locator("#page-1 .prose")).to_contain_text("Four red plmus")
        expect(page.locator(".corrections")).to_have_count(0)


def test_a_cell_of_a_table_is_corrected_and_the_others_stay_as_they_were(
    browser: Browser, vllm: FakeVllm, vlm_service: RunningService
) -> None:
    job = document(vllm, vlm_service, Reply(_TABLE), Reply("below"))
    with visiting(browser, vlm_service.url, viewport={"width": 390, "height": 844}) as visitor:
        page = visitor.open(f"#/jobs/{job}")
        open_editor(page, "Bolt")
        dialog = page.get_by_role("dialog")
        cell = dialog.get_by_label("Row 3, cell 2")
        expect(cell).to_have_value("84 500,00")
        assert visitor.barriers() == []
        cell.fill("84 600,00")
        dialog.get_by_role("button", name="Save", exact=True).click()
        expect(dialog).to_have_count(0)
        expect(page.locator("#page-1 .prose table")).to_contain_text("84 600,00")
    [table, _] = page_of(vlm_service, job)["regions"]
    assert table["content"] == _TABLE.replace("84 500,00", "84 600,00")


def test_kind_level_order_and_deletion(browser: Browser, vllm: FakeVllm, vlm_service: RunningService) -> None:
    job = document(vllm, vlm_service, Reply("The second line"), Reply("A heading"))
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open(f"#/jobs/{job}")
        open_editor(page, "A heading")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("What it is").select_option("paragraph_title")
        dialog.get_by_label("Level").select_option("3")
        dialog.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#page-1 .prose h3")).to_have_text("A heading")
        open_editor(page, "A heading")
        dialog.get_by_role("button", name="Earlier in the text").click()
        expect(page.locator("#page-1 .prose .block").first).to_contain_text("A heading")
        dialog.get_by_role("button", name="Part after").click()
        expect(dialog.get_by_label("Text", exact=True)).to_have_value("The second line")
        dialog.get_by_role("button", name="Delete this part").click()
        expect(dialog).to_have_count(0)
        expect(page.locator("#page-1 .prose")).not_to_contain_text("The second line")
    assert page_of(vlm_service, job)["markdown"] == "### A heading"


def test_doubtful_places_are_stepped_through_with_one_key_in_russian(
    browser: Browser, vllm: FakeVllm, vlm_service: RunningService
) -> None:
    cut = Reply("на на " * 2000, finish_reason="length")
    job = document(vllm, vlm_service, Reply("ясно"), failure(400), cut, Reply("ясно"))
    regions = [
        region
        for page in vlm_service.client.get(f"/jobs/{job}/result").json()["pages"]
        for region in page["regions"]
        if region["error"] or region["degraded"]
    ]
    assert sorted(bool(region["content"]) for region in regions) == [False, True]
    with visiting(browser, vlm_service.url, locale="ru-RU") as visitor:
        page = visitor.open(f"#/jobs/{job}")
        expect(page.locator("#page-1 .prose")).to_be_visible()
        page.keyboard.press("F8")
        dialog = page.get_by_role("dialog")
        for place, region in enumerate(regions, 1):
            expect(dialog).to_contain_text(f"{place} из 2")
            expect(dialog.get_by_label("Текст", exact=True)).to_have_value(region["content"])
            if region["content"]:
                assert visitor.barriers() == []
                dialog.get_by_role("button", name="Прочитано верно").click()
            else:
                dialog.get_by_label("Текст", exact=True).fill("найдено")
                page.keyboard.press("F8")
        expect(dialog).to_have_count(0)
        expect(page.locator(".toolbar .pill")).to_have_text("Готово")
    job_now = vlm_service.client.get(f"/jobs/{job}").json()
    assert (job_now["state"], job_now["corrections"]) == ("completed", 2)


def test_who_comes_second_sees_what_the_first_has_written_and_keeps_his_own_text(
    browser: Browser, vllm: FakeVllm, vlm_service: RunningService
) -> None:
    job = document(vllm, vlm_service, Reply("Four red plmus"), Reply("and no more"))
    with visiting(browser, vlm_service.url) as visitor:
        page = visitor.open(f"#/jobs/{job}")
        open_editor(page, "plmus")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Text", exact=True)).to_have_value("Four red plmus")
        change = {"revision": 0, "content": "Four red prunes"}
        [first, _] = page_of(vlm_service, job)["regions"]
        vlm_service.client.patch(f"/jobs/{job}/pages/1/regions/{first['id']}", json=change).raise_for_status()
        dialog.get_by_label("Text", exact=True).fill("Four red plums")
        dialog.get_by_role("button", name="Save", exact=True).click()
        expect(dialog.get_by_role("alert")).to_contain_text("Four red prunes")
        expect(dialog.get_by_label("Text", exact=True)).to_have_value("Four red plums")
        dialog.get_by_role("button", name="Save", exact=True).click()
        expect(dialog).to_have_count(0)
        wait_until(lambda: "Four red plums" in page_of(vlm_service, job)["markdown"], what="the second correction")

"""A model that lies, on born-digital documents: every lie is put right or flagged, and few questions are asked."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ocr_service.reading.page_tasks import PageTask, prepare_page
from ocr_service.vlm.prompts import PromptSet
from tests.fakes.vllm import Asked, FakeVllm, Reply
from tests.support.running import RunningService
from tests.support.text_layer_pdfs import ENGLISH, Sheet

_PAGES, _TABLES = 8, 3
_NAMES = ("Wexford", "Colville", "Montague", "Ashdown", "Harrogate", "Penrith", "Sutherland", "Kilmarnock")
_HEAD = ("Code", "Name", "Amount", "Year")
_EVERY = 4  # answers: one of them lies

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Documents:
    """PDFs of a page each; ``truth``: the rows of a table, or the words of another region, by the bytes of its crop."""

    paths: tuple[Path, ...]
    truth: Mapping[bytes, Rows]

    @property
    def tables(self) -> list[Rows]:
        return [rows for rows in self.truth.values() if len(rows) > 1]


def _rows(chance: random.Random) -> Rows:
    body = (
        (
            f"K-{chance.randint(1000, 9999)}",
            chance.choice(_NAMES),
            f"{chance.randint(10, 9999)}.{chance.randint(10, 99)}",
            str(chance.randint(1950, 2024)),
        )
        for _ in range(4)
    )
    return (_HEAD, *body)


def _page(chance: random.Random) -> tuple[bytes, list[Rows]]:
    sheet = Sheet()
    sheet.heading("Statement of accounts", 1)
    tables = []
    for place in range(_TABLES):
        sheet.heading(f"Part {place + 1}")
        sheet.paragraph(ENGLISH[place])
        tables.append(_rows(chance))
        _ruled(sheet, tables[-1])
    sheet.paragraph(
        f"The residual ≤ {chance.randint(100, 999)} holds ∀ n ∈ {chance.randint(10, 99)} as Wexford proved."
    )
    _check_boxes(sheet, chance)
    sheet.paragraph(ENGLISH[3])
    return sheet.pdf(), tables


def _check_boxes(sheet: Sheet, chance: random.Random) -> None:
    """Lines behind drawn squares: ink that is not in the text layer."""
    for _ in range(4):
        sheet.canvas.rect(62, sheet.y - 1, 8, 8)
        sheet.canvas.setFont("Serif", 11)
        text = f"approved by {chance.choice(_NAMES)} on {chance.randint(1, 28)} May {chance.randint(1950, 2024)}"
        sheet.canvas.drawString(78, sheet.y, text)
        sheet.y -= 18
    sheet.y -= 10


def _ruled(sheet: Sheet, rows: Rows) -> None:
    widths, height, top = (90, 130, 110, 90), 20, sheet.y
    for r in range(len(rows) + 1):
        sheet.canvas.line(60, top - r * height, 60 + sum(widths), top - r * height)
    for c in range(len(widths) + 1):
        x = 60 + sum(widths[:c])
        sheet.canvas.line(x, top, x, top - len(rows) * height)
    sheet.canvas.setFont("Sans", 10)
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            sheet.canvas.drawString(66 + sum(widths[:c]), top - r * height - 14, cell)
    sheet.y = top - len(rows) * height - 26


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    folder = tmp_path_factory.mktemp("lies")
    chance = random.Random(1987)
    paths, truth = [], {}
    for number in range(_PAGES):
        content, tables = _page(chance)
        by_code = {rows[1][0]: rows for rows in tables}
        paths.append(folder / f"accounts{number}.pdf")
        paths[-1].write_bytes(content)
        task = PageTask(paths[-1], "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, "auto")
        for region in prepare_page(task, PromptSet()).regions:
            words = tuple(word.text for word in region.layer_words)
            if region.crop is not None:
                rows = next((by_code[word] for word in words if word in by_code), (words,))
                truth[base64.b64decode(region.crop.jpeg_base64)] = rows
    return Documents(tuple(paths), truth)


@dataclass
class Liar:
    """Answers with what is on the crop; in each fourth answer a digit or a name is another."""

    truth: Mapping[bytes, Rows]
    chance: random.Random = field(default_factory=lambda: random.Random(11))
    answers: int = 0
    lies: int = 0

    def __call__(self, asked: Asked) -> Reply:
        rows = self.truth.get(asked.jpeg)
        if rows is None:
            return Reply(text="what is on no crop of these documents")
        self.answers += 1
        if self.answers % _EVERY == 0:
            self.lies += 1
            rows = self._lied(rows)
        if len(rows) == 1:
            return Reply(text=" ".join(rows[0]))
        return Reply(text="".join("".join(f"<fcel>{cell}" for cell in row) + "<nl>" for row in rows))

    def _lied(self, rows: Rows) -> Rows:
        places = [(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if _can_lie(cell)]
        r, c = self.chance.choice(places)
        cell = rows[r][c]
        if cell in _NAMES:
            other = self.chance.choice([name for name in _NAMES if name != cell])
        else:
            at = self.chance.choice([place for place, sign in enumerate(cell) if sign.isdigit()])
            digit = self.chance.choice([digit for digit in "0123456789" if digit != cell[at]])
            other = cell[:at] + digit + cell[at + 1 :]
        return (*rows[:r], (*rows[r][:c], other, *rows[r][c + 1 :]), *rows[r + 1 :])


def _can_lie(cell: str) -> bool:
    return cell in _NAMES or any(map(str.isdigit, cell))


@pytest.fixture(scope="module")
def liar(documents: Documents) -> Liar:
    return Liar(documents.truth)


@pytest.fixture(scope="module")
def vllm(liar: Liar) -> Iterator[FakeVllm]:
    with FakeVllm(answer=liar).running() as fake:
        yield fake


@pytest.fixture(scope="module")
def service(vllm: FakeVllm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("service")
    with RunningService(folder, USE_VLM_API="true", VLLM_URL=vllm.url, VLM_RETRIES="1") as running:
        yield running


def read(service: RunningService, path: Path, **options: str) -> dict[str, Any]:
    answer = service.read(path.name, path.read_bytes(), **options).raise_for_status()
    [page] = answer.json()["pages"]
    return dict(page)


def said(region: dict[str, Any]) -> list[str]:
    """The words of a region, of a table in its rows' order."""
    return re.sub(r"<[^>]*>", " ", region["content"].replace("\\", "")).split()


def test_every_lie_is_put_right_or_flagged_and_counted(
    service: RunningService, liar: Liar, documents: Documents
) -> None:
    assert len(documents.tables) == _PAGES * _TABLES
    assert len(documents.truth) >= _PAGES * (_TABLES + 1)  # check boxes, and paragraphs with signs of mathematics
    pages = [read(service, path) for path in documents.paths]
    assert liar.answers == len(documents.truth) and liar.lies == liar.answers // _EVERY
    true = [" ".join(" ".join(row) for row in rows).split() for rows in documents.truth.values()]
    asked = [region for page in pages for region in page["regions"] if region["source"] == "vlm"]
    assert len(asked) == liar.answers
    assert [region for region in asked if said(region) not in true and not region["contradicted"]] == []
    caught = [region for region in asked if region["corrected"] or region["contradicted"]]
    assert len(caught) == liar.lies
    assert all(("contradicted" in region["review"]) == region["contradicted"] for region in asked)
    metrics = service.client.get("/metrics").text.splitlines()
    counted = {
        outcome: float(line.rpartition(" ")[2])
        for line in metrics
        for outcome in ("corrected", "contradicted")
        if line.startswith("ocr_text_layer_regions_total{") and f'outcome="{outcome}"' in line
    }
    reviewed = [line for line in metrics if line.startswith("ocr_regions_review_total{") and "contradicted" in line]
    assert sum(float(line.rpartition(" ")[2]) for line in reviewed) == counted.get("contradicted", 0)
    assert counted["corrected"] == sum(bool(region["corrected"]) for region in asked)
    assert counted.get("contradicted", 0) == sum(region["contradicted"] for region in asked)


def test_more_than_half_of_the_requests_are_spared(
    service: RunningService, vllm: FakeVllm, documents: Documents
) -> None:
    asked = {}
    for mode in ("auto", "ignore"):
        before = len(vllm.asked)
        pages = [read(service, path, text_layer=mode, cache="false") for path in documents.paths[:3]]
        asked[mode] = len(vllm.asked) - before
        assert all(page["status"] == "completed" for page in pages)
    assert 0 < asked["auto"] < asked["ignore"] / 2

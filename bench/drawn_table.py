"""A table before it is drawn: its cells and measures, and the words and numbers that cells are made of."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_ENGLISH = (
    "the annual report shows that the volume of goods which were delivered under this contract has risen in all "
    "regions while prices of raw materials fell and the share of services in total revenue stayed about as before so "
    "the board expects that demand for pumps valves and other equipment will grow again in the coming period if no new "
    "limits on trade are set and the plants can be supplied with energy at a price that was agreed on two years ago"
)
_RUSSIAN_PROSE = (
    "поставщик передаёт товар в течение десяти рабочих дней после подписания договора на основании заявки и счёта при "
    "просрочке начисляется неустойка в размере одной десятой процента от суммы за каждый день комиссия составляет акт "
    "приёмки и подписывает журнал испытаний оборудование хранится на складе покупателя до ввода в эксплуатацию"
)
WORDS, RUSSIAN = _ENGLISH.split(), _RUSSIAN_PROSE.split()
_LISTS = {
    "goods": "Cable|Cement|Steel pipe|Pump|Gate valve|Oil filter|Sensor|Copper wire|Paint|Roof tile|Bearing|Gasket|"
    "Hose|Motor|Fan|Relay|Fuse box|Drill|Ladder|Plywood",
    "goods_ru": "Кабель медный|Цемент|Труба стальная|Насос|Задвижка|Фильтр масляный|Датчик|Провод|Краска|Черепица|"
    "Подшипник|Шланг|Двигатель|Реле|Дрель|Фанера",
    "cities": "Oslo|Lima|Quito|New York|Graz|Turin|San Jose|Riga|Bergen|Porto|Kyoto|Buenos Aires|Perth|Leeds",
    "names": "Anna Berg|Ivo Stein|Maria Lopez|John Reed|Clara Wolf|Peter Hahn|Lucy Moore|Omar Said|Eva Lind|Tom Baker",
    "jobs": "engineer|nurse|teacher of art|driver|clerk|chief accountant|welder|pilot|cook|sales manager",
    "sections": "Current assets|Non-current assets|Liabilities|Equity|Operating expenses",
    "items": "Cash and cash equivalents|Trade receivables|Inventories|Prepaid expenses and\nother current assets|"
    "Goodwill|Property, plant and equipment,\nnet of depreciation|Deferred tax|Accrued salaries|Long-term debt",
    "results": "Revenue|Cost of sales|Gross profit|Selling costs|Interest paid|Income tax|Net income|Depreciation",
    "groups": "Training|Validation|Test set|Baseline|Ours|2023|2024|Women|Men",
    "models": "SVM|LSTM|CRF + rules|BERT-base|Our model|Random|k-NN (k = 5)",
    "payments": "Card payment|Direct debit\nelectricity|Salary|Transfer to savings|Cash machine\nHigh Street|Interest",
    "metals": "Ca|Mg|Na|Fe|Mn|Zn|Cu|Pb|Al|Si",
}
OF = {name: text.split("|") for name, text in _LISTS.items()}


@dataclass(frozen=True)
class DrawnCell:
    """``text``: with line breaks as drawn. ``indent`` in em; ``align`` l, c or r, the column's unless given."""

    text: str
    across: int = 1
    down: int = 1
    align: str = ""
    indent: float = 0.0
    bold: bool = False


@dataclass
class Drawn:
    """A table: rows of cells, ``heads`` of them head rows; None where another cell spans.

    ``gap``: em between columns. ``pitch``: em from row to row. ``rules``: "", "booktabs", "lines" or "stripes".
    """

    rows: list[list[DrawnCell | None]]
    aligns: str
    heads: int = 1
    gap: float = 2.0
    pitch: float = 1.6
    leading: float = 1.2
    size: float = 10.0
    rules: str = ""
    caption: bool = True
    dollars: bool = False
    leaders: bool = False
    russian: bool = False
    full_width: bool = False
    totals: set[int] = field(default_factory=set)
    middle: bool = False  # cells of one line beside cells of several stand in the middle


def cells(*texts: str, bold: bool = False) -> list[DrawnCell | None]:
    return [DrawnCell(text, bold=bold) for text in texts]


def money(rng: random.Random, big: int = 99999) -> str:
    value = rng.choice([rng.randint(3, 99), rng.randint(100, 999), rng.randint(1000, big)])
    return f"{value:,}"


def amount(rng: random.Random) -> str:
    text = money(rng)
    return f"({text})" if rng.random() < 0.25 else ("—" if rng.random() < 0.08 else text)


def decimal(rng: random.Random, digits: int = 2) -> str:
    return f"{rng.uniform(0, rng.choice([1, 10, 100])):.{digits}f}"

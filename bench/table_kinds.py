"""Tables of known cells, a function for each kind: statements, results, price lists, account movements and the like."""

from __future__ import annotations

import random
from collections.abc import Callable

from bench.drawn_table import OF, WORDS, Drawn, DrawnCell, amount, cells, decimal, money


def prices(rng: random.Random, russians: float = 0.4) -> Drawn:
    russian = rng.random() < russians
    goods = rng.sample(OF["goods_ru" if russian else "goods"], rng.randint(4, 9))
    heads = (
        ["Товар", "Штук", "Цена, руб.", "Сумма", "Срок"]
        if russian
        else ["Goods", "Pieces", "Unit price", "Total", "Days"]
    )
    count = rng.randint(3, 5)
    rows = [cells(*heads[:count], bold=rng.random() < 0.5)]
    for name in goods:
        values = [str(rng.randint(1, 60)), decimal(rng), money(rng), str(rng.randint(2, 30))]
        rows.append(cells(name, *values[: count - 1]))
    aligns = "l" + rng.choice("rrc") * (count - 1)
    return Drawn(
        rows,
        aligns,
        gap=rng.uniform(1.0, 3.0),
        pitch=rng.uniform(1.25, 1.9),
        size=rng.uniform(8.5, 11),
        russian=russian,
        caption=rng.random() < 0.5,
    )


def booktabs(rng: random.Random, russians: float = 0.4) -> Drawn:
    table = prices(rng, russians)
    table.rules = "booktabs"
    table.gap = rng.uniform(1.0, 2.0)
    table.pitch = rng.uniform(1.2, 1.4)
    return table


def spans(rng: random.Random) -> Drawn:
    """Heads over several columns, with a rule under each."""
    groups = rng.randint(2, 3)
    each = rng.randint(2, 3)
    names = rng.sample(
        ["Training", "Validation", "Test set", "Baseline", "Ours", "2023", "2024", "Women", "Men"], groups
    )
    top: list[DrawnCell | None] = [DrawnCell("Method", down=rng.choice([1, 2]))]
    for name in names:
        top += [DrawnCell(name, across=each, align="c"), *[None] * (each - 1)]
    below = ["Prec.", "Rec.", "F1"][:each]
    first = top[0]
    assert first is not None
    second: list[DrawnCell | None] = [None if first.down == 2 else DrawnCell(""), *cells(*below * groups)]
    if first.down == 1:
        top[0], second[0] = DrawnCell(""), DrawnCell("Method")
    rows = [top, second]
    for name in rng.sample(
        ["SVM", "LSTM", "CRF + rules", "BERT-base", "Our model", "Random", "k-NN (k = 5)"], rng.randint(3, 6)
    ):
        rows.append(cells(name, *[decimal(rng, 1) for _ in range(groups * each)]))
    return Drawn(
        rows,
        "l" + rng.choice("cr") * (groups * each),
        heads=2,
        gap=rng.uniform(1.0, 1.8),
        pitch=rng.uniform(1.2, 1.35),
        size=rng.uniform(8, 10),
        rules="booktabs",
    )


def financial(rng: random.Random) -> Drawn:
    """Assets and liabilities: indents, totals ruled off, currency signs and brackets apart, labels of two lines."""
    years = rng.randint(2, 3)
    heads = (
        ["", "Note", *[str(2025 - y) for y in range(years)]]
        if rng.random() < 0.5
        else ["", *[str(2025 - y) for y in range(years)]]
    )
    notes = heads[1] == "Note"
    rows = [cells(*heads, bold=True)]
    totals: set[int] = set()
    for section in rng.sample(
        ["Current assets", "Non-current assets", "Liabilities", "Equity", "Operating expenses"], rng.randint(2, 3)
    ):
        rows.append([DrawnCell(section + ":", bold=rng.random() < 0.5), *cells(*[""] * (len(heads) - 1))])
        for item in rng.sample(
            [
                "Cash and cash equivalents",
                "Trade receivables",
                "Inventories",
                "Prepaid expenses and\nother current assets",
                "Goodwill",
                "Property, plant and equipment,\nnet of depreciation",
                "Deferred tax",
                "Accrued salaries",
                "Long-term debt",
            ],
            rng.randint(2, 4),
        ):
            note = [str(rng.randint(2, 29)) if rng.random() < 0.7 else ""] if notes else []
            rows.append([DrawnCell(item, indent=1.2), *cells(*note, *[amount(rng) for _ in range(years)])])
        totals.add(len(rows))
        rows.append(
            [
                DrawnCell(f"Total {section.lower()}", indent=rng.choice([0, 2.4])),
                *cells(*([""] if notes else []), *[money(rng) for _ in range(years)]),
            ]
        )
    return Drawn(
        rows,
        "l" + ("c" if notes else "") + "r" * years,
        gap=rng.uniform(1.6, 3.0),
        pitch=rng.uniform(1.25, 1.6),
        size=rng.uniform(8.5, 10.5),
        dollars=rng.random() < 0.7,
        totals=totals,
        caption=False,
        full_width=rng.random() < 0.6,
        leaders=rng.random() < 0.25,
    )


def leaders(rng: random.Random) -> Drawn:
    names = rng.sample(
        [
            "Revenue",
            "Cost of sales",
            "Gross profit",
            "Selling costs",
            "Interest paid",
            "Income tax",
            "Net income",
            "Depreciation",
        ],
        rng.randint(4, 7),
    )
    years = rng.randint(1, 3)
    rows = [
        cells("", *[str(2025 - y) for y in range(years)]),
        *[cells(name, *[amount(rng) for _ in range(years)]) for name in names],
    ]
    return Drawn(
        rows,
        "l" + "r" * years,
        gap=2.0,
        pitch=rng.uniform(1.3, 1.6),
        leaders=True,
        full_width=True,
        caption=rng.random() < 0.5,
    )


def _wrapped(rng: random.Random, words: int, width: int) -> str:
    lines, line = [], ""
    start = rng.randrange(len(WORDS) - words)
    for word in WORDS[start : start + words]:
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    text = "\n".join([*lines, line])
    return text[0].upper() + text[1:]


def multiline(rng: random.Random) -> Drawn:
    """Cells of several lines of text."""
    rows = [cells("Part", "Description", "Owner", "Due", bold=True)]
    for name in rng.sample(OF["goods"], rng.randint(3, 5)):
        rows.append(
            cells(name, _wrapped(rng, rng.randint(5, 16), 34), rng.choice(OF["names"]), f"{rng.randint(1, 28)} May")
        )
    return Drawn(
        rows,
        "llll",
        gap=rng.uniform(1.4, 2.5),
        pitch=rng.uniform(1.5, 2.1),
        size=rng.uniform(9, 10.5),
        rules=rng.choice(["", "", "booktabs", "lines"]),
        middle=rng.random() < 0.3,
    )


def sparse(rng: random.Random) -> Drawn:
    columns = rng.randint(4, 6)
    rows = [cells("Item", *[f"{['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun'][c]}" for c in range(columns)])]
    for name in rng.sample(OF["goods"], rng.randint(5, 9)):
        rows.append(cells(name, *[str(rng.randint(1, 999)) if rng.random() < 0.5 else "" for _ in range(columns)]))
    for row, column in enumerate(rng.choices(range(1, len(rows)), k=columns), start=1):
        rows[column][row] = DrawnCell(str(rng.randint(1, 999)))
    return Drawn(
        rows,
        "l" + rng.choice("rc") * columns,
        gap=rng.uniform(1.2, 2.5),
        pitch=rng.uniform(1.25, 1.7),
        rules=rng.choice(["", "booktabs"]),
    )


def wide(rng: random.Random) -> Drawn:
    table = prices(rng)
    table.pitch = rng.uniform(2.4, 4.2)
    table.rows = table.rows[:7]
    return table


def tight(rng: random.Random) -> Drawn:
    columns = rng.randint(6, 10)
    rows = [cells("Site", *rng.sample(["Ca", "Mg", "Na", "Fe", "Mn", "Zn", "Cu", "Pb", "Al", "Si"], columns))]
    rows += [
        cells(name, *[decimal(rng, 1) for _ in range(columns)]) for name in rng.sample(OF["cities"], rng.randint(6, 10))
    ]
    return Drawn(
        rows,
        "l" + rng.choice("rc") * columns,
        gap=rng.uniform(0.7, 1.1),
        pitch=rng.uniform(1.15, 1.3),
        size=rng.uniform(7, 9),
        rules=rng.choice(["", "booktabs", "booktabs"]),
    )


def scientific(rng: random.Random) -> Drawn:
    """Values with errors, rows in groups under a line of their own."""
    columns = rng.randint(3, 4)
    rows = [cells("Model", *["Accuracy (%)", "Recall", "Time (ms)", "Params"][:columns])]
    for group in rng.sample(["English data", "Without pre-training", "Noisy labels", "Ablations"], 2):
        rows.append([DrawnCell(group, align="l", bold=True), *cells(*[""] * columns)])
        for name in rng.sample(["Small", "Base", "Large", "Base + aug.", "XL"], rng.randint(2, 4)):
            values = [f"{decimal(rng, 1)} ± {rng.uniform(0, 2):.1f}" for _ in range(columns - 1)] + [
                f"{rng.randint(5, 900)}M"
            ]
            rows.append([DrawnCell(name, indent=rng.choice([0, 1])), *cells(*values)])
    return Drawn(
        rows,
        "l" + "c" * columns,
        gap=rng.uniform(1.0, 2.0),
        pitch=rng.uniform(1.2, 1.4),
        size=rng.uniform(8, 10),
        rules="booktabs",
    )


def pairs(rng: random.Random) -> Drawn:
    """Two columns."""
    rows = [cells(*rng.choice([("Parameter", "Value"), ("Country", "Exports"), ("Year", "Output")]), bold=True)]
    goods = rng.sample(OF["goods"], rng.randint(4, 9))
    rows += [cells(name, rng.choice([decimal(rng), money(rng)])) for name in goods]
    return Drawn(
        rows,
        "lr",
        gap=rng.uniform(1.5, 8),
        pitch=rng.uniform(1.25, 1.6),
        rules=rng.choice(["booktabs", "booktabs", ""]),
        caption=True,
    )


def words(rng: random.Random) -> Drawn:
    rows = [cells("Name", "Occupation", "City", "Since", bold=rng.random() < 0.6)]
    rows += [
        cells(name, rng.choice(OF["jobs"]), rng.choice(OF["cities"]), str(rng.randint(1990, 2024)))
        for name in rng.sample(OF["names"], rng.randint(4, 8))
    ]
    return Drawn(
        rows, "llll", gap=rng.uniform(1.1, 2.5), pitch=rng.uniform(1.25, 1.7), rules=rng.choice(["", "", "booktabs"])
    )


def row_spans(rng: random.Random) -> Drawn:
    """A first column whose cells belong to several rows."""
    rows = [cells("Region", "City", "Sales", "Growth, %")]
    for region in rng.sample(["North", "South", "East", "West"], 3):
        count = rng.randint(2, 3)
        for place in range(count):
            first = DrawnCell(region, down=1) if place == 0 else DrawnCell("")
            rows.append([first, *cells(rng.choice(OF["cities"]), money(rng), decimal(rng, 1))])
    return Drawn(
        rows, "llrr", gap=rng.uniform(1.3, 2.5), pitch=rng.uniform(1.25, 1.6), rules=rng.choice(["", "booktabs"])
    )


def stripes(rng: random.Random) -> Drawn:
    table = prices(rng)
    table.rules = "stripes"
    table.pitch = rng.uniform(1.6, 2.1)
    return table


def bank(rng: random.Random) -> Drawn:
    """Movements of an account: money in one column or the other, texts of one line or two."""
    rows = [cells("Date", "Description", "Paid out", "Paid in", "Balance", bold=True)]
    for day in sorted(rng.sample(range(1, 29), rng.randint(5, 9))):
        text = rng.choice(
            [
                "Card payment",
                "Direct debit\nelectricity",
                "Salary",
                "Transfer to savings",
                "Cash machine\nHigh Street",
                "Interest",
            ]
        )
        out, into = (decimal(rng), "") if rng.random() < 0.6 else ("", decimal(rng))
        rows.append(cells(f"{day:02} Mar", text, out, into, f"{rng.uniform(100, 9000):,.2f}"))
    return Drawn(
        rows,
        "llrrr",
        gap=rng.uniform(1.5, 3),
        pitch=rng.uniform(1.35, 1.8),
        size=rng.uniform(8.5, 10),
        full_width=rng.random() < 0.5,
        caption=False,
    )


def long_heads(rng: random.Random) -> Drawn:
    """Heads of two or three lines over columns of numbers."""
    heads = ["Year\nended", "Number of\nemployees", "Average\nwage per\nmonth", "Share of\nwomen (%)", "Hours\nworked"]
    count = rng.randint(3, 5)
    rows = [cells("Region", *heads[:count])]
    rows += [
        cells(city, *[decimal(rng, 1) if c % 2 else money(rng) for c in range(count)])
        for city in rng.sample(OF["cities"], rng.randint(4, 8))
    ]
    return Drawn(
        rows,
        "l" + rng.choice("rc") * count,
        gap=rng.uniform(1.2, 2.2),
        pitch=rng.uniform(1.25, 1.5),
        rules=rng.choice(["booktabs", ""]),
    )


KINDS: dict[str, Callable[[random.Random], Drawn]] = {
    "prices": prices, "booktabs": booktabs, "spans": spans, "financial": financial, "leaders": leaders,
    "multiline": multiline, "sparse": sparse, "wide": wide, "tight": tight, "scientific": scientific, "pairs": pairs,
    "words": words, "row_spans": row_spans, "stripes": stripes, "bank": bank, "long_heads": long_heads,
    "in_column": lambda rng: booktabs(rng, 0), "column_tight": tight, "sideways": financial, "sideways_part": prices,
}  # fmt: skip

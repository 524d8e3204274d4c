"""Where lines of the text layer fall into columns."""

from __future__ import annotations

from ocr_service.text_layer.lines.gutters import Row, cuts_of

_SIZE = 26.0


def row(base: float, *spans: tuple[float, float]) -> Row:
    """Words from and to these places, with the white between them."""
    spaces = {n: spans[n][0] - spans[n - 1][1] for n in range(1, len(spans))}
    gaps = {n: (spans[n - 1][1], spans[n][0]) for n, width in spaces.items() if width > 0.75 * _SIZE}
    return Row(base, _SIZE, spans[0][0], spans[-1][1], gaps, spaces)


def stretched(base: float, *widths: float) -> Row:
    """A justified line in a font of one width: 21 pixels between words."""
    spans, x = [], 140.0
    for width in widths:
        spans.append((x, x + width))
        x += width + 21
    return row(base, *spans)


def test_the_spaces_of_a_stretched_line_over_a_tables_gaps_part_no_columns() -> None:
    table = [row(400 + 45 * n, (140, 268), (700, 820), (1340, 1510)) for n in range(8)]
    prose = [
        stretched(300, 150, 170, 140, 200, 180, 120),
        stretched(336, 160, 150, 150, 190, 190, 120),
        stretched(800, 130, 180, 150, 190, 190, 120),
    ]
    rows = [*prose[:2], *table, *prose[2:]]
    assert [cuts_of(rows, rows.index(line)) for line in prose] == [[], [], []]
    assert all(cuts_of(rows, rows.index(line)) == [1, 2] for line in table)


def test_columns_of_uneven_lines_are_parted_however_narrow_the_white() -> None:
    left = [(140, 300, 480), (140, 320, 484), (140, 290, 481), (140, 310, 483)]
    rows = [
        row(300 + 36 * n, (a, b), (b + 9, c), (505, 650 + 7 * n), (660 + 7 * n, 840))
        for n, (a, b, c) in enumerate([*left, *left])
    ]
    assert all(cuts_of(rows, n) == [2] for n in range(8))


def test_last_words_of_one_length_part_no_justified_lines() -> None:
    words = [(115, 170, 60, 125), (90, 55, 200, 130), (140, 60, 145, 128), (75, 210, 60, 126), (150, 90, 105, 127)]
    rows = []
    for n, widths in enumerate(words):
        space, x, spans = (630 - sum(widths)) / 3, 160.0, []
        for width in widths:
            spans.append((x, x + width))
            x += width + space
        rows.append(row(300 + 36 * n, *spans))
    assert all(cuts_of(rows, n) == [] for n in range(len(rows)))


def test_a_table_whose_columns_are_equally_far_apart_is_parted() -> None:
    rows = [row(300 + 36 * n, (160, 190), (230, 260), (300, 330), (370, 400)) for n in range(5)]
    assert all(cuts_of(rows, n) == [1, 2, 3] for n in range(len(rows)))

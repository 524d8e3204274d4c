"""Boxes of typical pages in the order a person reads them."""

from __future__ import annotations

from ocr_service.document import Region
from ocr_service.layout.filter import filter_regions
from ocr_service.layout.reading_order import order_regions, reading_order


def test_two_columns_under_a_full_width_title_are_read_column_by_column() -> None:
    boxes = [(520, 100, 980, 300), (20, 10, 980, 80), (20, 320, 480, 900), (20, 100, 480, 300), (520, 320, 980, 900)]
    assert reading_order(boxes, min_gutter=10) == [1, 3, 2, 0, 4]


def test_a_title_in_the_middle_is_first_though_it_reaches_into_one_column_only() -> None:
    title, short_heading, left = (370, 10, 680, 40), (20, 110, 250, 140), (20, 160, 480, 900)
    right_item, right = (600, 90, 980, 150), (530, 170, 980, 880)
    boxes = [right, left, right_item, short_heading, title]
    assert reading_order(boxes, min_gutter=10) == [4, 3, 1, 2, 0]


def test_a_title_in_the_middle_is_first_where_the_columns_begin_with_short_heads() -> None:
    title, heads, tables = (340, 10, 620, 40), [(40, 80, 120, 100), (560, 80, 640, 100)], [(40, 120, 440, 300)]
    boxes = [title, *heads, *tables, (560, 120, 960, 290)]
    assert reading_order(boxes, min_gutter=10) == [0, 1, 3, 2, 4]


def test_text_under_the_first_of_two_tables_in_a_row_is_read_after_both() -> None:
    heads, tables = [(40, 80, 120, 100), (560, 80, 640, 100)], [(40, 120, 440, 300), (560, 120, 960, 302)]
    boxes = [*heads, *tables, (40, 340, 120, 360), (40, 370, 300, 390)]
    assert reading_order(boxes, min_gutter=10, floats=[2, 3]) == [0, 2, 1, 3, 4, 5]


def test_text_under_a_table_goes_on_in_its_column_where_the_other_one_ends_elsewhere() -> None:
    boxes = [(40, 120, 440, 300), (560, 120, 960, 400), (40, 440, 440, 600)]
    assert reading_order(boxes, min_gutter=10, floats=[0, 1]) == [0, 2, 1]


def test_blocks_of_short_lines_are_read_row_by_row() -> None:
    sender = [(40, 100 + 30 * row, 240, 120 + 30 * row) for row in range(3)]
    number = [(800, 100 + 30 * row, 960, 120 + 30 * row) for row in range(3)]
    bill_to = [(40, 220 + 30 * row, 200, 240 + 30 * row) for row in range(3)]
    ship_to = [(520, 232 + 30 * row, 700, 252 + 30 * row) for row in range(3)]
    goods = (40, 340, 960, 500)
    boxes = [*sender, *number, *bill_to, *ship_to, goods]
    assert reading_order(boxes, min_gutter=10) == [*range(len(boxes))]


def test_entries_far_from_each_other_are_no_rows_of_blocks() -> None:
    entries = [(100, 100 + 60 * row, 190, 120 + 60 * row) for row in range(6)]
    numbers = [(900, 100 + 60 * row, 920, 120 + 60 * row) for row in range(6)]
    assert reading_order([*entries, *numbers], min_gutter=10) == [*range(12)]


def test_a_line_in_the_middle_is_read_before_three_short_blocks_under_it() -> None:
    line, date, head, principal = (300, 100, 700, 120), (60, 200, 220, 220), (420, 200, 580, 240), (780, 200, 940, 240)
    number = (330, 280, 670, 300)
    assert reading_order([line, date, head, principal, number], min_gutter=10) == [0, 1, 2, 3, 4]


def test_a_field_under_two_beside_each_other_is_read_after_both() -> None:
    name, first, last = (120, 390, 200, 415), (120, 507, 233, 526), (323, 507, 435, 526)
    email, example, address = (120, 616, 200, 643), (120, 736, 368, 761), (120, 845, 241, 872)
    assert reading_order([name, first, last, email, example, address], min_gutter=10) == [0, 1, 2, 3, 4, 5]


def test_text_under_a_place_and_its_date_is_no_column_of_them() -> None:
    place, date = (40, 100, 140, 120), (820, 100, 960, 120)
    text = [(40, 160 + 30 * row, 460, 180 + 30 * row) for row in range(4)]
    assert reading_order([place, date, *text], min_gutter=10) == [0, 1, 2, 3, 4, 5]


def test_columns_of_running_text_go_on_below_white_that_both_have() -> None:
    left = [(40, 100, 480, 200), (40, 240, 480, 500)]
    right = [(520, 100, 960, 200), (520, 240, 960, 500)]
    assert reading_order([*left, *right], min_gutter=10) == [0, 1, 2, 3]


def test_a_heading_beside_lines_that_go_on_begins_no_new_columns() -> None:
    aside = [(80, 110, 380, 140), (80, 170, 340, 195), (80, 225, 230, 245), (80, 280, 330, 300), (80, 305, 280, 325)]
    main = [
        (465, 110, 720, 140),
        (465, 175, 1020, 198),
        (465, 202, 770, 224),
        (505, 249, 1140, 292),
        (505, 300, 1160, 320),
    ]
    assert reading_order([*aside, *main], min_gutter=10) == [*range(10)]


def test_a_full_width_table_ends_the_columns_above_it() -> None:
    above_left, above_right = (20, 0, 480, 200), (520, 0, 980, 190)
    table = (20, 220, 980, 400)
    below_left, below_right = (20, 420, 480, 800), (520, 420, 980, 800)
    boxes = [below_right, table, above_right, below_left, above_left]
    assert reading_order(boxes, min_gutter=10) == [4, 2, 1, 3, 0]


def test_a_column_that_ends_lower_does_not_break_the_other() -> None:
    boxes = [(20, 0, 480, 100), (520, 0, 980, 900), (20, 120, 480, 300), (20, 950, 480, 1000)]
    assert reading_order(boxes, min_gutter=10) == [0, 2, 3, 1]


def test_a_heading_at_the_left_leads_the_full_width_part_below_it() -> None:
    left, right, heading, below = (20, 0, 480, 300), (520, 0, 980, 300), (20, 340, 200, 360), (20, 370, 980, 700)
    assert reading_order([left, heading, right, below], min_gutter=10) == [0, 2, 1, 3]


def test_regions_get_their_place_as_order() -> None:
    regions = [Region("text", (0, 500, 900, 600), 0, 1.0), Region("paragraph_title", (0, 0, 900, 50), 0, 1.0)]
    ordered = order_regions(regions, 1000)
    assert [(r.label, r.order) for r in ordered] == [("paragraph_title", 0), ("text", 1)]


def test_the_weaker_of_two_boxes_on_one_place_is_dropped_and_slivers_too() -> None:
    strong, weak = Region("text", (0, 0, 100, 50), 0, 0.9), Region("paragraph_title", (0, 5, 100, 50), 0, 0.4)
    sliver = Region("text", (0, 100, 300, 104), 0, 0.9)
    assert filter_regions([weak, sliver, strong]) == [strong]


def test_text_inside_a_table_belongs_to_the_table() -> None:
    table, cell = Region("table", (0, 0, 500, 500), 0, 0.6), Region("text", (10, 10, 200, 40), 0, 0.95)
    assert filter_regions([cell, table]) == [table]


def test_names_above_the_columns_are_read_before_them() -> None:
    title, names, house = (200, 10, 800, 60), [(120, 100, 380, 125), (620, 100, 880, 125)], (150, 130, 350, 155)
    left, right, more = (20, 220, 480, 500), (520, 220, 980, 900), (20, 520, 480, 900)
    boxes = [right, left, more, names[1], names[0], house, (650, 130, 850, 155), title]
    assert reading_order(boxes, min_gutter=10) == [7, 4, 5, 3, 6, 1, 2, 0]


def test_short_paragraphs_at_the_head_of_both_columns_stay_in_them() -> None:
    boxes = [(20, 10, 480, 40), (520, 10, 980, 40), (20, 60, 480, 900), (520, 60, 980, 900)]
    assert reading_order(boxes, min_gutter=10) == [0, 2, 1, 3]


def test_a_headline_over_two_of_three_columns_ends_those_above_it() -> None:
    above = [(20, 10, 320, 300), (350, 10, 650, 300), (680, 10, 980, 300)]
    headline = (20, 330, 420, 360)
    below = [(20, 380, 320, 700), (350, 380, 650, 700), (680, 380, 980, 700)]
    assert reading_order([*above, headline, *below], min_gutter=10) == [0, 1, 2, 3, 4, 5, 6]


def test_a_short_headline_between_columns_that_end_and_begin_at_one_height_parts_them() -> None:
    above = [(20, 10, 320, 300), (350, 10, 650, 300), (680, 10, 980, 290)]
    below = [(20, 380, 320, 700), (350, 380, 650, 700), (680, 380, 980, 700)]
    assert reading_order([*above, (20, 330, 200, 360), *below], min_gutter=10) == [0, 1, 2, 3, 4, 5, 6]


def test_a_headline_between_two_columns_and_three_parts_them() -> None:
    above = [(0, 0, 140, 100), (160, 0, 300, 100)]
    below = [(0, 150, 90, 300), (105, 150, 195, 300), (210, 150, 300, 300)]
    assert reading_order([*above, (0, 120, 120, 135), *below], min_gutter=8) == [0, 1, 2, 3, 4, 5]
    assert reading_order([*below, (0, 320, 120, 335), (0, 350, 140, 450), (160, 350, 300, 450)], min_gutter=8) == [
        0, 1, 2, 3, 4, 5,
    ]  # fmt: skip


def test_a_heading_inside_a_column_stays_in_it() -> None:
    left, right = [(20, 10, 480, 300), (20, 330, 200, 360), (20, 380, 480, 700)], [(520, 10, 980, 700)]
    assert reading_order([*left, *right], min_gutter=10) == [0, 1, 2, 3]


def test_a_formula_in_the_middle_of_the_first_column_is_no_heading_though_the_other_has_white_beside_it() -> None:
    left, formula, after = (20, 0, 480, 300), (120, 320, 400, 340), (20, 360, 480, 700)
    heading, below = (520, 280, 760, 312), (520, 360, 980, 700)
    boxes = [left, formula, after, (520, 0, 980, 260), heading, below]
    assert reading_order(boxes, min_gutter=10) == [0, 1, 2, 3, 4, 5]


def test_a_heading_in_the_right_column_is_that_columns_also_where_the_left_one_has_white_beside_it() -> None:
    left = [(20, 10, 480, 320), (20, 400, 480, 900)]
    right = [(520, 10, 980, 300), (520, 335, 750, 365), (520, 410, 980, 900)]
    assert reading_order([*left, *right], min_gutter=10) == [0, 1, 2, 3, 4]


def test_headings_side_by_side_stay_over_their_own_columns() -> None:
    first, second = (50, 110, 112, 122), (400, 110, 462, 122)
    left, right, below = (50, 138, 348, 278), (400, 138, 698, 278), (50, 320, 196, 388)
    assert reading_order([first, second, left, right, below], min_gutter=10) == [0, 2, 4, 1, 3]


def test_a_row_of_lines_in_the_middle_of_the_columns_is_read_across() -> None:
    names = [(150, 110, 320, 130), (600, 110, 800, 130)]
    columns = [(20, 160, 480, 900), (520, 160, 980, 900)]
    assert reading_order([*names, *columns], min_gutter=10) == [0, 1, 2, 3]


def test_a_quotation_over_the_gutter_is_read_before_the_columns_that_narrow_around_it() -> None:
    quotation = (260, 0, 640, 120)
    left = [(0, 0, 240, 130), (0, 140, 440, 300), (0, 310, 440, 600)]
    right = [(660, 0, 900, 130), (460, 140, 900, 600)]
    boxes = [*left, quotation, *right]
    assert reading_order(boxes, min_gutter=8) == [3, 0, 1, 2, 4, 5]


def test_a_picture_over_one_column_and_a_part_of_the_other_is_read_first() -> None:
    picture, caption = (0, 0, 600, 500), (200, 505, 400, 530)
    left, right = [(0, 540, 430, 900)], [(620, 60, 900, 545), (450, 550, 900, 900)]
    assert reading_order([*left, *right, picture, caption], min_gutter=8) == [3, 4, 0, 1, 2]


def test_rows_of_labels_and_values_that_overlap_make_no_columns() -> None:
    rows = [box for y in (0, 60, 120) for box in ((0, y, 300, y + 70), (290, y + 4, 620, y + 70))]
    assert reading_order(rows, min_gutter=8) == [0, 1, 2, 3, 4, 5]


def test_a_short_title_over_columns_that_narrow_around_a_picture_stays_above_them() -> None:
    title, picture = (380, 0, 520, 30), (250, 200, 650, 400)
    left = [(0, 60, 440, 190), (0, 200, 230, 405), (0, 410, 440, 700)]
    right = [(460, 60, 900, 190), (670, 200, 900, 405), (460, 410, 900, 700)]
    assert reading_order([title, *left, *right, picture], min_gutter=8) == [0, 7, 1, 2, 3, 4, 5, 6]


def test_a_picture_under_the_columns_that_touches_a_line_beside_them_is_read_after_them() -> None:
    picture, foot = (300, 500, 600, 640), (280, 760, 960, 900)
    left = [(0, 0, 440, 490), (0, 500, 290, 750)]
    right = [(460, 0, 900, 490), (610, 500, 900, 750), (930, 400, 950, 770)]
    assert reading_order([foot, picture, *left, *right], min_gutter=8) == [1, 2, 3, 4, 5, 6, 0]


def test_a_line_at_the_height_of_the_white_between_two_paragraphs_parts_no_columns() -> None:
    left = [(100, 100, 480, 300), (100, 318, 470, 340), (100, 346, 480, 600)]
    right = [(520, 100, 900, 322), (520, 350, 900, 600)]  # the first one ends beside the line
    assert reading_order([*left, *right], min_gutter=8) == [0, 1, 2, 3, 4]


def test_the_last_line_of_a_paragraph_beside_such_white_parts_no_columns() -> None:
    left = [(100, 100, 480, 300), (100, 307, 330, 334), (100, 364, 480, 600)]
    right = [(520, 100, 900, 303), (520, 334, 900, 600)]
    assert reading_order([*left, *right], min_gutter=8) == [0, 1, 2, 3, 4]


def test_what_is_indented_in_the_right_column_is_no_column_beside_its_paragraphs() -> None:
    left, foot = [(180, 154, 848, 1386), (180, 1389, 848, 1975)], (188, 2028, 1433, 2055)
    right = [(880, 154, 1540, 505), (994, 533, 1540, 700), (880, 710, 1540, 1340), (994, 1320, 1540, 1600)]
    right += [(880, 1610, 1540, 1760), (980, 1755, 1540, 1985)]
    boxes = [*left, *right, foot]
    assert reading_order(boxes, min_gutter=10) == [*range(len(boxes))]


def test_a_running_head_over_the_first_lines_of_both_columns_is_read_before_them() -> None:
    head = [(76, 42, 190, 65), (492, 42, 518, 60), (896, 46, 933, 60)]
    left, right = [(76, 83, 484, 107), (99, 112, 488, 700)], [(525, 83, 935, 107), (548, 111, 937, 690)]
    assert reading_order([*head, *left, *right], min_gutter=5) == [0, 1, 2, 3, 4, 5, 6]


def test_the_limit_over_a_sum_between_two_paragraphs_parts_no_columns() -> None:
    left = [(20, 0, 480, 200), (249, 212, 253, 221), (120, 225, 380, 260), (20, 275, 480, 500)]
    right = [(520, 0, 980, 200), (520, 224, 980, 500)]
    assert reading_order([*left, *right], min_gutter=10) == [0, 1, 2, 3, 4, 5]

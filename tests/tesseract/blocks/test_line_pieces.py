"""Lines that Tesseract cut at wide spaces are one again; those of two columns stay apart."""

from __future__ import annotations

from ocr_service.document import Region
from ocr_service.tesseract.blocks.compose import compose
from ocr_service.tesseract.blocks.line_pieces import joined_pieces
from ocr_service.tesseract.words import make_line
from tests.support.sheets import blank_sheet, text_line


def test_a_justified_line_that_was_read_in_pieces_is_one() -> None:
    lines = [
        text_line(100, 100, "Площадь", "участка", "составляет"),
        text_line(530, 100, "ещё"),
        text_line(625, 100, "было"),
        text_line(100, 140, "метров,", "а", "номер", "его", "указан", "ниже."),
    ]
    model = [Region("text", (90, 90, 700, 170), 0, 0.9)]
    regions = compose(lines, [], model, blank_sheet(), first_page=True).regions
    assert [r.content for r in regions] == ["Площадь участка составляет ещё было метров, а номер его указан ниже."]


def test_a_word_that_was_read_apart_from_the_middle_of_a_stretched_line_is_in_its_place() -> None:
    line = make_line([*text_line(100, 100, "подписания").words, *text_line(700, 100, "Подрядчик").words], 4.0)
    lines = [line, text_line(400, 100, "сторонами."), text_line(100, 140, "метров,", "а", "номер", "его", "указан")]
    model = [Region("text", (90, 90, 900, 170), 0, 0.9)]
    (region,) = compose(lines, [], model, blank_sheet(), first_page=True).regions
    assert region.content.startswith("подписания сторонами. Подрядчик метров")


def test_pieces_a_space_apart_are_one_line_where_the_model_saw_nothing() -> None:
    first = text_line(140, 140, "Ричард,", em=33)
    lines = [
        text_line(100, 100, *["слово"] * 9),
        first,
        text_line(first.box[2] + 2, 138, "в", "1664", "году."),
        text_line(1200, 140, "12"),
    ]
    regions = compose(lines, [], [], blank_sheet(), first_page=True).regions
    assert "Ричард, в 1664 году." in " ".join(region.content for region in regions)


def test_spaces_of_three_letters_do_not_part_a_justified_line_in_a_narrow_column() -> None:
    first = text_line(100, 100, "подключённых")
    lines = [first, text_line(first.box[2] + 95, 100, "абонентов"), text_line(100, 140, "графику.")]  # 3.2 em
    model = [Region("text", (90, 90, 700, 170), 0, 0.9)]
    regions = compose(lines, [], model, blank_sheet(), first_page=True).regions
    assert " ".join(r.content for r in regions) == "подключённых абонентов графику."


def test_lines_of_two_columns_that_the_model_took_for_one_text_stay_apart() -> None:
    left = [text_line(100, 100 + 38 * index, *["слева"] * 7) for index in range(4)]
    right = [text_line(left[0].box[2] + 30, 100 + 38 * index, *["справа"] * 7) for index in range(4)]
    model = [Region("text", (90, 90, 1600, 300), 0, 0.9)]
    regions = compose([*left, *right], [], model, blank_sheet(), first_page=True).regions
    assert [set(r.content.split()) for r in regions] == [{"слева"}, {"справа"}]


def test_a_line_to_sign_is_one_with_who_signs_it_and_the_next_one_is_another() -> None:
    rows = [("Chair", "P.", "Lund"), ("Clerk", "A.", "Holm")]
    lines = [
        piece
        for row, (office, *name) in enumerate(rows)
        for piece in (
            text_line(100, 300 + 40 * row, office),
            text_line(500, 300 + 40 * row, "_" * 12),
            text_line(900, 300 + 40 * row, *name),
        )
    ]
    regions = compose(lines, [], [], blank_sheet(), first_page=True).regions
    assert [r.content for r in regions] == [f"Chair {'_' * 12} P. Lund", f"Clerk {'_' * 12} A. Holm"]


def test_two_lines_to_sign_beside_each_other_stay_two() -> None:
    lines = [text_line(100, 300, "_" * 12, "/Lund/"), text_line(600, 300, "_" * 12, "/Holm/")]
    regions = compose(lines, [], [], blank_sheet(), first_page=True).regions
    assert [r.content for r in regions] == [f"{'_' * 12} /Lund/", f"{'_' * 12} /Holm/"]


def test_fields_and_their_values_far_beside_them_are_read_row_by_row() -> None:
    rows = [("Supplier:", "Holm Interiors Ltd"), ("Customer:", "The Riverside Clinic"), ("Date:", "4 June 2026")]
    lines = [text_line(100, 300 + 50 * row, name) for row, (name, _) in enumerate(rows)]
    lines += [text_line(500, 300 + 50 * row, *value.split()) for row, (_, value) in enumerate(rows)]
    regions = compose(lines, [], [], blank_sheet(), first_page=True).regions
    assert [r.content for r in regions] == [f"{name} {value}" for name, value in rows]


def test_fields_of_a_typed_form_end_one_under_the_other() -> None:
    rows = [("AGENCY:", "CIA"), ("RECORD NUMBER:", "104-101"), ("AGENCY FILE NUMBER:", "80T01")]
    names = [text_line(580 - 15 * len(name), 100 + 40 * n, name) for n, (name, _) in enumerate(rows)]
    values = [text_line(606, 100 + 40 * n, value) for n, (_, value) in enumerate(rows)]
    assert {line.text for line in joined_pieces([*names, *values], [], [])} == {" ".join(row) for row in rows}


def test_a_head_beside_another_block_is_no_name_of_a_value() -> None:
    left = [text_line(100, 300, "Bill", "to:"), text_line(100, 350, "Anna", "Holm")]
    right = [text_line(700, 300, "Invoice", "17"), text_line(700, 350, "4", "June")]
    regions = compose([*left, *right], [], [], blank_sheet(), first_page=True).regions
    assert next(r.content for r in regions) == "Bill to:"


def test_what_a_drawn_blank_parts_is_one_line_and_the_next_field_is_not() -> None:
    first = text_line(100, 100, "born", "in")
    after, other = text_line(700, 100, "on", "the", "day"), text_line(1200, 100, "Place")
    base = round(first.baseline)
    blank = (first.box[2] + 8, base, after.box[0] - 6, base + 3)
    joined = joined_pieces([first, after, other], [], [], [blank, (after.box[2] + 8, base, 1000, base + 3)])
    assert [line.text for line in joined] == ["born in on the day", "Place"]
    assert len(joined_pieces([first, after], [], [], [(blank[0], base - 40, blank[2], base - 37)])) == 2


def test_blanks_of_two_panels_are_not_joined() -> None:
    left, right = text_line(100, 100, "Name", "___"), text_line(500, 100, "Place", "___")
    panels = [(90, 90, 450, 150), (480, 90, 900, 150)]
    regions = compose([left, right], [], [], blank_sheet(), first_page=True, panels=panels).regions
    assert [region.content.split()[0] for region in regions] == ["Name", "Place"]

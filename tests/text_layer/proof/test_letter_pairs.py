"""Letters that reading takes for each other, or cannot read, are told apart by their drawings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ocr_service.render.pdfium import open_pdf
from ocr_service.text_layer.opened_page import open_page
from ocr_service.text_layer.proof.evidence import Evidence
from ocr_service.text_layer.proof.letter_pairs import drawn_as_itself
from tests.support.text_layer_pdfs import Sample, Sheet, swapped, with_maps
from tests.support.text_layer_set import read_sample, words_of

_KAZAKH = "Үлкен ұжым бүгін ұлттық күнді құттықтап, жүз ұсыныс қосты; үй ұстасы үшін ұзақ уақыт керек."
_GREEK = "Ο νόμος του χρόνου είναι γνωστός και συνεπώς η υπόθεση του νέου νησιού δεν εκκρεμεί."
_RAISED = "Kiev, 15 June: 5 drinkers like Kirk asked SOS of 15 m² in 51 m³."
_GERMAN = "Die Straße in Bonn ist groß, der Fuß weiß; Berlin und Bern grüßen Basel."
_ENGLISH = "The initial silicon filing will finally list all similar civil bills."


def _page(text: str, face: str) -> Sheet:
    sheet = Sheet()
    sheet.paragraph(text, font=face)
    return sheet


@pytest.mark.parametrize(
    ("text", "pair", "face"),
    [
        (_KAZAKH, "үұ", "Serif"),
        pytest.param(_KAZAKH, "үұ", "Sans", marks=pytest.mark.slow),
        pytest.param(_GREEK, "νυ", "Serif", marks=pytest.mark.slow),
        pytest.param(_GREEK, "νυ", "Mono", marks=pytest.mark.slow),
        (_ENGLISH, "il", "Mono"),
        (_GERMAN, "ßB", "SerifBold"),
    ],
)
def test_swapped_letters_of_a_pair_are_not_delivered(tmp_path: Path, text: str, pair: str, face: str) -> None:
    page = read_sample(tmp_path, Sample("pair", with_maps(_page(text, face).pdf(), swapped(pair)), ""), "only")
    lies = {word.translate(str.maketrans(pair, pair[::-1])) for word in text.split() if {*pair} & {*word}}
    assert lies and not lies & set(words_of(page.markdown))


@pytest.mark.parametrize(
    ("text", "letter", "lie", "face"),
    [
        ("Frank took a book back, and the bank kept its black stock.", "k", "K", "Serif"),
        pytest.param("Frank took a book back, and the bank kept its stock.", "k", "K", "Sans", marks=pytest.mark.slow),
        ("Цапля и цинковая чаша цела, цена цистерны уценена, а цены конца улицы целы.", "ц", "щ", "SerifBold"),
        pytest.param("Χαίρε, νέε άνεμε: η δύναμη των νερών.", "ν", "υ", "SerifBold", marks=pytest.mark.slow),
        ("Zinc and zeal: Zurich, Zagreb, Zeeland.", "Z", "2", "Sans"),
        ("Приказы № 15 и № 16, акт № 7.", "№", "N", "Serif"),
        pytest.param("Zinc and zeal: Zurich, Zagreb, Zeeland.", "Z", "2", "Serif", marks=pytest.mark.slow),
        pytest.param("Α, Β και Α: Αθήνα, Αίγινα, Άνδρος.", "Α", "Ε", "Serif", marks=pytest.mark.slow),
        pytest.param("Façade garçon reçu leçon français", "ç", "c", "Sans", marks=pytest.mark.slow),
        pytest.param("Das Gemüse wächst im März.", "ä", "ö", "Sans", marks=pytest.mark.slow),
        pytest.param("Le cœur de l'œuvre au bord de la mer", "œ", "æ", "Serif", marks=pytest.mark.slow),
        pytest.param("El artículo 29.º y el 3.º de la ley", "º", "°", "Serif", marks=pytest.mark.slow),
    ],
)
def test_the_only_one_of_a_pair_is_told_too(tmp_path: Path, text: str, letter: str, lie: str, face: str) -> None:
    pdf = with_maps(_page(text, face).pdf(), lambda codes: {c: lie if t == letter else t for c, t in codes.items()})
    page = read_sample(tmp_path, Sample("one", pdf, ""), "only")
    lies = {word.replace(letter, lie) for word in text.split() if letter in word}
    assert lies and not lies & set(words_of(page.markdown))


@pytest.mark.parametrize(
    ("text", "face"),
    [
        (_KAZAKH, "Serif"),
        pytest.param(
            "Kiev, 15 June: IKEA asked 115 drinkers like Kirk in 51 clinics.", "Serif", marks=pytest.mark.slow
        ),
        pytest.param("Kiev, 15 June: IKEA asked 115 drinkers like Kirk in 51 clinics.", "Sans", marks=pytest.mark.slow),
        pytest.param("He said “yes” to № 5 and she said “no”.", "Serif", marks=pytest.mark.slow),
        pytest.param("He said “yes” to № 5 and she said “no”.", "Sans", marks=pytest.mark.slow),
        pytest.param(_KAZAKH, "Mono", marks=pytest.mark.slow),
        pytest.param(_GREEK, "Serif", marks=pytest.mark.slow),
        pytest.param(_GREEK, "Mono", marks=pytest.mark.slow),
        pytest.param(_ENGLISH, "Mono", marks=pytest.mark.slow),
    ],
)
def test_true_letters_of_a_pair_are_believed(tmp_path: Path, text: str, face: str) -> None:
    page = read_sample(tmp_path, Sample("true", _page(text, face).pdf(), ""), "only")
    assert words_of(page.markdown) == text.split()


@pytest.mark.parametrize(("text", "letter"), [(_KAZAKH, "қ"), ("Қолданылу аясы", "о")])
def test_a_letter_is_not_delivered_twice_for_one_glyph(tmp_path: Path, text: str, letter: str) -> None:
    pdf = with_maps(
        _page(text, "Serif").pdf(), lambda codes: {c: t * 2 if t == letter else t for c, t in codes.items()}
    )
    page = read_sample(tmp_path, Sample("twice", pdf, ""), "only")
    assert letter * 2 not in page.markdown


@pytest.mark.parametrize("lies", [False, True])
def test_a_row_that_is_read_as_the_other_of_a_pair_does_not_refute_what_is_drawn_as_itself(
    tmp_path: Path, lies: bool
) -> None:
    pdf = _page("Z 2 Z 2 Z", "Sans").pdf()
    path = tmp_path / "page.pdf"
    path.write_bytes(with_maps(pdf, swapped("Z2")) if lies else pdf)
    with open_pdf(path, "") as document:
        opened = open_page(document, 1, 200, 40_000_000)
    assert opened is not None
    glyphs, plates = opened.glyphs.kept(opened.seen.visible), opened.seen.plates
    signs = [chr(code) for code in glyphs.codes.tolist()]
    keys = [("Sans", ord(sign), 0) for sign in signs]
    known = {("Sans", ord(sign), 0): Evidence(wrong=Counter({other: 4})) for sign, other in ("Z2", "2Z")}
    assert drawn_as_itself(glyphs, plates, keys, signs, known) == (frozenset() if lies else known.keys())
    assert drawn_as_itself(glyphs, plates, keys, signs, {keys[0]: Evidence(wrong=Counter("B"))}) == frozenset()

"""Which writing systems Tesseract's languages read, and which language to install for one that none of them does."""

from __future__ import annotations

# Names as Tesseract's script detection (``osd``) gives them, with the language that is installed for each.
LANGUAGE_OF_SCRIPT = {
    "Arabic": "ara",
    "Armenian": "hye",
    "Bengali": "ben",
    "Devanagari": "hin",
    "Ethiopic": "amh",
    "Georgian": "kat",
    "Greek": "ell",
    "Gujarati": "guj",
    "Gurmukhi": "pan",
    "Han": "chi_sim",
    "Hangul": "kor",
    "Hebrew": "heb",
    "Japanese": "jpn",
    "Kannada": "kan",
    "Khmer": "khm",
    "Korean": "kor",
    "Lao": "lao",
    "Malayalam": "mal",
    "Myanmar": "mya",
    "Sinhala": "sin",
    "Tamil": "tam",
    "Telugu": "tel",
    "Thai": "tha",
    "Tibetan": "bod",
}
_OTHERS = {"Arabic": {"fas", "urd", "pus", "snd", "uig"}, "Han": {"chi_tra"}, "Greek": {"grc"}, "Hebrew": {"yid"}}

# ISO 639-1 to Tesseract's names (ISO 639-2, but Chinese).
_TWO_LETTERS = {
    "ar": "ara", "az": "aze", "be": "bel", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "ces", "da": "dan",
    "de": "deu", "el": "ell", "en": "eng", "es": "spa", "et": "est", "fa": "fas", "fi": "fin", "fr": "fra",
    "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "hy": "hye", "id": "ind", "it": "ita", "ja": "jpn",
    "ka": "kat", "kk": "kaz", "ko": "kor", "ky": "kir", "lt": "lit", "lv": "lav", "mk": "mkd", "nl": "nld",
    "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "sq": "sqi",
    "sr": "srp", "sv": "swe", "ta": "tam", "tg": "tgk", "th": "tha", "tr": "tur", "tt": "tat", "uk": "ukr",
    "uz": "uzb", "vi": "vie", "zh": "chi_sim",
}  # fmt: skip


def full_codes(language: str) -> str:
    """``en+ru`` as ``eng+rus``; parts that are no two-letter codes stay as they are."""
    return "+".join(_TWO_LETTERS.get(part.lower(), part) for part in language.split("+"))


def document_language(language: str) -> str:
    """The BCP 47 tag of the first of Tesseract's languages: ``rus+eng`` is ``ru``; its own where none is shorter."""
    first = language.split("+")[0]
    return next((short for short, full in _TWO_LETTERS.items() if full == first), first.split("_")[0])


def language_for(script: str, language: str) -> str | None:
    """The language to install for ``script``; None where one of ``language`` reads it, or it needs none of its own."""
    needed = LANGUAGE_OF_SCRIPT.get(script)
    if needed is None:
        return None
    readers = {needed} | _OTHERS.get(script, set())
    return None if any(part.split("_vert")[0] in readers for part in language.split("+")) else needed

"""The text of an answer without what no result may contain: control characters and special tokens of the model."""

from __future__ import annotations

import re

# C0 and C1 but tab and line feed; lone surrogates; marks that reorder what is shown (Unicode TR 9); non-characters.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
# End marks that a server with ``skip_special_tokens`` off, or another tokenizer, leaves at the end.
_END_TOKENS = (
    *(
        f"<|{name}|>"
        for name in ("end", "im_end", "endoftext", "eot_id", "eos", "user", "assistant", "end_of_sentence")
    ),
    "</s>",
)


def printable(text: str) -> str:
    r"""``text`` with line ends as ``\n`` and without control characters; tabs and other spaces stay."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text))


def without_end_tokens(text: str) -> str:
    """``text`` without the model's end tokens behind it; unchanged where none is there."""
    kept = text
    while kept.rstrip().endswith(_END_TOKENS):
        kept = kept.rstrip()
        kept = kept[: max(kept.rfind("<|"), kept.rfind("</s>"))]
    return text if kept is text else kept.rstrip()

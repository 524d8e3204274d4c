"""How captions of figures and tables begin."""

from __future__ import annotations

import re

CAPTION = re.compile(
    r"^(Рис(?:унок|\.)|Табл(?:ица|\.)|Схема|Диаграмма|Fig(?:ure|\.)|Table|Chart)\s*(?:№\s*)?"
    r"(?:\d|(?-i:[IVX]+|[A-ZА-Я])\b)",
    re.IGNORECASE,
)
# ``Fig. 3 Comparison``, ``Table 4: in-domain``; a sentence goes on otherwise: ``Table 3 shows``, ``Figure 2 (right)``.
TITLED_CAPTION = re.compile(
    r"^(?i:Рис(?:унок|\.)|Табл(?:ица|\.)|Fig(?:ure|\.)|Table)\s*+\d++(?:\.\d++)*+(?:\s?[.:|–—]\s*+\S|\s++[A-ZА-ЯЁ])"
)

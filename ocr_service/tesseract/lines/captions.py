"""How captions of figures and tables begin."""

from __future__ import annotations

import re

CAPTION = re.compile(
    r"^(Рис(?:унок|\.)|Табл(?:ица|\.)|Схема|Диаграмма|Fig(?:ure|\.)|Table|Chart)\s*(?:№\s*)?"
    r"(?:\d|(?-i:[IVX]+|[A-ZА-Я])\b)",
    re.IGNORECASE,
)

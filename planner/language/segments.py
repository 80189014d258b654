"""Units: the pieces of an instruction that a goal form may copy.

A unit is a word, a number, one Chinese character or one punctuation mark. Spaces, letter case, full-width punctuation
and traditional characters are normalised away, so a copied phrase is a run of consecutive units.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pontine.planner.language.characters import simplified

CJK = "\u3400-\u9fff\uf900-\ufaff"
_UNIT = re.compile(rf"[{CJK}]|[^\W{CJK}]+(?:[-.'’][^\W{CJK}]+)*|\S")


def split_units(text: str) -> tuple[str, ...]:
    """The units of a text, lower-case.

    Example:
        >>> split_units("Put 紅色方塊 in the box.")
        ('put', '红', '色', '方', '块', 'in', 'the', 'box', '.')
    """
    return tuple(_UNIT.findall(simplified(unicodedata.normalize("NFKC", text).lower())))


def join_units(units: Sequence[str]) -> str:
    """The text of consecutive units: words apart, Chinese characters together."""
    out = ""
    for unit in units:
        apart = out and not (is_cjk(out[-1]) or is_cjk(unit[0]))
        out += (" " if apart else "") + unit
    return out


def is_word(unit: str) -> bool:
    """Whether a unit may be copied into a goal form (punctuation may not)."""
    return any(character.isalnum() for character in unit)


def is_cjk(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return re.match(f"[{CJK}]", character) is not None

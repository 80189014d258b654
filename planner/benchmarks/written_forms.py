"""A brain whose forms are kept in a file, so that what becomes of them can be judged again without the model, and with
parts of what judges them left out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

from pontine.envs.errors import UnknownNameError
from pontine.envs.files import replacing
from pontine.envs.io import json_text
from pontine.envs.scene import Scene
from pontine.planner.brain.reader import FormBrain
from pontine.planner.language.form import Form
from pontine.planner.language.meaning import Likeness, meaning_by

PARTS = ("choice", "meaning")
"""What can be left out: that of several forms the one is taken that makes most sense in the scene, and that other
words than those of the scene and the lexicon are understood by what they mean."""


class WrittenForms(FormBrain):
    """The forms that a brain writes, from a file as far as it has them.

    A line of the file is one form of one instruction in one scene: its `key`, the `form` and its `chance`; or `end`,
    that there are no more. The brain is loaded when the file lacks a form.
    """

    def __init__(self, path: Path, load: Callable[[], FormBrain], others: bool = True) -> None:
        """`others` is whether more than the first form of an instruction is looked at. Raises PontineError if the file
        is damaged."""
        self.path, self.others = path, others
        self._load = load
        self._brain: FormBrain | None = None
        self._known: dict[str, list[tuple[str, float | None]]] = {}
        self._whole: set[str] = set()
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if not text.endswith("\n"):  # the last line is half written
            text = text[: text.rfind("\n") + 1]
            with replacing(path) as new:
                new.write_text(text, encoding="utf-8")
        lines = text.splitlines()
        with json_text.expecting(f"the file of written forms {str(path)!r}"):
            for number, line in enumerate(lines, 1):
                row = json_text.parse(line, f"line {number} of {path.name}")
                if row.get("end"):
                    self._whole.add(row["key"])
                else:
                    self._known.setdefault(row["key"], []).append((row["form"], row["chance"]))

    def forms(self, instruction: str, scene: Scene | None = None) -> Iterator[tuple[Form, float | None]]:
        """What `FormBrain.forms` says."""
        return islice(self._forms(instruction, scene), None if self.others else 1)

    def _forms(self, instruction: str, scene: Scene | None) -> Iterator[tuple[Form, float | None]]:
        told = json.dumps([instruction, None if scene is None else scene.to_json()], ensure_ascii=False, sort_keys=True)
        key = hashlib.sha256(told.encode()).hexdigest()[:16]
        known = self._known.setdefault(key, [])
        for text, chance in tuple(known):
            yield Form.parse(text), chance
        if key in self._whole:
            return
        if self._brain is None:
            self._brain = self._load()
        for form, chance in islice(self._brain.forms(instruction, scene), len(known), None):
            known.append((str(form), chance))
            self._append({"key": key, "form": str(form), "chance": chance})
            yield form, chance
        self._whole.add(key)
        self._append({"key": key, "end": True})

    def _append(self, row: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


class Nothing:
    """Knows no meaning of any word."""

    def likeness(self, said: str, called: str) -> Likeness:
        """How like what is `called` so is to what was `said`: not at all, unless it is the same word."""
        return Likeness.SAME if said == called else Likeness.FAR


def left_out(parts: tuple[str, ...]) -> AbstractContextManager[None]:
    """What is left out, but for `choice`, which `WrittenForms` is told. Raises UnknownNameError."""
    for part in parts:
        if part not in PARTS:
            raise UnknownNameError("part of reading", part, PARTS)
    return meaning_by(Nothing()) if "meaning" in parts else nullcontext()

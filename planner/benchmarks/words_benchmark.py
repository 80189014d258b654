"""How well words that nobody wrote down find the things they mean: 319 words as people say them, each with the names of
what is on a table, written before anything that knows the meaning of words was tried.

    python -m pontine.planner.benchmarks.words_benchmark [held_out]

A line of `words.jsonl` has what is said (`say`), the names (`among`) and those of them that are meant (`means`, none if
nothing there is). Half of them, drawn by seed, are `held_out`: look at those once, when all is settled.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pontine.envs.io import json_text
from pontine.envs.io.plain_text import plain
from pontine.envs.scene import SceneObject
from pontine.planner.grounding.naming.query import find
from pontine.planner.language.segments import split_units

WORDS = Path(__file__).with_name("words.jsonl")

OUTCOMES = ("right", "asked", "asked about another", "declined", "wrong", "let alone", "asked for nothing", "made up")
"""What becomes of a word: that which is meant is taken, or asked about, or something else is, or nothing; for a word
that means nothing there, that is said, or something is asked about, or taken."""

Taking = tuple[str, Sequence[str]]
"""`take`, `ask` or `none`, and the names."""


def load(held_out: bool = False) -> list[dict[str, Any]]:
    """The words, or those of the other half."""
    rows = [json_text.parse(line) for line in WORDS.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row.get("held_out", False) == held_out]


def by_grounder(said: str, among: Sequence[str]) -> Taking:
    """What the grounder makes of a word."""
    match = find(split_units(said), [SceneObject(name, name) for name in among])
    names = [thing.name for thing in match.things or match.near]
    return ("take" if match.things and match.sure else "ask" if names else "none"), names


def outcome(row: dict[str, Any], taking: Taking) -> str:
    """Which of the outcomes it is."""
    does, names = taking
    means = set(row["means"])
    if not means:
        return {"take": "made up", "ask": "asked for nothing", "none": "let alone"}[does]
    if does == "take":
        return "right" if set(names) == means else "wrong"
    if does == "none":
        return "declined"
    return "asked" if means & set(names) else "asked about another"


def counts(
    rows: Sequence[dict[str, Any]], take: Callable[[str, Sequence[str]], Taking] = by_grounder
) -> dict[str, Counter[str]]:
    """How often each outcome comes of the words, by language."""
    told: dict[str, Counter[str]] = {}
    for row in rows:
        told.setdefault(row["language"], Counter())[outcome(row, take(row["say"], row["among"]))] += 1
    return told


if __name__ == "__main__":
    for language, counted in counts(load("held_out" in sys.argv)).items():
        print(plain("  ".join([language, *(f"{what} {counted[what]}" for what in OUTCOMES)])))

"""Training forms in scenes made for them: the grounder reads them, and moves what they speak of and nothing else."""

from __future__ import annotations

import random
import re

import pytest

from pontine.planner.grounding.grounder import ground
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import ALONE, FOLLOW_UP, SKILL
from pontine.planner.tuning.corpus import Sample, samples
from pontine.planner.tuning.synthetic_scenes import furnish

OPEN = {"it", "all", "rest", "other", "any", "half"}
"""Determiners by which a form may mean what happens to stand there."""


OPEN_WORDS = re.compile(
    r"\b(first|second|third|fourth|fifth|last|item|thing|object|one|\dnd|\dst|\drd)|[第数倒]|东西|物|那个"
)
"""Words for an order, and nouns that anything answers to."""


def keywords(form: Form) -> set[str]:
    return {symbol.text for symbol in form.symbols() if not symbol.copied}


@pytest.fixture(scope="module")
def drawn() -> list[Sample]:
    """Samples that are about the scene alone: not about what was done before, and with no verb that nobody foresaw."""
    every = samples(seed=13, chunk=0, count=600, chinese=0.5)
    return [s for s in every if not keywords(s.form) & {*ALONE, *FOLLOW_UP, SKILL}]


def test_a_form_moves_what_it_speaks_of_and_nothing_else(drawn: list[Sample]) -> None:
    read = told = 0
    for i, sample in enumerate(drawn):
        scene, meant = furnish(sample.form, random.Random(i))
        reading = ground(sample.form, scene, sample.language)
        read += reading.kind in ("subgoals", "answer")
        if reading.kind == "subgoals" and not keywords(sample.form) & OPEN and not OPEN_WORDS.search(str(sample.form)):
            told += 1
            moved = {goal[1] for goal in reading.subgoals if goal[0] != "not"}
            assert moved <= meant, (sample.instruction, str(sample.form), reading.subgoals)
    assert told > 150
    assert read / len(drawn) > 0.6, f"{read} of {len(drawn)}"


def test_a_form_in_another_scene_is_answered_and_breaks_nothing(drawn: list[Sample]) -> None:
    kinds = set()
    for i, sample in enumerate(drawn):
        scene, _ = furnish(drawn[i - 1].form, random.Random(i))
        kinds.add(ground(sample.form, scene, sample.language).kind)
    assert kinds == {"subgoals", "answer", "question", "refusal"}

"""Training samples: instructions with their goal forms, drawn from a grammar, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pontine.planner.brain.corpus_chinese import Chinese
from pontine.planner.brain.corpus_english import English
from pontine.planner.brain.form import Form
from pontine.planner.brain.units import split_units

MAX_UNITS = {"en": 32, "zh": 36}
"""Longest instruction that is trained on, in units."""

FOLLOW_UPS = 0.04
"""Share of instructions about what was done before."""


@dataclass(frozen=True)
class Sample:
    """One instruction and the goal form it means."""

    language: str
    instruction: str
    form: Form


def samples(
    seed: int,
    chunk: int,
    count: int,
    excluded: Collection[tuple[str, ...]] = (),
    chinese: float = 0.55,
    follow_ups: bool = True,
) -> Iterator[Sample]:
    """`count` samples of chunk number `chunk`; chunks can be drawn in any order.

    Args:
        excluded: instructions, as units, that must not be drawn (those of a test set).
        chinese: the share of Chinese.
        follow_ups: whether some are about what was done before; without them the samples are those that the first
            adapters were trained on.
    """
    rng = random.Random(f"{seed}/{chunk}")
    speakers: dict[str, English | Chinese] = {"en": English(rng), "zh": Chinese(rng)}
    made = 0
    while made < count:
        language = "zh" if rng.random() < chinese else "en"
        speaker = speakers[language]
        said = speaker.follow_up() if follow_ups and rng.random() < FOLLOW_UPS else speaker.sentence()
        if follow_ups and "放回去" in said.text and said.form.startswith("down"):
            # Without a memory of what was done, to put back could only mean to put down.
            continue
        units = split_units(said.text)
        if len(units) <= MAX_UNITS[language] and units not in excluded:
            made += 1
            yield Sample(language, said.text, Form.parse(said.form))

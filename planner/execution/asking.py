"""Asking back: a reader that puts the brain's questions to the person and uses the answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pontine.envs.scene import Scene
from pontine.planner.brain import Brain
from pontine.planner.reading import Reading, Turn

MOST_QUESTIONS = 3
"""How often one instruction may be asked about before it is left as it is."""

MOST_WORDS = 4
"""An answer of more words than this is taken for an instruction and not for a choice."""

Ask = Callable[[Reading], str | None]
"""Puts a question to the person; None if no answer comes."""


def read_asking(brain: Brain, instruction: str, scene: Scene, ask: Ask, turns: Sequence[Turn] = ()) -> Reading:
    """The reading of `instruction`, after the questions it raised were answered.

    An answer that picks one of the options is used by reading the same instruction again in a
    scene without the others; to a number that none of them has the question is asked again; any other answer is read
    as the instruction said better.
    """
    reading = brain.read(instruction, scene, turns)
    for _ in range(MOST_QUESTIONS):
        if reading.kind != "question":
            break
        answer = ask(reading)
        if not answer or not answer.strip():
            break
        picked = choose(answer, reading.options)
        if picked is None and reading.options and answer.strip().isdecimal():
            continue
        if picked is None:
            instruction = answer
        else:
            scene = without(scene, [name for name in reading.options if name != picked])
        reading = brain.read(instruction, scene, turns)
    return reading


def choose(answer: str, options: Sequence[str]) -> str | None:
    """The option that an answer picks: by its number, its name, or words that only one of them has."""
    answer = answer.strip().casefold()
    if answer.isdecimal() and 1 <= int(answer) <= len(options):
        return options[int(answer) - 1]
    names = [o for o in options if o.casefold() == answer]
    said = set(re.findall(r"\w+", answer.replace("_", " ")))
    shared = [len(said & set(o.casefold().split("_"))) for o in options]
    if not names and shared and max(shared) > 0 and len(said) <= MOST_WORDS:
        names = [o for o, n in zip(options, shared, strict=True) if n == max(shared)]
    return names[0] if len(names) == 1 else None


def without(scene: Scene, names: Sequence[str]) -> Scene:
    """The scene as it would be read if some objects were not meant."""
    gone = set(names)
    kept = tuple(replace(o, support=None) if o.support in gone else o for o in scene.objects if o.name not in gone)
    fixtures = tuple(f for f in scene.fixtures if f.name not in gone)
    return Scene(kept, fixtures, None if scene.holding in gone else scene.holding)

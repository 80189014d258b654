"""Asking back: a reader that puts the brain's questions to the person and uses the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.brain import Brain
from pontine.planner.dialogue.conversation import said
from pontine.planner.dialogue.replies import Told, chosen
from pontine.planner.language.languages import data, language_of
from pontine.planner.language.messages import word
from pontine.planner.language.segments import split_units
from pontine.planner.reading import Reading, Turn, refusal

T = TypeVar("T", SceneObject, Fixture)

MOST_QUESTIONS = 3
"""How often one instruction may be asked about before it is left as it is."""

Ask = Callable[[Reading], str | None]
"""Puts a question to the person; None if no answer comes."""


def read_asking(brain: Brain, instruction: str, scene: Scene, ask: Ask, turns: Sequence[Turn] = ()) -> Reading:
    """The reading of `instruction`, after the questions it raised were answered.

    An answer that picks one of the options is used by reading the same instruction again, in a scene without the
    others, or in which the one is called what it was asked about. Any other answer is read as the rest of the
    instruction ("into the bowl") or as the instruction said better. Where that is not understood either, the question
    is asked again; "stop" leaves it.
    """
    reading = brain.read(instruction, scene, turns)
    for _ in range(MOST_QUESTIONS):
        if reading.kind != "question":
            break
        answer = ask(reading)
        if not answer or not answer.strip() or said(answer, language_of(answer), "stop"):
            break
        told = chosen(answer, reading, scene)
        if told is Told.NO:
            what = reading.about or reading.options[0]
            return refusal("impossible", word("missing", language_of(instruction), what))
        if isinstance(told, str):
            scene = _meant(scene, reading, told)
            reading = brain.read(instruction, scene, turns)
        elif not answer.strip().isdecimal():
            for text in _tries(instruction, answer):
                better = brain.read(text, scene, turns)
                if better.kind in ("subgoals", "answer") or better.reason == "unsafe" or better.options:
                    instruction, reading = text, better
                    break
    return reading


def _tries(instruction: str, answer: str) -> list[str]:
    """What an answer may mean that names none of the options: alone, or as the rest of what was said."""
    told = language_of(answer)
    whole = f"{instruction}{' ' if data(told, 'language')['spaced'] else ''}{answer}"
    first = split_units(answer)[0]
    return [whole, answer] if first in data(told, "followup")["places"] else [answer, whole]


def _meant(scene: Scene, question: Reading, name: str) -> Scene:
    """The scene as it is read now that one of the options is known to be meant."""
    if not question.about:
        return without(scene, [option for option in question.options if option != name])

    return replace(
        scene,
        objects=tuple(_called(o, name, question.about) for o in scene.objects),
        fixtures=tuple(_called(f, name, question.about) for f in scene.fixtures),
    )


def _called(thing: T, name: str, word: str) -> T:
    return replace(thing, aliases=(*thing.aliases, word)) if thing.name == name else thing


def without(scene: Scene, names: Sequence[str]) -> Scene:
    """The scene as it would be read if some objects were not meant."""
    gone = set(names)
    objects = tuple(
        replace(
            o,
            support=None if o.support in gone else o.support,
            part_of=None if o.part_of in gone else o.part_of,
        )
        for o in scene.objects
        if o.name not in gone
    )
    fixtures = tuple(
        replace(f, part_of=None if f.part_of in gone else f.part_of) for f in scene.fixtures if f.name not in gone
    )
    return replace(
        scene,
        objects=objects,
        fixtures=fixtures,
        holding=None if scene.holding in gone else scene.holding,
        unseen=tuple(name for name in scene.unseen if name not in gone),
    )

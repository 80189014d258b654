"""What is said about what was done or about the arm itself, and needs no model: "again", "no, the other one", "the same
with the green one", "stop", "why?", "what do you see?", "what can you do?".

The phrases are regular expressions in `data/*/followup.json`, over the words without punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pontine.envs.predicates import Predicate, written
from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.planner.grounding import undo
from pontine.planner.grounding.naming.abilities import graspable
from pontine.planner.grounding.naming.query import Subject, find
from pontine.planner.grounding.naming.resolve import Resolver, Unresolved
from pontine.planner.language.languages import data, languages
from pontine.planner.language.messages import word
from pontine.planner.language.segments import join_units, split_units
from pontine.planner.reading import Reading, Turn, answer, subgoals
from pontine.policies.skills.skill import SKILLS

Read = Callable[[str, Sequence[Turn]], Reading]
"""Reads an instruction after some turns."""

PHRASES = ("again", "stop", "other", "same", "why", "see", "can")


def reply(instruction: str, scene: Scene, turns: Sequence[Turn], read: Read) -> Reading | None:
    """The reading of such a phrase; None if the instruction is anything else, or is about something that was done and
    nothing was. `read` reads what is to be done again."""
    for language in languages():
        for name in PHRASES:
            found = said(instruction, language, name)
            if found is None:
                continue
            if name == "stop":
                return answer(word("stopped", language))
            if name == "see":
                return answer(_seen(scene, language))
            if name == "can":
                return answer(word("able", language, "", _able(language)))
            if name == "why":
                return answer(_why(turns, language))
            if not turns:
                return None
            if name == "again":
                return read(turns[-1].instruction, turns[:-1])
            phrase = next((group for group in found.groupdict().values() if group), "")
            try:
                return _instead(phrase, scene, turns, language)
            except Unresolved as unresolved:
                return unresolved.reading
    return None


def said(text: str, language: str, name: str) -> re.Match[str] | None:
    """How a text, but for filler words, is the phrase of that name; None if it is none.

    Example:
        >>> said("OK, do the same with the green one!", "en", "same")["with"], said("是的", "zh", "yes") is not None
        ('the green one', True)
    """
    words = [u for u in split_units(text) if any(c.isalnum() for c in u)]
    told = data(language, "followup")
    spoken = (" " if data(language, "language")["spaced"] else "").join(words)
    return re.fullmatch(told["filler"] + told[name] + told["trailer"], spoken)


def _instead(phrase: str, scene: Scene, turns: Sequence[Turn], language: str) -> Reading | None:
    """What was done last, done with another thing: with what the phrase names, or with the only other one, and then the
    first goes back to where it was."""
    turn, resolver = turns[-1], Resolver.after(turns, scene, language)
    named = {TABLE, *(o.name for o in scene.objects), *(f.name for f in scene.fixtures)}
    moved = dict.fromkeys(g[1] for g in turn.goals if g[0] != "not" and g[1] in scene)
    told = {name for goal in turn.goals for name in goal[1:]}
    if len(moved) != 1 or any(name not in named for name in told):
        # Of several things, or of a spot, a model has to say what is meant.
        return None
    (first,) = moved
    others: list[SceneObject] = [o for o in scene.objects if o.name not in told and graspable(o)]
    alike = [o for o in others if Subject(o).kinds & Subject(scene.object(first)).kinds]
    if phrase:
        found = find(split_units(phrase), others)
        fitting = [t for t in found.things if isinstance(t, SceneObject)]
        fitting = [t for t in fitting if t in alike] or fitting
        if not fitting:
            near = [thing.name for thing in found.near]
            raise resolver.ask("missing_near", phrase, near) if near else resolver.decline("missing", phrase)
    else:
        fitting = alike or others
    if not fitting:
        raise resolver.decline("missing", join_units(split_units(phrase or Subject(scene.object(first)).nouns[0])))
    if len(fitting) > 1:
        raise resolver.ask("which", phrase or Subject(scene.object(first)).nouns[0], [t.name for t in fitting])
    goals: list[Predicate] = [tuple(fitting[0].name if n == first else n for n in goal) for goal in turn.goals]
    return subgoals(*([] if phrase else _back(turns, resolver)), *goals)


def _back(turns: Sequence[Turn], resolver: Resolver) -> list[Predicate]:
    """Goals that take back what was done last, as far as that can be done."""
    try:
        return undo.undo(turns, resolver)
    except Unresolved:
        return []


def _why(turns: Sequence[Turn], language: str) -> str:
    if not turns:
        return word("nothing_done", language)
    return word("because", language, turns[-1].instruction, [written(goal) for goal in turns[-1].goals])


def _seen(scene: Scene, language: str) -> str:
    """Everything in the scene, with what it stands on if that is not the table, or the state that it is in."""
    told = []
    for thing in scene.objects:
        if thing.name == scene.holding:
            told.append(word("held_now", language, thing.name))
        elif thing.support in (None, TABLE):
            told.append(thing.name)
        else:
            told.append(word("put_now", language, thing.name, [str(thing.support)]))
    told += [word("put_now", language, fixture.name, [fixture.state]) for fixture in scene.fixtures]
    return word("seen", language, "", told) if told else word("nothing_seen", language)


def _able(language: str) -> list[str]:
    """The registered skills in words."""
    return [skill.words[language][0] if skill.words.get(language) else skill.name for skill in SKILLS.values()]

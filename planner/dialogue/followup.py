"""Set phrases that need no model and mean nothing else: what takes back what was done, and the words of skills that are
done to nothing, such as "go home".

They are regular expressions in `language/data/*/followup.json`, over the words without punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pontine.envs.scene import Scene
from pontine.planner.grounding import skills
from pontine.planner.grounding.naming.query import VAGUE, Description, find
from pontine.planner.language.form import Clause, Form, NounPhrase, Term
from pontine.planner.language.grammar import SKILL
from pontine.planner.language.languages import data, languages
from pontine.planner.language.segments import split_units


def set_phrase(instruction: str) -> Form | None:
    """The form of an instruction that is nothing but such a phrase; None if it is anything else."""
    words = [u for u in split_units(instruction) if any(c.isalnum() for c in u)]
    for code in languages():
        text = (" " if data(code, "language")["spaced"] else "").join(words)
        filler, undo, back, trailer = (data(code, "followup")[key] for key in ("filler", "undo", "back", "trailer"))
        if re.fullmatch(filler + undo, text):
            return Form.parse("undo")
        if re.fullmatch(filler + back, text):
            return Form.parse("back it")
        deed = split_units(re.sub(rf"^{filler}|{trailer}$", "", text))
        if skills.alone(deed):
            return Form((Clause(SKILL, (), deed),))
    return None


def skill_phrase(instruction: str, scene: Scene) -> Form | None:
    """The form of an instruction that is just the words of a skill and what one thing of the scene is called, where the
    goal form has no verb for what the skill does; None if it is anything else."""
    words = [u for u in split_units(instruction) if any(c.isalnum() for c in u)]
    for code in languages():
        told = data(code, "language")
        filler, trailer = (data(code, "followup")[key] for key in ("filler", "trailer"))
        said = split_units(re.sub(rf"^{filler}|{trailer}$", "", (" " if told["spaced"] else "").join(words)))
        for skill in skills.named(said):
            if len(skill.arguments) != 1:
                continue
            for verb in map(split_units, skill.words.get(code, ())):
                for phrase in _objects(said, verb, told["takers"]):
                    noun = phrase[1:] if phrase[:1] and phrase[0] in data(code, "lexicon")["articles"] else phrase
                    if noun and _one_thing(noun, scene):
                        return Form((Clause(SKILL, (NounPhrase((Term("the", noun),)),), verb),))
    return None


def _one_thing(noun: tuple[str, ...], scene: Scene) -> bool:
    """Whether words mean something in the scene, and none of them is about anything else ("the cup, then take it")."""
    found = find(noun, scene.objects).things
    told = Description.of(noun).head
    return bool(found) and all(word in VAGUE or find((word,), found).things for word in told)


def _objects(said: tuple[str, ...], verb: tuple[str, ...], takers: list[str]) -> Iterator[tuple[str, ...]]:
    """What is left of a sentence without its verb: "knock over X", "knock X over", 把 X 推倒."""
    if said[: len(verb)] == verb:
        yield said[len(verb) :]
    if len(verb) > 1 and said[:1] == verb[:1] and said[1 - len(verb) :] == verb[1:]:
        yield said[1 : 1 - len(verb)]
    if takers and said[-len(verb) :] == verb:
        yield said[said[0] in takers : -len(verb)]

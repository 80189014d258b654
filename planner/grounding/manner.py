"""By which skill an instruction wants a thing brought to its place: pushed, where a form says only that it is moved."""

from __future__ import annotations

import re

from pontine.planner.grounding import skills
from pontine.planner.grounding.naming.placing import stands
from pontine.planner.language.form import Clause
from pontine.planner.language.grammar import SIDES, SKILL
from pontine.planner.language.languages import data, every, languages
from pontine.planner.language.segments import is_cjk, join_units, split_units
from pontine.policies.skills.skill import SKILLS, Skill

_BRINGING = frozenset(("move", "near", "closer", "farther", *SIDES))
"""Verbs of the goal form for a single thing that is brought to a place on the table."""


def told(clause: Clause, instruction: str) -> type[Skill] | None:
    """The skill held in reserve that the clause, or else the instruction where it says the clause, has for a verb.

    Example:
        >>> from pontine.planner.language.form import Form
        >>> (clause,) = Form.parse("left the cube, the bowl").clauses
        >>> [told(clause, f"{verb} the cube to the left of the bowl") is not None for verb in ("slide", "put")]
        [True, False]
    """
    reserved = [skill for skill in SKILLS.values() if skill.reserve]
    if clause.verb == SKILL:
        return next((skill for skill in skills.meant(clause.words) if skill in reserved), None)
    if clause.verb not in _BRINGING:
        return None
    said = _part(clause, instruction)
    if any(stands(sign, said) for sign in (*every("signs", "negations"), *every("signs", "corrections"))):
        return None
    return next((skill for skill in reserved if _named(skill, said)), None)


def _part(clause: Clause, instruction: str) -> str:
    """The first part of the instruction, between two pauses, that the copied phrases of a clause stand in, or one that
    the first of them does, without the phrases themselves; nothing where there is none."""
    text = join_units(split_units(instruction))
    phrases = [join_units(t.words) for phrase in clause.arguments for term in phrase.terms for t in term.nested()]
    phrases = [phrase for phrase in phrases if phrase]
    boundary = "|".join(data(code, "doubts")["boundary"] for code in languages())
    parts = [part for part in re.split(boundary, text) if phrases and stands(phrases[0], part)]
    part = next((part for part in parts if all(stands(phrase, part) for phrase in phrases)), "".join(parts[:1]))
    for phrase in sorted(phrases, key=len, reverse=True):
        part = part.replace(phrase, " · ")
    return part


def _named(skill: type[Skill], said: str) -> bool:
    """Whether one of the skill's words, or another form of it, stands there and is no part of another skill's."""
    longer = [
        word for other in SKILLS.values() if other is not skill for words in other.words.values() for word in words
    ]
    longer += every("signs", "not_verbs")
    for words in skill.words.values():
        for word in words:
            rest = said
            for other in longer:
                rest = rest.replace(other, "·") if word in other and word != other else rest
            if is_cjk(word[0]) and word in rest:
                return True
            if not is_cjk(word[0]) and any(skills.same((word,), (unit,)) for unit in split_units(rest)):
                return True
    return False

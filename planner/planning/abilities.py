"""What the registered skills can do with what a scene has, from their operators and what the things themselves say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.predicates import Predicate
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.envs.spots import spot
from pontine.planner.grounding.naming.abilities import broad, carries, graspable, takes_things_in
from pontine.planner.grounding.naming.query import Subject
from pontine.policies.skills.operator import HAND, ON_TABLE, RELATIONS, SPOT, Operator
from pontine.policies.skills.skill import SKILLS, Skill

Thing = SceneObject | Fixture

Sort = Literal["support", "beside", "holding", "state", "hand", "other"]
"""What a predicate is about, as planning tells them apart: what a thing stands on or in, at which spot or beside what
on the table it stands, what is held, a fixture's state, the hand; anything else is a plain fact."""


def about(name: str) -> Sort:
    """What the predicate of that name is about."""
    if name in ("on", "in"):
        return "support"
    if name in ON_TABLE:
        return "beside"
    if name in HAND:
        return "hand"
    if any(name in kind.states for kind in FIXTURES.values()):
        return "state"
    return "holding" if name == "holding" else "other"


def states_of(fixture: Fixture) -> tuple[str, ...]:
    """The states a fixture may be in: those of its kind; where nobody declared that, those of kinds that open if the
    scene says that it does, or that have the state it is in, or that it is called like; else those of the first kind
    there is."""
    if fixture.kind in FIXTURES:
        return FIXTURES[fixture.kind].states
    if fixture.openable:
        return next(kind.states for kind in FIXTURES.values() if opening() & set(kind.states))
    nouns = Subject(fixture).kinds
    alike = [kind.states for kind in FIXTURES.values() if fixture.state in kind.states]
    alike += [kind.states for kind in FIXTURES.values() if kind.name in nouns]
    alike += [kind.states for kind in FIXTURES.values()]
    return alike[0]


def exclusive(state: str) -> frozenset[str]:
    """The states that a fixture in this one is not in."""
    return frozenset(s for kind in FIXTURES.values() if state in kind.states for s in kind.states) - {state}


def opening() -> frozenset[str]:
    """The states in which what is inside a fixture can be reached."""
    return frozenset(kind.inside.when for kind in FIXTURES.values() if kind.inside is not None)


def roomy(thing: Thing) -> bool:
    """Whether there is room on or in it for more than one."""
    if isinstance(thing, Fixture) and carries(thing):
        return True
    return takes_things_in(thing) or broad(thing)


def unable(skill: type[Skill], sort: str, thing: Thing) -> str | None:
    """Why a skill can never be called with the thing for a parameter of this sort; None if it may be."""
    states = {e[0] for e in skill.operator.effects if about(e[0]) == "state"}
    if isinstance(thing, Fixture) and (sort != "fixture" or (states and not states & set(states_of(thing)))):
        return skill.suits(thing) or f"{skill.name} does not work on {thing.name!r}"
    if sort == "fixture" and isinstance(thing, SceneObject):
        return f"{skill.name} does not work on {thing.name!r}"
    if sort == "item" and not graspable(thing):  # type: ignore[arg-type]
        return f"{thing.name!r} cannot be picked up: it is not something this gripper can hold"
    return skill.suits(thing)


def makers(scene: Scene, goal: Predicate, by: Mapping[Predicate, str]) -> list[type[Skill]] | str:
    """The skills that can make a goal true, or why none can.

    What a skill brings about that is held in reserve (pushing, say) is left to the others where they can do it too,
    unless `by` names the skill.
    """
    wanted = by.get(goal)
    able, why = [], ""
    for skill in SKILLS.values():
        if wanted not in (None, skill.name) or (values := bound(skill.operator, goal)) is None:
            continue
        sorts = {value: skill.operator.variables[name] for name, value in values.items()}
        reasons = [unable(skill, sorts[t.name], t) for t in _told(scene, sorts, skill)]
        placed = goal[0] == SPOT and not any(reasons)
        if placed and (far := skill.reaches(scene, scene.object(goal[1]), spot(scene, goal[2]).position)):
            # It is said before what cannot be done with the thing at all.
            why = far
        elif any(reasons):
            why = why or next(filter(None, reasons))
        else:
            able.append(skill)
    if not able:
        return why or f"no skill {f'called {wanted} ' if wanted else ''}makes {goal[0]}({', '.join(goal[1:])}) true"
    return [s for s in able if not s.reserve] or able


def _told(scene: Scene, sorts: Mapping[str, str], skill: type[Skill]) -> list[Thing]:
    """Of what a call names, that which the skill works on: things of the sorts that not everything is."""
    handled = [name for name, sort in sorts.items() if sort in ("item", "fixture", "thing")][:1]
    things: list[Thing] = [*scene.objects, *scene.fixtures]
    return [thing for thing in things if thing.name in handled]


def bound(operator: Operator, goal: Predicate) -> dict[str, str] | None:
    """What the variables of an operator stand for where one of its effects is the goal; None if none is."""
    for effect in operator.effects:
        if effect[0] == "not" or len(effect) != len(goal):
            continue
        values: dict[str, str] = {}
        for word, told in zip(effect, goal, strict=True):
            if not word.startswith("?"):
                if word != told:
                    break
            elif values.setdefault(word[1:], told) != told or not _fits(operator.variables[word[1:]], told, goal):
                break
        else:
            return values
    return None


def _fits(sort: str, word: str, goal: Predicate) -> bool:
    """Whether a word may stand for a variable of a sort; a predicate's name only for a relation, and nothing else."""
    relation = {"relation": RELATIONS, "side": ON_TABLE}.get(sort)
    return (word == goal[0] and word in relation) if relation is not None else True

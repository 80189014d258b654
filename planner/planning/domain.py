"""The planning problem that a scene and goals pose, in STRIPS, made of the operators that skills declare.

Only what the goals touch is in it: the things they name, what stands on those, and where they stand. *At* is direct
support, standing on something or in it. What the sorts of operators' parameters mean is built in: an item can be
gripped, a place has room (a cube for one thing, a bowl for several) and is within reach, so the inside of a fixture
must be open. Nothing is put on or in what happens to stand there: only where a goal wants it, or on the table.

STRIPS has no negation: for what is negated in some precondition there is a fluent that says the contrary (`off` for
`at`, `not-open` for `open`), which every effect keeps true to its name. Names are free text, so unified-planning sees
numbered stand-ins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from pontine.envs.errors import SceneError
from pontine.envs.predicates import PREDICATES, Predicate, holds
from pontine.envs.scene import TABLE, Scene
from pontine.planner.language.abilities import takes_things_in
from pontine.planner.planning.abilities import Thing, about, exclusive, makers, opening, roomy, unable
from pontine.planner.planning.actions import AT, Actions, handled
from pontine.policies.skills.operator import SIDES
from pontine.policies.skills.skill import SKILLS, Skill


@dataclass(frozen=True)
class Action:
    """What an action of the problem stands for: a skill, its relation (`at` or a side) if it takes one, and what
    variable each parameter is."""

    skill: type[Skill]
    relation: str | None
    variables: tuple[str, ...]


@dataclass
class Contents:
    """What of a scene a problem is about, by name."""

    scene: Scene
    goals: Sequence[Predicate]
    things: list[str] = field(init=False)
    fixtures: list[str] = field(init=False)
    places: list[str] = field(init=False)
    """What else things can stand on, or the hand can be over."""
    receptive: set[str] = field(init=False)
    """What things go into rather than onto."""
    roomy: set[str] = field(init=False)
    """What has room for more than one thing."""
    support: dict[str, str] = field(init=False)
    """What each thing of the scene stands on or in. What is known to be nowhere and is not held is on the table."""

    def __post_init__(self) -> None:
        scene = self.scene
        self.support = {o.name: o.support or TABLE for o in scene.objects if o.name != scene.holding}
        named = {word for g in self.goals for word in g[1:]} | ({scene.holding} if scene.holding else set())
        named.discard(TABLE)
        self.things = [o.name for o in scene.objects if named & {o.name, *scene.supports(o.name)}]
        below = {self.support[name] for name in self.things if name in self.support}
        self.fixtures = [f.name for f in scene.fixtures if f.name in named | below]
        spots = {word for g in self.goals if about(g[0]) in ("hand", "other") for word in g[1:]}
        self.places = [TABLE, *sorted((below | spots) - {TABLE, *self.things, *self.fixtures})]
        everything: tuple[Thing, ...] = (*scene.objects, *scene.fixtures)
        known = [t for t in everything if t.name in {*self.things, *self.fixtures, *below}]
        self.receptive = {t.name for t in known if takes_things_in(t)}
        self.roomy = {t.name for t in known if roomy(t)}


class Domain:
    """A unified-planning problem (`problem`), without goals, and what its parts stand for."""

    def __init__(self, contents: Contents, by: Mapping[Predicate, str]) -> None:
        import unified_planning.shortcuts as up

        self.up, self.contents = up, contents
        self.problem = up.Problem("tabletop")
        self.actions: dict[str, Action] = {}
        self.made: dict[str, Any] = {}
        """The objects of the problem by the scene's names."""
        self.named: dict[str, str] = {}
        """The scene's names by their stand-ins."""
        self._fluents: dict[str, Any] = {}
        self._negated: set[str] = set()
        spot = up.UserType("spot")
        self.types = {"spot": spot, "thing": up.UserType("thing", spot), "fixture": up.UserType("fixture", spot)}
        for kind, names in (("thing", contents.things), ("fixture", contents.fixtures), ("spot", contents.places)):
            for name in names:
                stand_in = f"{kind}{len(self.named)}"
                self.made[name] = self.problem.add_object(stand_in, self.types[kind])
                self.named[stand_in] = name
        goals = contents.goals
        self.sides = [g for g in goals if g[0] in SIDES]
        self._makers = {g: found for g in goals if isinstance(found := makers(contents.scene, g, by), list)}
        skills = self._needed()
        for skill in skills:
            for relation in self._relations(skill):
                Actions(self, skill, relation).add()
        for fluent in self._so(skills):
            self.problem.set_initial_value(fluent, True)
        static = self.problem.get_static_fluents()
        self.changing = [f for fluent in self._fluents.values() if fluent not in static for f in self._filled(fluent)]
        """Every fluent that an action may change, applied to all that it may be applied to."""

    def _needed(self) -> list[type[Skill]]:
        """The skills that make a goal true, or what another needed skill needs."""
        wanted = {g[0] for g in self.contents.goals}
        wanted |= {"holding", "on"} if self.contents.things else set()
        wanted |= opening() if self.contents.fixtures else set()
        found: list[type[Skill]] = []
        while more := [s for s in SKILLS.values() if s not in found and any(_makes(s, name) for name in wanted)]:
            found += more
            needs = [p for skill in more for p in skill.operator.preconditions]
            negated = {p[1] for p in needs if p[0] == "not" and about(p[1]) in ("state", "other", "hand")}
            self._negated |= negated
            wanted |= {p[0] for p in needs if p[0] != "not"} | {s for name in negated for s in exclusive(name)}
        return [s for s in SKILLS.values() if s in found]

    def _relations(self, skill: type[Skill]) -> list[str | None]:
        sorts = set(skill.operator.variables.values()) & {"relation", "side"}
        if not sorts:
            return [None]
        return [*([AT] if "relation" in sorts else []), *sorted({side[0] for side in self.sides})]

    def add_action(self, action: Any, skill: type[Skill], relation: str | None, variables: tuple[str, ...]) -> None:
        """Add an action and note what it stands for."""
        self.problem.add_action(action)
        self.actions[action.name] = Action(skill, relation, variables)

    def fluent(self, name: str, kinds: Sequence[str], *args: Any) -> Any:
        """The fluent of that name, over arguments of those kinds, applied to arguments."""
        if name not in self._fluents:
            signature = {f"x{i}": self.types[kind] for i, kind in enumerate(kinds)}
            made = self.up.Fluent(name, self.up.BoolType(), **signature)
            self._fluents[name] = self.problem.add_fluent(made, default_initial_value=False)
        return self._fluents[name](*args)

    def at(self, thing: Any, spot: Any) -> Any:
        """A thing stands on or in a spot."""
        return self.fluent(AT, ("thing", "spot"), thing, spot)

    def off(self, thing: Any, spot: Any) -> Any:
        """The contrary of `at`."""
        return self.fluent("off", ("thing", "spot"), thing, spot)

    def loose(self, spot: Any) -> Any:
        """It is not in the gripper, so that something can go on, in or beside it."""
        return self.fluent("loose", ("spot",), spot)

    def reachable(self, spot: Any) -> Any:
        """It is not the inside of a closed fixture."""
        return self.fluent("reachable", ("spot",), spot)

    def can(self, skill: type[Skill], spot: Any) -> Any:
        """The skill can handle it."""
        return self.fluent(f"can-{skill.name}", ("spot",), spot)

    def may(self, skill: type[Skill], relation: str, thing: Any, spot: Any) -> Any:
        """The skill may bring a thing into a relation to a spot: a goal wants it, or it is put on the table."""
        return self.fluent(f"may-{skill.name}-{relation}", ("thing", "spot"), thing, spot)

    def allowed(self, goal: Predicate) -> Iterator[Any]:
        """What skills may do because of a goal."""
        if about(goal[0]) in ("at", "beside"):
            relation = AT if about(goal[0]) == "at" else goal[0]
            for skill in self._makers.get(goal, ()):
                if relation in self._relations(skill):
                    yield self.may(skill, relation, self.made[goal[1]], self.made[goal[2]])

    def hand_empty(self) -> Any:
        """Nothing is held."""
        return self.fluent("hand-empty", ())

    def plain(self, predicate: str, args: Sequence[Any], contrary: bool = False) -> Any:
        """The fluent of a predicate, or the one that says the contrary."""
        sort = about(predicate)
        kinds = ["thing" if sort == "holding" else "fixture" if sort == "state" else "spot"] * len(args)
        if sort == "beside":
            kinds = ["thing", "spot"]
        return self.fluent(f"not-{predicate}" if contrary else predicate, kinds, *args)

    def set(self, predicate: str, args: Sequence[Any], value: bool) -> Iterator[tuple[Any, bool]]:
        """The changes that make a predicate true or false."""
        yield self.plain(predicate, args), value
        if predicate in self._negated:
            yield self.plain(predicate, args, contrary=True), not value

    def about_hand(self) -> Iterator[Any]:
        """What goals say of the hand: no longer so once it has moved."""
        for goal in self.contents.goals:
            if about(goal[0]) == "hand":
                yield self.plain(goal[0], [self.made[a] for a in goal[1:]])

    def of(self, predicate: Predicate) -> Any | None:
        """The fluent that tells of a predicate (of direct support for `on` and `in`); None if there is none."""
        name, args = predicate[0], predicate[1:]
        if not all(a in self.made for a in args) or (about(name) != "at" and name not in self._fluents):
            return None
        objects = [self.made[a] for a in args]
        return self.at(*objects) if about(name) == "at" else self.plain(name, objects)

    def _so(self, skills: Sequence[type[Skill]]) -> Iterator[Any]:
        """What is true in the beginning."""
        contents, made, scene = self.contents, self.made, self.contents.scene
        shut = {f.name for f in scene.fixtures if f.state not in opening()}
        yield self.hand_empty() if scene.holding is None else self.plain("holding", [made[scene.holding]])
        for name, thing in made.items():
            if name != scene.holding:
                yield self.loose(thing)
            if name not in shut:
                yield self.reachable(thing)
            yield self.fluent("roomy" if name == TABLE or name in contents.roomy else "single", ("spot",), thing)
            yield self.fluent("receptive" if name in contents.receptive else "solid", ("spot",), thing)
        for name, spot in product(contents.things, made):
            at = contents.support.get(name) == spot
            yield self.at(made[name], made[spot]) if at else self.off(made[name], made[spot])
        for skill in skills:
            if (parameter := handled(skill)) is not None:
                sort = skill.operator.variables[parameter]
                known: tuple[Thing, ...] = (*scene.objects, *scene.fixtures)
                for one in known:
                    if one.name in made and unable(skill, sort, one) is None:
                        yield self.can(skill, made[one.name])
            if AT in self._relations(skill):
                yield from (self.may(skill, AT, made[name], made[TABLE]) for name in contents.things)
        for goal in contents.goals:
            yield from self.allowed(goal)
        for name, fluent in list(self._fluents.items()):
            said = name.removeprefix("not-")
            if about(said) in ("state", "beside", "hand", "other") and said in PREDICATES:
                yield from (f for f in self._filled(fluent) if self._is_so(said, f) == (said == name))

    def _filled(self, fluent: Any) -> Iterator[Any]:
        for args in product(
            *([o for o in self.made.values() if p.type.is_compatible(o.type)] for p in fluent.signature)
        ):
            yield fluent(*args)

    def _is_so(self, name: str, fluent: Any) -> bool:
        fact = (name, *(self.named[str(a)] for a in fluent.args))
        if about(name) == "beside" and fact not in self.sides:
            return False
        try:
            return holds(self.contents.scene, fact)
        except SceneError:  # it is of a sort of which the predicate is never so
            return False


def _makes(skill: type[Skill], name: str) -> bool:
    """Whether a skill makes a predicate of that name true."""
    variables = skill.operator.variables
    for effect in skill.operator.effects:
        sort = variables[effect[0][1:]] if effect[0].startswith("?") else ""
        if effect[0] == name or (sort and about(name) == "beside") or (sort == "relation" and about(name) == "at"):
            return True
    return False

"""The operators that skills declare as actions: what one call, with all its variables filled in, needs and changes.

Atoms are predicates whose `on` and `in` are one, `AT`: direct support. What the sorts of operators' parameters mean is
built in: an item can be gripped, a place has room (a cube for one thing, a bowl for several) and is within reach, so
the inside of a fixture must be open. Nothing is put on or in what happens to stand there: only where a goal wants it,
or on the table.

Actions are made when asked for: those that make an atom true or false. All of them at once would be too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE
from pontine.planner.planning.abilities import about, exclusive, makers, opening, unable
from pontine.planner.planning.contents import Contents
from pontine.policies.skills.operator import ANY, HAND, ON_TABLE, SPOT
from pontine.policies.skills.skill import SKILLS, Skill

AT = "stands-at"
"""A thing stands on or in a spot, directly. No predicate can be called so."""

REACHABLE = "within-reach"
"""A fixture's inside is open."""

BLOCKS = "is-in-the-way"
"""A thing is in the way of bringing another one to a spot; a fixture that is stays so."""

Due = tuple[str, str, str, str]
"""A skill, the relation into which it brings a thing, the thing and the other one: what only a goal allows."""


def atom(predicate: Predicate) -> Predicate:
    """The predicate as planning has it: on and in are direct support."""
    if predicate[0] == "not":
        return ("not", *atom(predicate[1:]))
    return (AT, *predicate[1:]) if about(predicate[0]) == "support" else predicate


def keys(words: Predicate) -> Sequence[str]:
    """Under which words an atom, negated or not, is looked up: those of the things that change it when they move, the
    first being what an action that makes it is about."""
    body = words[1:] if words[0] == "not" else words
    if body[0] == AT:
        return body[1:2]
    return ("",) if body[0] in HAND or len(body) == 1 else body[1:]


@dataclass(frozen=True, eq=False)
class Action:
    """A skill and its arguments by the names of the scene (`values` has all that its operator's variables stand for),
    what must be so before, and what is so after it.

    `needs` are atoms, negated where they begin with `not`; `*` in a negated one stands for anything. `makes` are atoms
    that become true, `ends` those that become false; what is in `moved` is no longer where or beside what it was.
    """

    skill: str
    args: tuple[str, ...]
    values: Mapping[str, str]
    needs: tuple[Predicate, ...]
    makes: tuple[Predicate, ...]
    ends: tuple[Predicate, ...]
    moved: frozenset[str]
    due: tuple[Due, ...]

    def undoes(self, literal: Predicate) -> bool:
        """Whether it makes an atom false, or a negated one."""
        if literal[0] == "not":
            return literal[1:] in self.makes
        if literal in self.makes:
            return False
        if literal in self.ends or literal[0] in HAND:
            return True
        return (
            (literal[0] == AT and literal[1] in self.moved)
            or (literal[0] in ON_TABLE and not self.moved.isdisjoint(literal[1:]))
            or (literal[0] == BLOCKS and literal[1] in self.moved)
        )

    @cached_property
    def touches(self) -> frozenset[str]:
        """Words among which is a key of every atom that it may change."""
        return frozenset({"", *self.moved, *(keys(changed)[0] for changed in (*self.makes, *self.ends))})


class Template:
    """A skill's operator with its relation fixed, if it takes one: to `AT` or a side."""

    def __init__(self, skill: type[Skill], relation: str | None) -> None:
        self.skill, self.relation = skill, relation
        operator = skill.operator
        self.variables = {f"?{name}": sort for name, sort in operator.variables.items() if sort in KINDS}
        self.needs = [self._fixed(p) for p in operator.preconditions]
        effects = [self._fixed(e) for e in operator.effects]
        self.makes = [e for e in effects if e[0] != "not"]
        self.ends = [e[1:] for e in effects if e[0] == "not"]
        placed = [e for e in self.makes if e[0] == AT or e[0] in ON_TABLE]
        held = [p[1] for p in self.needs if p[0] == "holding"]
        self.released = [e[1] for e in placed if e[1] in held]
        moved = dict.fromkeys(e[1] for e in (*placed, *self.makes) if e[0] in (AT, "holding", *ON_TABLE))
        self.moved = [thing for thing in moved if thing not in held]
        self.put = [e for e in placed if e[2].startswith("?")]
        """What is brought where a goal has to want it."""
        self.filled = [e for e in placed if e[0] == AT and e[2] != TABLE]
        """What needs room."""
        self.makes += [(AT, e[1], TABLE) for e in placed if e[0] in ON_TABLE]
        self.makes += [(REACHABLE, e[1]) for e in self.makes if e[0] in opening()]
        self.handled = next(
            (f"?{n}" for n, s in operator.parameters.items() if s in ("item", "thing", "fixture")), None
        )

    def _fixed(self, literal: Predicate) -> Predicate:
        """The literal as an atom with the relation put in, if it has a variable for one."""
        sorts = self.skill.operator.variables
        relational = {f"?{name}" for name, sort in sorts.items() if sort in ("relation", "side")}
        return atom(tuple(str(self.relation) if word in relational else word for word in literal))


KINDS = {"item": "thing", "thing": "thing", "place": "spot", "spot": "spot", "fixture": "fixture"}
"""What a parameter of a sort stands for."""


class Actions:
    """The actions there are for what a problem is about; `by` says by which skill a goal is to be brought about."""

    def __init__(self, contents: Contents, by: Mapping[Predicate, str]) -> None:
        self.contents = contents
        self._names = {
            "thing": dict.fromkeys(contents.things),
            "fixture": dict.fromkeys(contents.fixtures),
            "spot": dict.fromkeys(contents.spots),
        }
        sides = sorted({g[0] for g in contents.goals if g[0] in ON_TABLE})
        self._templates = [
            Template(skill, relation) for skill in SKILLS.values() for relation in _relations(skill, sides)
        ]
        self._may: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
        """For a skill and a relation, where each thing may be brought."""
        self._due: dict[Predicate, tuple[Due, ...]] = {}
        self._origins = {name: dict.fromkeys((contents.support.get(name, TABLE), TABLE)) for name in contents.things}
        """Where each thing can come to stand."""
        for template in self._templates:
            if template.relation == AT:
                for name in contents.things:
                    self._may.setdefault((template.skill.name, AT), {}).setdefault(name, {})[TABLE] = None
        for goal in dict.fromkeys(contents.goals):
            self._due[goal] = tuple(self._allowed(goal, by))
            for skill, relation, thing, spot in self._due[goal]:
                self._may.setdefault((skill, relation), {}).setdefault(thing, {})[spot] = None
                if relation == AT:
                    self._origins[thing][spot] = None
        self._able: dict[tuple[str, str], bool] = {}
        self._made: dict[tuple[Template, tuple[str, ...]], Action | None] = {}
        self.making, self.undoing = cache(self._making), cache(self._undoing)

    def _allowed(self, goal: Predicate, by: Mapping[Predicate, str]) -> Iterator[Due]:
        """What skills may do because of a goal."""
        if about(goal[0]) in ("support", "beside"):
            relation, able = atom(goal)[0], makers(self.contents.scene, goal, by)
            for template in self._templates:
                wanted = any(effect[0] == relation for effect in template.put)
                if wanted and not isinstance(able, str) and template.skill in able:
                    yield template.skill.name, relation, goal[1], goal[2]

    def due(self, goals: Sequence[Predicate]) -> set[Due]:
        """What skills may do because of these goals, which are among the problem's."""
        return {due for goal in goals for due in self._due[goal]}

    def _making(self, wanted: Predicate) -> list[Action]:
        """The actions that make an atom true."""
        found: dict[Action, None] = {}
        for template in self._templates:
            for made in template.makes:
                if (values := _unified(made, wanted)) is not None:
                    found |= dict.fromkeys(self._filled(template, values))
        return list(found)

    def _undoing(self, unwanted: Predicate) -> list[Action]:
        """The actions that make an atom false."""
        found: dict[Action, None] = {}
        for template in self._templates:
            for values in _undone(template, unwanted):
                for action in self._filled(template, values):
                    # A thing is in one place: what takes it from another one does nothing about this.
                    origins = [n[2] for n in action.needs if unwanted[0] == n[0] == AT and n[1] == unwanted[1]]
                    if action.undoes(unwanted) and all(origin == unwanted[2] for origin in origins):
                        found[action] = None
        return list(found)

    def _filled(self, template: Template, values: dict[str, str]) -> Iterator[Action]:
        """The actions of a template with some variables given."""
        for variable, value in values.items():
            if value not in self._names[KINDS[template.variables[variable]]]:
                return
        if (handled := template.handled) in values and not self._can(template.skill, str(handled), values):
            return
        free = next((v for v in template.variables if v not in values), None)
        if free is not None:
            for value in self._values(template, free, values):
                yield from self._filled(template, {**values, free: value})
        else:
            key = template, tuple(values[v] for v in template.variables)
            if key not in self._made:
                self._made[key] = self._action(template, values)
            if (action := self._made[key]) is not None:
                yield action

    def _values(self, template: Template, variable: str, values: Mapping[str, str]) -> Sequence[str]:
        """What a variable may stand for, others being given."""
        for relation, thing, spot in template.put:
            if spot == variable and thing in values:
                return list(self._may.get((template.skill.name, relation), {}).get(values[thing], ()))
        for need in template.needs:
            if need[0] == AT and need[2] == variable and need[1] in values:
                return list(self._origins[values[need[1]]])
        return list(self._names[KINDS[template.variables[variable]]])

    def _can(self, skill: type[Skill], variable: str, values: Mapping[str, str]) -> bool:
        """Whether a skill can handle what its variable stands for."""
        key = skill.name, values[variable]
        if key not in self._able:
            thing = self.contents.known.get(values[variable])
            sort = skill.operator.variables[variable[1:]]
            self._able[key] = thing is not None and unable(skill, sort, thing) is None
        return self._able[key]

    def _action(self, template: Template, values: dict[str, str]) -> Action | None:
        """The action of a template with all variables given; None if it can never be called so."""

        def given(literal: Predicate) -> Predicate:
            return tuple(values.get(word, word) for word in literal)

        due: list[Due] = []
        for effect in map(given, template.put):
            relation, thing, spot = effect
            if spot not in self._may.get((template.skill.name, relation), {}).get(thing, ()):
                return None
            if (relation, spot) != (AT, TABLE):
                due.append((template.skill.name, relation, thing, spot))
        put = list(map(given, template.makes))
        placed = [made for made in put if made[0] == SPOT]
        put += [(BLOCKS, p[1], *blocked) for p in placed for blocked in self.contents.would_block(*p[1:])]
        makes = tuple(dict.fromkeys(put))
        ends = [given(e) for e in template.ends] + [("holding", values[v]) for v in template.released]
        for made in makes:
            if about(made[0]) == "state":
                ends += [(other, made[1]) for other in exclusive(made[0])]
                if exclusive(made[0]) & opening():
                    ends.append((REACHABLE, made[1]))
        skill = template.skill
        plain = {name: values[f"?{name}"] for name in skill.operator.variables if f"?{name}" in values}
        for effect in skill.operator.effects:
            if effect[0].startswith("?"):
                into = plain[effect[2].removeprefix("?")] in self.contents.receptive
                relation = str(template.relation)
                plain[effect[0][1:]] = relation if relation != AT else "in" if into else "on"
        return Action(
            skill.name,
            tuple(plain[p] for p in skill.operator.parameters),
            plain,
            tuple(dict.fromkeys(self._needs(template, values))),
            makes,
            tuple(e for e in dict.fromkeys(ends) if e not in makes),
            frozenset(values[v] for v in template.moved),
            tuple(due),
        )

    def _needs(self, template: Template, values: Mapping[str, str]) -> Iterator[Predicate]:
        places = {v for v, sort in template.variables.items() if sort == "place"}
        clear: dict[str, set[str]] = {}
        for told, need in zip(template.skill.operator.preconditions, template.needs, strict=True):
            given = tuple(values.get(word, word) for word in need)
            if need[:2] == ("not", AT) and need[2] == ANY:
                clear.setdefault(given[3], set()).add(told[1])
                continue
            yield given
            if need[0] == AT and need[2] in places:
                yield from self._reached(given[2])
        for thing, how in clear.items():
            # What stands in a thing is in the way only if so is said, and so is what stands on it.
            if ("in" if thing in self.contents.receptive else "on") in how:
                yield ("not", AT, ANY, thing)
        for effect in template.put:
            spot = values[effect[2]]
            if spot != TABLE:
                yield ("not", "holding", spot)
            if effect[0] == AT and effect[2] in places:
                yield from self._reached(spot)
        for effect in template.put:
            if effect[0] == SPOT:
                thing, spot = values[effect[1]], values[effect[2]]
                yield from (("not", BLOCKS, other, thing, spot) for other in self.contents.in_the_way(thing, spot))
        for effect in template.filled:
            if (spot := values.get(effect[2], effect[2])) not in self.contents.roomy:
                yield ("not", AT, ANY, spot)
        for variable in template.moved:
            if not any(need[0] == AT and need[1] == variable for need in template.needs):
                yield ("not", "holding", values[variable])

    def _reached(self, spot: str) -> Iterator[Predicate]:
        if spot in self._names["fixture"] and spot in self.contents.receptive:
            yield (REACHABLE, spot)


def _relations(skill: type[Skill], sides: Sequence[str]) -> list[str | None]:
    sorts = set(skill.operator.variables.values()) & {"relation", "side"}
    return [*([AT] if "relation" in sorts else []), *sides] if sorts else [None]


def _unified(literal: Predicate, told: Predicate) -> dict[str, str] | None:
    """What variables stand for where a literal is the one told; None if it cannot be."""
    values: dict[str, str] = {}
    if literal[0] != told[0] or len(literal) != len(told):
        return None
    for word, name in zip(literal[1:], told[1:], strict=True):
        if (values.setdefault(word, name) if word.startswith("?") else word) != name:
            return None
    return values


def _undone(template: Template, unwanted: Predicate) -> Iterator[dict[str, str]]:
    """What variables of a template may stand for where it makes an atom false."""
    for ended in template.ends:
        if (values := _unified(ended, unwanted)) is not None:
            yield values
    name = unwanted[0]
    if name == "holding":
        yield from ({variable: unwanted[1]} for variable in template.released)
    elif name in (AT, BLOCKS) or name in ON_TABLE:
        things = unwanted[1:2] if name in (AT, BLOCKS) else unwanted[1:]
        yield from ({variable: thing} for variable in template.moved for thing in things)
    else:
        for made in template.makes:
            contrary = about(made[0]) == "state" and name in exclusive(made[0])
            if contrary and (values := _unified((name, *made[1:]), unwanted)) is not None:
                yield values

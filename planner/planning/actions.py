"""One operator as actions of the planning problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE
from pontine.planner.planning.abilities import about, exclusive, opening
from pontine.policies.skills.operator import ANY
from pontine.policies.skills.skill import Skill

if TYPE_CHECKING:
    from pontine.planner.planning.domain import Domain

AT = "at"
"""The relation of being put on or in something, as actions have it."""

KINDS = {"item": "thing", "thing": "thing", "place": "spot", "spot": "spot", "fixture": "fixture"}
"""Of which type of the problem a parameter of a sort is."""

ORIGIN = "from"
"""The variable for where a thing is that is moved, where the operator does not say."""


def handled(skill: type[Skill]) -> str | None:
    """The parameter that a skill works on: its first object or fixture; None if it has none."""
    variables = skill.operator.parameters
    return next((name for name, sort in variables.items() if sort in ("item", "thing", "fixture")), None)


class Actions:
    """The actions for a skill, with its relation fixed if it takes one: `at` or a side."""

    def __init__(self, domain: Domain, skill: type[Skill], relation: str | None) -> None:
        self.domain, self.skill, self.relation = domain, skill, relation
        operator = skill.operator
        self.needs = [self._fixed(p) for p in operator.preconditions]
        self.makes = [self._fixed(e) for e in operator.effects]
        self.kinds = {f"?{n}": KINDS[s] for n, s in operator.variables.items() if s in KINDS}
        self.places = {f"?{n}" for n, s in operator.variables.items() if s == "place"}
        self.held = {p[1] for p in self.needs if p[0] == "holding"}
        self.adds = [e for e in self.makes if e[0] != "not"]
        moved = [e[1] for e in self.adds if about_fixed(e) in ("at", "beside", "holding") and e[1] not in self.held]
        self.origin = {thing: self._origin(thing) for thing in moved}

    def _fixed(self, literal: Predicate) -> Predicate:
        """The literal with the relation put in, if it has a variable for one."""
        return tuple(str(self.relation) if self._relational(w) else w for w in literal)

    def _relational(self, word: str) -> bool:
        return word.startswith("?") and self.skill.operator.variables[word[1:]] in ("relation", "side")

    def _origin(self, thing: str) -> str:
        for need in self.needs:
            if about_fixed(need) == "at" and need[1] == thing and need[2] != ANY:
                return need[2]
        self.kinds[f"?{ORIGIN}"] = "spot"
        return f"?{ORIGIN}"

    def add(self) -> None:
        """Put them into the problem: one for every way in which a place may have room and a top may be clear."""
        for i, guards in enumerate(product(*self._choices())):
            self._add(f"{self.skill.name}-{self.relation or 'it'}-{i}", [g for guard in guards for g in guard])

    def _choices(self) -> Iterator[list[list[tuple[str, str]]]]:
        """For each condition that is met in one of several ways, the ways: literals (fluent, variable)."""
        contents = self.domain.contents
        for place in dict.fromkeys(e[2] for e in self.adds if about_fixed(e) == "at" and e[2] != TABLE):
            single = any(name not in contents.roomy for name in contents.things)
            yield [[("roomy", place)], *([[("single", place), ("clear", place)]] if single else [])]
        clear: dict[str, set[str]] = {}
        for need in self.needs:
            if need[:3:2] == ("not", ANY) and about(need[1]) == "at":
                clear.setdefault(need[3], set()).add(need[1])
        for thing, how in clear.items():
            if len(how) > 1 or not contents.receptive:
                yield [[("clear", thing)]]
            else:
                full, empty = ("receptive", "solid") if how == {"on"} else ("solid", "receptive")
                yield [[(full, thing)], [(empty, thing), ("clear", thing)]]

    def _add(self, name: str, guards: Sequence[tuple[str, str]]) -> None:
        domain = self.domain
        variables = {v: domain.types[kind] for v, kind in self.kinds.items()}
        action = domain.up.InstantaneousAction(name, **{v[1:]: t for v, t in variables.items()})
        self._objects = {**domain.made, **{v: action.parameter(v[1:]) for v in variables}}
        needed = list(dict.fromkeys(self._conditions(guards)))
        for condition in needed:
            action.add_precondition(condition)
        changes = [c for e in self.makes for c in self._changes(e)]
        changes += [c for thing in self.origin for c in self._leaving(thing)]
        told = {fluent for fluent, value in changes if value}
        changes += [(fluent, False) for fluent in domain.about_hand()]
        for fluent, value in dict.fromkeys((f, v) for f, v in changes if v or f not in told):
            action.add_effect(fluent, value)
        domain.add_action(action, self.skill, self.relation, tuple(v[1:] for v in variables))

    def _conditions(self, guards: Sequence[tuple[str, str]]) -> Iterator[Any]:
        domain, objects = self.domain, self._objects
        if (thing := handled(self.skill)) is not None:
            yield domain.can(self.skill, objects[f"?{thing}"])
        for need in self.needs:
            yield from self._condition(need)
        for fluent, variable in guards:
            if fluent == "clear":
                yield from (domain.off(domain.made[k], objects[variable]) for k in domain.contents.things)
            else:
                yield domain.fluent(fluent, ("spot",), objects[variable])
        for effect in self.adds:
            if about_fixed(effect) in ("at", "beside"):
                thing_, spot = objects[effect[1]], objects[effect[2]]
                if effect[2].startswith("?"):
                    yield domain.may(self.skill, AT if about_fixed(effect) == "at" else effect[0], thing_, spot)
                    yield domain.loose(spot)
                if effect[2] in self.places and about_fixed(effect) == "at":
                    yield domain.reachable(spot)
        for thing, origin in self.origin.items():
            if origin == f"?{ORIGIN}":
                yield domain.at(objects[thing], objects[origin])

    def _condition(self, need: Predicate) -> Iterator[Any]:
        domain = self.domain
        negated, literal = need[0] == "not", need[1:] if need[0] == "not" else need
        name, args = literal[0], literal[1:]
        if ANY in args:
            if name == "holding":
                yield domain.hand_empty()
            return  # a clear top is one of the guards
        objects = [self._objects[a] for a in args]
        if about_fixed(literal) == "at":
            yield domain.off(*objects) if negated else domain.at(*objects)
            if not negated and args[1] in self.places:
                yield domain.reachable(objects[1])
        elif name == "holding" and negated:
            yield domain.loose(objects[0])
        else:
            yield domain.plain(name, objects, contrary=negated)

    def _changes(self, effect: Predicate) -> Iterator[tuple[Any, bool]]:
        domain = self.domain
        value, literal = effect[0] != "not", effect[1:] if effect[0] == "not" else effect
        name, args, sort = literal[0], literal[1:], about_fixed(literal)
        objects = [self._objects[a] for a in args]
        if name == "holding":
            yield domain.plain("holding", objects), value
            yield domain.hand_empty(), not value
            yield domain.loose(objects[0]), not value
        elif sort in ("at", "beside"):
            thing, spot = objects[0], objects[1] if sort == "at" else domain.made[TABLE]
            yield domain.at(thing, spot), value
            yield domain.off(thing, spot), not value
            if sort == "beside":
                yield domain.plain(name, objects), value
            if args[0] in self.held:
                yield from self._changes(("not", "holding", args[0]))
        else:
            yield from domain.set(name, objects, value)
            if sort == "state" and value:
                for other in exclusive(name):
                    yield from domain.set(other, objects, False)
                if name in opening() or exclusive(name) & opening():
                    yield domain.reachable(objects[0]), name in opening()

    def _leaving(self, name: str) -> Iterator[tuple[Any, bool]]:
        """A thing that is moved is no longer where it was, nor beside what it was beside."""
        domain, thing, origin = self.domain, self._objects[name], self._objects[self.origin[name]]
        yield domain.at(thing, origin), False
        yield domain.off(thing, origin), True
        for side, a, b in domain.sides:
            yield domain.plain(side, [thing, domain.made[b]]), False
            yield domain.plain(side, [domain.made[a], thing]), False


def about_fixed(literal: Predicate) -> str:
    """What a literal whose relation is fixed is about."""
    name = literal[1] if literal[0] == "not" else literal[0]
    return AT if name == AT else about(name)

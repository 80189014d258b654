"""Plans are replayed by unified-planning's own simulator before anything moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pontine.envs.predicates import Predicate, written
from pontine.planner.planning.actions import AT, Action, atom, keys
from pontine.planner.planning.clock import Clock, NoPlanError
from pontine.planner.planning.stage import body, patterns
from pontine.policies.skills.operator import ANY

EMPTY = ("hand-empty",)
"""Nothing is held."""

HELD_NOTHING = ("not", "holding", ANY)


class Replay:
    """The planning problem of what is so and of the actions of one plan, and its states as they are carried out.

    It has only the atoms that the actions name or touch, and one that says that the hand is empty: to tell each time
    of everything that it is not held would be long. Names are free text, so unified-planning sees numbered
    stand-ins.
    """

    def __init__(self, so: Callable[[Predicate], bool], true: Sequence[Predicate], actions: Sequence[Action]) -> None:
        """`so` says what is true in the beginning; `true` are atoms that are and may be in the way."""
        import unified_planning.shortcuts as up
        from unified_planning.engines import UPSequentialSimulator

        self._up, self._problem = up, up.Problem("tabletop")
        self._type = up.UserType("spot")
        self._objects: dict[str, Any] = {}
        self._fluents: dict[tuple[str, int], Any] = {}
        self._atoms: dict[Predicate, Any] = {}
        self._near: dict[str, list[Predicate]] = {}
        self._belying: dict[Predicate, list[Predicate]] = {}
        told = [EMPTY, *true, *(a for x in actions for a in (*x.makes, *x.ends))]
        told += [body(need) for x in actions for need in x.needs if ANY not in need]
        for fact in dict.fromkeys(told):
            self._atoms[fact] = self._fluent(fact)
            for key in keys(fact):
                self._near.setdefault(key, []).append(fact)
            for pattern in patterns(fact):
                self._belying.setdefault(pattern, []).append(fact)
            if so(fact):
                self._problem.set_initial_value(self._atoms[fact], True)
        self._made = {action: self._action(f"a{i}", action) for i, action in enumerate(dict.fromkeys(actions))}
        self._simulator = UPSequentialSimulator(self._problem)
        self._state = self._simulator.get_initial_state()

    def run(self, actions: Sequence[Action], states: Sequence[Callable[[Predicate], bool]], clock: Clock) -> None:
        """Carry out the actions and compare each state with what it should be.

        Raises NoPlanError where the simulator does not allow an action, or sees something else come of it.
        """
        for action, so in zip(actions, states, strict=True):
            clock.check()
            after = self._simulator.apply(self._state, self._made[action])
            if after is None:
                raise NoPlanError(f"the plan fails its replay at {written((action.skill, *action.args))}")
            self._state = after
            self._compare(so, (fact for key in action.touches for fact in self._near.get(key, ())), action)
        if actions:
            self._compare(states[-1], self._atoms, actions[-1])

    def true(self, predicate: Predicate, support: Mapping[str, str]) -> bool:
        """Whether a predicate whose atom was given holds in the state that the simulator is in.

        `support` says what each thing stood on or in at the beginning: there it still is if no atom says where it is.
        """
        if predicate[0] == "not":
            return not self.true(predicate[1:], support)
        if predicate[0] == "in":
            return predicate[2] in self._below(predicate[1], support)
        return self._is(atom(predicate))

    def _below(self, name: str, support: Mapping[str, str]) -> list[str]:
        """What a thing stands on or in now, nearest first."""
        out: dict[str, None] = {}
        while True:
            told = [fact for fact in self._near.get(name, ()) if fact[0] == AT]
            below = next((fact[2] for fact in told if self._is(fact)), None) if told else support.get(name)
            if below is None or below in out:
                return list(out)
            out[below] = None
            name = below

    def _is(self, fact: Predicate) -> bool:
        return bool(self._state.get_value(self._atoms[fact]).is_true())

    def _compare(self, so: Callable[[Predicate], bool], facts: Any, action: Action) -> None:
        for fact in facts:
            if self._is(fact) != so(fact):
                raise NoPlanError(f"the plan's replay ends otherwise after {written((action.skill, *action.args))}")

    def _fluent(self, fact: Predicate) -> Any:
        key = fact[0], len(fact)
        if key not in self._fluents:
            signature = {f"x{i}": self._type for i in range(len(fact) - 1)}
            made = self._up.Fluent(f"f{len(self._fluents)}-{fact[0]}", self._up.BoolType(), **signature)
            self._fluents[key] = self._problem.add_fluent(made, default_initial_value=False)
        for name in fact[1:]:
            if name not in self._objects:
                self._objects[name] = self._problem.add_object(f"o{len(self._objects)}", self._type)
        return self._fluents[key](*(self._objects[name] for name in fact[1:]))

    def _action(self, name: str, action: Action) -> Any:
        made = self._up.InstantaneousAction(name)
        for need in action.needs:
            for literal in self._instances(need):
                fluent = self._atoms[body(literal)]
                made.add_precondition(self._up.Not(fluent) if literal[0] == "not" else fluent)
        for fact in action.makes:
            made.add_effect(self._atoms[fact], True)
        if any(fact[0] == "holding" for fact in (*action.makes, *action.ends)):
            made.add_effect(self._atoms[EMPTY], all(fact[0] != "holding" for fact in action.makes))
        for fact in dict.fromkeys(fact for key in action.touches for fact in self._near.get(key, ())):
            if action.undoes(fact):
                made.add_effect(self._atoms[fact], False)
        self._problem.add_action(made)
        return made

    def _instances(self, need: Predicate) -> Iterator[Predicate]:
        """A negated literal with `*` is one for each atom that belies it."""
        if ANY not in need:
            yield need
        elif need == HELD_NOTHING:
            yield EMPTY
        else:
            yield from (("not", *fact) for fact in self._belying.get(need, ()))

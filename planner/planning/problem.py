"""The problem that a scene and goals pose: its states, the search from one, and the replay of what was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pontine.envs.errors import SceneError
from pontine.envs.predicates import Predicate, holds
from pontine.envs.scene import Scene
from pontine.planner.planning.abilities import about, opening, states_of
from pontine.planner.planning.actions import AT, BLOCKS, REACHABLE, Action, Actions, atom
from pontine.planner.planning.clock import Clock
from pontine.planner.planning.contents import Contents
from pontine.planner.planning.replay import EMPTY, Replay
from pontine.planner.planning.search import search
from pontine.planner.planning.stage import Stage, body
from pontine.policies.skills.operator import HAND, ON_TABLE


@dataclass(frozen=True)
class State:
    """What each thing directly stands on or in, what is held, and what else has changed since the beginning: what has
    been made so or not so, which things were moved and whether the hand was."""

    support: Mapping[str, str]
    held: str | None
    changed: Mapping[Predicate, bool] = field(default_factory=dict)
    moved: frozenset[str] = frozenset()
    acted: bool = False


class Problem:
    """The problem of a scene and goals; `by` says by which skill a goal is to be brought about, where that matters."""

    def __init__(
        self, scene: Scene, goals: Sequence[Predicate], by: Mapping[Predicate, str], clock: Clock | None = None
    ) -> None:
        self.scene, self.goals, self.by, self.clock = scene, tuple(goals), by, clock or Clock(float("inf"))
        self.contents = Contents(scene, self.goals, by)
        self._actions = Actions(self.contents, by)
        self._beginning: dict[Predicate, bool] = {}
        self.initial = State(dict(self.contents.support), scene.holding)

    def true(self, state: State, predicate: Predicate) -> bool:
        """Whether the predicate holds in a state."""
        name, args = predicate[0], predicate[1:]
        if name == "not":
            return not self.true(state, args)
        if name == "in":
            return args[1] in self.below(state, args[0])
        return self._so(state, atom(predicate))

    def _so(self, state: State, fact: Predicate) -> bool:
        """Whether an atom is true in a state."""
        if fact[0] == AT:
            return state.support.get(fact[1]) == fact[2]
        if fact[0] == "holding":
            return state.held == fact[1]
        if fact == EMPTY:
            return state.held is None
        if fact in state.changed:
            return state.changed[fact]
        if fact[0] == BLOCKS:
            return fact[1] not in state.moved and fact[1] in self.contents.blocking[fact[2], fact[3]]
        if (fact[0] in HAND and state.acted) or (fact[0] in ON_TABLE and not state.moved.isdisjoint(fact[1:])):
            return False
        if fact not in self._beginning:
            self._beginning[fact] = self._began(fact)
        return self._beginning[fact]

    def _began(self, fact: Predicate) -> bool:
        if fact[0] == REACHABLE:
            return self.scene.fixture(fact[1]).state in opening()
        try:
            return holds(self.scene, fact)
        except SceneError:  # it is of a sort of which the predicate is never so
            return False

    def below(self, state: State, name: str) -> list[str]:
        """What a thing stands on or in, nearest first."""
        out: list[str] = []
        while name in state.support and len(out) <= len(state.support):
            name = state.support[name]
            out.append(name)
        return out

    def facts(self, state: State) -> frozenset[Predicate]:
        """What is known to hold: what each thing directly stands on or in (`on`), what is held, each fixture's state,
        and those of the goals that are about something else."""
        facts: set[Predicate] = {("on", *pair) for pair in state.support.items()}
        facts |= {("holding", state.held)} if state.held is not None else set()
        facts |= {g for g in self.goals if about(g[0]) in ("beside", "hand", "other") and self.true(state, g)}
        for fixture in self.scene.fixtures:
            states = [s for s in states_of(fixture) if self.true(state, (s, fixture.name))]
            facts.add(((states or [fixture.state])[0], fixture.name))
        return frozenset(facts)

    def apply(self, state: State, action: Action) -> State:
        """The state after an action."""
        support, held = dict(state.support), state.held
        changed = {fact: value for fact, value in state.changed.items() if not action.undoes(fact)}
        for thing in action.moved:
            support.pop(thing, None)
        for fact in action.ends:
            if fact == ("holding", held):
                held = None
            elif fact[0] == AT and support.get(fact[1]) == fact[2]:
                del support[fact[1]]
            elif fact[0] not in (AT, "holding"):
                changed[fact] = False
        for fact in action.makes:
            if fact[0] == AT:
                support[fact[1]] = fact[2]
            elif fact[0] == "holding":
                held = fact[1]
            else:
                changed[fact] = True
        return State(support, held, changed, state.moved | action.moved, acted=True)

    def search(self, state: State, goals: Sequence[Predicate]) -> list[Action] | None:
        """Actions that make the goals true together from a state, or None if there are none.

        A goal that is true only indirectly (in a bowl by standing on what is in it) is not held fast; a caller that
        needs it checks the end and searches again.

        Raises NoPlanError if it takes too long.
        """
        wanted = [g for g in goals if not (g[0] == "in" and self.true(state, g) and state.support.get(g[1]) != g[2])]
        standing: dict[str, list[str]] = defaultdict(list)
        for name in self.contents.things:
            if name in state.support:
                standing[state.support[name]].append(name)
        stage = Stage(
            self._actions,
            lambda fact: self._so(state, fact),
            standing,
            state.held,
            [atom(g) for g in wanted],
            self._actions.due(goals),
            self.clock,
        )
        return search(stage, self.clock)

    def replay(self, actions: Sequence[Action], states: Sequence[State], goals: Sequence[Predicate]) -> bool:
        """Have unified-planning's simulator carry out the actions and compare it with the states, the first of which
        is where they begin; whether the goals hold in the simulator's own last state.

        Raises NoPlanError where they do not agree, or if it takes too long.
        """
        first = states[0]
        true: list[Predicate] = [
            (AT, name, first.support[name]) for name in self.contents.things if name in first.support
        ]
        true += [("holding", first.held)] if first.held is not None else []
        true += [atom(body(g)) for g in (*self.goals, *goals)]
        for name in dict.fromkeys(body(g)[1] for g in goals if about(body(g)[0]) == "support"):
            true += [(AT, *pair) for pair in pairwise([name, *self.below(first, name)])]
        replayed = Replay(lambda fact: self._so(first, fact), true, actions)
        told = [lambda fact, state=state: self._so(state, fact) for state in states[1:]]
        replayed.run(actions, told, self.clock)
        return all(replayed.true(goal, first.support) for goal in goals)


def prepare() -> None:
    """Import the simulator now, so that the first plan does not have to (about a second)."""
    Replay(lambda fact: True, (), ())

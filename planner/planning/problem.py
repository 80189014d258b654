"""Searching and replaying a planning problem: pyperplan and unified-planning's own simulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pontine.envs.predicates import Predicate, holds
from pontine.envs.scene import TABLE, Scene
from pontine.planner.planning.abilities import about, states_of
from pontine.planner.planning.actions import AT
from pontine.planner.planning.domain import Contents, Domain

State = Any
"""A state of unified-planning's simulator."""


@dataclass(frozen=True)
class Call:
    """A skill and its arguments by the names of the scene, all that its operator's variables stand for, and the action
    of the problem that it is."""

    skill: str
    args: tuple[str, ...]
    values: Mapping[str, str]
    action: str


class Problem:
    """The problem of a scene and goals; `by` says by which skill a goal is to be brought about, where that matters."""

    def __init__(self, scene: Scene, goals: Sequence[Predicate], by: Mapping[Predicate, str]) -> None:
        self.scene, self.goals = scene, tuple(goals)
        self.contents = Contents(scene, self.goals)
        self._domain = Domain(self.contents, by)
        self._simulator = _simulator(self._domain.problem)
        self._searched: Any = None
        self.initial: State = self._simulator.get_initial_state()

    def true(self, state: State, predicate: Predicate) -> bool:
        """Whether the predicate holds in a state."""
        name, args = predicate[0], predicate[1:]
        if name == "not":
            return not self.true(state, args)
        if about(name) == "at":
            below = self.below(state, args[0])
            return args[1] in (below if name == "in" else below[:1])
        fluent = self._domain.of(predicate)
        return holds(self.scene, predicate) if fluent is None else bool(state.get_value(fluent).is_true())

    def support(self, state: State) -> dict[str, str]:
        """What each thing of the scene directly stands on or in; what is held is left out."""
        made, things = self._domain.made, self.contents.things
        support = {name: below for name, below in self.contents.support.items() if name not in things}
        for name in things:
            for spot in made:
                if state.get_value(self._domain.at(made[name], made[spot])).is_true():
                    support[name] = spot
        return support

    def below(self, state: State, name: str) -> list[str]:
        """What a thing stands on or in, nearest first."""
        support, out = self.support(state), list[str]()
        while name in support and len(out) <= len(support):
            name = support[name]
            out.append(name)
        return out

    def facts(self, state: State) -> frozenset[Predicate]:
        """What is known to hold: what each thing directly stands on or in (`on`), what is held, each fixture's state,
        and those of the goals that are about something else."""
        facts: set[Predicate] = {("on", *pair) for pair in self.support(state).items()}
        facts |= {("holding", n) for n in self.contents.things if self.true(state, ("holding", n))}
        facts |= {g for g in self.goals if about(g[0]) in ("beside", "hand", "other") and self.true(state, g)}
        for fixture in self.scene.fixtures:
            states = [s for s in states_of(fixture) if self.told(state, (s, fixture.name))]
            facts.add(((states or [fixture.state])[0], fixture.name))
        return frozenset(facts)

    def told(self, state: State, predicate: Predicate) -> bool:
        """Whether the problem itself has the predicate and it is true in a state."""
        fluent = self._domain.of(predicate)
        return fluent is not None and bool(state.get_value(fluent).is_true())

    def apply(self, state: State, call: Call) -> State:
        """The state after a call. Raises RuntimeError if the simulator does not allow it there."""
        made, variables = self._domain.made, self._domain.actions[call.action].variables
        action = self._domain.problem.action(call.action)
        after = self._simulator.apply(state, action, [made[call.values[v]] for v in variables])
        if after is None:
            raise RuntimeError(f"the plan fails its own replay at {call.skill}{call.args}")
        return after

    def search(self, state: State, goals: Sequence[Predicate]) -> list[Call] | None:
        """Calls that make the goals true together from a state, or None if there are none.

        A goal that is true only indirectly (in a bowl by standing on what is in it) is not held fast; a caller that
        needs it checks the end and searches again.
        """
        support = self.support(state)
        wanted = [g for g in goals if not (g[0] == "in" and self.true(state, g) and support.get(g[1]) != g[2])]
        fluents = [(g, self._domain.of(g)) for g in wanted]
        if any(fluent is None and not self.true(state, g) for g, fluent in fluents):
            return None
        if self._searched is None:
            self._searched = self._domain.problem.clone()
        task = self._searched
        for fluent in self._domain.changing:
            task.set_initial_value(fluent, state.get_value(fluent))
        for goal in sorted(self.goals, key=goals.__contains__):
            for fluent in self._domain.allowed(goal):
                task.set_initial_value(fluent, goal in goals or goal[2] == TABLE)
        task.clear_goals()
        for _, fluent in fluents:
            if fluent is not None:
                task.add_goal(fluent)
        plan = _planner().solve(task).plan
        return None if plan is None else [self._call(a) for a in plan.actions]

    def _call(self, found: Any) -> Call:
        action = self._domain.actions[found.action.name]
        names = [self._domain.named[str(p)] for p in found.actual_parameters]
        values = dict(zip(action.variables, names, strict=True))
        operator = action.skill.operator
        for effect in operator.effects:
            if effect[0].startswith("?"):
                into = values[effect[2].removeprefix("?")] in self.contents.receptive
                values[effect[0][1:]] = ("in" if into else "on") if action.relation == AT else str(action.relation)
        return Call(action.skill.name, tuple(values[p] for p in operator.parameters), values, found.action.name)


def prepare() -> None:
    """Import the planner now, so that the first plan does not have to (about two seconds)."""
    _planner()


@cache
def _planner() -> Any:
    from unified_planning.environment import get_environment
    from unified_planning.shortcuts import OneshotPlanner

    get_environment().credits_stream = None
    planner = OneshotPlanner(name="pyperplan", params={"search": "astar", "heuristic": "hadd"})
    planner.skip_checks = True
    return planner


def _simulator(problem: Any) -> Any:
    from unified_planning.engines import UPSequentialSimulator

    return UPSequentialSimulator(problem)

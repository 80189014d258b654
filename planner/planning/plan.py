"""`Plan`: skill calls that make subgoals true, found by search and replayed before anything moves."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from pontine.envs.errors import SceneError
from pontine.envs.predicates import Predicate, check_predicate, holds, written
from pontine.envs.scene import TABLE, Scene, Spot
from pontine.planner.planning.abilities import about, opening
from pontine.planner.planning.actions import Action
from pontine.planner.planning.clock import Clock, NoPlanError
from pontine.planner.planning.goals import check, positive, undoes, why_not
from pontine.planner.planning.problem import Problem, State
from pontine.planner.reading import Reading
from pontine.policies.skills.operator import ANY, filled
from pontine.policies.skills.skill import SKILLS

TIME_LIMIT = 20.0
"""What planning may take, s of CPU time, if nothing else is said."""

MAX_REPAIRS = 4
"""Times the search may start again from where a stage ended, when reaching one goal undid another."""


@dataclass(frozen=True)
class Step:
    """One skill call, with what must hold before it and what must hold after it.

    Skills and their arguments are those of the skill's operator: pick(object), place(object, relation, reference), ...
    """

    skill: str
    args: tuple[str, ...]
    pre: tuple[Predicate, ...]
    post: tuple[Predicate, ...]

    def to_json(self) -> dict[str, Any]:
        """`{"skill", "args", "pre", "post"}`, predicates as lists of words."""
        return {
            "skill": self.skill,
            "args": list(self.args),
            "pre": [list(p) for p in self.pre],
            "post": [list(p) for p in self.post],
        }


@dataclass(frozen=True)
class Plan:
    """Steps that reach `goal`; `valid` says that unified-planning's simulator, replaying them, agrees on that.

    `goal` is what is true together at the end: the subgoals that no later one contradicts. `end` is what is known to
    hold there: what each thing directly stands on or in (`on`), what is held, each fixture's state, and what of the
    subgoals is about something else. `spots` are the places that it names.

    Example:
        >>> from pontine.envs.scene import Scene, SceneObject
        >>> scene = Scene((SceneObject("bowl", "bowl"), SceneObject("red_cube", "cube")))
        >>> plan = make_plan(scene, [("in", "red_cube", "bowl")])
        >>> [(step.skill, *step.args) for step in plan.steps]
        [('pick', 'red_cube'), ('place', 'red_cube', 'in', 'bowl')]
        >>> plan.steps[0].post, plan.valid
        ((('holding', 'red_cube'),), True)
    """

    steps: tuple[Step, ...]
    goal: tuple[Predicate, ...]
    valid: bool
    end: frozenset[Predicate] = frozenset()
    spots: tuple[Spot, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The JSON shape of the design."""
        steps, goal = [s.to_json() for s in self.steps], [list(g) for g in self.goal]
        spots = {"spots": [spot.to_json() for spot in self.spots]} if self.spots else {}
        return {"steps": steps, "goal": goal, "valid": self.valid, **spots}


def make_plan(
    scene: Scene,
    subgoals: Sequence[Sequence[str]],
    by: Mapping[Predicate, str] | None = None,
    time_limit: float = TIME_LIMIT,
) -> Plan:
    """The plan that makes `subgoals` true in their order, and true together at the end unless a later one
    contradicts an earlier one. A subgoal that is true already costs no step.

    What is not to be so is so at the end too: a drawer that must not be open is opened if a cube is to be put into it,
    and closed again. Where the contrary is asked for later, it need only be before that.

    `by` says of some subgoals by which skill they are to be brought about: `{("left_of", "plate", "cube"): "push"}`.

    `time_limit` is what it may take, in seconds of CPU time.

    Raises NoPlanError saying why there is none or that none was found in time, SceneError for names the scene does not
    have, PontineError for what is not a predicate.

    Example:
        >>> from pontine.envs.scene import Fixture, Scene
        >>> plan = make_plan(Scene(fixtures=(Fixture("drawer", "drawer", "open"),)), [("closed", "drawer")])
        >>> [(step.skill, *step.args) for step in plan.steps]
        [('close', 'drawer')]
    """
    by = {} if by is None else by
    told = [check_predicate(g) for g in subgoals]
    clock = Clock(time_limit)
    asked: list[tuple[Predicate, bool]] = []  # each with whether it is so already and only to be kept so
    for i, goal in enumerate(told):
        if goal[0] == "not" and goal[1:] in told[i + 1 :]:
            # It is said of the time before what asks for the contrary, and so nothing is to be done if it is true then.
            if goal[1:] in told[:i] or not holds(scene, goal):
                asked.append((positive(goal, scene), False))
        elif _kept(goal, scene, by):
            asked.append((goal, True))
        else:
            asked.append((positive(goal, scene), False))
    goals, kept = [g for g, keep in asked if not keep], [g for g, keep in asked if keep]
    found = _search(scene, goals, by, clock)
    if lost := found.lost(kept):
        found = _restored(found, asked, {g: _again(g, scene, by) for g in lost})
    final = (*found.wanted, *kept)
    valid = found.problem.replay(found.calls, found.states, final)
    steps = tuple(_steps(found.problem, found.states, found.calls))
    named = {word for p in (*final, *(post for step in steps for post in step.post)) for word in p}
    spots = tuple(spot for spot in scene.spots if spot.name in named)
    return Plan(steps, final, valid, found.problem.facts(found.states[-1]), spots)


def planner_for(reading: Reading, planner: Callable[..., Plan] = make_plan) -> Callable[..., Plan]:
    """What makes plans for a reading as `planner` does, by the skills that the instruction names.

    Example:
        >>> from pontine.envs.scene import Scene, SceneObject
        >>> cubes = [SceneObject(name, "cube", position=(0.2, y, 0.015)) for name, y in (("a", 0.0), ("b", 0.1))]
        >>> goal = ("left_of", "a", "b")
        >>> said = Reading("subgoals", (goal,), by=((goal, "push"),))
        >>> [(step.skill, *step.args) for step in planner_for(said)(Scene(tuple(cubes)), said.subgoals).steps]
        [('push', 'a', 'left_of', 'b')]
    """
    return partial(planner, by=dict(reading.by)) if reading.by else planner


@dataclass(frozen=True)
class _Found:
    """What a search has found: the states on the way, the calls between them, and the goals that no later one gave up
    and that are true at the end."""

    problem: Problem
    states: Sequence[State]
    calls: Sequence[Action]
    wanted: Sequence[Predicate]

    def lost(self, kept: Iterable[Predicate]) -> list[Predicate]:
        """Those of the goals that do not hold at the end."""
        return [g for g in kept if not self.problem.true(self.states[-1], g)]


def _search(scene: Scene, goals: Sequence[Predicate], by: Mapping[Predicate, str], clock: Clock) -> _Found:
    """Make the goals, of which none is a negation, true one after the other. Raises NoPlanError."""
    for goal in goals:
        check(goal, scene, by)
    problem = Problem(scene, goals, by, clock)
    states: list[State] = [problem.initial]
    calls: list[Action] = []
    wanted: list[Predicate] = []
    for goal in goals:
        wanted = [g for g in wanted if g != goal and not undoes(goal, g, problem, states[-1], goals)] + [goal]
        for _ in range(MAX_REPAIRS):
            if all(problem.true(states[-1], g) for g in wanted):
                break
            found = problem.search(states[-1], wanted)
            if found is None:
                raise NoPlanError(why_not(wanted[-1], problem))
            for call in found:
                states.append(problem.apply(states[-1], call))
            calls += found
        else:
            if not all(problem.true(states[-1], g) for g in wanted):
                raise NoPlanError(f"the subgoals undo each other: {_listed(*wanted)}")
    return _Found(problem, states, calls, wanted)


def _restored(
    found: _Found, asked: Sequence[tuple[Predicate, bool]], lost: Mapping[Predicate, Predicate | None]
) -> _Found:
    """What is found where goals that were only to be kept, and are lost on the way, are made true again: when it was
    asked for, or else at the end. Raises NoPlanError where that cannot be, or another goal would be given up for it.
    """
    again = {g: made for g, made in lost.items() if made is not None}
    goals, kept = [g for g, keep in asked if not keep], [g for g, keep in asked if keep]
    in_place = [again.get(g, g) for g, keep in asked if not keep or g in again]
    for order in (in_place, [*goals, *again.values()]) if len(again) == len(lost) else ():
        other = _search(found.problem.scene, order, found.problem.by, found.problem.clock)
        if not other.lost(kept) and set(found.wanted) <= set(other.wanted):
            return other
    raise NoPlanError(f"the subgoals undo each other: {_listed(*lost, *found.wanted)}")


def _listed(*goals: Predicate) -> str:
    return ", ".join(map(written, goals))


def _again(goal: Predicate, scene: Scene, by: Mapping[Predicate, str]) -> Predicate | None:
    """What makes a goal true again that was true at the beginning; None if nothing does."""
    try:
        check(made := positive(goal, scene), scene, by)
    except NoPlanError:
        return None
    return made


def _kept(goal: Predicate, scene: Scene, by: Mapping[Predicate, str]) -> bool:
    """Whether a goal is true already and only to be kept so, for it is a negation, or no skill makes it true."""
    if goal[0] == "not":
        return holds(scene, goal)
    try:
        check(goal, scene, by)
    except NoPlanError as reason:
        try:
            return holds(scene, goal)
        except SceneError:
            raise reason from None
    return False


class _Ever:
    """What was ever held, and what ever stood on each spot, up to a step of a plan."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.on: dict[str, list[str]] = {}
        self._known: set[tuple[str, str]] = set()

    def see(self, problem: Problem, state: State, touched: Iterable[str]) -> None:
        """Take in a state in which only the things touched may be where they were not before."""
        if state.held is not None and state.held not in self.held:
            insort(self.held, state.held)
        for name in touched:
            if (spot := state.support.get(name)) is not None and (name, spot) not in self._known:
                self._known.add((name, spot))
                insort(self.on.setdefault(spot, []), name)


def _steps(problem: Problem, states: Sequence[State], calls: Sequence[Action]) -> Iterator[Step]:
    """The steps with their conditions, each checked in the states of the replay.

    An empty hand and a clear top are said about the things that were ever held or on top on the way, since there is
    no predicate for them.
    """
    ever, touched = _Ever(), list(states[0].support)
    for call, (before, after) in zip(calls, pairwise(states), strict=True):
        problem.clock.check()
        ever.see(problem, before, touched)
        touched = sorted(call.touches)
        pre, post = tuple(_needed(problem, call, before, ever)), tuple(_made(call))
        for state, conditions, when in ((before, pre, "before"), (after, post, "after")):
            if not all(problem.true(state, p) for p in conditions):
                raise NoPlanError(f"the plan fails its replay {when} {written((call.skill, *call.args))}")
        yield Step(call.skill, call.args, pre, post)


def _needed(problem: Problem, call: Action, before: State, ever: _Ever) -> Iterator[Predicate]:
    """What must hold before a call."""
    operator, contents = SKILLS[call.skill].operator, problem.contents
    for literal in operator.preconditions:
        told = filled(literal, call.values)
        if ANY not in told:
            yield told
        elif told[1] == "holding":
            yield from (("not", "holding", name) for name in ever.held)
        elif (told[3] in contents.receptive) == (told[1] == "in"):
            yield from (("not", told[1], name, told[3]) for name in ever.on.get(told[3], ()))
    for name, sort in operator.variables.items():
        place = call.values[name]
        if sort == "place" and place in contents.fixtures and place in contents.receptive:
            yield from ((s, place) for s in sorted(opening()) if problem.true(before, (s, place)))
    for effect in operator.effects:
        told = filled(effect, call.values)
        if about(told[0]) == "support" and told[2] in contents.things and told[2] not in contents.roomy:
            yield from (("not", "on", name, told[2]) for name in ever.on.get(told[2], ()) if name != told[1])


def _made(call: Action) -> Iterator[Predicate]:
    """What must hold after a call."""
    for effect in SKILLS[call.skill].operator.effects:
        told = filled(effect, call.values)
        yield told
        if about(told[0]) == "beside":
            yield ("on", told[1], TABLE)


__all__ = ["NoPlanError", "Plan", "Step", "make_plan", "planner_for"]

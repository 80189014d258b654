"""`Plan`: skill calls that make subgoals true, found by search and validated before anything moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.predicates import DIRECTIONS, Predicate, check_predicate, holds
from pontine.envs.scene import TABLE, Scene
from pontine.planner.language.resolve import graspable, takes_things_in
from pontine.planner.planning.search import Call, Problem, solve
from pontine.planner.planning.symbolic import BESIDE, World

MAX_REPAIRS = 4
"""Times the search may start again from where a stage ended, when reaching one goal undid another."""


class NoPlanError(PontineError):
    """The subgoals cannot be reached from this scene by the skills there are."""


@dataclass(frozen=True)
class Step:
    """One skill call, with what must hold before it and what must hold after it.

    Skills and their arguments: pick(object), place(object, relation, reference), open(fixture), close(fixture),
    press(fixture).
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
    """Steps that reach `goal`; `valid` says that the validator and a symbolic replay agree on that.

    `goal` is what is true together at the end: the subgoals that no later one contradicts.
    """

    steps: tuple[Step, ...]
    goal: tuple[Predicate, ...]
    valid: bool

    def to_json(self) -> dict[str, Any]:
        """The JSON shape of the design."""
        return {"steps": [s.to_json() for s in self.steps], "goal": [list(g) for g in self.goal], "valid": self.valid}


def make_plan(scene: Scene, subgoals: Sequence[Sequence[str]]) -> Plan:
    """The plan that makes `subgoals` true in their order, and true together at the end unless a later one
    contradicts an earlier one. A subgoal that is true already costs no step.

    Raises NoPlanError saying why there is none, SceneError for names the scene does not have, PontineError for what
    is not a predicate.
    """
    told = [check_predicate(g) for g in subgoals]
    kept = [g for g in told if g[0] == "not" and holds(scene, g)]
    goals = [_positive(g) for g in told if g not in kept]
    for goal in goals:
        _check_names(goal, scene)
    problem = Problem.of(scene)
    world = World.of(scene, goals)
    calls: list[Call] = []
    sound = True
    wanted: list[Predicate] = []
    for goal in goals:
        wanted = [g for g in wanted if g != goal and not _undoes(goal, g, world, goals)] + [goal]
        for _ in range(MAX_REPAIRS):
            if all(world.true(g) for g in wanted):
                break
            found = solve(problem, world, wanted)
            if found is None:
                raise NoPlanError(_why(wanted[-1]))
            sound = sound and found.validated
            for call in found.calls:
                world.apply(call.skill, call.args)
            calls += found.calls
        else:
            if not all(world.true(g) for g in wanted):
                raise NoPlanError(f"the subgoals undo each other: {', '.join(_shown(g) for g in wanted)}")
    steps, end = _replay(scene, goals, calls)
    final = (*wanted, *kept)
    return Plan(tuple(steps), final, sound and all(end.true(g) for g in final))


def _undoes(later: Predicate, goal: Predicate, world: World, goals: Sequence[Predicate]) -> bool:
    """Whether making `later` true is incompatible with keeping `goal`."""
    if later == goal:
        return False
    states = ("open", "closed")
    if later[0] == "holding" and len(goal) > 2 and goal[2] == later[1]:
        # Nothing stays on, in or beside a thing that is in the gripper.
        return True
    if goal[0] in states or goal[0] == "pressed":
        return later[0] in states and goal[0] in states and later[1] == goal[1]
    if len(goal) > 2 and len(later) > 2 and {*goal[1:]} == {*later[1:]} and goal[0] != later[0]:
        # Of one pair of things: on top and beside exclude each other, and so do two directions.
        placed = {goal[0], later[0]} & {"on", "in"}
        return bool(placed and {goal[0], later[0]} & set(BESIDE)) or {goal[0], later[0]} <= set(DIRECTIONS)
    if goal[0] == "holding":
        # One hand: whatever is to be moved, opened or pressed later needs it.
        return not world.true(later) or later[0] == "holding"
    if later[0] in (*states, "pressed") or later[1] != goal[1]:
        return False
    kinds = {goal[0], later[0]}
    if kinds <= {"on", *BESIDE} and (kinds & set(BESIDE)):
        # Beside something is on the table, so these two agree; two directions from one thing do not.
        two_references = goal[0] in BESIDE and later[0] in BESIDE and goal[2] != later[2]
        return not (("on", goal[1], TABLE) in (goal, later) or two_references)
    if kinds == {"in", "on"}:
        inner, outer = (goal, later) if goal[0] == "on" else (later, goal)
        return not (
            inner[2] == outer[2]
            or any(g[0] == "in" and g[1:] == (inner[2], outer[2]) for g in goals)
            or outer[2] in world.below(inner[2])
        )
    return True


def _positive(goal: Predicate) -> Predicate:
    """A negated goal as the positive one that makes it true."""
    if goal[0] != "not":
        return goal
    name, args = goal[1], goal[2:]
    if name in ("on", "in") and args[1] == TABLE:
        return ("holding", args[0])
    if name in ("on", "in", "holding"):
        return ("on", args[0], TABLE)
    if name in ("open", "closed"):
        return ("closed" if name == "open" else "open", args[0])
    raise NoPlanError(f"no skill makes {name}({', '.join(args)}) false")


def _check_names(goal: Predicate, scene: Scene) -> None:
    name, args = goal[0], goal[1:]
    if name in ("open", "closed", "pressed"):
        scene.fixture(args[0])
        return
    thing = scene.object(args[0])
    if not graspable(thing):
        raise NoPlanError(f"{args[0]!r} cannot be picked up: it is not something this gripper can hold")
    if name == "holding" or (args[1] == TABLE and name in ("on", "in")):
        return
    if args[0] == args[1]:
        raise NoPlanError(f"{args[0]!r} cannot be {name} itself")
    if args[1] in scene or args[1] == TABLE:
        if args[1] == TABLE:
            raise NoPlanError(f"nothing can be {name} the table")
        if name == "in" and not takes_things_in(scene.object(args[1])):
            raise NoPlanError(f"nothing can be put into {args[1]!r}")
    elif name != "in" or not takes_things_in(scene.fixture(args[1])):
        raise NoPlanError(f"nothing can be put {name} {args[1]!r}")


def _why(goal: Predicate) -> str:
    return (
        f"no sequence of skills reaches {_shown(goal)} from this scene; something is in the way, has no room, "
        "or cannot be picked up"
    )


def _shown(goal: Predicate) -> str:
    return f"{goal[0]}({', '.join(goal[1:])})"


def _replay(scene: Scene, goals: Sequence[Predicate], calls: Sequence[Call]) -> tuple[list[Step], World]:
    """The steps with their conditions, each checked in the symbolic world as it is replayed, and the end."""
    world = World.of(scene, goals)
    held_before = {world.holding} - {None}
    stood: dict[str, set[str]] = {}
    steps = []
    for call in calls:
        for name, below in world.support.items():
            stood.setdefault(below, set()).add(name)
        pre, post = _conditions(call, world, stood, {str(h) for h in held_before}, scene)
        if not all(world.true(p) for p in pre):
            raise RuntimeError(f"the plan fails its own replay before {call.skill}{call.args}")
        world.apply(call.skill, call.args)
        if not all(world.true(p) for p in post):
            raise RuntimeError(f"the plan fails its own replay after {call.skill}{call.args}")
        if world.holding:
            held_before.add(world.holding)
        steps.append(Step(call.skill, call.args, tuple(pre), tuple(post)))
    return steps, world


def _conditions(
    call: Call, world: World, stood: dict[str, set[str]], held: set[str], scene: Scene
) -> tuple[list[Predicate], list[Predicate]]:
    """What must hold before and after a call. An empty hand and a clear top are said about the things that were ever
    held or on top in this plan, since there is no predicate for them."""
    name = call.args[0]
    free: list[Predicate] = [("not", "holding", h) for h in sorted(held)]
    if call.skill == "pick":
        clear: list[Predicate] = [("not", "on", other, name) for other in sorted(stood.get(name, ()))]
        return [("on", name, world.support[name]), *clear, *free], [("holding", name)]
    if call.skill == "place":
        _, relation, reference = call.args
        pre: list[Predicate] = [("holding", name)]
        if reference in world.states:
            pre.append(("open", reference))
        post: list[Predicate] = [(relation, name, reference), ("not", "holding", name)]
        if relation in BESIDE:
            post.insert(1, ("on", name, TABLE))
        elif reference in scene and not takes_things_in(scene.object(reference)):
            pre += [
                ("not", "on", other, reference)
                for other in sorted(stood.get(reference, ()))
                if graspable(scene.object(reference)) and other != name
            ]
        return pre, post
    after = {"open": "open", "close": "closed", "press": "pressed"}[call.skill]
    return [("not", after, name), *free], [(after, name)]

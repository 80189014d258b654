"""Goals: which there are plans for at all, what makes a negated one true, and which ones undo each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pontine.envs.predicates import DIRECTIONS, Predicate, written
from pontine.envs.scene import TABLE, Fixture, Scene, Spot
from pontine.envs.spots import spot
from pontine.planner.grounding.naming.abilities import carries, takes_things_in
from pontine.planner.planning.abilities import about, exclusive, makers
from pontine.planner.planning.clock import NoPlanError
from pontine.planner.planning.problem import Problem, State
from pontine.policies.skills.operator import SPOT
from pontine.policies.skills.skill import Skill


def positive(goal: Predicate, scene: Scene) -> Predicate:
    """A negated goal as the positive one that makes it true. Raises NoPlanError if no skill makes one true."""
    if goal[0] != "not":
        return goal
    name, args = goal[1], goal[2:]
    sort = about(name)
    if sort == "support" and args[1] == TABLE:
        return ("holding", args[0])
    if sort in ("support", "holding"):
        return ("on", args[0], TABLE)
    if sort == "state":
        for other in sorted(exclusive(name)):
            if isinstance(makers(scene, (other, *args), {}), list):
                return (other, *args)
    raise NoPlanError(f"no skill makes {name}({', '.join(args)}) false")


def check(goal: Predicate, scene: Scene, by: Mapping[Predicate, str]) -> None:
    """Raises NoPlanError for a goal that no skill can ever make true, SceneError for names the scene does not have."""
    name, args, sort = goal[0], goal[1:], about(goal[0])
    if sort == "state":
        scene.fixture(args[0])
    elif sort in ("support", "beside", "holding"):
        scene.object(args[0])
    able = makers(scene, goal, by)
    if isinstance(able, str):
        raise NoPlanError(able)
    if name == SPOT:
        _check_room(args[0], spot(scene, args[1]), scene, able)
    if name == SPOT or sort not in ("support", "beside") or (args[1] == TABLE and sort == "support"):
        return
    if args[0] == args[1]:
        raise NoPlanError(f"{args[0]!r} cannot be {name} itself")
    if args[1] in scene or args[1] == TABLE:
        if args[1] == TABLE:
            raise NoPlanError(f"nothing can be {name} the table")
        if name == "in" and not takes_things_in(scene.object(args[1])):
            raise NoPlanError(f"nothing can be put into {args[1]!r}")
    elif not {"in": takes_things_in(scene.fixture(args[1])), "on": _only_surface(scene.fixture(args[1]))}.get(name):
        raise NoPlanError(f"nothing can be put {name} {args[1]!r}")


def _check_room(thing: str, told: Spot, scene: Scene, able: Sequence[type[Skill]]) -> None:
    """Raises NoPlanError if a fixture is in the way of bringing a thing to a spot: it cannot be moved."""
    for skill in able:
        fixed = [name for name in skill.obstacles(scene, scene.object(thing), told.position) if name not in scene]
        if not fixed:
            return
    raise NoPlanError(f"there is no room for {thing!r} at {told.name}: {fixed[0]!r} is there")


def _only_surface(fixture: Fixture) -> bool:
    """Whether things can be stood on a fixture. One that they also go into has but one place for a search: inside."""
    return carries(fixture) and not takes_things_in(fixture)


def undoes(later: Predicate, goal: Predicate, problem: Problem, state: State, goals: Sequence[Predicate]) -> bool:
    """Whether making `later` true in a state is incompatible with keeping `goal`."""
    if later == goal:
        return False
    one, other = about(goal[0]), about(later[0])
    if one == "holding" or one == "hand":
        # One hand: whatever is to be moved, opened or pressed later needs it.
        return not problem.true(state, later) or other == one
    if other == "holding":
        # Nothing stays on, in or beside a thing that is in the gripper, nor does that stay where it was.
        return one in ("support", "beside") and later[1] in goal[1:]
    if one == "state" and other == "state":
        return later[1:] == goal[1:]
    if not {one, other} <= {"support", "beside"}:
        return False
    if {*goal[1:]} == {*later[1:]} and goal[0] != later[0]:
        # Of one pair of things: on top and beside exclude each other, and so do two directions.
        return one != other or {goal[0], later[0]} <= set(DIRECTIONS)
    if later[0] == goal[0] == SPOT:
        # A thing is at one spot, and two that overlap have room for one.
        return later[1] == goal[1] or later[1:] in problem.contents.would_block(*goal[1:])
    if later[1] != goal[1]:
        return False
    if "beside" in (one, other) and "in" not in (goal[0], later[0]):
        # Beside something is on the table, so these two agree; two directions from one thing do not.
        two_references = one == other and goal[2] != later[2]
        return not (("on", goal[1], TABLE) in (goal, later) or two_references)
    if {goal[0], later[0]} == {"in", "on"}:
        inner, outer = (goal, later) if goal[0] == "on" else (later, goal)
        return not (
            inner[2] == outer[2]
            or any(g[0] == "in" and g[1:] == (inner[2], outer[2]) for g in goals)
            or outer[2] in problem.below(state, inner[2])
        )
    return True


def why_not(goal: Predicate, problem: Problem) -> str:
    """What is said where the search finds nothing."""
    if goal[0] == SPOT and (names := problem.contents.in_the_way(*goal[1:])):
        stand = "stands" if len(names) == 1 else "stand"
        return f"{written(goal)} cannot be reached: {' and '.join(map(repr, names))} {stand} in the way"
    return (
        f"no sequence of skills reaches {written(goal)} from this scene; something is in the way, has no room, "
        "or cannot be picked up"
    )

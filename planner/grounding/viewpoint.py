"""Left and right as whoever speaks sees them: the scene turned to where they stand, and what was read turned back.

Words are looked up in the turned scene, in which what is left of the speaker is left; predicates and spots are the
arm's, so that nothing else needs to know.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from pontine.envs.predicates import Predicate
from pontine.envs.scene import SPEAKERS, Fixture, Scene, SceneObject
from pontine.envs.spots import SPOTS
from pontine.planner.reading import Reading, Turn

T = TypeVar("T", bound=SceneObject | Fixture)

QUARTERS = dict(zip(SPEAKERS, (0, 2, 3, 1), strict=True))
"""Quarter turns, counterclockwise from above, from the way the arm looks to the way the speaker does."""

CENTER = SPOTS["middle"][:2]
"""What the scene is turned about, (x, y) m."""

_AROUND = ("left_of", "in_front_of", "right_of", "behind")
"""The sides of a thing, counterclockwise from above."""


def seen(scene: Scene) -> Scene:
    """The scene as it is from where the speaker stands, in which that is the arm's place."""
    turns = -QUARTERS[scene.speaker]
    return replace(
        scene,
        objects=tuple(_turned(o, turns) for o in scene.objects),
        fixtures=tuple(_turned(f, turns) for f in scene.fixtures),
        spots=tuple(replace(spot, position=around(spot.position, turns)) for spot in scene.spots),
        hand=None if scene.hand is None else (*around(scene.hand[:2], turns), scene.hand[2]),
        speaker=SPEAKERS[0],
    )


def seen_turn(turn: Turn) -> Turn:
    """A turn whose scene is so."""
    return replace(turn, scene=seen(turn.scene))


def back(reading: Reading, speaker: str) -> Reading:
    """What was read in the scene that a speaker saw, as the arm's predicates and spots."""
    turns = QUARTERS[speaker]
    return replace(
        reading,
        subgoals=tuple(_goal(goal, turns) for goal in reading.subgoals),
        alternatives=tuple(tuple(_goal(goal, turns) for goal in goals) for goals in reading.alternatives),
        spots=tuple(replace(spot, position=around(spot.position, turns)) for spot in reading.spots),
        by=tuple((_goal(goal, turns), skill) for goal, skill in reading.by),
    )


def around(point: tuple[float, float], turns: int) -> tuple[float, float]:
    """A point (x, y) m of the table after quarter turns about its middle, counterclockwise.

    Example:
        >>> around((0.24, 0.1), 2), around((0.34, 0.0), 1)
        ((0.24, -0.1), (0.24, 0.1))
    """
    x, y = point[0] - CENTER[0], point[1] - CENTER[1]
    for _ in range(turns % 4):
        x, y = -y, x
    return round(CENTER[0] + x, 6), round(CENTER[1] + y, 6)


def _turned(thing: T, turns: int) -> T:
    position: tuple[float, float, float] | None = thing.position
    if position is None:
        return thing
    return replace(thing, position=(*around(position[:2], turns), position[2]))


def _goal(goal: Predicate, turns: int) -> Predicate:
    if goal[0] == "not":
        return ("not", *_goal(goal[1:], turns))
    if goal[0] not in _AROUND:
        return goal
    return (_AROUND[(_AROUND.index(goal[0]) + turns) % 4], *goal[1:])

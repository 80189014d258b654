"""The reader that needs no language model: a goal that is written as predicates already."""

from __future__ import annotations

from collections.abc import Sequence

from pontine.envs.predicates import holds, parse_goal
from pontine.envs.scene import Scene
from pontine.planner.reading import Reading, Turn


class WrittenGoal:
    """Reads goals such as `in(red_cube, bowl); closed(drawer)` as what they are; a place is `at(red_cube, 0.2, 0.05)`.

    Example:
        >>> from pontine.envs.scene import SceneObject
        >>> scene = Scene((SceneObject("bowl", "bowl", container=True), SceneObject("cube", "cube")))
        >>> WrittenGoal().read("in(cube, bowl)", scene).subgoals
        (('in', 'cube', 'bowl'),)
    """

    def read(self, instruction: str, scene: Scene, turns: Sequence[Turn] = ()) -> Reading:
        """The predicates, in the order in which they are written, and the spots for what is said in metres.

        Raises PontineError for what is no predicate, SceneError for what the scene does not have.
        """
        goals, spots = parse_goal(instruction, [spot.name for spot in scene.spots])
        marked = scene.marked(spots)
        for goal in goals:
            holds(marked, goal)
        return Reading("subgoals", goals, spots=spots)

"""A table on which wishes are worked out one after the other: each sees what the ones before it have changed."""

from __future__ import annotations

from collections.abc import Sequence

from pontine.envs.scene import Scene, Spot
from pontine.envs.spots import free_names
from pontine.planner.spots.layouts import layout
from pontine.planner.spots.places import Graspable, can_grasp, place_for, put, put_away, where
from pontine.planner.spots.wishes import Layout, Point, Wish


class Table:
    """The scene as it will be once what was wished so far is done, and the spots for it.

    Example:
        >>> from pontine.envs.scene import SceneObject
        >>> from pontine.planner.spots.wishes import Exactly, Offset
        >>> cubes = (SceneObject(n, "cube", position=(0.2, y, 0.015)) for n, y in (("a", 0.0), ("b", 0.1)))
        >>> table = Table(Scene(tuple(cubes)))
        >>> table.place("b", Offset("left", 0.06)), table.place("a", Exactly((0.2, 0.1)))
        (('at', 'b', 'spot_1'), ('at', 'a', 'spot_2'))
        >>> [spot.position for spot in table.spots]
        [(0.2, 0.16), (0.2, 0.1)]
    """

    def __init__(self, scene: Scene, graspable: Graspable = can_grasp) -> None:
        """`graspable` says of a thing whether it is carried; what is not is pushed."""
        self.scene, self.spots = scene, list[Spot]()
        self._graspable, self._names = graspable, free_names([spot.name for spot in scene.spots])

    def place(self, name: str, wish: Wish, aside: Sequence[str] = ()) -> tuple[str, str, str]:
        """The subgoal that brings a thing where it is wished; what is named in `aside` may have to make room. Raises
        what `places.place_for` raises."""
        return self._goal(name, place_for(self.scene, name, wish, self._graspable, aside))

    def lay(self, names: Sequence[str], wish: Layout, aside: Sequence[str] = ()) -> list[tuple[str, str, str]]:
        """The subgoals for several things, none for those that stay; what is named in `aside` may have to make room.
        Raises what `layouts.layout` raises."""
        return [self._goal(name, p) for name, p in layout(self.scene, names, wish, self._graspable, aside).items()]

    def stay(self, names: Sequence[str]) -> list[tuple[str, str, str]]:
        """The subgoals that things are where they are."""
        return [self._goal(name, where(self.scene, name)) for name in names]

    def take_away(self, name: str) -> None:
        """A thing goes where it takes no room on the table: into the hand, or in or on another one."""
        self.scene = put_away(self.scene, name)

    def _goal(self, name: str, point: Point) -> tuple[str, str, str]:
        spot = Spot(next(self._names), point)
        self.scene = put(self.scene, name, point)
        self.spots.append(spot)
        return "at", name, spot.name

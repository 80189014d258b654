"""The simulated arm: a `Robot` over one world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from .errors import SceneError
from .robot import RobotState, straight
from .rotations import heading_quat
from .scene import Scene
from .so101.model import GRIPPER, REST
from .tabletop.fixture_spec import FixtureSpec
from .tabletop.fixture_spec import slots_for as fixture_slots_for
from .tabletop.layout import clear, fixtures_from_scene, from_base, from_scene, random_fixtures, random_table
from .tabletop.objects import ObjectSpec
from .tabletop.sensing import measure
from .tabletop.table import TABLE_HALF_SIDE, slots_for
from .tabletop.worlds import Worlds

if TYPE_CHECKING:
    from .visuals.visual_model import Decal

_HOMING_STEP = 0.04
_SETTLING_STEPS = 10


class SimulatedRobot:
    """An SO-101 before a table with exactly these objects and fixtures, in MuJoCo, deterministic.

    `worlds` is the simulation behind it, a batch of one. `decals` are drawn and change nothing else. It can be
    pickled and copied.

    Example:
        >>> from pontine.envs.tabletop.objects import draw
        >>> robot = SimulatedRobot([draw(np.random.default_rng(0), "red_cube", "cube", "red")])
        >>> robot.command(robot.observe().position)
        >>> robot.scene().object("red_cube").support, robot.observe().position.shape
        ('table', (6,))
    """

    def __init__(
        self, objects: Sequence[ObjectSpec], fixtures: Sequence[FixtureSpec] = (), decals: Sequence[Decal] = ()
    ) -> None:
        self._decals = tuple(decals)
        self.worlds = Worlds(slots_for(objects), 1, 1, fixture_slots_for(fixtures))
        for slot, spec in enumerate(objects):
            self.worlds.lay(0, slot, spec)
        for slot, fixture in enumerate(fixtures):
            self.worlds.mounted.mount(0, slot, fixture)
        self.worlds.place_arm(0, REST)
        self.worlds.refresh(np.zeros(1, int))
        for _ in range(_SETTLING_STEPS):
            self.worlds.advance(self.worlds.command)
        self._renderer: Any = None

    @classmethod
    def of_scene(cls, scene: Scene) -> Self:
        """Before the table that a scene describes. Raises SceneError for one that cannot be laid."""
        return cls(from_scene(scene), fixtures_from_scene(scene))

    @classmethod
    def of_seed(cls, seed: int, objects: int | None = None, fixtures: Sequence[str] = ()) -> Self:
        """Before a random table, with so many objects (None: as the seed has it) and fixtures of these kinds."""
        mounted = random_fixtures(seed, fixtures)
        return cls(random_table(seed, objects, mounted), mounted)

    def observe(self) -> RobotState:
        """The joints now."""
        w = self.worlds
        return RobotState(
            w.q[0].copy(),
            w.velocity[0].copy(),
            w.command[0] - w.q[0],
            w.command[0].copy(),
            float(w.time[0]),
        )

    def command(self, targets: NDArray[np.float64]) -> None:
        """Send joint targets (6,) rad and let one control step pass."""
        self.worlds.advance(np.asarray(targets, float)[None])

    def scene(self) -> Scene:
        """The table as it is now, from geometry and contact."""
        return measure(self.worlds)

    def way_to_rest(self) -> list[NDArray[np.float64]]:
        """Targets (6,) rad, one a control step, to the rest pose, at most 1 rad/s."""
        return straight(self.worlds.command[0].copy(), REST, _HOMING_STEP)

    def reset(self) -> None:
        """Move to the rest pose."""
        for targets in self.way_to_rest():
            self.command(targets)

    def stop(self) -> None:
        """Hold where the arm is; the gripper keeps its grip."""
        targets = self.worlds.q[0].copy()
        targets[GRIPPER] = self.worlds.command[0, GRIPPER]
        self.command(targets)

    def put(self, slot: int, x: float, y: float) -> None:
        """Put the object of a slot down at (x, y) m, upright, on whatever is there; commands must pass until it rests.

        Raises SceneError where it cannot be put: in the arm or a fixture, off the table, or out of the gripper.
        """
        spec = self.worlds.specs[0][slot]
        if spec is None:
            raise SceneError(f"there is nothing in slot {slot}")
        if self.scene().holding == spec.name:
            raise SceneError(f"{spec.name!r} is in the gripper")
        radius = spec.declared.footprint(spec.size)
        where = np.array([x, y])
        if from_base(where) < radius:
            raise SceneError(f"{spec.name!r} cannot be put there: the arm stands there")
        if not np.abs(where).max() <= TABLE_HALF_SIDE - radius:  # not a number is nowhere either
            raise SceneError(f"{spec.name!r} cannot be put there: it is off the table")
        for fixture in self.worlds.mounted.specs[0]:
            if fixture is not None and not clear(x, y, radius, fixture.keepout, gap=0.0):
                raise SceneError(f"{spec.name!r} cannot be put there: {fixture.name!r} stands there")
        floor = 0.0
        for other, below in enumerate(self.worlds.specs[0]):
            if other != slot and below is not None:
                at = self.worlds.object_position[0, other]
                if not clear(x, y, radius, [(at[0], at[1], below.declared.footprint(below.size))], gap=0.0):
                    floor = max(floor, float(at[2]) - below.rest_height + below.size[2])
        self.worlds.move_object(0, slot, np.array([x, y, floor + spec.rest_height]), heading_quat(spec.yaw))
        self.worlds.refresh(np.zeros(1, int))

    def get_state(self) -> dict[str, Any]:
        """All that the table is now: what goes on from it is the same to the last bit."""
        return self.worlds.get_state()

    def set_state(self, state: dict[str, Any]) -> None:
        """Be where `get_state` was called. Raises StateError for another table's state."""
        self.worlds.set_state(state)

    def __getstate__(self) -> dict[str, Any]:
        # what draws belongs to this process, and is made again where it is wanted
        return {**vars(self), "_renderer": None}

    def render(
        self,
        width: int = 640,
        height: int = 480,
        camera: str = "front",
        quality: Literal["nice", "fast"] = "nice",
        *,
        caption: str = "",
    ) -> NDArray[np.uint8]:
        """A picture, (height, width, 3) uint8, with the lines of `caption` in its corner.

        Raises RenderError where nothing can be drawn.
        """
        if self._renderer is None:
            from .visuals.render import Renderer

            self._renderer = Renderer(self.worlds, 0, self._decals)
        return self._renderer.render(camera, width, height, quality, caption)

    def close(self) -> None:
        """Free the renderer."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

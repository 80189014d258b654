"""Copies of a scene that differ in what nobody knows of it: exact poses and sizes, friction, weights, the servos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pontine.envs.arrays import Array
from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.errors import SceneError
from pontine.envs.robot import RobotState
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.scene import TABLE, Scene, SceneObject
from pontine.envs.so101.kinematics import tool_pose
from pontine.envs.tabletop.fixture_spec import FixtureSpec
from pontine.envs.tabletop.fixture_spec import slots_for as fixture_slots_for
from pontine.envs.tabletop.layout import fixtures_from_scene
from pontine.envs.tabletop.objects import ObjectSpec, from_scene_object
from pontine.envs.tabletop.randomization import Randomization
from pontine.envs.tabletop.sensing import NOTHING, Measured, fixtures_of
from pontine.envs.tabletop.table import slots_for
from pontine.envs.tabletop.worlds import Worlds
from pontine.planner.rehearsal.way import Way

SIZE_NOISE = 0.02
"""Standard deviation of an object's true size over the one it is said to have."""

_UPRIGHT, _FINE, _SETTLING_STEPS = 0.996, 5, 10
"""Cosine of the tilt (5 degrees) up to which a thing stands; decimals of what a scene says; control steps."""


class Copies:
    """`n` copies of a scene before an arm that stands as `state` says, stepped together in one batch.

    In each, things stand a little beside where the scene has them, by the camera's own error, and are a little larger
    or smaller; the servos, frictions, weights and delays are drawn from `physics`. What stands on something is off by
    as much as that is, and half as much again by itself. `seen` is what the camera would say in a copy: the same error
    back, and what moves shakes from frame to frame; it loses sight of nothing. `worlds` is the simulation behind them;
    equal seeds make equal copies.

    Raises SceneError for a scene that cannot be laid: with something in the gripper, or of unknown place or kind.
    """

    def __init__(
        self, scene: Scene, state: RobotState, n: int, physics: Randomization, seed: int = 0, threads: int = 0
    ) -> None:
        if scene.holding is not None:
            raise SceneError(f"a scene with {scene.holding!r} in the gripper cannot be rehearsed")
        if unseen := scene.unseen:
            raise SceneError(f"nobody has seen {unseen[0]!r}, so nothing can be rehearsed with it")
        self.scene, self.n = scene, n
        self._said = [from_scene_object(thing) for thing in scene.objects]
        fixtures = fixtures_from_scene(scene)
        self.worlds = Worlds(slots_for(self._said), n, threads, fixture_slots_for(fixtures))
        k = len(self._said)
        self._offset, self._turn = np.zeros((n, k, 3)), np.zeros((n, k))
        self._jitter = physics.pose_jitter
        self._rng = [np.random.default_rng([seed, i]) for i in range(n)]
        for i, rng in enumerate(self._rng):
            self._lay(i, rng, fixtures, physics)
            self.worlds.set_dynamics(i, **physics.dynamics(rng))
            self.worlds.place_arm(i, state.position, state.command)
        self.worlds.refresh(np.arange(n))
        for _ in range(_SETTLING_STEPS):
            self.worlds.advance(self.worlds.command)
        self.measured = Measured(self.worlds)
        self._last: tuple[Array, ...] | None = None
        self._things: list[list[SceneObject | None]] = [[None] * k for _ in range(n)]
        self._tools = np.zeros((n, 3))
        self._seen: dict[int, Scene] = {}
        self._went: list[_Stood] = []
        self.look()

    def _lay(self, i: int, rng: np.random.Generator, fixtures: Sequence[FixtureSpec], physics: Randomization) -> None:
        """Lay one copy."""
        slots = {thing.name: k for k, thing in enumerate(self.scene.objects)}
        laid: dict[str, ObjectSpec] = {}
        for thing in self._from_below():
            slot, said = slots[thing.name], self._said[slots[thing.name]]
            below = laid.get(str(thing.support))
            own, turn = rng.normal(size=2) * physics.pose_noise, float(rng.normal() * physics.angle_noise)
            off = own if below is None else self._offset[i, slots[str(thing.support)], :2] + own / 2
            size = np.array(said.size) * (1 + SIZE_NOISE * np.clip(rng.normal(size=3), -2, 2))
            if said.declared.square or said.size[0] == said.size[1]:
                size[1] = size[0]
            if said.declared.cubic:
                size[:] = size[0]
            spec = replace(said, size=(float(size[0]), float(size[1]), float(size[2])))
            self._offset[i, slot, :2], self._turn[i, slot] = off, turn
            quat = _turned(np.array(thing.orientation or (1.0, 0.0, 0.0, 0.0)), turn)
            x, y, z = np.array(said.position) + self._offset[i, slot]
            if quat_to_matrix(quat)[2, 2] > _UPRIGHT:
                z = _height(spec, said, below, self._said[slots[below.name]] if below else None)
            laid[thing.name] = spec = spec.moved(np.array([x, y, z]), spec.yaw + turn)
            self.worlds.lay(i, slot, spec)
            self.worlds.move_object(i, slot, np.array([x, y, z]), quat)
        for slot, fixture in enumerate(fixtures):
            kind = FIXTURES[fixture.kind]
            friction, stiffness = float(rng.uniform(*kind.friction)), float(rng.uniform(*kind.stiffness))
            self.worlds.mounted.mount(i, slot, replace(fixture, friction=friction, stiffness=stiffness))

    def _from_below(self) -> Iterator[SceneObject]:
        """The objects, each after what it stands on or in."""
        yield from sorted(self.scene.objects, key=lambda thing: len(list(self.scene.supports(thing.name))))

    def look(self) -> None:
        """Take in the copies as they are now."""
        self._seen.clear()
        worlds, measured = self.worlds, self.measured
        measured.update()
        position, quat = np.round(worlds.object_position, _FINE), np.round(worlds.object_quat, _FINE)
        now = (position, quat, measured.support.copy())
        moved = np.ones(measured.support.shape, bool)
        if self._last is not None:
            last = self._last
            moved = (position != last[0]).any(-1) | (quat != last[1]).any(-1) | (now[2] != last[2])
        self._last, self._tools = now, tool_pose(worlds.q).position
        shown, turned = position - self._offset, _turned(quat, -self._turn)
        names = [*(thing.name for thing in self.scene.objects), *(f.name for f in self.scene.fixtures), TABLE]
        for i, k in np.argwhere(moved):
            at, seen = shown[i, k], turned[i, k]
            if self._things[i][k] is not None:
                at = at + self._rng[i].normal(size=3) * self._jitter
            thing, support = self.scene.objects[k], int(measured.support[i, k])
            self._things[i][k] = SceneObject(
                thing.name, thing.kind, thing.color, (float(at[0]), float(at[1]), float(at[2])),
                (float(seen[0]), float(seen[1]), float(seen[2]), float(seen[3])), self._said[k].size,
                None if support == NOTHING else names[support], thing.container, thing.aliases,
            )  # fmt: skip

    def seen(self, i: int) -> Scene:
        """What the camera says of copy i, as it was at the last `look`."""
        if i not in self._seen:
            held = int(self.measured.held[i])
            holding = None if held == NOTHING else self.scene.objects[held].name
            x, y, z = self._tools[i]
            things = tuple(thing for thing in self._things[i] if thing is not None)
            fixtures, hand = fixtures_of(self.worlds, i), (float(x), float(y), float(z))
            self._seen[i] = Scene(things, fixtures, holding, hand, spots=self.scene.spots)
        return self._seen[i]

    def true(self, i: int) -> Scene:
        """Copy i as it really was at the last `look`, which predicates judge."""
        return self.measured.scene(i, self._tools[i]).marked(self.scene.spots)

    def state(self, i: int) -> RobotState:
        """The arm of copy i."""
        w = self.worlds
        return RobotState(
            w.q[i].copy(), w.velocity[i].copy(), w.command[i] - w.q[i], w.command[i].copy(), float(w.time[i])
        )

    def advance(self, targets: Mapping[int, Array]) -> None:
        """One control step of some copies, towards joint targets (6,) rad; the others stand still. Then `look`."""
        ids: NDArray[np.int_] = np.array(sorted(targets))
        commands = self.worlds.command.copy()
        for i in targets:
            commands[i] = targets[i]
        self.worlds.advance(commands, ids)
        self.look()
        at = self.worlds.object_position[ids], self.worlds.object_quat[ids]
        self._went.append(_Stood(ids, self._tools[ids], self.measured.held[ids], at[0], at[1]))

    def way(self, i: int) -> Way:
        """Where the gripper of copy i went so far, and what it carried."""
        rows = [(stood, int(row[0])) for stood in self._went if len(row := np.flatnonzero(stood.ids == i))]
        n, k = len(rows), len(self.scene.objects)
        return Way.of(
            np.array([stood.tools[row] for stood, row in rows]).reshape(n, 3),
            np.array([stood.held[row] for stood, row in rows], int),
            np.array([stood.position[row] for stood, row in rows]).reshape(n, k, 3),
            np.array([stood.quat[row] for stood, row in rows]).reshape(n, k, 4),
            [thing.name for thing in self.scene.objects],
        )


@dataclass(frozen=True, eq=False)
class _Stood:
    """How some copies (m,) stood after a control step: their grippers (m, 3) m, the slots that these held (m,), and
    where their k things were, (m, k, 3) m and (m, k, 4)."""

    ids: NDArray[np.int_]
    tools: Array
    held: NDArray[np.int_]
    position: Array
    quat: Array


def _height(spec: ObjectSpec, said: ObjectSpec, below: ObjectSpec | None, said_below: ObjectSpec | None) -> float:
    """Height (m) of the frame of a thing that stands upright: as said, but for how much taller it and what it stands
    on are than was said."""
    taller = spec.rest_height - said.rest_height
    if below is not None and said_below is not None:
        taller += below.position[2] - said_below.position[2]
        if not below.declared.container:
            top, said_top = below.size[2] - below.rest_height, said_below.size[2] - said_below.rest_height
            taller += top - said_top
    return said.position[2] + taller


def _turned(quat: Array, turn: float | Array) -> Array:
    """Orientations (..., 4) turned by headings (...) rad about the vertical."""
    half = np.asarray(turn) / 2
    c, s = np.cos(half)[..., None], np.sin(half)[..., None]
    w, x, y, z = (quat[..., j : j + 1] for j in range(4))
    return np.concatenate([c * w - s * z, c * x - s * y, c * y + s * x, c * z + s * w], axis=-1)

"""`Worlds`: many simulated tables stepped together on `mujoco.batch`.

All worlds share one compiled model; what stands in each slot, and the physical
constants that randomisation varies, are fields of the single world. Arrays are
batch first: n worlds, k slots. World i of a batch and a batch of one agree to the
last bit, whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mujoco
import mujoco.batch
import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..declarations.colors import COLORS
from ..declarations.kind import BOX, CYLINDER, KINDS, SPHERE, Shape
from ..errors import StateError
from ..robot import CONTROL_SECONDS, JOINTS
from ..rotations import heading_quat
from ..so101.control import between, next_command
from ..so101.model import ARMATURE, DAMPING, FIXED_PAD, FRICTIONLOSS, KP, MOVING_PAD, PAD_FRICTION, REST
from .fixture_spec import FixtureSlot
from .mounted import Mounted
from .objects import ObjectSpec
from .table import PHYSICS_SECONDS, Slot, build

SUBSTEPS = round(CONTROL_SECONDS / PHYSICS_SECONDS)
MAX_DELAY = 3
"""Longest command delay, control steps."""

PARKED = np.array([0.0, 0.0, 3.0])
"""Where empty slots float, out of everything's way, m."""

_OBJECT_FRICTION = (0.8, 0.01, 8e-4)
_FIELDS = (
    "geom_type",
    "geom_size",
    "geom_pos",
    "geom_quat",
    "geom_rbound",
    "geom_aabb",
    "geom_contype",
    "geom_conaffinity",
    "geom_condim",
    "geom_friction",
    "geom_rgba",
    "bvh_aabb",
    "body_mass",
    "body_inertia",
    "body_ipos",
    "body_gravcomp",
    "actuator_gainprm",
    "actuator_biasprm",
    "dof_damping",
    "dof_frictionloss",
    "dof_armature",
)

_STATE = ("command", "velocity", "action", "_queue", "delay", "backlash", "size", "symmetry")


class Worlds:
    """`n` tables with the same slots.

    Live arrays: `time` (n,) s, since the worlds were made or an episode began; `q` (n, 6) rad;
    `object_position` (n, k, 3) m, `object_quat` (n, k, 4) wxyz. `command` (n, 6) is the joint target, `velocity`
    (n, 6) the finite difference of `q` over the last control step (what a servo
    bus would report), `action` (n, 6) the last action. `specs[i][k]` is what stands in
    slot k of world i, None if the slot is empty. `mounted` are the fixtures. A control step is `substeps` physics
    steps. Worlds can be pickled and copied.

    Example:
        >>> from pontine.envs.tabletop.objects import draw
        >>> from pontine.envs.tabletop.table import slots_for
        >>> cube = draw(np.random.default_rng(0), "red_cube", "cube", "red")
        >>> worlds = Worlds(slots_for([cube]), n=2, threads=1)
        >>> worlds.lay(1, 0, cube)
        >>> worlds.refresh(np.arange(2))
        >>> worlds.step(np.zeros((2, 6)))
        >>> worlds.q.shape, worlds.object_position.shape, worlds.specs[0][0]
        ((2, 6), (2, 1, 3), None)
    """

    def __init__(
        self,
        slots: Sequence[Slot],
        n: int,
        threads: int = 0,
        fixtures: Sequence[FixtureSlot] = (),
        substeps: int = SUBSTEPS,
    ) -> None:
        self.n, self.slots, self.substeps, self._threads = n, tuple(slots), substeps, threads
        self.model = build(self.slots, fixtures).compile()
        self.batch = mujoco.batch.Batch(self.model, n, threads)
        self.field = {name: self.batch.expand(name) for name in _FIELDS}
        k = len(self.slots)
        self.specs: list[list[ObjectSpec | None]] = [[None] * k for _ in range(n)]
        self.size = np.zeros((n, k, 3))
        self.symmetry = np.zeros((n, k), int)
        state, velocity = self.batch.bind("qpos"), self.batch.bind("qvel")
        self._qvel, self._ctrl = velocity, self.batch.bind("ctrl")
        self.time = self.batch.bind("time")
        self._warmstart = self.batch.bind("qacc_warmstart")
        self._sensors = self.batch.bind("sensordata")
        arm = len(JOINTS)
        self.q = state[:, :arm]
        free = state[:, arm : arm + 7 * k].reshape(n, k, 7)
        self.object_position, self.object_quat = free[:, :, :3], free[:, :, 3:]
        self.object_velocity = velocity[:, arm : arm + 6 * k].reshape(n, k, 6)
        self.command, self.velocity, self.action = np.zeros((n, arm)), np.zeros((n, arm)), np.zeros((n, arm))
        self._queue = np.zeros((n, MAX_DELAY + 1, arm))
        self.delay = np.zeros(n, int)
        self.backlash = np.zeros((n, arm))
        self._rows = np.arange(n)
        self._bodies = [self.model.body(slot.name).id for slot in self.slots]
        self._geoms = [np.flatnonzero(self.model.geom_bodyid == body) for body in self._bodies]
        self._pads = [self.model.geom(name).id for name in (FIXED_PAD, MOVING_PAD)]
        names = [self.model.sensor(i).name for i in range(self.model.nsensor)]
        self._sensor = {name: int(self.model.sensor_adr[i]) for i, name in enumerate(names)}
        self.mounted = Mounted(fixtures, self.model, self.batch, self.field)
        for i in range(n):
            for slot in range(k):
                self.lay(i, slot, None)
            self.place_arm(i, REST)
        self.refresh(np.arange(n))
        self._outputs = self._sensors.view()

    def lay(self, i: int, slot: int, spec: ObjectSpec | None) -> None:
        """Put `spec` into a slot of world i, at rest at its position; None empties the slot.

        The caller runs `refresh` once all is laid.
        """
        body, geoms, field = self._bodies[slot], self._geoms[slot], self.field
        shapes = spec.shapes if spec is not None else ()
        if len(shapes) > len(geoms):
            raise ValueError(f"slot {self.slots[slot].name!r} has room for {len(geoms)} shapes, not {len(shapes)}")
        color = COLORS[spec.color] if spec is not None else (0.0, 0.0, 0.0)
        reach = 0.0
        for geom, shape in zip(geoms.tolist(), shapes, strict=False):
            radius = _bounding_radius(shape)
            self._form(i, geom, shape, radius, color, True)
            reach = max(reach, float(np.linalg.norm(shape.pos)) + radius)
        self._form(i, geoms[len(shapes) :], NOTHING, NOTHING_RADIUS, color, False)
        mass, com, inertia = spec.inertial() if spec is not None else (0.02, np.zeros(3), np.full(3, 1e-5))
        field["body_mass"][i, body], field["body_ipos"][i, body], field["body_inertia"][i, body] = mass, com, inertia
        field["body_gravcomp"][i, body] = float(spec is None)
        first = self.model.body_bvhadr[body]
        boxes = field["bvh_aabb"][i, first : first + self.model.body_bvhnum[body]]
        boxes[:, :3], boxes[:, 3:] = 0.0, reach + np.linalg.norm(com) + 1e-3
        self.specs[i][slot] = spec
        self.size[i, slot] = spec.size if spec is not None else 0.0
        self.symmetry[i, slot] = KINDS[spec.kind].symmetry if spec is not None else 0
        yaw = spec.yaw if spec is not None else 0.0
        where = np.array(spec.position) if spec is not None else PARKED + (0.3 * slot, 0.0, 0.0)
        self.move_object(i, slot, where, heading_quat(yaw))

    def _form(
        self, i: int, geoms: NDArray[np.int_] | int, shape: Shape, radius: float, color: tuple[float, ...], used: bool
    ) -> None:
        """Give geoms of world i a shape; one that is not used touches nothing and is not seen."""
        field = self.field
        field["geom_type"][i, geoms] = shape.type
        field["geom_size"][i, geoms] = shape.size
        field["geom_pos"][i, geoms] = shape.pos
        field["geom_quat"][i, geoms] = shape.quat
        field["geom_rbound"][i, geoms] = radius
        field["geom_aabb"][i, geoms] = (0.0, 0.0, 0.0, *_half_extents(shape))
        field["geom_contype"][i, geoms] = field["geom_conaffinity"][i, geoms] = int(used)
        field["geom_condim"][i, geoms] = 6 if shape.type == SPHERE else 4
        field["geom_friction"][i, geoms] = _OBJECT_FRICTION
        field["geom_rgba"][i, geoms] = (*color, float(used))

    def move_object(self, i: int, slot: int, position: Array, quat: Array) -> None:
        """Put slot's object at a pose (m, wxyz), at rest."""
        self.object_position[i, slot], self.object_quat[i, slot] = position, quat
        self.object_velocity[i, slot] = 0.0
        self._warmstart[i] = 0.0

    def place_arm(self, i: int, joints: Array, command: Array | None = None) -> None:
        """Put world i's arm at joint positions (6,) rad, at rest, commanded to stay (or to `command`)."""
        self.q[i] = joints
        self._qvel[i, : len(JOINTS)] = 0.0
        self._warmstart[i] = 0.0
        self.velocity[i] = self.action[i] = 0.0
        self.command[i] = self._queue[i] = self._ctrl[i] = joints if command is None else command

    def refresh(self, ids: NDArray[np.int_]) -> None:
        """Make derived quantities (masses, contacts) of those worlds current after writes."""
        self.batch.set_const(ids)
        self.batch.forward(ids)

    def step(self, action: Array) -> None:
        """One control step of every world: actions (n, 6) in [-1, 1] move the joint targets."""
        self.action[:] = between(action, -1.0, 1.0)
        self.advance(next_command(self.command, self.q, self.action, self.substeps / SUBSTEPS))

    def advance(self, targets: Array, ids: NDArray[np.int_] | None = None) -> None:
        """One control step towards joint targets (n, 6) rad, of all worlds or only of `ids`."""
        rows = self._rows if ids is None else ids
        # a slice takes all worlds without copying them
        chosen: NDArray[np.int_] | slice = slice(None) if ids is None else ids
        before = self.q[rows]
        self.command[chosen] = targets[chosen]
        self._queue[chosen, 1:] = self._queue[chosen, :-1]
        self._queue[chosen, 0] = targets[chosen]
        target = self._queue[rows, self.delay[chosen]]
        # a gear train with play: what the joint is driven to stays where it is until the
        # command has crossed the gap
        play = self.backlash[chosen]
        self._ctrl[chosen] = between(self._ctrl[chosen], target - play, target + play)
        self.batch.step(ids, nstep=self.substeps)
        self.velocity[chosen] = (self.q[chosen] - before) / (self.substeps * PHYSICS_SECONDS)
        self.mounted.update(rows)

    def get_state(self, ids: NDArray[np.int_] | None = None) -> dict[str, Any]:
        """All that those worlds are, or all worlds: what goes on from it is the same to the last bit."""
        rows = self._rows if ids is None else ids
        return {
            "state": self.batch.state[rows].copy(),
            "sensors": self._sensors[rows].copy(),
            "fields": {name: values[rows].copy() for name, values in self.mounted.field.items()},
            "specs": [list(self.specs[i]) for i in rows],
            "mounted": self.mounted.get_state(rows),
            **{name: getattr(self, name)[rows].copy() for name in _STATE},
        }

    def set_state(self, state: dict[str, Any], ids: NDArray[np.int_] | None = None) -> None:
        """Be where `get_state` was called; the state of one world may be given to many.

        Raises StateError if it is of other slots and fixtures, or of another number of worlds.
        """
        rows = self._rows if ids is None else ids
        given, width = state["state"].shape
        shapes = {name: values.shape[1:] for name, values in self.mounted.field.items()}
        if width != self.batch.nstate or shapes != {name: v.shape[1:] for name, v in state["fields"].items()}:
            raise StateError("the state is of worlds with other slots or fixtures")
        if given not in (1, len(rows)):
            raise StateError(f"the state of {given} worlds does not fit {len(rows)}")
        for name, values in self.mounted.field.items():
            values[rows] = state["fields"][name]
        self.batch.set_const(rows)
        self.batch.state[rows] = state["state"]
        # what the last call brought; the next one writes it anew
        self._outputs.flags.writeable = True
        self._outputs[rows] = state["sensors"]
        self._outputs.flags.writeable = False
        for k, i in enumerate(rows):
            self.specs[i] = list(state["specs"][k % given])
        self.mounted.set_state(state["mounted"], rows)
        for name in _STATE:
            getattr(self, name)[rows] = state[name]

    def __reduce__(self) -> tuple[Any, ...]:
        made = (self.slots, self.n, self._threads, self.mounted.slots, self.substeps)
        return type(self), made, self.get_state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.set_state(state)

    def touching(self, slot: int, other: str) -> NDArray[np.bool_]:
        """Whether slot's object touched body `other` ('world' is the table) at the last physics step, (n,)."""
        return self.bodies_touch(self.slots[slot].name, other)

    def bodies_touch(self, one: str, other: str) -> NDArray[np.bool_]:
        """Whether two bodies that have a contact sensor (`table.build`) touched at the last physics step, (n,)."""
        key = f"{one}|{other}" if f"{one}|{other}" in self._sensor else f"{other}|{one}"
        return self._sensors[:, self._sensor[key]] > 0

    def grasped(self, slot: int) -> NDArray[np.bool_]:
        """Whether both jaws touch slot's object, (n,)."""
        return self.touching(slot, "gripper") & self.touching(slot, "moving_jaw")

    def set_dynamics(
        self,
        i: int,
        *,
        kp: float | Array = KP,
        damping: float | Array = DAMPING,
        frictionloss: float | Array = FRICTIONLOSS,
        armature: float | Array = ARMATURE,
        pad_friction: float = PAD_FRICTION[0],
        mass_scale: float = 1.0,
        backlash: float | Array = 0.0,
        delay: int = 0,
    ) -> None:
        """Physical constants of world i (SI units, those of the servos by joint or one for all;
        `mass_scale` multiplies the laid objects' masses, `backlash` is half the play of each
        joint's gears, `delay` is in control steps). The caller
        runs `refresh` afterwards.

        Backlash is the play operator (Brokate & Sprekels, Hysteresis and Phase Transitions, 1996):
        the joint's side follows the motor's only while a flank pushes it, and after every reversal
        twice `backlash` is lost. That is a joint held by its friction; one that hangs from a
        flank and falls through the gap when the load changes sign is not modelled.
        """
        field, arm = self.field, slice(0, len(JOINTS))
        field["actuator_gainprm"][i, :, 0], field["actuator_biasprm"][i, :, 1] = kp, -kp
        field["dof_damping"][i, arm], field["dof_frictionloss"][i, arm] = damping, frictionloss
        field["dof_armature"][i, arm] = armature
        for pad in self._pads:
            field["geom_friction"][i, pad, 0] = pad_friction
        for slot, spec in enumerate(self.specs[i]):
            if spec is not None:
                mass, _, inertia = spec.inertial()
                field["body_mass"][i, self._bodies[slot]] = mass * mass_scale
                field["body_inertia"][i, self._bodies[slot]] = inertia * mass_scale
        self.backlash[i], self.delay[i] = backlash, delay


def _half_extents(shape: Shape) -> tuple[float, float, float]:
    a, b, c = shape.size
    if shape.type == BOX:
        return (a, b, c)
    return (a, a, b) if shape.type == CYLINDER else (a, a, a)


def _bounding_radius(shape: Shape) -> float:
    a, b, c = shape.size
    if shape.type == BOX:
        return float(np.linalg.norm((a, b, c)))
    return float(np.hypot(a, b)) if shape.type == CYLINDER else a


NOTHING = Shape(BOX, (1e-3, 1e-3, 1e-3))
NOTHING_RADIUS = _bounding_radius(NOTHING)
"""What the shapes of a slot are that its object has no use for."""

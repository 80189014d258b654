"""Fixtures mounted on a table: room for one in a model, and where one stands and what it is like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import mujoco
import numpy as np

from ..arrays import Circle
from ..declarations.fixture_kind import FIXTURES, Solid
from .fixture_parts import keepout

_JOINTS = {"slide": mujoco.mjtJoint.mjJNT_SLIDE, "hinge": mujoco.mjtJoint.mjJNT_HINGE}


@dataclass(frozen=True)
class FixtureSlot:
    """Room for one fixture of a kind; `name` names its bodies and its joint."""

    name: str
    kind: str


@dataclass(frozen=True)
class FixtureSpec:
    """One fixture to mount: frame position (m) and yaw (rad), displacement (m or rad), dry friction (N or N m) and
    spring (N/m or N m/rad).

    Without a `state` it is in the one whose displacements are nearer.
    """

    name: str
    kind: str
    position: tuple[float, float, float]
    yaw: float
    displacement: float = 0.0
    friction: float = 0.6
    stiffness: float = 0.0
    aliases: tuple[str, ...] = ()
    state: str | None = None

    @property
    def keepout(self) -> tuple[Circle, ...]:
        """Circles (x, y, radius) of table, m, that it needs free."""
        return keepout(FIXTURES[self.kind], self.position, self.yaw)


def slots_for(fixtures: Sequence[FixtureSpec]) -> tuple[FixtureSlot, ...]:
    """One slot per fixture. Slots are numbered: names are free text."""
    return tuple(FixtureSlot(f"fixture{i}", f.kind) for i, f in enumerate(fixtures))


def draw(rng: np.random.Generator, name: str, kind: str) -> FixtureSpec:
    """A fixture with random friction and spring, not yet placed."""
    bounds = FIXTURES[kind]
    return FixtureSpec(
        name,
        kind,
        (0.0, 0.0, 0.0),
        0.0,
        friction=float(rng.uniform(*bounds.friction)),
        stiffness=float(rng.uniform(*bounds.stiffness)),
    )


def facing(spec: FixtureSpec, x: float, y: float, to: tuple[float, float], turn: float) -> FixtureSpec:
    """The fixture at (x, y) m with its front towards a point, turned by `turn` rad from there."""
    return replace(spec, position=(x, y, 0.0), yaw=float(np.arctan2(to[1] - y, to[0] - x) + turn))


def add_fixture(spec: mujoco.MjSpec, slot: FixtureSlot) -> None:
    """Hang a fixture in `spec`'s world: body `slot.name`, and in it the moving body `slot.name + "_part"`.

    Where it stands is each world's own; friction, spring and displacement likewise.
    """
    kind = FIXTURES[slot.kind]
    body = spec.worldbody.add_body(name=slot.name, pos=(0.0, 0.0, 4.0), quat=(0.9, 0.0, 0.0, 0.43))
    part = body.add_body(name=part_body(slot))
    part.add_joint(
        name=slot.name,
        type=_JOINTS[kind.joint],
        axis=kind.direction,
        pos=kind.pivot,
        limited=True,
        range=(0.0, kind.travel),
        damping=[kind.damping, 0, 0],
        frictionloss=kind.friction[0],
        stiffness=[kind.stiffness[0], 0, 0],
        springref=-kind.preload,
        solref_limit=(0.01, 1.0),
    )
    _add_solids(body, kind.standing, 0.0)
    _add_solids(part, kind.moving, kind.mass)
    # the part runs in its rails or on its pin: it touches neither what it moves in nor the table under it
    spec.add_exclude(bodyname1=slot.name, bodyname2=part_body(slot))
    spec.add_exclude(bodyname1="world", bodyname2=part_body(slot))


def part_body(slot: FixtureSlot) -> str:
    """Name of the body that moves."""
    return f"{slot.name}_part"


def _add_solids(body: mujoco.MjsBody, solids: Sequence[Solid], mass: float) -> None:
    for solid in solids:
        body.add_geom(
            type=mujoco.mjtGeom(solid.shape.type),
            size=solid.shape.size,
            pos=solid.shape.pos,
            quat=solid.shape.quat,
            rgba=(*solid.color, 1.0),
            condim=4,
            group=0,
            mass=mass / len(solids),
            friction=(0.6, 0.01, 8e-4),
        )

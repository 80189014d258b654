"""The table: an `MjSpec` with the arm, empty slots for objects, and fixtures.

A slot is a free body whose shapes are given at run time, world by world, so that
one compiled model serves tables of any kinds, sizes and colours side by side.
A fixture is one of a fixed shape that any world may mount anywhere, or leave out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import mujoco

from ..declarations.kind import MAX_SHAPES
from ..so101.model import add_arm
from .fixture_spec import FixtureSlot, add_fixture, part_body
from .objects import ObjectSpec

PHYSICS_SECONDS = 0.005
"""Length of a physics step."""

TABLE_HALF_SIDE = 0.8
"""Half the side of the square table, m; the arm's base is in its middle."""

ITEM_SHAPES = 1


@dataclass(frozen=True)
class Slot:
    """Room for one object of at most `shapes` shapes; `name` names its body and joint."""

    name: str
    shapes: int = MAX_SHAPES


def slots_for(objects: Sequence[ObjectSpec]) -> tuple[Slot, ...]:
    """One slot per object, as small as the object allows. Slots are numbered: names are free text."""
    return tuple(
        Slot(f"object{i}", ITEM_SHAPES if len(o.shapes) == ITEM_SHAPES else MAX_SHAPES) for i, o in enumerate(objects)
    )


def build(slots: Sequence[Slot], fixtures: Sequence[FixtureSlot] = ()) -> mujoco.MjSpec:
    """The arm, the table, the slots and the fixtures, with a contact sensor for every pair that matters.

    Sensor `a|b` counts the contacts between bodies `a` and `b`.
    """
    spec = mujoco.MjSpec()
    spec.modelname, spec.compiler.degree = "pontine", False
    option = spec.option
    option.timestep = PHYSICS_SECONDS
    option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    option.impratio = 10
    # the solver's own limits stay: with 30 iterations and 12 of line search, light objects
    # gain energy on contact and fly off
    # shapes differ from world to world, so the compiled bounding-volume trees do not apply
    option.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_MIDPHASE)
    _add_surroundings(spec)
    add_arm(spec)
    for slot in slots:
        _add_slot(spec, slot)
    for fixture in fixtures:
        add_fixture(spec, fixture)
    names = [slot.name for slot in slots]
    for index, name in enumerate(names):
        for other in ("gripper", "moving_jaw", "world", *names[:index]):
            _add_contact_sensor(spec, name, other)
    for fixture in fixtures:
        for finger in ("gripper", "moving_jaw"):
            _add_contact_sensor(spec, part_body(fixture), finger)
    return spec


def _add_surroundings(spec: mujoco.MjSpec) -> None:
    side = TABLE_HALF_SIDE
    spec.worldbody.add_geom(name="table", type=mujoco.mjtGeom.mjGEOM_PLANE, size=(side, side, 0.1), condim=4)
    spec.worldbody.add_camera(
        name="front", pos=(0.82, -0.3, 0.53), fovy=40, xyaxes=(0.3939, 0.9191, 0.0, -0.4637, 0.1987, 0.8634)
    )
    _add_workspace_camera(spec)


def _add_workspace_camera(spec: mujoco.MjSpec) -> None:
    """The camera that perception uses: opposite the arm, 58 degrees above the table.

    From there the hand hides what it is about to grasp least (it comes from the other side), a
    standing object shadows less than the 35 mm that `layout.GAP` leaves behind it, and a tag that lies
    flat keeps 85 % of its height. At a 16:9 picture the view holds all that can be reached and the
    table tags round it: 0.72 m wide at the middle of the work area, 1.8 pixels a millimetre at 1280x720.
    """
    distance, elevation, (x, z) = 0.78, math.radians(58), (0.19, 0.02)
    cos, sin = math.cos(elevation), math.sin(elevation)
    spec.worldbody.add_camera(
        name="workspace",
        pos=(x + distance * cos, 0.0, z + distance * sin),
        fovy=31,
        xyaxes=(0.0, 1.0, 0.0, -sin, 0.0, cos),
    )


def _add_slot(spec: mujoco.MjSpec, slot: Slot) -> None:
    """A free body of placeholder shapes.

    Offsets and tilts keep the compiler from marking frames as coincident, a shortcut
    that would no longer hold once other shapes are written.
    """
    body = spec.worldbody.add_body(name=slot.name, pos=(0.0, 0.0, 5.0))
    body.add_freejoint(name=slot.name)
    # whether anything floats is counted when a model is compiled, and in a slot that is empty something does
    body.gravcomp = 1.0
    body.mass, body.ipos, body.inertia, body.explicitinertial = 0.02, (0.0, 0.0, 0.01), (1e-5, 1.1e-5, 1.2e-5), True
    for index in range(slot.shapes):
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX,
            size=(0.01, 0.01, 0.01),
            pos=(0.001, 0.002, 0.003 + 0.001 * index),
            quat=(0.9, 0.1, 0.2, 0.3),
            mass=0,
            condim=4,
            group=0,
        )


def _add_contact_sensor(spec: mujoco.MjSpec, name: str, other: str) -> None:
    spec.add_sensor(
        name=f"{name}|{other}",
        type=mujoco.mjtSensor.mjSENS_CONTACT,
        objtype=mujoco.mjtObj.mjOBJ_BODY,
        objname=name,
        reftype=mujoco.mjtObj.mjOBJ_BODY,
        refname=other,
        intprm=[1 << int(mujoco.mjtConDataField.mjCONDATA_FOUND), 0, 1],
    )

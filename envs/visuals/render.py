"""Pictures of a simulated table.

Drawing uses its own compiled model (see `visual_model`): the state of a world and what lies in
its slots are copied into it for every frame, so looking never changes what happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

import mujoco
import numpy as np
from numpy.typing import NDArray

from ..errors import UnknownNameError
from ..tabletop.fixture_spec import part_body
from ..tabletop.worlds import Worlds
from .gl import REMEDY, RenderError, context
from .visual_model import DECAL, SURFACE, Decal, dressed

Quality = Literal["nice", "fast"]

CAMERAS = ("front", "wrist", "workspace")
"""Someone who looks at the arm from across the table, the camera on the hand, and one for perception."""

MAX_SIDE = 4096
"""Longest side of a picture, pixels."""

_SAMPLES = {"nice": 4, "fast": 0}
_COPIED = ("geom_type", "geom_size", "geom_pos", "geom_quat", "geom_rgba")


class Renderer:
    """Draws world `world` of a `Worlds`, with decals; the attribute may be changed between frames.

    Use it in the thread that first rendered with it, and as a context manager or with
    `close`: it holds an OpenGL context. Raises RenderError where none can be made.
    """

    def __init__(self, worlds: Worlds, world: int = 0, decals: Sequence[Decal] = ()) -> None:
        self._gl: Any = None
        self._contexts: dict[str, Any] = {}
        self.worlds, self.world = worlds, world
        self.model = dressed(worlds.slots, worlds.mounted.slots, decals).model
        self._data = mujoco.MjData(self.model)
        self._scene = mujoco.MjvScene(self.model, maxgeom=max(1000, 4 * self.model.ngeom))
        self._option = mujoco.MjvOption()
        self._option.sitegroup[:] = 0
        self._slots, self._fixtures = drawn_slots(self.model, worlds)
        meshes = (self.model.mesh(k) for k in range(self.model.nmesh))
        self._surfaces = {mesh.name[len(SURFACE) :]: mesh.id for mesh in meshes if mesh.name.startswith(SURFACE)}
        self._gl = context()
        try:
            self._context("fast")
        except RenderError:
            self.close()
            raise

    def render(
        self,
        camera: str = "front",
        width: int = 640,
        height: int = 480,
        quality: Quality = "nice",
        caption: str = "",
    ) -> NDArray[np.uint8]:
        """A picture (height, width, 3) of the world as it is now, with the lines of `caption` in its upper left corner.

        `nice` has shadows and smooth edges; `fast` is for observations. The font has only ASCII: a letter that it lacks
        is a question mark. Raises
        UnknownNameError for a camera that does not exist and RenderError for a size
        beyond 1..MAX_SIDE or after `close`.
        """
        if camera not in CAMERAS:
            raise UnknownNameError("camera", camera, CAMERAS)
        if quality not in _SAMPLES:
            raise UnknownNameError("quality", quality, _SAMPLES)
        if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
            raise RenderError(f"a picture of {width}x{height} pixels cannot be made; sides run from 1 to {MAX_SIDE}")
        if self._gl is None:
            raise RenderError("this renderer was closed")
        self._gl.make_current()
        context = self._context(quality)
        if (context.offWidth, context.offHeight) != (width, height):
            mujoco.mjr_resizeOffscreen(width, height, context)
        self._update(camera)
        nice = quality == "nice"
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = nice
        self._scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = nice
        view = mujoco.MjrRect(0, 0, width, height)
        picture = np.empty((height, width, 3), np.uint8)
        mujoco.mjr_render(view, self._scene, context)
        if caption:
            known = caption.encode("ascii", "replace").decode("ascii")
            mujoco.mjr_overlay(mujoco.mjtFont.mjFONT_NORMAL, mujoco.mjtGridPos.mjGRID_TOPLEFT, view, known, "", context)
        mujoco.mjr_readPixels(picture, None, view, context)
        return np.ascontiguousarray(picture[::-1])

    def close(self) -> None:
        """Free the OpenGL context; rendering is over."""
        if self._gl is not None:
            self._gl.make_current()
            for context in self._contexts.values():
                context.free()
            self._contexts.clear()
            self._gl.free()
            self._gl = None

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _context(self, quality: Quality) -> Any:
        if quality not in self._contexts:
            self.model.vis.quality.offsamples = _SAMPLES[quality]
            try:
                context = mujoco.MjrContext(self.model, mujoco.mjtFontScale.mjFONTSCALE_100)
            except mujoco.FatalError as error:
                raise RenderError(f"OpenGL cannot draw ({error}); {REMEDY}") from error
            self._contexts[quality] = context
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._contexts[quality])
        return self._contexts[quality]

    def _update(self, camera: str) -> None:
        """Make the scene show the world as it is."""
        model, worlds, i = self.model, self.worlds, self.world
        pose(model, self._data, worlds, i, self._slots, self._fixtures)
        surfaces = []
        for drawn, spec in zip(self._slots, worlds.specs[i], strict=True):
            if spec is not None and spec.kind in self._surfaces:
                color = model.geom_rgba[drawn.geoms[0]].copy()
                surfaces.append((drawn.body, self._surfaces[spec.kind], np.array(spec.size), color))
                model.geom_rgba[drawn.geoms, 3] = 0.0
        view = mujoco.MjvCamera()
        view.type, view.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, model.camera(camera).id
        mujoco.mjv_updateScene(model, self._data, self._option, None, view, mujoco.mjtCatBit.mjCAT_ALL, self._scene)
        for body, mesh, scale, rgba in surfaces:
            self._draw_surface(body, mesh, scale, rgba)

    def _draw_surface(self, body: int, mesh: int, scale: NDArray[np.float64], rgba: NDArray[np.float32]) -> None:
        """Add a kind's own surface to the scene, in place of the shapes that objects touch."""
        model, data = self.model, self._data
        turn = data.xmat[body].reshape(3, 3) * scale
        # the compiler moves a mesh to its centre of mass and principal axes
        centre, axes = np.zeros(9), model.mesh_pos[mesh]
        mujoco.mju_quat2Mat(centre, model.mesh_quat[mesh])
        geom = self._scene.geoms[self._scene.ngeom]
        mujoco.mjv_initGeom(
            geom,
            mujoco.mjtGeom.mjGEOM_MESH,
            np.ones(3),
            data.xpos[body] + turn @ axes,
            (turn @ centre.reshape(3, 3)).ravel(),
            rgba,
        )
        # MuJoCo numbers drawable meshes and their hulls alternately
        geom.dataid, geom.matid, geom.category = 2 * mesh, -1, mujoco.mjtCatBit.mjCAT_DYNAMIC
        geom.specular, geom.shininess = 0.3, 0.5
        self._scene.ngeom += 1


@dataclass(frozen=True)
class _Drawn:
    """A slot: its body and geoms in the drawing model, and its geoms in the physics model."""

    body: int
    geoms: NDArray[np.int64]
    source: NDArray[np.int64]


def pose(
    model: mujoco.MjModel,
    data: mujoco.MjData,
    worlds: Worlds,
    i: int,
    slots: Sequence[_Drawn],
    fixtures: Sequence[_Drawn],
) -> None:
    """Bring a drawing model and its data to where world i is; `slots` and `fixtures` are those of `drawn_slots`."""
    data.qpos[:] = worlds.batch.bind("qpos")[i]
    for drawn in slots:
        for name in _COPIED:
            getattr(model, name)[drawn.geoms] = worlds.field[name][i, drawn.source]
    for drawn in fixtures:
        model.geom_rgba[drawn.geoms] = worlds.field["geom_rgba"][i, drawn.source]
    for fixture, where, quat in worlds.mounted.bodies(i):
        model.body(fixture).pos, model.body(fixture).quat = where, quat
    mujoco.mj_kinematics(model, data)
    mujoco.mj_comPos(model, data)
    mujoco.mj_camlight(model, data)


def drawn_slots(model: mujoco.MjModel, worlds: Worlds) -> tuple[list[_Drawn], list[_Drawn]]:
    """What of a drawing model shows what lies in the slots, and what is mounted."""
    mounted = [name for f in worlds.mounted.slots for name in (f.name, part_body(f))]
    slots = [slot.name for slot in worlds.slots]
    return _slots(model, worlds.model, slots), _slots(model, worlds.model, mounted)


def _slots(drawing: mujoco.MjModel, physics: mujoco.MjModel, names: Sequence[str]) -> list[_Drawn]:
    """The slots of both models, which must agree on what each coordinate means."""
    layouts = [
        [(model.joint(j).name, int(model.jnt_qposadr[j])) for j in range(model.njnt)] for model in (drawing, physics)
    ]
    assert layouts[0] == layouts[1], f"the drawn joints {layouts[0]} are not the simulated ones {layouts[1]}"
    stuck = np.array([drawing.geom(g).name.startswith(DECAL) for g in range(drawing.ngeom)])
    bodies = [(drawing.body(name).id, physics.body(name).id) for name in names]
    return [
        _Drawn(
            here, np.flatnonzero((drawing.geom_bodyid == here) & ~stuck), np.flatnonzero(physics.geom_bodyid == there)
        )
        for here, there in bodies
    ]

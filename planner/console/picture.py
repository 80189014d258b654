"""The table in three dimensions, as a browser draws it.

What is drawn comes from the model that pictures are drawn from: the arm's parts, the kinds' shapes or surfaces, and the
fixtures' solids, as they are declared.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Coroutine

import mujoco
import numpy as np
import trimesh
from viser import GlbHandle, SceneApi, SceneNodeDragEvent

from pontine.envs.arrays import Array
from pontine.envs.rotations import quat_to_matrix
from pontine.envs.tabletop.worlds import Worlds
from pontine.envs.visuals.render import drawn_slots, pose
from pontine.envs.visuals.visual_model import SURFACE, dressed

Geom = mujoco.mjtGeom

_UNPAINTED = (0.5, 0.5, 0.5, 1.0)
"""The colour (rgba) of a geom that takes that of its material."""

_TABLE_THICKNESS = 0.01
_SECTIONS = 24


class TablePicture:
    """World 0 of `worlds` in a viser scene: a node for every body, which `update` moves.

    `drag` is called where somebody drags one of the objects, with its slot and the event; without it nobody can. The
    worlds are read where
    `update` is called, so call it in the thread that moves them.
    """

    def __init__(
        self, scene: SceneApi, worlds: Worlds, drag: Callable[[int, SceneNodeDragEvent[GlbHandle]], object] | None
    ) -> None:
        self._worlds = worlds
        self._model = dressed(worlds.slots, worlds.mounted.slots).model
        self._data = mujoco.MjData(self._model)
        self._slots, self._fixtures = drawn_slots(self._model, worlds)
        self._nodes: dict[int, GlbHandle] = {}
        self._things: dict[str, trimesh.Trimesh] = {}
        self._shown: dict[int, tuple[Array, Array]] = {}
        self._pose()
        surfaces = self._surfaces()
        bodies = {drawn.body: slot for slot, drawn in enumerate(self._slots)}
        for body in range(self._model.nbody):
            parts = [surfaces[body]] if body in surfaces else self._parts(body)
            if not parts:
                continue
            if body in bodies and (spec := worlds.specs[0][bodies[body]]) is not None:
                self._things[spec.name] = trimesh.util.concatenate(parts)
            glb = io.BytesIO()
            trimesh.Scene(parts).export(glb, file_type="glb")
            # Without shadows a phone draws it, and a machine without a graphics card.
            name = f"/table/{self._model.body(body).name}"
            node = scene.add_glb(name, glb.getvalue(), cast_shadow=False, receive_shadow=False)
            self._nodes[body] = node
            if drag is not None and body in bodies:
                node.on_drag("left")(_with_slot(drag, bodies[body]))
        self.update()

    def update(self) -> None:
        """Move every body to where it is now."""
        self._pose()
        for body, node in self._nodes.items():
            position, quat = self._data.xpos[body].round(5), self._data.xquat[body].round(5)
            shown = self._shown.get(body)
            if shown is None or not (np.array_equal(position, shown[0]) and np.array_equal(quat, shown[1])):
                node.position, node.wxyz = position, quat
                self._shown[body] = (position, quat)

    def shape(self, name: str) -> trimesh.Trimesh | None:
        """The surface of an object, in its own frame; None if there is none of that name."""
        return self._things.get(name)

    def shift(self, slot: int, by: Array) -> None:
        """Show an object as far (m, 2) from where it is as somebody has dragged it."""
        body = self._slots[slot].body
        position, _ = self._shown[body]
        self._nodes[body].position = position + (*by, 0.0)

    def forget_shift(self, slot: int) -> None:
        """Show an object where it is again."""
        body = self._slots[slot].body
        self._nodes[body].position = self._shown[body][0]

    def remove(self) -> None:
        """Take it out of the viser scene."""
        for node in self._nodes.values():
            node.remove()
        self._nodes.clear()

    def _pose(self) -> None:
        pose(self._model, self._data, self._worlds, 0, self._slots, self._fixtures)

    def _surfaces(self) -> dict[int, trimesh.Trimesh]:
        """The objects whose kind has a surface of its own, by body."""
        found = {}
        for drawn, spec in zip(self._slots, self._worlds.specs[0], strict=True):
            if spec is not None and spec.declared.surface is not None:
                mesh = self._mesh(self._model.mesh(f"{SURFACE}{spec.kind}").id)
                mesh.apply_scale(spec.size)
                found[drawn.body] = _painted(mesh, self._model.geom_rgba[drawn.geoms[0]])
        return found

    def _parts(self, body: int) -> list[trimesh.Trimesh]:
        """What of a body can be seen, each in the body's frame."""
        model, found = self._model, []
        for geom in np.flatnonzero(model.geom_bodyid == body):
            color, material = model.geom_rgba[geom], model.geom_matid[geom]
            if material >= 0 and np.allclose(color, _UNPAINTED):
                color = model.mat_rgba[material]
            if color[3] == 0 or model.geom_group[geom] > 2:
                continue
            part = self._solid(int(geom))
            matrix = np.eye(4)
            matrix[:3, :3], matrix[:3, 3] = quat_to_matrix(model.geom_quat[geom]), model.geom_pos[geom]
            part.apply_transform(matrix)
            found.append(_painted(part, color))
        return found

    def _solid(self, geom: int) -> trimesh.Trimesh:
        """A geom's surface, in its own frame."""
        kind, size = self._model.geom_type[geom], self._model.geom_size[geom]
        if kind == Geom.mjGEOM_MESH:
            return self._mesh(self._model.geom_dataid[geom], moved=False)
        if kind == Geom.mjGEOM_PLANE:
            flat = trimesh.creation.box((2 * size[0], 2 * size[1], _TABLE_THICKNESS))
            return flat.apply_translation((0, 0, -_TABLE_THICKNESS / 2))
        if kind == Geom.mjGEOM_BOX:
            return trimesh.creation.box(2 * size)
        if kind == Geom.mjGEOM_CYLINDER:
            return trimesh.creation.cylinder(size[0], 2 * size[1], sections=_SECTIONS)
        if kind == Geom.mjGEOM_CAPSULE:
            return trimesh.creation.capsule(2 * size[1], size[0], count=(_SECTIONS, _SECTIONS))
        ball = trimesh.creation.icosphere(3)
        return ball.apply_scale(size if kind == Geom.mjGEOM_ELLIPSOID else size[0])

    def _mesh(self, mesh: int, moved: bool = True) -> trimesh.Trimesh:
        """A mesh of the model; `moved` back to where its file has it, from where the compiler moved it."""
        model = self._model
        first, faces = model.mesh_vertadr[mesh], model.mesh_faceadr[mesh]
        found = trimesh.Trimesh(
            model.mesh_vert[first : first + model.mesh_vertnum[mesh]],
            model.mesh_face[faces : faces + model.mesh_facenum[mesh]],
            process=False,
        )
        if moved:
            matrix = np.eye(4)
            matrix[:3, :3], matrix[:3, 3] = quat_to_matrix(model.mesh_quat[mesh]), model.mesh_pos[mesh]
            found.apply_transform(matrix)
        return found


def _painted(mesh: trimesh.Trimesh, rgba: Array) -> trimesh.Trimesh:
    """A mesh in one colour."""
    mesh.visual = trimesh.visual.TextureVisuals(
        material=trimesh.visual.material.PBRMaterial(
            baseColorFactor=(255 * np.asarray(rgba)).astype(np.uint8), metallicFactor=0.0, roughnessFactor=0.7
        )
    )
    return mesh


def _with_slot(
    drag: Callable[[int, SceneNodeDragEvent[GlbHandle]], object], slot: int
) -> Callable[[SceneNodeDragEvent[GlbHandle]], Coroutine[None, None, None]]:
    """A callback for one of the objects."""

    async def dragged(event: SceneNodeDragEvent[GlbHandle]) -> None:
        drag(slot, event)

    return dragged

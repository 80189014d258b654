"""Rotations: unit quaternions in wxyz order, as in MuJoCo, and matrices."""

from __future__ import annotations

import mujoco
import numpy as np

from .arrays import Array


def quat_to_matrix(quat: Array) -> Array:
    """Rotation matrices (..., 3, 3) of unit quaternions (..., 4) in wxyz order."""
    w, x, y, z = np.moveaxis(np.asarray(quat, float), -1, 0)
    rows = [
        1 - 2 * (y * y + z * z),
        2 * (x * y - w * z),
        2 * (x * z + w * y),
        2 * (x * y + w * z),
        1 - 2 * (x * x + z * z),
        2 * (y * z - w * x),
        2 * (x * z - w * y),
        2 * (y * z + w * x),
        1 - 2 * (x * x + y * y),
    ]
    return np.stack(rows, -1).reshape(*np.shape(w), 3, 3)


def matrix_to_quat(rotation: Array) -> Array:
    """Unit quaternion (4,) wxyz, w not negative, of a rotation matrix (3, 3)."""
    quat = np.zeros(4)
    mujoco.mju_mat2Quat(quat, np.ascontiguousarray(rotation, float).ravel())
    return quat if quat[0] >= 0 else -quat


def heading_quat(heading: Array | float) -> Array:
    """Quaternions (..., 4) wxyz of turns about the vertical, rad."""
    half, zero = np.asarray(heading) / 2, np.zeros(np.shape(heading))
    return np.stack([np.cos(half), zero, zero, np.sin(half)], axis=-1)


def turn_between(a: Array, b: Array) -> Array:
    """The smallest rotation (3, 3) that takes unit vector a to b, (3,) each and not opposite."""
    v, c = np.cross(a, b), float(a @ b)
    skew = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / (1 + c))


def quat_product(a: Array, b: Array) -> Array:
    """Quaternions (..., 4) wxyz of turning by b, then by a."""
    aw, ax, ay, az = np.moveaxis(np.asarray(a, float), -1, 0)
    bw, bx, by, bz = np.moveaxis(np.asarray(b, float), -1, 0)
    parts = [
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    ]
    return np.stack(parts, axis=-1)

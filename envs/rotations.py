"""Rotations: unit quaternions in wxyz order, as in MuJoCo, and matrices."""

from __future__ import annotations

import mujoco
import numpy as np

from .arrays import Array


def quat_to_matrix(quat: Array) -> Array:
    """Rotation matrices (..., 3, 3) of unit quaternions (..., 4) in wxyz order."""
    q = np.asarray(quat, float)
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    out = np.empty((*w.shape, 9))
    xx, yy, zz = x * x, y * y, z * z
    xy, xz, yz, wx, wy, wz = x * y, x * z, y * z, w * x, w * y, w * z
    out[..., 0] = 1 - 2 * (yy + zz)
    out[..., 1] = 2 * (xy - wz)
    out[..., 2] = 2 * (xz + wy)
    out[..., 3] = 2 * (xy + wz)
    out[..., 4] = 1 - 2 * (xx + zz)
    out[..., 5] = 2 * (yz - wx)
    out[..., 6] = 2 * (xz - wy)
    out[..., 7] = 2 * (yz + wx)
    out[..., 8] = 1 - 2 * (xx + yy)
    return out.reshape(*w.shape, 3, 3)


def matrix_to_quat(rotation: Array) -> Array:
    """Unit quaternion (4,) wxyz, w not negative, of a rotation matrix (3, 3)."""
    quat = np.zeros(4)
    mujoco.mju_mat2Quat(quat, np.ascontiguousarray(rotation, float).ravel())
    return quat if quat[0] >= 0 else -quat


def heading_quat(heading: Array | float) -> Array:
    """Quaternions (..., 4) wxyz of turns about the vertical, rad."""
    half = np.asarray(heading) / 2
    out = np.zeros((*np.shape(half), 4))
    out[..., 0], out[..., 3] = np.cos(half), np.sin(half)
    return out


def turn_between(a: Array, b: Array) -> Array:
    """The smallest rotation (3, 3) that takes unit vector a to b, (3,) each and not opposite."""
    v, c = np.cross(a, b), float(a @ b)
    skew = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / (1 + c))


def quat_product(a: Array, b: Array) -> Array:
    """Quaternions (..., 4) wxyz of turning by b, then by a."""
    p, q = np.asarray(a, float), np.asarray(b, float)
    aw, ax, ay, az = p[..., 0], p[..., 1], p[..., 2], p[..., 3]
    bw, bx, by, bz = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    parts = [
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    ]
    return np.stack(parts, axis=-1)

"""Poses of arms that differ from their model, and where a camera sees tags on their hands: pure sums."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.so101.kinematics import inverse
from pontine.envs.so101.model import TOOL_POS
from pontine.sim2real.alignment.fit import Shot
from pontine.sim2real.alignment.geometry import Geometry, rotation
from pontine.sim2real.vision import tags
from pontine.sim2real.vision.lens import CameraPose, Lens
from pontine.sim2real.vision.markers import Tag

LENS = Lens.from_fovy(np.deg2rad(31), 1280, 720)
SIZE = 0.03
HAND = (Tag(10, SIZE, (0.0, 0.0, 0.0)), Tag(11, SIZE, (0.0, 0.0, 0.0)))


def camera() -> CameraPose:
    """Opposite the arm, looking down on the middle of its work."""
    eye = np.array([0.603, 0.0, 0.681])
    ahead = np.array([0.19, 0.0, 0.02]) - eye
    ahead /= np.linalg.norm(ahead)
    right = np.array([0.0, 1.0, 0.0])
    turn = np.stack([right, np.cross(ahead, right), ahead])
    return CameraPose(turn, -turn @ eye)


@dataclass(frozen=True, eq=False)
class World:
    """An arm that differs by `geometry`, tags on its hand (turn and place in the gripper's frame from the tool), and
    how much larger than said they are."""

    geometry: Geometry
    stuck: dict[int, tuple[Array, Array]]
    scale: float = 1.0

    @classmethod
    def drawn(cls, rng: np.random.Generator, scale: float = 1.0) -> World:
        """One as people put them together: zeros off by a degree, tilted by half of one, 2 mm from where it should,
        with links that are a third of a percent too long or too short."""
        zeros = np.r_[rng.normal(size=5) * np.deg2rad(1.0), 0.0]
        # It stands on the table or on something there.
        shift = np.r_[rng.normal(size=2) * 0.002, rng.uniform(0.0, 0.0024)]
        geometry = Geometry(zeros, rng.normal(size=3) * np.deg2rad(0.5), shift)
        stuck = {}
        for tag, side in zip(HAND, (1, -1), strict=True):
            out, up = np.array([0.0, side, 0.0]), np.array([0.0, 0.0, 1.0])
            turn = rotation(rng.normal(size=3) * 0.05) @ np.stack([np.cross(up, out), up, out], axis=1)
            place = np.array([-0.011, 0.0248 * side, -0.02]) - TOOL_POS + rng.normal(size=3) * 0.002
            stuck[tag.id] = turn, place
        geometry = replace(geometry, reach=float(rng.normal() * 0.003))
        return cls(geometry, stuck, scale)

    @property
    def known(self) -> Array:
        """What a fit can find of it: the zero of the pan is a turn of the base about the pan's axis."""
        axis, pan = np.array([0.0388353, 0.0, 0.0]), -self.geometry.zeros[0]
        shift = self.geometry.shift + axis - rotation(np.array([0.0, 0.0, pan])) @ axis
        more = self.geometry.reach, np.log(self.scale)
        return np.r_[self.geometry.zeros[1:4], self.geometry.turn + (0.0, 0.0, pan), shift, more]

    def shots(self, rng: np.random.Generator, count: int, play: float = np.deg2rad(0.3), noise: float = 0.15,
              loose: float = 0.0, inside: float = 0.0) -> list[Shot]:  # fmt: skip
        """Shots at random poses; joints are up to `play` (rad) from where they say, pixels scatter by `noise` and
        corners are found that much `inside` (pixels) of where they are; from half on the first tag is `loose` (m) away
        from where it was."""
        found: list[Shot] = []
        eye = camera()
        while len(found) < count:
            joints = work_pose(rng, 0.06)
            joints[4] = rng.choice([-1, 1]) * rng.uniform(0.7, 2.4)
            hand = self.geometry.hand((joints + rng.uniform(-play, play, 6))[None])
            turn, place = hand.rotation[0], hand.position[0]
            corners = {}
            for id, (own, at) in self.stuck.items():
                moved = at + (loose if id == HAND[0].id and len(found) >= count / 2 else 0.0) * own[:, 1]
                points = (tags.corners(SIZE * self.scale) @ own.T + moved) @ turn.T + place
                out, towards = turn @ own[:, 2], eye.position - points.mean(0)
                pixels = LENS.project(eye.into(points))
                shown = np.all((pixels > 20) & (pixels < (1260, 700)))
                if shown and out @ towards > 0.45 * np.linalg.norm(towards):
                    outward = pixels - pixels.mean(axis=0)
                    pixels = pixels - inside * outward / np.linalg.norm(outward, axis=1, keepdims=True)
                    corners[id] = pixels + rng.normal(size=(4, 2)) * noise
            if corners:
                found.append(Shot(joints, corners))
        return found


def work_pose(rng: np.random.Generator, lowest: float) -> Array:
    """Joints (6,) rad with the tool somewhere over the table, `lowest` (m) at least above it, the arm not stretched."""
    while True:
        radius, heading = rng.uniform(0.15, 0.32), rng.uniform(-1.0, 1.0)
        place = np.array([0.039 + radius * np.cos(heading), radius * np.sin(heading), lowest + rng.uniform(0, 0.16)])
        joints, good = inverse(place[None], rng.uniform(0.4, 1.7, 1), rng.uniform(-2, 2, 1))
        if good[0] and joints[0, 2] > -0.6:
            return np.append(joints[0], 0.3)

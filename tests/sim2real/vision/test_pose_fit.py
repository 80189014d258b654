"""Poses from tags that an imperfect person has stuck on, drawn at random: what is believed is possible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.rotations import heading_quat, quat_to_matrix
from pontine.envs.tabletop.layout import random_table
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.envs.tabletop.support import Body
from pontine.sim2real.emulation.tagging import marked
from pontine.sim2real.vision.lens import CameraPose, Lens
from pontine.sim2real.vision.markers import MarkedObject, Tag
from pontine.sim2real.vision.pose_fit import Fit, about_z
from pontine.sim2real.vision.tag_pose import Eye, Sighting
from tests.sim2real.views import true_camera

ASKEW, TURNED, SIZED, NOISE = 0.001, np.deg2rad(2), 0.02, 0.3
"""Standard deviations: m, rad, of the size, pixels."""

ALONE = 0.6
"""How often only one of the tags is seen."""


class Draw:
    """Looks at objects at given poses, through the workspace camera, with the errors above."""

    def __init__(self, seed: int, lens: Lens, camera: CameraPose) -> None:
        self.rng, self.lens, self.camera = np.random.default_rng(seed), lens, camera

    def sighting(
        self, eye: Eye, thing: MarkedObject, rotation: Array, position: Array, others: Sequence[Body]
    ) -> Sighting | None:
        seen = [tag for tag in thing.tags if self.shows(tag, rotation, position)]
        if not seen:
            return None
        if self.rng.random() < ALONE:
            seen = [seen[self.rng.integers(len(seen))]]
        pixels = np.concatenate([self.pixels(tag, rotation, position) for tag in seen])
        fit = Fit(np.concatenate([tag.corners() for tag in seen]), pixels, self.lens, self.camera)
        guess = fit.best(seen[0])
        assert guess is not None
        return eye._settled(thing, fit, guess, others)

    def shows(self, tag: Tag, rotation: Array, position: Array) -> bool:
        out = rotation @ quat_to_matrix(np.array(tag.orientation))[:, 2]
        line = self.camera.position - (rotation @ np.array(tag.position) + position)
        return float(out @ line) > 0.35 * float(np.linalg.norm(line))

    def pixels(self, tag: Tag, rotation: Array, position: Array) -> Array:
        own = quat_to_matrix(np.array(tag.orientation))
        square = (tag.corners() - np.array(tag.position)) @ own * (1 + self.rng.normal(0, SIZED))
        square = square @ about_z(self.rng.normal(0, TURNED)).T + (*self.rng.normal(0, ASKEW, 2), 0.0)
        points = (square @ own.T + np.array(tag.position)) @ rotation.T + position
        seen = self.lens.project(self.camera.into(points))
        return seen + self.rng.normal(0, NOISE, seen.shape)


def test_nothing_is_believed_to_lie_inside_the_table() -> None:
    lens, camera = true_camera_of_the_table()
    off, under = [], {}
    for seed in range(40):
        objects, draw = random_table(seed), Draw(seed, lens, camera)
        markers = marked(objects)
        for spec, thing in zip(objects, markers.objects, strict=True):
            rotation = quat_to_matrix(heading_quat(spec.yaw))
            sighting = draw.sighting(Eye(markers, lens), thing, rotation, np.array(spec.position), [])
            if sighting is None:
                continue
            if (height := sighting.body(thing).underside) < -0.003:
                under[seed, thing.name] = height
            off.append(float(np.linalg.norm(sighting.position - spec.position)))
    assert len(off) > 150
    assert under == {}
    # What is left floats, by a single small tag, whose distance tells little.
    assert np.percentile(off, 90) < 0.004


def test_nothing_is_believed_to_lie_inside_another_thing() -> None:
    lens, camera = true_camera_of_the_table()
    inside, count = {}, 0
    for seed in range(60):
        draw = Draw(1000 + seed, lens, camera)
        wide, narrow = sorted(draw.rng.uniform(0.025, 0.04, 2), reverse=True)
        x, y, yaw = draw.rng.uniform((0.15, -0.15, -1.5), (0.28, 0.15, 1.5))
        objects = (
            ObjectSpec("below", "cube", "red", (wide,) * 3, (x, y, wide / 2), yaw),
            ObjectSpec("above", "cube", "blue", (narrow,) * 3, (x, y, wide + narrow / 2), yaw + 0.4),
        )
        markers = marked(objects)
        below, above = markers.objects
        at = np.array(objects[0].position)
        under = Body(below.name, below.kind, below.size, at, heading_quat(yaw))
        place = at + (0.0, 0.0, (below.size[2] + above.size[2]) / 2)
        rotation = quat_to_matrix(heading_quat(objects[1].yaw))
        sighting = draw.sighting(Eye(markers, lens), above, rotation, place, [under])
        if sighting is None:
            continue
        count += 1
        there = sighting.body(above)
        if under.holds_over(there.position) and there.underside < under.top - 0.003:
            inside[seed] = there.underside - under.top
    assert count > 50
    assert inside == {}


def true_camera_of_the_table() -> tuple[Lens, CameraPose]:
    from pontine.envs.simulated import SimulatedRobot

    return true_camera(SimulatedRobot(()).worlds.model)

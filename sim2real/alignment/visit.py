"""The arm goes from pose to pose, stands still, and its hand is looked at: what there is to align by."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from pontine.envs.arrays import Array, Image
from pontine.envs.robot import Robot

from ..arm.collision import Collisions
from ..arm.limits import Limits
from ..vision.lens import CameraPose, Lens
from ..vision.markers import Markers, Tag
from ..vision.tag_pose import SightError, TagFinder, stand
from . import poses
from .alignment import AlignmentError
from .fit import Fitted, Shot, fit
from .lateness import Swing

LATE = 0.4
"""How long (s) the arm stands still before a picture counts: cameras are behind, some by a quarter of a second."""

LOOKS = 3
"""Pictures at each pose, of which the mean is taken."""

_STILL, _STILL_STEPS, _LONGEST = 0.03, 6, 50
_STEADY, _TRIES = 1.0, 4
_SAME, _FROZEN = 2.0, 3
_SMALL = (160, 90)
_LEAST = 4
_EVERY = 3


class Pictures(Protocol):
    """What `Camera` has."""

    def frame(self, after: float = ..., timeout: float = ...) -> tuple[Image, float]:
        """The newest picture (h, w, 3) RGB that arrived after a time (s), and when it arrived."""
        ...


@dataclass
class Series:
    """What the visits gave: a shot at every pose at which a tag on the hand was seen, the table's tags (4, 2) in the
    picture then, how many poses were tried, and the hand while it swung."""

    shots: list[Shot] = field(default_factory=list)
    tables: list[dict[int, Array]] = field(default_factory=list)
    tried: int = 0
    last: Image | None = None
    swing: Swing = field(default_factory=Swing)

    def camera(self, markers: Markers, lens: Lens) -> CameraPose:
        """Where the camera stands, by the mean of all pictures. Raises SightError."""
        found: dict[int, list[Array]] = {}
        for table in self.tables:
            for id, corners in table.items():
                found.setdefault(id, []).append(corners)
        used = [tag for tag in markers.table if len(found.get(tag.id, ())) > len(self.tables) / 4]
        if not used:
            listed = ", ".join(str(tag.id) for tag in markers.table)
            raise SightError(f"the table's tags ({listed}) were not seen while the arm moved: what hides them?")
        # The median: a tag half hidden by the arm is seen wrong.
        return stand(used, {tag.id: np.median(found[tag.id], axis=0) for tag in used}, lens)


class Visitor:
    """Takes an awake arm, whose joint angles are those of its plain calibration, from pose to pose."""

    def __init__(self, robot: Robot, pictures: Pictures, markers: Markers, lens: Lens, limits: Limits,
                 clearance: float, *, looks: int = LOOKS,
                 clock: Callable[[], float] = time.monotonic) -> None:  # fmt: skip
        """The tool stays `clearance` (m) above the table wherever it is looked at, `looks` times."""
        self._robot, self._pictures, self._clock = robot, pictures, clock
        self.markers, self.lens, self._limits, self._clearance = markers, lens, limits, clearance
        self._space = Collisions.of(limits.profile)
        self._looks, self._finder = looks, TagFinder(markers.family)
        self._shown: list[Array] = []
        self.series = Series()

    def find(self, progress: Callable[[int, int], None] = lambda done, of: None) -> Fitted:
        """Look at the hand from all sides; where its tags are, roughly. Raises AlignmentError where none is seen."""
        goals = poses.first(self._limits, self._space, self._clearance)
        for k, goal in enumerate(goals):
            self._visit(goal)
            progress(k + 1, len(goals))
        if len(self.series.shots) < _LEAST:
            listed = ", ".join(str(tag.id) for tag in self.markers.hand)
            raise AlignmentError(
                f"of the tags on the hand ({listed}) one was seen at {len(self.series.shots)} of {self.series.tried} "
                "poses: are they stuck on the sides of the gripper's motor, flat, and does the camera see the hand?"
            )
        camera = self.series.camera(self.markers, self.lens)
        return fit(self.series.shots, self._tags, self.lens, camera)

    def go_round(self, known: Fitted, count: int,
                 progress: Callable[[int, int], None] = lambda done, of: None) -> Fitted:  # fmt: skip
        """Visit the `count` poses that tell most, the tags on the hand being about where they are known to be; how all
        is known then.

        Half way on, that is known better, and the other half is chosen by it.
        """
        done = 0
        for share, seed in ((count // 2, 0), (count - count // 2, 1)):
            many = poses.candidates(self._limits, self._space, self._clearance, 12 * count, seed)
            camera = self.series.camera(self.markers, self.lens)
            for goal in poses.choose(many, known, self.lens, camera, share):
                self._visit(goal)
                done += 1
                progress(done, count)
            known = fit(self.series.shots, self._tags, self.lens, self.series.camera(self.markers, self.lens))
        return known

    def swing(self, known: Fitted) -> None:
        """Swing the hand to and fro before the camera, where it is seen all the way: what is seen meanwhile tells how
        late pictures come. Where there is no such place, nothing is done."""
        camera = self.series.camera(self.markers, self.lens)
        shown = np.array([shot.joints for shot in self.series.shots])
        ends = poses.swing(shown, known, self.lens, camera, self._limits, self._space)
        if ends is None or not self._go(ends[0]):
            return
        self._stand_still(ends[0])
        found, pictures = self.series.swing, list[tuple[float, Image]]()
        ways = (ends, ends[::-1])
        targets = [t for way in ways for t in poses.steps(way[0], way[1], self._limits, poses.SWING_SECONDS)]
        for k, target in enumerate(targets):
            self._robot.command(target)
            state = self._robot.observe()
            found.times.append(state.time)
            found.joints.append(state.position)
            if k % _EVERY == 0:
                image, arrived = self._pictures.frame()
                if not pictures or arrived > pictures[-1][0]:
                    pictures.append((arrived, image))
        # Tags are looked for when the arm stands again: while it moves it must not wait for that.
        for arrived, image in pictures:
            tags = self._find(image)
            if corners := {tag.id: tags[tag.id] for tag in self._tags if tag.id in tags}:
                found.seen.append((arrived, corners))

    @property
    def _tags(self) -> Sequence[Tag]:
        return self.markers.hand

    def _visit(self, goal: Array) -> None:
        """Go there, and keep what is seen; a pose to which no way is free is left out."""
        if self._go(goal) and self._stand_still(goal):
            self.series.tried += 1
            self._look(goal)

    def _go(self, goal: Array) -> bool:
        """Go there, and say whether a way was free."""
        start = self._robot.observe().command
        points = poses.way(start, goal, self._limits, self._space)
        if points is None:
            return False
        for point in points:
            for target in poses.steps(start, point, self._limits):
                self._robot.command(target)
            start = point
        return True

    def _stand_still(self, goal: Array) -> bool:
        still = 0
        for _ in range(_LONGEST):
            self._robot.command(goal)
            still = still + 1 if np.abs(self._robot.observe().velocity).max() < _STILL else 0
            if still >= _STILL_STEPS:
                return True
        return False

    def _look(self, goal: Array) -> None:
        """Look until the pictures agree, a few times."""
        since = self._clock() + LATE
        while self._clock() < since:
            self._robot.command(goal)
        for _ in range(_TRIES):
            joints, hands, tables = [], [], []
            for _ in range(self._looks):
                image, since = self._pictures.frame(after=since)
                self._robot.command(goal)
                found = self._find(image)
                hands.append({tag.id: found[tag.id] for tag in self._tags if tag.id in found})
                tables.append({tag.id: found[tag.id] for tag in self.markers.table if tag.id in found})
                joints.append(self._robot.observe().position)
            if len(agreed := _agreed(hands)) == len({id for hand in hands for id in hand}):
                break
        self._check_alive(image)
        self.series.last = image
        if agreed:
            self.series.shots.append(Shot(np.mean(joints, axis=0), agreed))
            self.series.tables.append(_agreed(tables))

    def _find(self, image: Image) -> dict[int, Array]:
        lens = self.lens
        if (image.shape[1], image.shape[0]) != (lens.width, lens.height):
            self.lens = lens.at(image.shape[1], image.shape[0])
        return self._finder.find(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8))

    def _check_alive(self, image: Image) -> None:
        """Raise SightError where the pictures of one pose after the other are the same."""
        small = np.asarray(cv2.resize(image, _SMALL, interpolation=cv2.INTER_AREA), float)
        self._shown = [*self._shown[1 - _FROZEN :], small]
        alike = [float(np.abs(a - small).max()) < _SAME for a in self._shown]
        if len(self._shown) == _FROZEN and all(alike):
            raise SightError(
                "the camera shows the same picture wherever the arm stands: it is frozen, or does not see the arm"
            )


def _agreed(seen: Sequence[dict[int, Array]]) -> dict[int, Array]:
    """The mean of the corners (4, 2) of each tag that is where it was in every picture."""
    everywhere = set.intersection(*(set(found) for found in seen)) if seen else set()
    corners = {id: np.array([found[id] for found in seen]) for id in sorted(everywhere)}
    return {id: many.mean(axis=0) for id, many in corners.items() if np.ptp(many, axis=0).max() < _STEADY}

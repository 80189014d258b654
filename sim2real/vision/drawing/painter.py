"""`Painter`: pictures with what is understood of them drawn in, and the same in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pontine.envs.arrays import Array, Image
from pontine.envs.errors import PontineError
from pontine.envs.files import make_folder, replacing
from pontine.envs.robot import JOINTS, RobotState
from pontine.envs.scene import Scene

from ..lens import CameraPose, Lens
from ..markers import Markers
from ..tag_pose import TagFinder
from ..tag_scene import Kept, TagScene
from .overlay import RED, ArmOutline, Overlay, tag_names


@dataclass(frozen=True, eq=False)
class Painted:
    """A picture (h, w, 3) RGB with what is understood of it drawn in, the same in words, and the scene, if there is
    one."""

    picture: Image
    lines: list[str]
    scene: Scene | None


class Brush:
    """Draws into pictures what is understood of them."""

    def __init__(self, markers: Markers, lens: Lens) -> None:
        self.lens, self.names = lens, tag_names(markers)
        self._finder, self._arm = TagFinder(markers.family), ArmOutline()

    def found(self, picture: Image) -> dict[int, Array]:
        """The corners (4, 2), in pixels, of the tags in a picture, by id."""
        return self._finder.find(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8))

    def not_understood(self, picture: Image, found: Mapping[int, Array], why: str) -> Image:
        """A copy of a picture of which nobody knows where the camera stood, with the tags `found` in it and why."""
        over = _flat(picture)
        over.tags(found, self.names)
        over.line(why, color=RED)
        return over.picture

    def understood(
        self, picture: Image, found: Mapping[int, Array], camera: CameraPose, scene: Scene, joints: Array | None = None
    ) -> Image:
        """A copy of a picture with the tags `found` in it, the base's frame, every thing, and the arm at joint
        positions (6,) rad, if they are known."""
        over = Overlay(picture, self.lens, camera)
        over.tags(found, self.names)
        over.axes(np.zeros(3), np.eye(3), "origin: x ahead, y left", 0.1)
        over.scene(scene)
        if joints is not None:
            over.arm(self._arm.parts(joints))
        over.line(f"{len(found)} tags, {sum(t.position is not None for t in scene.objects)} things")
        return over.picture


class Painter:
    """Looks at pictures, one after the other, and draws."""

    def __init__(self, markers: Markers, lens: Lens) -> None:
        self._brush = Brush(markers, lens)
        self._time = 0.0
        self._scenes = TagScene(markers, lens, clock=lambda: self._time)

    def paint(self, picture: Image, time: float, joints: Array | None = None) -> Painted:
        """A picture that arrived at `time` (s), with the arm at joint positions (6,) rad, if they are known.

        What keeps it from being understood is drawn into it and said, and raises nothing.
        """
        self._time = time
        brush, found = self._brush, self._brush.found(picture)
        try:
            look = self._scenes.see(picture, time)
        except PontineError as error:
            return Painted(brush.not_understood(picture, found, str(error)), [str(error)], None)
        standing = np.zeros(len(JOINTS)) if joints is None else joints
        scene = self._scenes.scene(RobotState(standing, np.zeros(6), np.zeros(6), standing, time))
        x, y, z = look.camera.position
        lines = [f"the camera stands at ({x:.3f}, {y:.3f}, {z:.3f}) m from the arm's base"]
        unknown = sorted(set(found) - set(brush.names))
        if unknown:
            lines.append(f"tags {', '.join(map(str, unknown))} are seen, and the markers file does not have them")
        lines += [f"{thing.name}: {_where(thing.position, thing.support)}" for thing in scene.objects]
        return Painted(brush.understood(picture, found, look.camera, scene, joints), lines, scene)


class LiveView:
    """What a `TagScene` saw last, drawn, for an arm that stands as `observe` says; safe from any one thread."""

    def __init__(self, scenes: TagScene, markers: Markers, lens: Lens, observe: Callable[[], RobotState]) -> None:
        self._scenes, self._observe, self._brush = scenes, observe, Brush(markers, lens)
        self._last = -np.inf

    def __call__(self) -> Image | None:
        """The newest picture (h, w, 3) RGB with what is understood of it; None if there is no other than the last.

        Raises what keeps pictures from coming.
        """
        shown = self._scenes.shown
        if shown is None or shown.time <= self._last:
            return None
        self._last = shown.time
        found = self._brush.found(shown.picture)
        if shown.camera is None:
            return self._brush.not_understood(shown.picture, found, shown.problem or "")
        state = self._observe()
        return self._brush.understood(shown.picture, found, shown.camera, self._scenes.scene(state), state.position)


def write_kept(kept: Sequence[Kept], markers: Markers, lens: Lens, folder: str | Path) -> None:
    """Write what a `TagScene` kept into a folder, a JPEG each, named by when (s) it was before the last; with tags, and
    the arm as its joints had it, drawn in."""
    make_folder(folder)
    finder, names, arm = TagFinder(markers.family), tag_names(markers), ArmOutline()
    for k, one in enumerate(kept):
        picture = np.asarray(cv2.imdecode(np.frombuffer(one.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1]
        over = _flat(picture) if one.camera is None else Overlay(picture, lens, one.camera)
        over.tags(finder.find(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)), names)
        if one.camera is not None and one.state is not None:
            over.arm(arm.parts(one.state.position))
        if one.problem is not None:
            over.line(one.problem, color=RED)
        jpeg = cv2.imencode(".jpg", np.ascontiguousarray(over.picture[:, :, ::-1]))[1].tobytes()
        with replacing(Path(folder) / f"{k:02d}_{kept[-1].time - one.time:.1f}s_before.jpg") as temporary:
            temporary.write_bytes(jpeg)


def _flat(picture: Image) -> Overlay:
    """To draw into a picture of which nobody knows where the camera stood: pixels only."""
    height, width = picture.shape[:2]
    return Overlay(picture, Lens.from_fovy(1.0, width, height), CameraPose(np.eye(3), np.zeros(3)))


def _where(position: tuple[float, float, float] | None, support: str | None) -> str:
    if position is None:
        return "not seen"
    x, y, z = position
    return f"at ({x:.3f}, {y:.3f}, {z:.3f}) m" + (f" on {support}" if support else "")

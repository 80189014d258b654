"""An emulated arm with its camera as its user has them, in real time or in time that is stepped.

In real time the arm is another process on a pseudo-terminal, and shares the machine with who works with it: what comes
of it depends on how busy that is. In stepped time everything is in this process, time passes while the arm is waited
for, and a run is the same each time, however slow the machine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import cv2
import numpy as np

from pontine.envs.arrays import Array, Image
from pontine.envs.errors import PontineError
from pontine.envs.robot import CONTROL_SECONDS, Robot, RobotState
from pontine.envs.scene import Scene
from pontine.envs.tabletop.objects import ObjectSpec

from ..alignment.drift import expected, late
from ..alignment.visit import Pictures
from ..arm.calibration import Calibration
from ..arm.limits import limits
from ..arm.serial_arm import SerialArm
from ..bus.bus import Bus
from ..bus.clock import REAL, Clock
from ..emulation.arm_profile import AnyProfile
from ..emulation.emulated_arm import PICTURE_SIZE, EmulatedArm
from ..emulation.mjpeg import QUALITY
from ..emulation.optics import Stream
from ..emulation.process import Emulation, emulation
from ..emulation.stepped import Steps
from ..vision.camera import open_camera
from ..vision.lens import Lens
from ..vision.markers import Markers
from ..vision.scene_source import EMPTY_TABLE, SceneSource
from ..vision.tag_pose import SightError
from ..vision.tag_scene import RATE, TagScene
from ..vision.tracking.hand_offset import Expected

PATIENCE = 0.05
"""s that answers may lag: an emulation in real time shares the machine with its client."""

FIRST_PICTURE = 20.0
"""How long (s) the first picture may take to come."""


@dataclass(frozen=True)
class Kit:
    """What a user has: an arm, of which `emulated` also knows how it really is, and the camera before it."""

    emulated: Emulation | EmulatedArm
    camera: Pictures
    clock: Clock

    def bus(self, ids: Mapping[str, int], patience: float = PATIENCE) -> Bus:
        """The arm's bus, opened, with these servos by name."""
        port = self.emulated.port
        if isinstance(self.clock, Steps):
            return Bus(port, ids, patience=patience, clock=self.clock, connect=self.clock.connect)
        return Bus(port, ids, patience=patience)

    @contextmanager
    def awake(self, calibration: Calibration, allowed: str, scenes: SceneSource = EMPTY_TABLE) -> Iterator[SerialArm]:
        """The arm, awake."""
        with SerialArm(self.bus(calibration.ids), calibration, limits(allowed, calibration), scenes) as arm:
            if not isinstance(self.camera, SteppedCamera):
                yield arm
                return
            with self.camera.held_by(arm):
                yield arm

    @contextmanager
    def scenes(self, calibration: Calibration) -> Iterator[TagScene]:
        """The table as the camera sees it, once it has."""
        markers, lens = self.emulated.markers, self.emulated.lens
        beside, lag = expected(calibration), late(calibration)
        with (
            SteppedScenes(markers, lens, self.camera, self.clock, beside, lag)
            if isinstance(self.camera, SteppedCamera)
            else TagScene(markers, lens, self.camera, expected=beside, late=lag)  # type: ignore[arg-type]
        ) as scenes:
            scenes.wait(FIRST_PICTURE)
            yield scenes


@contextmanager
def kit(
    objects: Sequence[ObjectSpec] = (), *, profile: AnyProfile = "worn", seed: int = 0, stepped: bool = True
) -> Iterator[Kit]:
    """An emulated arm before a table with these objects. Raises what `EmulatedArm` does."""
    if not stepped:
        with (
            emulation(objects, profile=profile, camera=True, seed=seed) as emulated,
            open_camera(emulated.camera_url, PICTURE_SIZE) as camera,
        ):
            yield Kit(emulated, camera, REAL)
        return
    steps = Steps()
    with EmulatedArm(objects, profile=profile, seed=seed, steps=steps) as arm:
        yield Kit(arm, SteppedCamera(arm, steps, seed), steps)


class SteppedCamera:
    """An emulated arm's camera in stepped time: the same lag, rate, frozen times, lens and JPEGs as in real time, but a
    picture is drawn only where somebody looks at it."""

    def __init__(self, arm: EmulatedArm, steps: Steps, seed: int = 0) -> None:
        optics = arm.arm.optics
        self._arm, self._steps, self._period = arm, steps, 1.0 / optics.rate
        self._due = steps.now()
        self._stream = Stream[Array](optics, lambda: self._due, seed)
        self._newest: deque[tuple[Array, float]] = deque(maxlen=1)
        self._robot: Robot | None = None
        steps.follow(self._pass)

    @contextmanager
    def held_by(self, robot: Robot) -> Iterator[None]:
        """Within the block who waits for a picture has the arm hold still meanwhile."""
        self._robot = robot
        try:
            yield
        finally:
            self._robot = None

    @property
    def arrived(self) -> float:
        """When the newest picture arrived, s."""
        return self._newest[0][1]

    @property
    def shown(self) -> Array:
        """How all stood in the newest picture (`EmulatedArm.still`)."""
        return self._newest[0][0]

    def let_pass(self) -> None:
        """Let a control step pass."""
        if self._robot is None:
            self._steps.sleep(CONTROL_SECONDS)
        else:
            self._robot.command(self._robot.observe().command)

    def has(self, after: float) -> bool:
        """Whether a picture has arrived after that time (s)."""
        return bool(self._newest) and self._newest[0][1] > after

    def frame(self, after: float = -np.inf, timeout: float = 0.0) -> tuple[Image, float]:
        """The newest picture that arrived after a time (s), and when it did; it always comes."""
        while not self.has(after):
            self.let_pass()
        still, arrived = self._newest[0]
        sent = cv2.imencode(".jpg", self._arm.picture(still)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
        return np.ascontiguousarray(np.asarray(cv2.imdecode(sent, cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1]), arrived

    def _pass(self, now: float) -> None:
        while self._due <= now:
            self._newest.append((self._stream.pass_on(self._arm.still()), self._due))
            self._due += self._period


class SteppedScenes(TagScene):
    """A `TagScene` that looks whenever it is asked, at most as often as one in real time."""

    def __init__(
        self, markers: Markers, lens: Lens, camera: SteppedCamera, clock: Clock, expected: Expected | None,
        late: float | None,
    ) -> None:  # fmt: skip
        super().__init__(markers, lens, clock=clock.now, expected=expected, late=late)
        self._pictures, self._arrived, self._next = camera, -np.inf, -np.inf

    def scene(self, state: RobotState) -> Scene:
        self._catch_up()
        return super().scene(state)

    def wait(self, timeout: float = 10.0) -> None:
        end = self._clock() + timeout
        while self.look is None:
            if self._clock() > end:
                raise self._problem or SightError(f"no usable picture within {timeout:g} s")
            self._pictures.let_pass()
            self._catch_up()

    def _catch_up(self) -> None:
        now = self._clock()
        if now < self._next or not self._pictures.has(self._arrived):
            return
        self._next = now + 1.0 / RATE
        picture, self._arrived = self._pictures.frame(after=self._arrived)
        # What keeps a picture from being of use `scene` tells.
        with suppress(PontineError):
            self.see(picture, self._arrived)

"""A whole emulated SO-101: servos on a wire, the body they move, and a camera that looks at it.

Other programs open `port` and `camera_url` and cannot tell. What only the emulation knows (the true scene,
the true calibration) and what only it can do (faults, a hand that moves joints) are methods here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from pontine.envs.arrays import Array, Image
from pontine.envs.errors import UnknownNameError
from pontine.envs.robot import JOINTS
from pontine.envs.rotations import quat_product, quat_to_matrix
from pontine.envs.scene import Scene
from pontine.envs.tabletop.objects import ObjectSpec
from pontine.envs.tabletop.sensing import measure
from pontine.envs.tabletop.worlds import Worlds

from ..arm.calibration import Calibration, JointCalibration
from ..bus.feetech import BAUD_RATES
from ..bus.registers import COUNTS_PER_TURN, RADIANS
from ..bus.sts3215 import MID_COUNTS
from ..vision.lens import CameraPose, Lens
from ..vision.markers import Markers, Tag
from .arm_profile import AnyProfile, drawn
from .body import Body, assemble
from .drawn_arm import Arm, turned
from .emulator import Emulator, Fault
from .optics import Glass, Stream, noted_lens, pose_of, set_camera, stand, true_lens
from .servo import Servo
from .stepped import SteppedEmulator, Steps
from .tagging import decals, marked

CAMERA, PICTURE_SIZE = "workspace", (1280, 720)
"""Which camera of the simulated table it is, and its pictures' width and height."""

HOT = 85.0
"""Temperature (°C) of a servo that is made to overheat: above the limit of 70 that servos come with."""

_FULL_TURN = "wrist_roll"
"""The joint whose range LeRobot's calibration does not sweep: it is left a whole turn."""


@dataclass(frozen=True)
class Truth:
    """How an emulated arm and its table really are, in the frame that the table's tags are noted in; for judging only.

    `scene` is the table; `joints` (6,) rad are where the links stand; `tool` (3,) m and `tool_rotation` (3, 3) are the
    point between the fingers and the gripper's frame, `base` (3,) m and `base_rotation` (3, 3) the arm's base frame,
    which a perfect arm has at 0, upright; `camera` is the camera's pose and `lens` its lens.
    """

    scene: Scene
    joints: Array
    tool: Array
    tool_rotation: Array
    base: Array
    base_rotation: Array
    camera: CameraPose
    lens: Lens


class EmulatedArm:
    """An SO-101 on a pseudo-terminal before a table with these objects; a context manager.

    Servo ids are 1 to 6 in the order of `JOINTS`. With `calibrated` the servos hold what LeRobot's
    calibration writes (homing offsets, position limits), else what the factory leaves there.
    """

    def __init__(self, objects: Sequence[ObjectSpec] = (), *,
                 profile: AnyProfile = "new",
                 link: Path | None = None, camera_port: int | None = None, seed: int = 0,
                 calibrated: bool = True, mirrored: Sequence[str] = (),
                 steps: Steps | None = None) -> None:  # fmt: skip
        """`profile` is a name, constants or an arm that is drawn already.

        `link` is a name for the port that stays the same over runs.

        With a `camera_port` (0: a free one) the table is shown there, with tags on it and its objects.
        `seed` decides how this arm differs from others of its profile and which bytes faults spoil.
        `mirrored` joints have their servos turned round. With `steps` its time is theirs, and a `Bus` reaches it by
        their `connect` alone. Raises UnknownNameError for names that do not exist, and ArmProfileError.
        """
        self.arm = drawn(profile, seed, mirrored)
        self.body = Body(objects, self.arm)
        volts = self.arm.volts
        servos = [
            Servo(index + 1, shaft, volts=volts, settings=_settings(self.arm, index) if calibrated else {})
            for index, shaft in enumerate(self.body.shafts)
        ]
        self._servos = {servo.id: servo for servo in servos}
        self._emulator = Emulator(servos, link, seed=seed) if steps is None else SteppedEmulator(servos, steps, seed)
        self._objects, self._camera_port = tuple(objects), camera_port
        self._tool = [self.body.worlds.batch.bind(name) for name in ("site_xpos", "site_xmat")]
        self._view = Worlds(self.body.worlds.slots, 1, threads=1)
        for slot, spec in enumerate(objects):
            self._view.lay(0, slot, spec)
        # OpenGL keeps to one thread.
        self._painter = ThreadPoolExecutor(1, "emulated-camera")
        self._renderer: Any = None
        self._glass: Glass | None = None
        self._stream = Stream[Image](self.arm.optics, time.monotonic, seed)
        self._camera_url = ""
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.callback(self._put_brush_down)
            stack.enter_context(self._emulator)
            if self._camera_port is not None:
                from .mjpeg import MjpegServer

                server = stack.enter_context(MjpegServer(self._arriving, self._camera_port, self.arm.optics.rate))
                self._camera_url = server.url
            self._open = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.__exit__(None, None, None)

    @property
    def camera_url(self) -> str:
        """Where the camera's pictures are; raises RuntimeError without a camera."""
        if not self._camera_url:
            raise RuntimeError("this emulated arm has no camera: give it a camera_port")
        return self._camera_url

    @property
    def lens(self) -> Lens:
        """What a calibration found of its camera's lens, for who does not want to calibrate it."""
        return noted_lens(self.arm.optics, self._fovy, PICTURE_SIZE)

    @property
    def _fovy(self) -> float:
        """Vertical field of view (rad) of the simulated camera."""
        return float(np.deg2rad(self._view.model.camera(CAMERA).fovy[0]))

    @property
    def markers(self) -> Markers:
        """The tags that its camera sees on the table and its objects, as a person noted where they are."""
        return marked(self._objects)

    def still(self) -> Array:
        """How all stands now, for `picture`."""
        with self._emulator.paused():
            return np.array(self.body.worlds.batch.bind("qpos"))

    def picture(self, still: Array | None = None) -> Image:
        """What the camera sees now, or saw when all was `still` like that, (720, 1280, 3) RGB.

        Raises RenderError where nothing can be drawn.
        """
        return self._painter.submit(self._paint, still).result()

    def _arriving(self) -> Image:
        """The picture that arrives now."""
        return self._stream.pass_on(self.picture())

    def _paint(self, still: Array | None) -> Image:
        if self._renderer is None:
            from pontine.envs.visuals.render import Renderer

            self._glass = Glass(self.arm.optics, self._fovy, PICTURE_SIZE)
            self._renderer = Renderer(self._view, 0, decals(_stuck(self.markers, self.arm)))
            model = self._renderer.model
            assemble(model, model.body_pos, model.body_quat, self.arm)
            set_camera(model, model.camera(CAMERA).id, self.arm.optics, self._glass.fovy)
        assert self._glass is not None
        self._view.batch.bind("qpos")[:] = self.still() if still is None else still
        return self._glass.bend(self._renderer.render(CAMERA, *PICTURE_SIZE, "fast"))

    def _put_brush_down(self) -> None:
        if self._renderer is not None:
            self._painter.submit(self._renderer.close).result()
            self._renderer = None
        self._painter.shutdown()

    @property
    def port(self) -> str:
        """What a client opens; raises RuntimeError while unplugged without a link."""
        return self._emulator.port

    @property
    def calibration(self) -> Calibration:
        """What a person who calibrated it noted, with the homing offsets that the servos hold now.

        It is true but for the arm's `zero_error`.
        """
        return self._calibration(self.arm.zero_error)

    @property
    def true_calibration(self) -> Calibration:
        """The calibration without error, for judging only."""
        return self._calibration(np.zeros(len(JOINTS)))

    def _calibration(self, error: Array) -> Calibration:
        joints, arm = {}, self.arm
        with self._emulator.paused():
            for index, name in enumerate(JOINTS):
                servo = self._servos[index + 1]
                offset = servo["homing_offset"]
                zero = arm.zero[index] + arm.direction[index] * error[index]
                counts = zero / RADIANS + MID_COUNTS - offset
                low, high = arm.stops[index] - error[index]
                joints[name] = JointCalibration(
                    servo.id, float(counts % COUNTS_PER_TURN * RADIANS), int(arm.direction[index]),
                    float(low), float(high), offset)  # fmt: skip
        return Calibration(f"emulated {arm.name}", joints)

    @property
    def positions(self) -> Array:
        """Where the links really are, (6,) rad in the model's frame; for judging only."""
        with self._emulator.paused():
            return self.body.positions

    def truth(self) -> Truth:
        """How all really is; for judging only."""
        arm, camera = self.arm, self._view.model.camera(CAMERA)
        with self._emulator.paused():
            # A physics step leaves where the hand was at its beginning.
            self.body.worlds.batch.forward(np.array([0]))
            tool, rotation = (values[0, 0].copy() for values in self._tool)
            scene = measure(self.body.worlds, 0, tool)
            joints = self.body.positions
        return Truth(
            scene, joints, tool, rotation.reshape(3, 3), arm.base_position,
            quat_to_matrix(np.array(turned(arm.base_turn))), pose_of(*stand(arm.optics, camera.pos, camera.quat)),
            true_lens(arm.optics, self._fovy, PICTURE_SIZE))  # fmt: skip

    def view(self) -> Worlds:
        """A copy of the simulated table as it is now, to be drawn; the same object each time."""
        self._view.batch.bind("qpos")[:] = self.still()
        return self._view

    @contextmanager
    def servo(self, id: int) -> Iterator[Servo]:
        """A servo, standing still while it is looked at or changed. Raises UnknownNameError listing the ids."""
        with self._emulator.paused():
            yield self._find(id)

    def _find(self, id: int) -> Servo:
        if id not in self._servos:
            raise UnknownNameError("servo id", id, map(str, self._servos))
        return self._servos[id]

    def inject(self, fault: Fault) -> None:
        """Spoil answers to come, of one servo or of any."""
        if fault.id is not None:
            self._find(fault.id)
        self._emulator.inject(fault)

    def unplug(self) -> None:
        """Pull the USB cable; the servos stay powered and hold what they hold."""
        self._emulator.unplug()

    def replug(self) -> None:
        """Put the cable back; without a link the port has a new name. Raises LinkError where its name was taken."""
        self._emulator.replug()

    def stall(self, id: int) -> None:
        """Something blocks the joint of this servo where it is."""
        with self.servo(id):
            self.body.block(self._joint(id))

    def free(self, id: int) -> None:
        """What blocked the joint is gone."""
        with self.servo(id):
            self.body.block(self._joint(id), False)

    def heat(self, id: int, celsius: float = HOT) -> None:
        """Let a servo's motor have this temperature (°C), and what its load adds."""
        with self.servo(id) as servo:
            servo.celsius = celsius

    def brown_out(self, id: int) -> None:
        """The supply dips at this servo: it resets and has let go."""
        with self.servo(id) as servo:
            servo.brown_out()

    def supply(self, volts: float) -> None:
        """Change the supply of all servos (V, without load); 0 switches the arm off."""
        with self._emulator.paused() as servos:
            self.body.rest_volts = volts
            for servo in servos:
                servo.volts = volts

    def set_baud(self, id: int, baud: int) -> None:
        """Have a servo listen at another rate, as if someone had stored it there."""
        if baud not in BAUD_RATES:
            raise UnknownNameError("baud rate", baud, map(str, BAUD_RATES))
        with self.servo(id) as servo:
            servo.store("baud_rate", BAUD_RATES.index(baud))

    def double(self, id: int) -> None:
        """The next servo along the cable has this one's id too, as after a mistake at setting up."""
        with self.servo(id):
            other = self._servos[id % len(self._servos) + 1]
            other.store("id", id)

    def guide(self, joints: Mapping[str, float]) -> None:
        """A hand takes these joints and leads them to positions (rad, model); it holds them until `let_go`."""
        with self._emulator.paused():
            self.body.guide(joints)

    def hollow(self) -> None:
        """Let the arm's links pass through each other and all else, for a calibration by hand (`Body.hollow`)."""
        with self._emulator.paused():
            self.body.hollow()

    def let_go(self) -> None:
        """The hand leaves the arm."""
        with self._emulator.paused():
            self.body.let_go()

    def _joint(self, id: int) -> str:
        return JOINTS[id - 1]


def _settings(arm: Arm, index: int) -> dict[str, int]:
    """What LeRobot's calibration leaves in a servo: the middle of the joint's range, held by eye, reads 2048."""
    offset = arm.homing_offset[index]
    if JOINTS[index] == _FULL_TURN:
        return {"homing_offset": offset, "min_position": 0, "max_position": COUNTS_PER_TURN - 1}
    middle = arm.zero[index] / RADIANS + MID_COUNTS - offset
    ends = sorted(round(middle + arm.direction[index] * end / RADIANS) for end in arm.stops[index])
    return {"homing_offset": offset, "min_position": max(0, ends[0]),
            "max_position": min(COUNTS_PER_TURN - 1, ends[1])}  # fmt: skip


def _stuck(markers: Markers, arm: Arm) -> Markers:
    """The tags where they really are: the person who stuck them on missed what is noted."""

    def moved(tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
        return tuple(_askew(tag, arm) for tag in tags)

    objects = tuple(replace(thing, tags=moved(thing.tags)) for thing in markers.objects)
    return replace(markers, table=moved(markers.table), objects=objects)


def _askew(tag: Tag, arm: Arm) -> Tag:
    x, y, turn = arm.askew(tag.id)
    if not (x or y or turn):
        return tag
    quat = np.array(tag.orientation)
    place = np.array(tag.position) + quat_to_matrix(quat) @ (x, y, 0.0)
    w, i, j, k = quat_product(quat, np.array(turned((0.0, 0.0, turn))))
    return replace(tag, position=tuple(map(float, place)), orientation=(float(w), float(i), float(j), float(k)))  # type: ignore[arg-type]

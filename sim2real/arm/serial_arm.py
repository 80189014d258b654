"""`SerialArm`: a real SO-101 on its servo bus, as a `Robot`.

    with Bus(port, calibration.ids) as bus, SerialArm(bus, calibration, limits("normal", calibration), scenes) as arm:
        skill.execute(arm, ["red_cube"])

Inside the block the arm is awake and a thread of its own is the only writer to the bus; what is
commanded passes the safety envelope there, with no way around it. Leaving the block, however that
happens, brings the arm slowly to rest, takes the torque from every servo, and closes the port.

What must stop the arm is latched: it holds where it is with less torque, and every call that would
move it raises `SafetyStop`, which names the joint, what was measured and what to check. After an
emergency stop the arm does not even move to rest.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS, RobotState
from pontine.envs.scene import Scene
from pontine.envs.so101.model import GRIPPER

from ..bus.bus import Bus
from ..vision.scene_source import SceneSource
from .calibration import Calibration
from .collision import Collisions
from .control_loop import ControlLoop, Ending, Step
from .envelope import Clip, Envelope
from .homing import rest_pose, way_to_rest
from .limits import Limits
from .stops import Kind, SafetyStop, Stop
from .torque import let_go, look_over, settings_for, wake

_log = logging.getLogger(__name__)
_SETTLING_STEPS = 10

OnStep = Callable[[RobotState, Array, tuple[Clip, ...], float], None]
"""Takes the measured state, the targets sent (6,) rad before it, what was clipped, and the time they were sent
(s, monotonic, as is the state's)."""


class ObserverError(PontineError):
    """What was to follow the arm's steps failed."""


class SerialArm:
    """An arm on a bus of which it becomes the owner; a context manager, good for one entry."""

    def __init__(self, bus: Bus, calibration: Calibration, limits: Limits, scenes: SceneSource) -> None:
        """Nothing is sent before the block is entered. `bus` has the servos `JOINTS` in that order."""
        self._bus, self._calibration, self.limits, self._scenes = bus, calibration, limits, scenes
        self._observers: list[OnStep] = []
        self._steps: queue.SimpleQueue[Step | None] = queue.SimpleQueue()
        self._teller = threading.Thread(target=self._tell, name="observers", daemon=False)
        self._failure: Exception | None = None
        self._loop: ControlLoop | None = None

    def on_step(self, observer: OnStep) -> None:
        """Have `observer(state, targets sent, clips, time)` called once a control step, in order, from another
        thread; nothing is left out, and all of it has been told when the block is left."""
        self._observers.append(observer)

    def __enter__(self) -> Self:
        """Wake the arm where it stands. Raises what `look_over` and `wake` raise; then all is let go again.

        Raises `BusOwnedError` where another arm is awake on the bus, and leaves that one alone.
        """
        # From the first question on: another that is let in at this instant would wake servos which this one wakes.
        self._bus.claim()
        try:
            profile = self.limits.profile
            space = Collisions.of(profile)
            settings = settings_for(self.limits, profile.torque)
            with self._bus.patiently():
                standing = look_over(self._bus, self._calibration, self.limits)
                goals = wake(self._bus, settings)
            start = self._calibration.to_model(np.array([goals[name] for name in JOINTS]))
            envelope = Envelope(self.limits, space)
            self._loop = ControlLoop(self._bus, self._calibration, envelope, standing.volts, settings, start,
                                     self._steps)  # fmt: skip
            self._teller.start()
            self._loop.start()
        except BaseException:
            try:
                let_go(self._bus, JOINTS, self.limits.profile.sinking)
            finally:
                self._bus.close()
                self._bus.release()
            raise
        try:
            self._loop.wait(self._loop.post(None))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        """Bring the arm down. Raises `SafetyStop` or `ObserverError` where there was cause and nothing else is
        raised; a cause that is raised already gets a note of how the arm was left."""
        ending = self.close()
        if error is not None:
            error.add_note(str(ending))
            return
        if self.stops:
            raise SafetyStop(self.stops[0])
        self._raise_failure()

    def close(self) -> Ending:
        """Slowly to rest, torque off, port closed. Ctrl-C meanwhile skips the way to rest, not the rest of it."""
        loop = self._awake()
        loop.end()
        while loop.ending is None or self._teller.is_alive():
            try:
                loop.join()
                self._teller.join()
            except KeyboardInterrupt:
                loop.hurry.set()
        assert loop.ending is not None
        return loop.ending

    def observe(self) -> RobotState:
        """The newest measurement; also of an arm that was stopped."""
        state = self._awake().state
        assert state is not None
        return state

    def command(self, targets: Array) -> None:
        """Hand targets (6,) rad to the control loop and let one control step pass.

        What the envelope gives instead of them is in the next state's `command`. Raises `SafetyStop` where
        the arm was stopped, and for targets that are not finite, which stop it.
        """
        targets = np.array(targets, float)
        if targets.shape != (len(JOINTS),):
            raise ValueError(f"targets are {len(JOINTS)} numbers, not an array of shape {targets.shape}")
        loop = self._awake()
        self._raise_failure()
        unfit = [JOINTS[j] for j in np.flatnonzero(~np.isfinite(targets))]
        if unfit:
            loop.halt(Kind.COMMAND, unfit[0], f"its target was {targets[JOINTS.index(unfit[0])]}")
        loop.wait(loop.post(targets))

    def scene(self) -> Scene:
        """The table as the scene source last saw it."""
        return self._scenes.scene(self.observe())

    def way_to_rest(self) -> Iterator[Array]:
        """Targets (6,) rad, one a control step, slowly to the rest pose and there until the arm has come to rest."""
        start = self.observe().command
        yield from way_to_rest(start, self.limits, keep_gripper=False)
        for _ in range(_SETTLING_STEPS):
            yield rest_pose(start, self.limits, keep_gripper=False)

    def reset(self) -> None:
        """Move slowly to the rest pose. Raises `SafetyStop`."""
        for targets in self.way_to_rest():
            self.command(targets)

    def stop(self) -> None:
        """Hold where the arm is; the gripper keeps its grip. Raises `SafetyStop`."""
        state, loop = self.observe(), self._awake()
        targets = state.position.copy()
        targets[GRIPPER] = state.command[GRIPPER]
        self.command(targets)
        loop.wait(loop.post(None))

    def emergency_stop(self, source: str) -> None:
        """Brake and hold with less torque, for good; from any thread or signal handler.

        Called again it ends the holding: the arm is let go, its motors braking it.
        """
        loop = self._awake()
        if any(stop.kind == Kind.EMERGENCY for stop in loop.stops):
            loop.hurry.set()
        loop.halt(Kind.EMERGENCY, None, source)

    @property
    def woken(self) -> bool:
        """Whether the arm could be switched on."""
        return self._loop is not None

    @property
    def stops(self) -> tuple[Stop, ...]:
        """What stopped the arm, the first cause first."""
        return tuple(self._awake().stops)

    def report(self) -> dict[str, Any]:
        """For a file: causes of stops, counts of clips by reason and joint, timing, and how the arm was left."""
        loop = self._awake()
        clips = [{"reason": r, "joint": j, "steps": n} for (r, j), n in sorted(loop.clipped.items())]
        ending = loop.ending
        return {
            "profile": self.limits.profile.name,
            "stops": [stop.to_json() for stop in loop.stops],
            "clips": clips,
            "timing": loop.timing.summary(),
            "measured_steps": loop.measured,
            "missed_measurements": loop.missed_measurements,
            "asked_again": dict(self._bus.asked_again),
            "ending": None if ending is None else {"at_rest": ending.at_rest, "unreached": ending.unreached},
        }

    def _awake(self) -> ControlLoop:
        if self._loop is None:
            raise RuntimeError("the arm is not awake: use it inside its with block")
        return self._loop

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise ObserverError(f"what recorded the arm failed: {self._failure!r}") from self._failure

    def _tell(self) -> None:
        while (step := self._steps.get()) is not None:
            for observer in self._observers:
                if self._failure is None:
                    try:
                        observer(*step)
                    except Exception as error:  # noqa: BLE001 - whatever it is, the arm goes on and its user is told
                        _log.exception("an observer of the arm failed at %.3f s", time.monotonic())
                        self._failure = error

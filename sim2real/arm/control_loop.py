"""The control loop: the one thread that writes to a waking arm, 25 times a second, to its very end.

Each control step has two fixed times: goals go out at its start, and `LEAD` seconds before the next
start the servos are measured, so that who commands has that long to answer to a fresh measurement.
A late step is never caught up with two at once. Whatever ends the loop, it ends in the same way:
slowly to rest where that can be done, torque off servo by servo, port closed.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from queue import SimpleQueue

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.robot import CONTROL_SECONDS, JOINTS, RobotState

from ..bus.bus import Bus
from ..bus.errors import BusError, PortFailedError, PortStuckError, ReplyError
from ..bus.sts3215 import TORQUE_OFF, TORQUE_ON
from .calibration import Calibration
from .envelope import Clip, Envelope, Reason, Sent
from .homing import rest_pose, way_between
from .monitors import Measured, Watch
from .stops import Kind, SafetyStop, Stop
from .timing import Timing
from .torque import NotReadyError, Settings, let_go, settings_for, wake

Step = tuple[RobotState, Array, tuple[Clip, ...], float]

LEAD = 0.012
"""Seconds between a measurement and the goals that answer to it."""

UNREACHED = "could not be let go, switch its supply off"
"""What to say of a servo that may still have its torque."""

_BLIND = 2 * CONTROL_SECONDS
_SETTLING_STEPS = 12
_STANDSTILL_STEPS = 8
_AT_REST = 0.2
_ALIVE = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """How the arm was left: at rest or not, and which servos could not be let go and why."""

    at_rest: bool
    unreached: dict[str, str]

    def __str__(self) -> str:
        rest = "the arm was let go at rest" if self.at_rest else "the arm was let go before it was at rest"
        return rest + "".join(f"; {name} {UNREACHED}: {why}" for name, why in self.unreached.items())


class ControlLoop:
    """Runs from `start` until `end` is called or the program's main thread is gone.

    `news` guards and announces what crosses between threads: `wanted`, `state`, `taken`, `stops`.
    """

    def __init__(self, bus: Bus, calibration: Calibration, envelope: Envelope, supply: float, settings: Settings,
                 start: Array, steps: SimpleQueue[Step | None]) -> None:  # fmt: skip
        """Take over servos that hold `start` (6,) rad with these settings.

        Every control step is put into `steps`, and None after the last.
        """
        # Not a daemon: the interpreter must wait until the arm is down.
        self._thread = threading.Thread(target=self._run, name="control loop", daemon=False)
        self._maker = threading.get_ident()
        self._bus, self._calibration, self._envelope = bus, calibration, envelope
        self._clock = bus.clock
        self._limits, self._profile = envelope.limits, envelope.limits.profile
        self._supply, self._out = supply, steps
        self._settings = {name: {**registers, "torque_enable": TORQUE_ON} for name, registers in settings.items()}
        self._watch = Watch(self._profile, supply)
        self.news = threading.Condition()
        self.stops: list[Stop] = []
        self.state: RobotState | None = None
        self.timing, self.clipped = Timing(), Counter[tuple[str, str]]()
        self.measured = self.missed_measurements = 0
        self.ending: Ending | None = None
        self.hurry = threading.Event()
        self._end = threading.Event()
        self._wanted: Array | None = None
        self._wanted_at = 0.0
        self._posted = self._sent_ticket = self._taken = 0
        self._sent = Sent.at_rest(start, self._clock.now())
        self._sent_at = self._sent.time
        self._position, self._measured_at = np.array(start, float), self._clock.now()
        self._course: Array | None = None
        self._answered, self._trouble = 0, set[Kind]()
        self._limp: set[str] = set()
        self._deaf: set[str] = set()
        self._woken: tuple[Clip, ...] = ()
        self._resting = False
        self._lost = False

    def post(self, targets: Array | None) -> int:
        """Hand over targets (None: brake and hold); a ticket that `wait` takes."""
        with self.news:
            self._wanted, self._wanted_at = targets, self._clock.now()
            self._posted += 1
            self.news.notify_all()
            return self._posted

    def wait(self, ticket: int) -> None:
        """Until the control step of that ticket is over and measured; raises `SafetyStop`."""
        with self.news:
            self.news.wait_for(lambda: self._taken >= ticket or self.stops or self.ending is not None)
            if self.stops:
                raise SafetyStop(self.stops[0])
            if self._taken < ticket:
                raise SafetyStop(Stop(Kind.INTERNAL, None, "the control loop has ended", self._clock.now()))

    def halt(self, kind: Kind, joint: str | None, measured: str) -> None:
        """Stop for good; safe to call from any thread, also from a signal handler's."""
        self._note(Stop(kind, joint, measured, self._clock.now()))

    def end(self) -> None:
        """Ask for the way to rest and the end; returns at once."""
        self._end.set()
        with self.news:
            self.news.notify_all()

    def start(self) -> None:
        """Begin; from now on nobody else writes to the bus."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        at_rest = False
        self._bus.claim(instead_of=self._maker)
        try:
            for _ in self._steps():
                if self._end.is_set() or not threading.main_thread().is_alive():
                    break
            at_rest = self._to_rest()
        except BaseException as error:
            self.halt(Kind.INTERNAL, None, repr(error))
            raise
        finally:
            self._finish(at_rest)

    def _steps(self) -> Iterator[None]:
        """Control steps, each with goals sent and servos measured, until the port is lost."""
        due = planned = self._clock.now()
        while not self._lost:
            if self._clock.stepped:
                self._wait_for_orders()
            self._clock.sleep_until(due)
            began = self._clock.now()
            self._write(began)
            wrote = self._clock.now()
            self.timing.sent(planned, began)
            self._clock.sleep_until(due + CONTROL_SECONDS - LEAD)
            asked = self._clock.now()
            self._measure()
            now = self._clock.now()
            self.timing.cycle(wrote - began + now - asked)
            # After a step that took too long the rhythm starts anew; nothing is made up for.
            planned = due + CONTROL_SECONDS
            due = max(planned, now)
            yield

    def _wait_for_orders(self) -> None:
        """Until there is something to do but to hold: time that does not pass by itself waits for who commands."""
        with self.news:
            while self._posted == self._taken and self._answered == len(self.stops) and not self._end.is_set():
                self.news.wait(_ALIVE)
                if not threading.main_thread().is_alive():
                    return

    def _write(self, now: float) -> None:
        """Send what the envelope makes of what is wanted."""
        with self.news:
            fresh = self.stops[self._answered :]
        if fresh:
            self._give_in(fresh)
            self._answered += len(fresh)
        if self._lost:
            return
        sent = self._next(now)
        sent, self._woken = replace(sent, clips=self._woken + sent.clips), ()
        for clip in sent.clips:
            self.clipped[str(clip.reason), clip.joint] += 1
            _log.debug("%s", clip)
        angles = self._calibration.to_encoder(sent.targets)
        self._sent_at = self._clock.now()
        try:
            self._bus.command({n: float(a) for n, a in zip(JOINTS, angles, strict=True) if n not in self._limp})
        except PortFailedError as error:
            self._lose(error)
        else:
            self._sent = sent

    def _next(self, now: float) -> Sent:
        with self.news:
            wanted, self._sent_ticket = self._wanted, self._posted
            stale = wanted is not None and now - self._wanted_at > self._profile.stale
            if stale:
                self._wanted = None
        if now - self._measured_at > _BLIND:
            return self._envelope.brake(self._sent, now, Reason.SILENT)
        if self._course is not None:
            return self._envelope.step(self._sent, self._course, now)
        if stale:
            _log.info("no command for %g s: the arm holds where it is", self._profile.stale)
            return self._envelope.brake(self._sent, now, Reason.STALE)
        return self._envelope.brake(self._sent, now) if wanted is None else self._envelope.step(self._sent, wanted, now)

    def _measure(self) -> None:
        """Measure, publish, and look for what must stop the arm."""
        asked = self._clock.now()
        try:
            survey = self._bus.survey([name for name in JOINTS if name not in self._deaf])
        except PortFailedError as error:
            self._lose(error)
            return
        except ReplyError as error:
            self.missed_measurements += 1
            now = self._clock.now()
            if now - self._measured_at > self._profile.silence:
                for name in error.servos:
                    self._note(Stop(Kind.SILENCE, name, f"for {now - self._measured_at:.2f} s: {error.fault}", now))
                if self._resting:
                    # The others are brought to rest without it; it may well hear what it does not answer.
                    self._deaf |= set(error.servos)
            return
        now = self._clock.now()
        servos = {name: Measured(*measured) for name, measured in survey.items()}
        angles = self._calibration.to_encoder(self._sent.targets)
        for name, servo in servos.items():
            angles[JOINTS.index(name)] = servo.state.angle
        position = self._calibration.to_model(angles)
        velocity = (position - self._position) / max(now - self._measured_at, 1e-3)
        lag = self._sent.targets - position
        self._position, self._measured_at = position, now
        for stop in self._watch.look(servos, lag, velocity, self._settings, now):
            self._trouble.add(stop.kind)
            self._note(stop)
        # The servos looked one after the other between the question and the last answer.
        state = RobotState(position, velocity, lag, self._sent.targets.copy(), (asked + now) / 2)
        with self.news:
            self.state, self._taken = state, self._sent_ticket
            self.news.notify_all()
        self.measured += 1
        self._out.put((state, self._sent.targets.copy(), self._sent.clips, self._sent_at))

    def _note(self, stop: Stop) -> None:
        with self.news:
            if not any((known.kind, known.joint) == (stop.kind, stop.joint) for known in self.stops):
                self.stops.append(stop)
                _log.error("%s", stop)
            self.news.notify_all()

    def _lose(self, error: PortFailedError) -> None:
        self._lost = True
        kind = Kind.STUCK if isinstance(error, PortStuckError) else Kind.UNPLUGGED
        self._note(Stop(kind, None, error.problem, self._clock.now()))

    def _give_in(self, stops: list[Stop]) -> None:
        """Come to a standstill and hold with less torque; a stalled joint stops pressing, and a servo that
        lost its settings gets no goal, which would switch it on without limits."""
        self._limp |= {stop.joint for stop in stops if stop.kind == Kind.BROWN_OUT and stop.joint is not None}
        self._course = self._envelope.stopping_point(self._sent)
        for stop in stops:
            if stop.kind == Kind.STALL and stop.joint is not None:
                joint = JOINTS.index(stop.joint)
                self._course[joint] = self._position[joint]
        holding = settings_for(self._limits, self._profile.hold_torque)
        for name in JOINTS:
            torque = holding[name]["torque_limit"]
            if name in self._limp:
                self._settings[name] = {}
            elif not self._lost and self._settings[name].get("torque_limit") != torque:
                # Until it answers nobody knows which of the two it holds, and neither means that it lost its power.
                self._settings[name].pop("torque_limit", None)
                try:
                    self._bus.write(name, "torque_limit", torque)
                except PortFailedError as error:
                    self._lose(error)
                except BusError as error:
                    _log.warning("%s keeps its torque limit: %s", name, error)
                else:
                    self._settings[name]["torque_limit"] = torque

    def _to_rest(self) -> bool:
        """Bring the arm to rest as far as it goes; whether it stands there.

        After an emergency stop nothing moves: the arm is held, so that it does not sink onto whoever
        pressed it, until it is pressed again or its time is over.
        """
        self._resting = True
        for _, _ in zip(self._steps(), range(_STANDSTILL_STEPS), strict=False):
            if self.hurry.is_set() or not (self.stops or np.any(self._sent.velocity)):
                break
        if self._lost or self._emergency() or not self._rouse():
            return self._hold_out()
        self._trouble.clear()
        start = self._envelope.stopping_point(self._sent)
        goal = rest_pose(start, self._limits, keep_gripper=True)
        stuck = [JOINTS.index(stop.joint) for stop in self.stops if stop.kind == Kind.STALL and stop.joint is not None]
        # What is blocked stays where it is; the others come to rest around it.
        goal[stuck] = start[stuck]
        way, settling = way_between(start, goal, self._limits), 0
        for _ in self._steps():
            self._course = next(way, goal)
            settling += self._course is goal
            blocked = self._trouble & {Kind.STALL, Kind.BROWN_OUT}
            if blocked or self._emergency() or self.hurry.is_set() or settling > _SETTLING_STEPS:
                break
            if len(self._deaf) == len(JOINTS):
                break
        rest = rest_pose(start, self._limits, keep_gripper=True)
        at_rest = bool(np.all(np.abs(self._position - rest)[:-1] < _AT_REST)) and not self._lost
        return at_rest or self._hold_out()

    def _hold_out(self) -> bool:
        end = self._clock.now() + self._profile.emergency_hold
        if self._emergency():
            self._course = self._envelope.stopping_point(self._sent)
            for _ in self._steps():
                if self.hurry.is_set() or self._clock.now() > end:
                    break
        return False

    def _emergency(self) -> bool:
        return any(stop.kind == Kind.EMERGENCY for stop in self.stops)

    def _rouse(self) -> bool:
        """Wake the servos that lost their settings or protect themselves, where they stand; whether all hold."""
        tired = (self._limp - self._deaf) | {
            stop.joint for stop in self.stops if stop.kind == Kind.STALL and stop.joint is not None
        }
        if not tired:
            return True
        holding = settings_for(self._limits, self._profile.hold_torque)
        try:
            for name in tired:
                self._bus.write(name, "torque_enable", TORQUE_OFF)
            goals = wake(self._bus, {name: holding[name] for name in tired})
        except (BusError, NotReadyError) as error:
            _log.error("%s", error)
            return False
        before, angles = self._sent.targets, self._calibration.to_encoder(self._sent.targets)
        for name, angle in goals.items():
            angles[JOINTS.index(name)] = angle
            self._settings[name] = {**holding[name], "torque_enable": TORQUE_ON}
        self._limp -= goals.keys()
        self._sent = Sent.at_rest(self._calibration.to_model(angles), self._clock.now())
        self._woken = tuple(
            Clip(Reason.WOKEN, name, float(before[j]), float(self._sent.targets[j]))
            for j, name in enumerate(JOINTS)
            if name in goals
        )
        self._watch = Watch(self._profile, self._supply)
        return True

    def _finish(self, at_rest: bool) -> None:
        """Let go of every servo and close the port."""
        unreached: Mapping[str, BusError] = {}
        try:
            unreached = let_go(self._bus, JOINTS, self._profile.sinking)
        finally:
            self._bus.close()
            self._bus.release()
            self.ending = Ending(at_rest, {name: error.problem for name, error in unreached.items()})
            _log.info("%s", self.ending)
            self._out.put(None)
            with self.news:
                self.news.notify_all()

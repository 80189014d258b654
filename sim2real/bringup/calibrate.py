"""Guides a person through calibrating an arm by hand, step by step.

With torque off the arm is brought to the zero pose, each joint is moved a little the way it is asked
to, and each is swept from stop to stop. After each step what is known goes into a file beside the
calibration, so that the work goes on where it was broken off; the calibration itself is written at
the end. EEPROM is written only where the person agrees, a register at most a few times.

Zeros: the pan, the lift, the elbow and the wrist's flexion have theirs in the middle of what was
swept, where the model's description and LeRobot have it (the stops are truer than the eye); the
gripper hangs on where it is shut; the wrist's roll, which has no good stops, on the zero pose.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol, Self

from pontine.envs.files import write_json
from pontine.envs.io import json_text
from pontine.envs.robot import JOINTS
from pontine.envs.so101.model import GRIPPER, RANGE

from ..arm.calibration import Calibration, CalibrationError, JointCalibration
from ..bus.bus import Bus
from ..bus.errors import BusError
from ..bus.registers import COUNTS_PER_TURN, RADIANS
from ..bus.sts3215 import POSITION_MODE, TORQUE_OFF
from .plausibility import OFF_CENTRE, doubts

POSE = """Bring the arm to the zero pose, by hand:
  shoulder_pan   the arm points straight ahead, away from its clamp
  shoulder_lift  the upper arm stands straight up
  elbow_flex     the forearm is level and points ahead
  wrist_flex     the hand is in line with the forearm
  wrist_roll     the jaws lie one above the other, the moving one on top
  gripper        shut"""

MOVES = """From there move each joint by a hand's breadth, and leave it there:
  shoulder_pan   turn the arm to its right (clockwise, seen from above)
  shoulder_lift  lean the upper arm forward
  elbow_flex     bend the forearm down
  wrist_flex     bend the hand down
  wrist_roll     roll the hand so that the upper jaw tips to the arm's left
  gripper        open it"""
"""The ways in which the model's angles grow."""

SWEEP = "Move each joint slowly from one end stop to the other: {joints}."

MOVED = math.radians(8)
"""How far a joint must have been moved for its direction to be sure."""

_MARGIN = math.radians(8)
_ANGLE_MODE_BIT = 0x10
_FORMAT = "pontine arm calibration in progress"
_TURN = 2 * math.pi


class Person(Protocol):
    """Whoever holds the arm."""

    def say(self, text: str) -> None:
        """Tell them."""
        ...

    def ask(self, question: str) -> str:
        """Their answer, empty where they only pressed Enter."""
        ...

    def watch(self, look: Callable[[], Mapping[str, Sweep]]) -> None:
        """Show what `look` brings, again and again, until they press Enter."""
        ...


@dataclass
class Sweep:
    """A joint on its way between its stops: encoder angles (rad) counted on past 0 and 2π."""

    low: float
    now: float
    high: float

    def follow(self, angle: float) -> None:
        """Take a new encoder angle, less than half a turn from the last."""
        self.now += math.remainder(angle - self.now, _TURN)
        self.low, self.high = min(self.low, self.now), max(self.high, self.now)


@dataclass
class Progress:
    """What is known so far; angles are the encoder's (rad) under the noted homing offsets."""

    path: Path
    ids: dict[str, int] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)
    pose: dict[str, float] = field(default_factory=dict)
    directions: dict[str, int] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """What an earlier run left, nothing if there is no such file. Raises `CalibrationError` for a damaged one."""
        if not path.exists():
            return cls(path)
        try:
            data = json_text.parse(path.read_bytes(), "it", CalibrationError)
            if data.pop("format") != _FORMAT:
                raise ValueError("it is of another format")
            found = cls(path, **data)
            for whole in (found.ids, found.offsets, found.directions):
                whole.update({name: int(value) for name, value in whole.items()})
            found.pose = {name: float(angle) for name, angle in found.pose.items()}
            found.ranges = {name: (float(low), float(high)) for name, (low, high) in found.ranges.items()}
            for table in (found.ids, found.offsets, found.pose, found.directions, found.ranges):
                if not set(table) <= set(JOINTS):
                    raise ValueError("it names other joints")
        except (CalibrationError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise CalibrationError(f"{path} cannot be used: {error}") from None
        return found

    def write(self) -> None:
        """Keep it."""
        data = asdict(self)
        del data["path"]
        write_json(self.path, {"format": _FORMAT, **data})


def progress_path(path: str | Path) -> Path:
    """Where the work on the calibration `path` is kept while it goes on."""
    return Path(path).with_suffix(".progress.json")


def calibrate(bus: Bus, person: Person, path: str | Path, name: str) -> Calibration:
    """Guide `person` through calibrating the arm on `bus`, and write the calibration to `path`.

    Raises `CalibrationError` where the person refuses what has to be, `BusError` where the bus fails;
    what is known by then stays, and another run goes on from there.
    """
    _release(bus, person)
    _mend(bus, person)
    progress = _resume(bus, person, progress_path(path))
    if not progress.pose:
        _pose(bus, person, progress)
    if not progress.directions:
        _directions(bus, person, progress)
    while missing := [joint for joint in JOINTS if joint not in progress.ranges]:
        _sweep(bus, person, progress, missing)
    calibration = Calibration(name, {joint: _joint(progress, joint, progress.ranges[joint]) for joint in JOINTS})
    calibration.write(path)
    progress.path.unlink()
    return calibration


def _release(bus: Bus, person: Person) -> None:
    """Torque off at every servo that can be reached, then whatever went wrong."""
    if any(bus.read(joint, "torque_enable") != TORQUE_OFF for joint in bus.names):
        person.ask("The arm holds itself and will now go limp. Support it, then press Enter.")
    errors = []
    for joint in bus.names:
        try:
            bus.write(joint, "torque_enable", TORQUE_OFF)
        except BusError as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _mend(bus: Bus, person: Person) -> None:
    """Offer to change settings under which no calibration holds."""
    wanted: list[tuple[str, str, int, int]] = []
    for joint in bus.names:
        values = {name: bus.read(joint, name) for name in ("mode", "phase", "min_position", "max_position")}
        for register, value in (
            ("mode", POSITION_MODE), ("phase", values["phase"] & ~_ANGLE_MODE_BIT),
            ("min_position", 0), ("max_position", COUNTS_PER_TURN - 1),
        ):  # fmt: skip
            if values[register] != value:
                wanted.append((joint, register, values[register], value))
    if not wanted:
        return
    listed = "\n".join(f"  {joint}: {register} from {now} to {then}" for joint, register, now, then in wanted)
    if not _agrees(person, f"These settings must change first (written to the servos' EEPROM, once):\n{listed}"):
        raise CalibrationError("the arm cannot be calibrated under those settings; nothing was changed")
    for joint, register, _, then in wanted:
        bus.store(joint, register, then)


def _resume(bus: Bus, person: Person, path: Path) -> Progress:
    ids = {joint: bus.read(joint, "id") for joint in bus.names}
    offsets = {joint: bus.read(joint, "homing_offset") for joint in bus.names}
    try:
        progress = Progress.read(path)
    except CalibrationError as error:
        person.say(f"{error}. Starting over.")
        progress = Progress(path)
    if progress.pose and (progress.ids, progress.offsets) != (ids, offsets):
        person.say("The servos' ids or homing offsets have changed since the last time: starting over.")
        progress = Progress(path)
    elif progress.pose:
        done = ["zero pose"] + ["directions"] * bool(progress.directions) + list(progress.ranges)
        person.say(f"Going on from the last time; done: {', '.join(done)}. (Delete {path} to start over.)")
    progress.ids, progress.offsets = ids, offsets
    return progress


def _pose(bus: Bus, person: Person, progress: Progress) -> None:
    person.ask(f"{POSE}\nThen press Enter.")
    pose = _angles(bus)
    far = {joint: _target(joint) for joint in JOINTS if _would_wrap(joint, pose[joint])}
    if far:
        _recentre(bus, person, progress, {joint: (pose[joint], target) for joint, target in far.items()})
        pose = _angles(bus)
    progress.pose = pose
    progress.write()


def _posed(joint: str) -> float:
    """The model's angle of a joint in the zero pose."""
    return float(RANGE[GRIPPER, 0]) if joint == JOINTS[GRIPPER] else 0.0


def _target(joint: str) -> float:
    """The encoder angle that the zero pose ought to read, for the range to lie in the middle of the turn."""
    return math.pi + _posed(joint) - float(RANGE[JOINTS.index(joint)].mean())


def _would_wrap(joint: str, pose: float) -> bool:
    """Whether the range would come near the encoder's zero, of a joint that is mounted as usual."""
    low, high = RANGE[JOINTS.index(joint)] - _posed(joint)
    return bool(pose + low < _MARGIN or pose + high > _TURN - _MARGIN)


def _recentre(bus: Bus, person: Person, progress: Progress, moves: Mapping[str, tuple[float, float]]) -> None:
    """Have encoders read other angles from now on: from the first to the second of each pair."""
    question = (
        f"{', '.join(moves)}: the encoder would pass its own zero within the range, and the servo would swing the "
        "long way round there. Its homing offset must be set (written to the servo's EEPROM, once)."
    )
    if not _agrees(person, question):
        raise CalibrationError(f"{', '.join(moves)} cannot be calibrated without a new homing offset")
    half = COUNTS_PER_TURN // 2
    for joint, (now, then) in moves.items():
        offset = progress.offsets[joint] + round((now - then) / RADIANS)
        # Eleven bits: of the one place that they cannot say, the next one.
        offset = max((offset + half) % COUNTS_PER_TURN - half, 1 - half)
        bus.store(joint, "homing_offset", offset)
        shift = (progress.offsets[joint] - offset) * RADIANS
        progress.offsets[joint] = offset
        if progress.pose:
            progress.pose[joint] = (progress.pose[joint] + shift) % _TURN


def _directions(bus: Bus, person: Person, progress: Progress) -> None:
    question = f"{MOVES}\nThen press Enter."
    while True:
        answer = person.ask(question).strip().lower()
        angles = _angles(bus)
        moved = {joint: math.remainder(angles[joint] - progress.pose[joint], _TURN) for joint in JOINTS}
        still = [joint for joint in JOINTS if abs(moved[joint]) < MOVED]
        wrong = [joint for joint in JOINTS if moved[joint] <= -MOVED]
        if still:
            question = f"{', '.join(still)} hardly moved; move it further, as asked, and press Enter."
        elif wrong and answer != "reversed":
            question = (
                f"{', '.join(wrong)} moved the other way than on a standard SO-101. Most likely that was the wrong "
                "way: move it as asked and press Enter. If the servo is mounted the other way round, type: reversed"
            )
        else:
            progress.directions = {joint: int(math.copysign(1, moved[joint])) for joint in JOINTS}
            progress.write()
            return


def _sweep(bus: Bus, person: Person, progress: Progress, joints: list[str]) -> None:
    """Sweep these joints; those that were swept plausibly are noted, what is wrong with the others is said."""
    person.say(SWEEP.format(joints=", ".join(joints)) + " Then press Enter.")
    start = _angles(bus)
    sweeps = {joint: Sweep(*[_near(start[joint], progress.pose[joint])] * 3) for joint in joints}

    def look() -> Mapping[str, Sweep]:
        angles = _angles(bus)
        for joint, sweep in sweeps.items():
            sweep.follow(angles[joint])
        return sweeps

    person.watch(look)
    look()
    wrapped = {}
    for joint, sweep in sweeps.items():
        if sweep.high - sweep.low < RADIANS:
            person.say(f"{joint}: was not moved")
            continue
        found = _joint(progress, joint, (sweep.low, sweep.high))
        lines = [line for line in doubts(joint, found) if not found.wraps] + _against_pose(progress, joint, found)
        for line in lines:
            person.say(f"{joint}: {line}")
        if not lines and found.wraps:
            wrapped[joint] = ((sweep.low + sweep.high) / 2, math.pi)
        elif not lines:
            progress.ranges[joint] = (sweep.low, sweep.high)
    if wrapped:
        _recentre(bus, person, progress, wrapped)
    progress.write()


def _against_pose(progress: Progress, joint: str, found: JointCalibration) -> list[str]:
    """Whether the zero of the sweep is that of the pose: one of the two was done badly if not."""
    off = found.direction * math.remainder(progress.pose[joint] - found.zero, _TURN) - _posed(joint)
    if abs(off) <= OFF_CENTRE:
        return []
    return [
        f"the zero pose lies {math.degrees(abs(off)):.0f}° from where the sweep has it: an end stop was not reached, "
        f"or the pose was off (delete {progress.path} to begin with the pose)"
    ]


def _joint(progress: Progress, joint: str, swept: tuple[float, float]) -> JointCalibration:
    direction, (start, end) = progress.directions[joint], swept
    if joint == JOINTS[GRIPPER]:
        zero = (start if direction > 0 else end) - direction * float(RANGE[GRIPPER, 0])
    elif joint == "wrist_roll":
        zero = _near(progress.pose[joint], (start + end) / 2)
    else:
        zero = (start + end) / 2
    low, high = sorted((direction * (start - zero), direction * (end - zero)))
    return JointCalibration(progress.ids[joint], zero % _TURN, direction, low, high, progress.offsets[joint])


def _angles(bus: Bus) -> dict[str, float]:
    return {joint: state.angle for joint, state in bus.measure().items()}


def _near(angle: float, other: float) -> float:
    """The angle in the turn that is nearest to another."""
    return other + math.remainder(angle - other, _TURN)


def _agrees(person: Person, text: str) -> bool:
    return person.ask(f"{text}\nType yes to have that done.").strip().lower() in ("y", "yes")

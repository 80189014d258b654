"""Faults by the line: what a person types to an emulated arm that runs, and what is done for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.robot import JOINTS

from ..emulation.emulated_arm import EmulatedArm
from ..emulation.emulator import Fault

Act = Callable[[EmulatedArm, list[str]], str]


@dataclass(frozen=True)
class Command:
    """One command: what its words are, what it does, and how."""

    words: str
    summary: str
    act: Act
    least: int = 0


def obey(arm: EmulatedArm, line: str) -> str:
    """Do what a line says and tell it in a line; raises PontineError for what cannot be done.

    A servo is named by its id or its joint.
    """
    name, *words = line.split()
    if name not in COMMANDS:
        raise UnknownNameError("command", name, COMMANDS)
    command = COMMANDS[name]
    most = len(command.words.split())
    if not command.least <= len(words) <= most:
        raise PontineError(f"usage: {name} {command.words}".rstrip())
    return command.act(arm, words)


def overview() -> str:
    """The commands, a line each."""
    usages = {name: f"{name} {command.words}".rstrip() for name, command in COMMANDS.items()}
    width = max(map(len, usages.values())) + 2
    return "\n".join(f"  {usages[name]:<{width}}{command.summary}" for name, command in COMMANDS.items())


def _number(word: str, what: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise PontineError(f"{what} is a number, not {word!r}") from None


def _whole(word: str, what: str) -> int:
    if not word.isdecimal():
        raise PontineError(f"{what} is a whole number, not {word!r}")
    return int(word)


def _servo(word: str) -> int:
    if word in JOINTS:
        return JOINTS.index(word) + 1
    ids = [str(index + 1) for index in range(len(JOINTS))]
    if word not in ids:
        raise UnknownNameError("servo", word, [*ids, *JOINTS])
    return int(word)


def _joint(word: str) -> str:
    return JOINTS[_servo(word) - 1]


def _spoil(kind: str, told: str) -> Act:
    def act(arm: EmulatedArm, words: list[str]) -> str:
        id = _servo(words[0])
        count = _whole(words[1], "how often") if len(words) > 1 else 1
        arm.inject(Fault(kind, id, max(1, count)))  # type: ignore[arg-type]
        return f"the next {max(1, count)} answers of servo {id} {told}"

    return act


def _late(arm: EmulatedArm, words: list[str]) -> str:
    id = _servo(words[0])
    milliseconds = _number(words[1], "how late") if len(words) > 1 else 100.0
    count = _whole(words[2], "how often") if len(words) > 2 else 1
    arm.inject(Fault("late", id, max(1, count), max(0.0, milliseconds) / 1000))
    return f"the next {max(1, count)} answers of servo {id} come {milliseconds:g} ms late"


def _on_servo(do: Callable[[EmulatedArm, int], None], told: str) -> Act:
    def act(arm: EmulatedArm, words: list[str]) -> str:
        id = _servo(words[0])
        do(arm, id)
        return f"servo {id} {told}"

    return act


def _heat(arm: EmulatedArm, words: list[str]) -> str:
    id = _servo(words[0])
    arm.heat(id, *(_number(word, "the temperature") for word in words[1:]))
    with arm.servo(id) as servo:
        return f"servo {id} has {servo.celsius:g} °C"


def _baud(arm: EmulatedArm, words: list[str]) -> str:
    id, rate = _servo(words[0]), _whole(words[1], "the rate")
    arm.set_baud(id, rate)
    return f"servo {id} listens at {rate} baud"


def _supply(arm: EmulatedArm, words: list[str]) -> str:
    volts = _number(words[0], "the supply")
    if not 0 <= volts <= 25:
        raise PontineError(f"the supply is 0 to 25 V, not {volts:g}")
    arm.supply(volts)
    return f"the supply gives {volts:g} V"


def _hand(arm: EmulatedArm, words: list[str]) -> str:
    joint, angle = _joint(words[0]), _number(words[1], "the angle")
    arm.guide({joint: angle})
    return f"a hand leads {joint} to {angle:g} rad and holds it there; `release` takes it away"


def _release(arm: EmulatedArm, words: list[str]) -> str:
    arm.let_go()
    return "the hand is gone"


def _unplug(arm: EmulatedArm, words: list[str]) -> str:
    arm.unplug()
    return "the cable is out"


def _replug(arm: EmulatedArm, words: list[str]) -> str:
    arm.replug()
    return f"the cable is in, at {arm.port}"


def _state(arm: EmulatedArm, words: list[str]) -> str:
    lines = []
    for index, (joint, position) in enumerate(zip(JOINTS, arm.positions, strict=True)):
        with arm.servo(index + 1) as servo:
            lines.append(
                f"  {servo.id} {joint:<14}{position:+.3f} rad  torque {servo['torque_enable']}  "
                f"{servo['present_load'] / 10:+.0f} % load  {servo.volts:.1f} V  "
                f"{servo['present_temperature']} °C  status 0x{servo['status']:02x}"
            )
    return "\n".join(lines)


COMMANDS = {
    "silent": Command("SERVO [COUNT]", "answers are lost", _spoil("silent", "are lost"), 1),
    "drop": Command("SERVO [COUNT]", "answers lack a byte", _spoil("dropped", "lack a byte"), 1),
    "corrupt": Command("SERVO [COUNT]", "answers have a wrong byte", _spoil("corrupted", "have a wrong byte"), 1),
    "late": Command("SERVO [MS] [COUNT]", "answers come late", _late, 1),
    "stall": Command("SERVO", "something blocks the joint", _on_servo(EmulatedArm.stall, "is blocked"), 1),
    "free": Command("SERVO", "what blocked it is gone", _on_servo(EmulatedArm.free, "is free"), 1),
    "heat": Command("SERVO [CELSIUS]", "the motor gets hot", _heat, 1),
    "brownout": Command("SERVO", "the servo resets", _on_servo(EmulatedArm.brown_out, "has reset"), 1),
    "supply": Command("VOLTS", "change the supply; 0 switches the arm off", _supply, 1),
    "double": Command("SERVO", "the next servo gets this one's id", _on_servo(EmulatedArm.double, "is doubled"), 1),
    "baud": Command("SERVO RATE", "the servo listens at another rate", _baud, 2),
    "hand": Command("SERVO RADIANS", "a hand leads a joint", _hand, 2),
    "release": Command("", "the hand lets go", _release),
    "unplug": Command("", "pull the cable", _unplug),
    "replug": Command("", "put it back", _replug),
    "state": Command("", "how the arm really stands", _state),
    "help": Command("", "these lines", lambda arm, words: overview()),
}
"""The commands there are, by name."""

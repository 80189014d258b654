"""What other programs left in the servos' EEPROM, and putting back what the factory had there.

LeRobot, for one, gives every servo half the factory's gain, and the gripper half its torque and a protection that takes
its force away after two seconds at a quarter of it: whoever grips with more, and every grip of a skill is one, is
stopped for a servo that "overloads". What they wrote stays when they are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pontine.envs.robot import JOINTS

from ..arm.safety_profile import SAFETY_PROFILES
from ..bus.bus import Bus
from ..bus.sts3215 import STS3215
from .calibrate import Person

RESTORED = (
    "position_p", "position_i", "position_d", "max_torque", "startup_force", "integral_limit", "protection_current",
    "overcurrent_time", "protective_torque", "protection_time", "overload_torque", "return_delay", "response_level",
)  # fmt: skip
"""Registers that decide how strongly a servo holds, when it protects itself and when it answers; `check` reads them."""


@dataclass(frozen=True)
class Leftover:
    """A register that does not hold what the factory has there (counts)."""

    joint: str
    register: str
    found: int
    factory: int

    def __str__(self) -> str:
        return f"{self.register} {_value(self.register, self.found)} (factory: {_value(self.register, self.factory)})"


def leftovers(joint: str, values: Mapping[str, int]) -> list[Leftover]:
    """What of the registers read from a joint's servo is not as the factory has it."""
    factory = {register: STS3215[register].default for register in RESTORED}
    return [Leftover(joint, r, values[r], was) for r, was in factory.items() if r in values and values[r] != was]


def too_weak(joint: str, values: Mapping[str, int]) -> str | None:
    """Why the servo would take the joint's force away while it does what a safety profile lets it do; None if not.

    With the factory's threshold a profile may ask for more than that: so much is taken to be meant.
    """
    overload = STS3215["overload_torque"]
    least = values["overload_torque"] * overload.scale
    asked = max(float(profile.torque[JOINTS.index(joint)]) for profile in SAFETY_PROFILES.own())
    if least >= min(asked, overload.default * overload.scale):
        return None
    seconds = values["protection_time"] * STS3215["protection_time"].scale
    return (
        f"lets go after {seconds:g} s of more than {least:.0%} of its torque (register overload_torque, which another "
        f"program, LeRobot for one, has set; factory: {overload.default} %), and up to {asked:.0%} is asked of it: "
        "restore it with `pontine arm check restore=true`"
    )


def restore(bus: Bus, person: Person) -> list[Leftover]:
    """Put back what the factory has, if the person agrees; what was put back."""
    found = [
        left
        for joint in bus.names
        for left in leftovers(joint, {register: bus.read(joint, register) for register in RESTORED})
    ]
    if not found:
        person.say("Nothing to restore: all is as the factory has it.")
        return []
    listed = "\n".join(f"  {left.joint}: {left}" for left in found)
    question = (
        f"These settings are not the factory's:\n{listed}\n"
        "Type yes to have the factory's written to the servos' EEPROM. "
        "Programs that want others set them again when they start, as LeRobot does."
    )
    if person.ask(question).strip().lower() not in ("y", "yes"):
        person.say("Nothing was changed.")
        return []
    for left in found:
        bus.store(left.joint, left.register, left.factory)
    return found


def _value(register: str, counts: int) -> str:
    entry = STS3215[register]
    if not entry.unit:
        return str(counts)
    if entry.unit == "of stall torque":
        return f"{counts * entry.scale:.0%}"
    return f"{counts * entry.scale:g} {entry.unit}"

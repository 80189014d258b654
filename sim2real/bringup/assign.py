"""Guides a person through giving a new kit's servos their ids and baud rate, one servo at a time.

From the factory all have the id 1: on one wire none could be told from the others, so each is connected alone. What was
given is in the servo itself: a run that is broken off is gone on with by another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol as Interface

from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS

from ..bus.bus import Bus
from ..bus.errors import NoReplyError
from ..bus.feetech import BAUD_RATES
from .find import MODELS, FoundServo, look_at
from .probe import Probe

SKIP, AGAIN = "skip", "again"
"""What a person may type instead of only Enter: leave this servo as it is; and, of one that was set just now, take it
for the next one all the same."""


class SetupError(PontineError):
    """Servos cannot be given their ids."""


class Person(Interface):
    """Whoever plugs in the servos."""

    def say(self, text: str) -> None:
        """Tell them."""
        ...

    def ask(self, question: str) -> str:
        """Their answer, empty where they only pressed Enter."""
        ...


def assign(
    port: str,
    person: Person,
    joints: Sequence[str] = (*reversed(JOINTS),),
    *,
    baud: int = 1_000_000,
    patience: float = 0.02,
) -> dict[str, FoundServo]:
    """Guide `person` through connecting the servo of each joint alone; each gets its id (1 for the first of `JOINTS`)
    and `baud`. What was found, by joint; a joint that was skipped is not in it.

    Raises `SetupError` where all are connected at the end and are not those that were set, `BusError` where the port
    fails. Leaving in between leaves every servo either as it was or as it shall be.
    """
    done: dict[str, FoundServo] = {}
    for joint in joints:
        wanted = JOINTS.index(joint) + 1
        question = (
            f"{joint}: connect this servo alone to the board, no other behind it, and switch the supply on. Then press "
            f"Enter ({SKIP}: leave it)."
        )
        while (answer := person.ask(question).strip().lower()) != SKIP:
            servo, question = _alone(port, patience)
            if servo is None:
                continue
            given = {JOINTS.index(name) + 1: name for name in done}
            if servo.id in given and servo.id != wanted and servo.baud == baud and answer != AGAIN:
                question = (
                    f"That servo has id {servo.id}: it is that of {given[servo.id]}, which was set just now. Connect "
                    f"the one of {joint} and press Enter. (If it is, and has this id by chance, type: {AGAIN})"
                )
                continue
            if (servo.id, servo.baud) == (wanted, baud):
                person.say(f"{joint}: had id {wanted} at {baud} baud already")
            else:
                with Bus(port, {joint: servo.id}, baud=servo.baud, patience=patience) as bus:
                    bus.readdress(joint, wanted, baud)
                person.say(f"{joint}: id {servo.id} at {servo.baud} baud -> id {wanted} at {baud} baud")
            done[joint] = servo
            break
    if len(done) == len(JOINTS):
        person.ask("Switch the supply off, connect all servos in a row, switch it on, and press Enter.")
        _check(port, baud, patience)
        person.say("all six answer")
    return done


def _alone(port: str, patience: float) -> tuple[FoundServo | None, str]:
    """The one servo on the wire, or what to ask for where there is none or more than one."""
    found: list[FoundServo] = []
    with Probe(port, patience=patience) as probe:
        for baud in BAUD_RATES:
            if probe.set_baud(baud):
                found += [look_at(probe, "feetech", baud, id) for id in probe.roll_call("feetech")]
                found = [servo for servo in found if servo.answers.good]
            if found:
                break
    if not found:
        return None, (
            "No servo answers, at any baud rate: is the supply on, is the plug in to its end at the board and at the "
            "servo, is the board for these servos (jumper of a Waveshare board on B)? Then press Enter."
        )
    if len(found) > 1 or found[0].doubled:
        ids = " and ".join(str(servo.id) for servo in found)
        several = f"ids {ids}" if len(found) > 1 else f"several with id {ids}"
        return None, f"More than one servo answers ({several}): leave only this one on the wire, and press Enter."
    known = {model for models in MODELS.values() for model in models.values()}
    if found[0].model not in known and found[0].model is not None:
        return None, f"What answers is {found[0].model}, no servo that is known here. Connect another and press Enter."
    return found[0], ""


def _check(port: str, baud: int, patience: float) -> None:
    ids = {joint: index + 1 for index, joint in enumerate(JOINTS)}
    with Probe(port, baud=baud, patience=patience) as probe:
        doubled = [id for id in ids.values() if probe.question("feetech", id).doubled]
    if doubled:
        raise SetupError(f"several servos have id {_listed(doubled)}: run it again, with one servo connected at a time")
    missing = []
    with Bus(port, ids, baud=baud, patience=patience) as bus, bus.patiently():
        for joint, id in ids.items():
            try:
                bus.ping(joint)
            except NoReplyError:
                missing.append(id)
    if missing:
        raise SetupError(f"id {_listed(missing)} does not answer: check the plugs of the servo, and the one before it")


def _listed(ids: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(ids)))

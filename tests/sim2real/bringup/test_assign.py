"""A new kit's servos, each with id 1: what a person does who connects them one at a time, well and badly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pontine.conf import arm_setup
from pontine.envs.errors import PontineError
from pontine.envs.robot import JOINTS
from pontine.sim2real.bringup.assign import SetupError, assign
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.bus.errors import NoReplyError, UnfitValueError
from pontine.sim2real.emulation.emulator import Emulator
from pontine.sim2real.emulation.servo import Servo
from pontine.sim2real.emulation.shaft import FirstOrderShaft

PATIENCE = 0.1
ORDER = (*reversed(JOINTS),)


class Kit:
    """Six servos as delivered, and a wire to which a person connects some; says yes to all unless told otherwise."""

    def __init__(self, link: Path) -> None:
        self.servos = {name: Servo(1, FirstOrderShaft()) for name in JOINTS}
        self.emulator = Emulator([], link)
        self.heard: list[str] = []
        self.mistakes: dict[int, Callable[[], str]] = {}

    def connect(self, *names: str) -> str:
        with self.emulator.paused() as there:
            there[:] = [self.servos[name] for name in names]
        # What was not connected has some time to make up for.
        with self.emulator.paused():
            pass
        return ""

    def ids(self) -> list[tuple[int, int]]:
        """What each servo's EEPROM has, so that it is there after a loss of power too."""
        for servo in self.servos.values():
            servo.brown_out()
        return [(servo.id, servo.baud) for servo in self.servos.values()]

    def say(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, question: str) -> str:
        self.heard.append(question)
        assert len(self.heard) < 40, self.heard
        if (mistake := self.mistakes.pop(len(self.heard), None)) is not None:
            return mistake()
        joint = question.partition(":")[0]
        if joint in JOINTS:
            return self.connect(joint)
        named = [name for name in JOINTS if f"the one of {name}" in question]
        return self.connect(*(named or JOINTS)) if "all servos" in question or named else ""


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    kit = Kit(tmp_path / "port")
    with kit.emulator:
        yield kit


def test_each_gets_its_id_and_the_rate_and_they_answer_together(kit: Kit) -> None:
    kit.servos["elbow_flex"].store("baud_rate", 4)
    done = assign(kit.emulator.port, kit, patience=PATIENCE)
    assert list(done) == list(ORDER)
    assert (done["elbow_flex"].id, done["elbow_flex"].baud) == (1, 115_200)
    assert kit.heard[-1] == "all six answer"
    assert kit.ids() == [(id, 1_000_000) for id in range(1, 7)]
    assert [servo["lock"] for servo in kit.servos.values()] == [1] * 6
    # A second run finds all as it should be, and writes nothing.
    assert assign(kit.emulator.port, kit, ["gripper"], patience=PATIENCE)["gripper"].id == 6
    assert kit.heard[-1] == "gripper: had id 6 at 1000000 baud already"


def test_two_on_the_wire_none_and_one_twice_are_told_and_nothing_is_written(kit: Kit) -> None:
    kit.mistakes = {1: lambda: kit.connect("gripper", "wrist_roll"), 2: lambda: kit.connect(),
                    3: lambda: kit.connect("gripper")}  # fmt: skip
    assign(kit.emulator.port, kit, ["gripper"], patience=PATIENCE)
    assert "More than one servo answers (several with id 1)" in kit.heard[1]
    assert "No servo answers" in kit.heard[2]
    assert kit.ids() == [(1, 1_000_000)] * 5 + [(6, 1_000_000)]
    # The plug stays where it was: the gripper's servo is no wrist.
    kit.heard.clear()
    kit.mistakes = {1: lambda: "", 3: lambda: kit.connect("gripper")}
    assign(kit.emulator.port, kit, ["gripper", "wrist_roll"], patience=PATIENCE)
    assert "it is that of gripper, which was set just now" in kit.heard[3]
    assert kit.ids() == [(1, 1_000_000)] * 4 + [(5, 1_000_000), (6, 1_000_000)]


def test_leaving_in_the_middle_leaves_each_servo_as_it_was_or_as_it_shall_be(kit: Kit) -> None:
    def leave() -> str:
        raise KeyboardInterrupt

    kit.mistakes = {5: leave}
    with pytest.raises(KeyboardInterrupt):
        assign(kit.emulator.port, kit, patience=PATIENCE)
    assert [id for id, _ in kit.ids()] == [1, 1, 1, 1, 5, 6]
    kit.heard.clear()
    assign(kit.emulator.port, kit, patience=PATIENCE)
    assert [id for id, _ in kit.ids()] == [1, 2, 3, 4, 5, 6]


def test_skipping_and_a_servo_that_nobody_set(kit: Kit) -> None:
    kit.mistakes = {1: lambda: "skip"}
    assert list(assign(kit.emulator.port, kit, ["gripper", "wrist_roll"], patience=PATIENCE)) == ["wrist_roll"]
    kit.mistakes = {}
    kit.heard.clear()

    def forget() -> str:
        return kit.connect(*JOINTS[:5])

    kit.mistakes = {13: forget}
    with pytest.raises(SetupError, match="id 6 does not answer"):
        assign(kit.emulator.port, kit, patience=PATIENCE)


def test_a_bus_does_not_give_what_a_servo_does_not_know(kit: Kit) -> None:
    kit.connect("gripper")
    with Bus(kit.emulator.port, {"gripper": 1}, patience=PATIENCE) as bus:
        with pytest.raises(UnfitValueError, match="rates: 1000000"):
            bus.readdress("gripper", 6, 9600)
        bus.readdress("gripper", 6, 500_000)
        assert (bus.baud, bus.read("gripper", "id")) == (500_000, 6)
    with Bus(kit.emulator.port, {"gripper": 1}, patience=0.02) as bus, pytest.raises(NoReplyError):
        bus.ping("gripper")


@pytest.mark.parametrize(("given", "told"), [
    ({}, "port= is missing"), ({"port": "x", "joints": ["knee"]}, "elbow_flex"),
    ({"port": "x", "joints": ["gripper", "gripper"]}, "names one twice"),
    ({"port": "x", "baud": 9600}, r"valid: .*\b115200")])  # fmt: skip
def test_what_the_verb_refuses(given: dict[str, object], told: str) -> None:
    with pytest.raises(PontineError, match=told):
        arm_setup.Config(**given)  # type: ignore[arg-type]

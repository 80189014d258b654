"""Finding servos on emulated wires: where they are, as what, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pontine.conf import arm_find
from pontine.envs.errors import PontineError
from pontine.sim2real.bringup.find import FoundPort, find, ports, steps
from pontine.sim2real.bringup.probe import Probe
from pontine.sim2real.bus.feetech import BAUD_RATES
from pontine.sim2real.emulation.emulator import Emulator, Fault
from pontine.sim2real.emulation.servo import Servo
from pontine.sim2real.emulation.shaft import FirstOrderShaft

PATIENCE = 0.4
"""What comes later than this counts as spoilt or missing, so a busy machine needs more of it than an arm."""
ONLY = [1_000_000]


def servo(id: int, volts: float = 7.4, **settings: int) -> Servo:
    return Servo(id, FirstOrderShaft(), volts=volts, settings=settings)


def look(emulator: Emulator, bauds: list[int] | None = ONLY) -> FoundPort:
    (found,) = find(ports(emulator.port), bauds, patience=PATIENCE)
    return found


def test_an_arm_is_found_with_all_that_it_says_of_itself() -> None:
    with Emulator([servo(id, volts=7.1) for id in range(1, 7)]) as emulator:
        found = look(emulator)
    assert [servo.id for servo in found.servos] == [1, 2, 3, 4, 5, 6]
    one = found.servos[0]
    assert (one.protocol, one.baud, one.model, one.firmware) == ("feetech", 1_000_000, "STS3215", "3.10")
    assert (one.volts, one.celsius) == (7.1, 28)
    assert found.oddities() == []


def test_servos_are_found_at_different_rates() -> None:
    # One servo a rate; all ids from 1, so none is missing.
    servos = [servo(id, baud_rate=index) for index, id in zip((0, 3, 5, 7), range(1, 5), strict=True)]
    with Emulator([*servos, servo(5), servo(200)]) as emulator:
        found = look(emulator, [BAUD_RATES[index] for index in (0, 3, 5, 7)])
    assert {servo.id: servo.baud for servo in found.servos} == {
        1: BAUD_RATES[0], 2: BAUD_RATES[3], 3: BAUD_RATES[5], 4: BAUD_RATES[7], 5: BAUD_RATES[0], 200: BAUD_RATES[0]
    }  # fmt: skip
    assert any("different baud rates" in line for line in found.oddities())
    assert any("missing: 6" in line for line in found.oddities())


def test_all_rates_of_both_protocols_are_tried() -> None:
    assert [rate for protocol, rate in steps() if protocol == "feetech"] == list(BAUD_RATES)
    assert {"feetech", "dynamixel"} == {protocol for protocol, _ in steps()}
    assert steps([57_600]) == [("feetech", 57_600), ("dynamixel", 57_600)]


def test_a_doubled_id_is_told_by_its_spoilt_answers() -> None:
    with Emulator([*(servo(id) for id in range(1, 7)), servo(3)], seed=1) as emulator:
        found = look(emulator)
    assert [servo.id for servo in found.servos if servo.doubled] == [3]
    (line,) = found.oddities()
    assert line.startswith("id 3: ")
    assert "one at a time" in line


def test_six_new_servos_that_all_have_the_factorys_id() -> None:
    with Emulator([servo(1) for _ in range(6)], seed=2) as emulator:
        found = look(emulator)
    assert [servo.id for servo in found.servos if servo.doubled] == [1]
    assert any("missing: 2, 3, 4, 5, 6" in line for line in found.oddities())


def test_mixed_firmware_is_told() -> None:
    with Emulator([servo(id, firmware_minor=9 + (id != 4)) for id in range(1, 7)]) as emulator:
        found = look(emulator)
    assert any("2 firmware versions" in line and "id 4: 3.9" in line for line in found.oddities())


def test_a_bad_line_is_not_taken_for_doubled_ids() -> None:
    with Emulator([servo(id) for id in range(1, 7)]) as emulator:
        emulator.inject(Fault("corrupted", None, 10_000))
        with Probe(emulator.port, patience=PATIENCE) as probe:
            assert probe.question("feetech", 1).good == 0
    with Emulator([servo(id) for id in range(1, 7)]) as emulator:
        for id in range(1, 7):
            emulator.inject(Fault("corrupted", id, 6))
        found = look(emulator)
    assert any("before suspecting the ids" in line for line in found.oddities())


def test_a_late_answer_is_not_taken_for_the_next_ones() -> None:
    with Emulator([Servo(1, FirstOrderShaft())]) as emulator, Probe(emulator.port, patience=PATIENCE) as probe:
        for late in (1.5, 1.2, 1.5):
            emulator.inject(Fault("late", 1, seconds=late * PATIENCE))
        found = probe.registers("feetech", 1, ("max_voltage", "min_voltage"))
    assert found == {"max_voltage": 80, "min_voltage": 40}


def test_an_adapter_that_repeats_what_is_sent_changes_nothing() -> None:
    with Emulator([servo(id) for id in range(1, 7)], echo=True) as emulator:
        found = look(emulator)
    assert [servo.id for servo in found.servos] == [1, 2, 3, 4, 5, 6]
    assert found.oddities() == []


def test_nobody_there(capsys: pytest.CaptureFixture[str]) -> None:
    with Emulator([]) as emulator:
        assert arm_find.run(arm_find.Config(port=emulator.port, baud=1_000_000)) == 1
    assert "check the arm's supply" in capsys.readouterr().out


def test_the_verb_writes_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found.json"
    with Emulator([servo(id) for id in range(1, 7)], tmp_path / "arm") as emulator:
        config = arm_find.Config(port=str(tmp_path / "ar?"), baud=1_000_000, patience=PATIENCE, out=str(out))
        assert arm_find.run(config) == 0
        assert emulator.port in capsys.readouterr().out
    (entry,) = json.loads(out.read_text())["ports"]
    assert [servo["id"] for servo in entry["servos"]] == [1, 2, 3, 4, 5, 6]
    assert entry["servos"][0]["answers"] == {"good": 16, "spoilt": 0, "silent": 0}


def test_a_port_in_use_is_reported_and_the_others_are_asked(tmp_path: Path) -> None:
    with Emulator([servo(1)], tmp_path / "a") as one, Emulator([servo(1)], tmp_path / "b"), Probe(one.port):
        first, second = find(ports(str(tmp_path / "*")), ONLY, patience=PATIENCE)
    assert "another program has it open" in (first.error or "")
    assert [servo.id for servo in second.servos] == [1]


@pytest.mark.parametrize(
    ("options", "says"),
    [({"port": "/dev/nothing"}, "there is no port '/dev/nothing'"), ({"baud": 9601}, "unknown baud rate"),
     ({"patience": 0.0}, "must be above 0")],
)  # fmt: skip
def test_what_is_typed_wrong_is_one_line(options: dict, says: str) -> None:
    with pytest.raises(PontineError, match=says):
        arm_find.run(arm_find.Config(**options))

"""Replay: a recorded motion is made again, from wherever the arm stands, on a simulated and on an emulated arm."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pontine.envs.simulated import SimulatedRobot
from pontine.envs.so101.model import REST
from pontine.sim2real.arm.limits import limits
from pontine.sim2real.arm.serial_arm import SerialArm
from pontine.sim2real.bus.bus import Bus
from pontine.sim2real.data.dataset import Dataset, Episode
from pontine.sim2real.data.lerobot_units import Units
from pontine.sim2real.data.recording import Recorder, record_steps
from pontine.sim2real.data.replay import APPROACH, replay
from pontine.sim2real.emulation.emulated_arm import EmulatedArm
from pontine.sim2real.vision.scene_source import EMPTY_TABLE

Array = NDArray[np.float64]


class Watched(SimulatedRobot):
    """Notes every command."""

    def __init__(self) -> None:
        self.sent: list[Array] = []
        super().__init__([])

    def command(self, targets: Array) -> None:
        self.sent.append(np.array(targets))
        super().command(targets)


def wave(steps: int, start: Array = REST) -> Array:
    phase = np.sin(np.linspace(0, 2 * np.pi, steps))[:, None]
    return start + phase * np.array([0.4, 0.2, -0.2, 0.2, 0.3, 0.3]) + np.array([0.2, 0.3, 0, 0, 0, 0.1])


def shown(root: Path, steps: int = 60) -> Episode:
    """A wave, recorded from a simulated arm and read back."""
    robot = SimulatedRobot([])
    with Recorder(root) as recorder, recorder.episode("wave") as episode:
        for target in wave(steps):
            state = robot.observe().position
            robot.command(target)
            episode.add(state, target)
    return Dataset(root).episode(0)


def test_a_simulated_arm_makes_the_motion_again(tmp_path: Path) -> None:
    episode, robot = shown(tmp_path / "set"), Watched()
    robot.sent.clear()
    result = replay(robot, episode)
    way = np.array(robot.sent[: -result.steps])
    assert np.abs(np.diff(way, axis=0)).max() <= APPROACH + 1e-9
    np.testing.assert_allclose(robot.sent[-result.steps :], episode.action)
    assert result.changed.sum() == 0
    # The recording begins with the jump from rest, which the replay does not make.
    assert np.all(result.rms < 0.08)
    assert np.all(np.abs(robot.observe().position - wave(60)[-1]) < 0.06)


def test_a_recording_of_another_rate_takes_as_long_as_it_took() -> None:
    motion = wave(91)
    result = replay(SimulatedRobot([]), Episode(0, "wave", 30, motion, motion))
    assert result.steps == 76
    assert np.all(result.rms < 0.15)


def test_a_hand_is_recorded_at_the_pace_asked_for(tmp_path: Path) -> None:
    began = time.monotonic()
    with Recorder(tmp_path / "set") as recorder, recorder.episode("show") as episode:
        record_steps(episode, lambda: (REST, REST), dict, lambda frames: frames < 10)
    assert time.monotonic() - began >= 0.39
    assert len(Dataset(tmp_path / "set").episode(0)) == 10


def test_an_emulated_arm_plays_it_through_its_envelope(tmp_path: Path) -> None:
    episode = shown(tmp_path / "set", steps=30)
    with EmulatedArm() as emulated:
        calibration = emulated.calibration
        again = tmp_path / "again"
        bus = Bus(emulated.port, calibration.ids, patience=0.5)
        units = Units.of_ranges(calibration.range)
        arm = SerialArm(bus, calibration, limits("normal", calibration), EMPTY_TABLE)
        with Recorder(again, units=units) as recorder, recorder.episode("again") as copy, arm:
            arm.on_step(lambda state, sent, clips, time: copy.add(state.position, sent))
            result = replay(arm, episode)
    assert result.steps == 30
    assert np.all(result.rms < 0.3)
    played = Dataset(again).episode(0)
    assert np.abs(played.action - wave(30)[-1]).max(1).min() < 0.05


@pytest.mark.parametrize("turned", [1.0, -1.0])
def test_units_follow_the_calibration(turned: float) -> None:
    ranges = np.array([[-1.0, 1.0]] * 5 + [[-0.1, 1.5]])
    units = Units.of_ranges(ranges)
    assert units.to_lerobot(turned * np.full(6, 0.5))[0] == pytest.approx(turned * np.degrees(0.5))
    assert units.to_lerobot(np.full(6, 1.5))[5] == pytest.approx(100)
    assert Units.from_json(units.as_json()) == units

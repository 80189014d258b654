"""Nothing leaves the envelope that is outside a limit, whatever goes in, down to the register counts."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pontine.envs.errors import UnknownNameError
from pontine.envs.robot import CONTROL_SECONDS, JOINTS
from pontine.envs.so101.model import RANGE, REST
from pontine.sim2real.arm.calibration import Calibration, CalibrationError, JointCalibration
from pontine.sim2real.arm.collision import Collisions
from pontine.sim2real.arm.envelope import Envelope, Reason, Sent
from pontine.sim2real.arm.homing import rest_pose, way_to_rest
from pontine.sim2real.arm.limits import Limits, limits
from pontine.sim2real.arm.safety_profile import SAFETY_PROFILES, SafetyProfile, safety_profile
from pontine.sim2real.bus.registers import RADIANS
from pontine.sim2real.emulation.arm_profile import arm_profile
from pontine.sim2real.emulation.body import Body
from pontine.sim2real.emulation.shaft import Drive

CALIBRATION = Calibration(
    "bench",
    {
        name: JointCalibration(id, math.pi, 1 if id % 2 else -1, float(low) - 0.03, float(high) + 0.03)
        for (id, name), (low, high) in zip(enumerate(JOINTS, 1), RANGE, strict=True)
    },
)
SPACES = {p.name: Collisions.of(p) for p in SAFETY_PROFILES.own()}
JUDGES = {p.name: Collisions(p.table, p.self_clearance) for p in SAFETY_PROFILES.own()}
TIMES = (CONTROL_SECONDS, CONTROL_SECONDS, 0.041, 0.03, 0.055, 0.2, 0.002, 3.0)
KINDS = ("far", "near", "swing", "edge", "leap", "hold", "nan", "huge")


class Registers:
    """What the servos' goal registers are told, write by write."""

    def __init__(self) -> None:
        self.goals: list[np.ndarray] = []

    def command(self, goals: Mapping[str, float]) -> None:
        self.goals.append(np.array([round(goals[name] / RADIANS) for name in JOINTS]))


def wanted(kind: str, rng: np.random.Generator, at: np.ndarray, limits: Limits) -> np.ndarray:
    side = np.where(rng.random(6) < 0.5, limits.low, limits.high)
    match kind:
        case "far":
            return rng.uniform(limits.low - 2, limits.high + 2)
        case "near":
            return at + rng.normal(0, 0.1, 6)
        case "swing":
            return at + rng.choice([-10.0, 10.0]) * np.ones(6)
        case "edge":
            return side
        case "leap":
            return side + np.sign(side) * 1e6
        case "hold":
            return at
        case "huge":
            return np.full(6, rng.choice([1e308, -1e308, 1e-308]))
    return np.where(rng.random(6) < 0.5, np.nan, rng.choice([np.inf, -np.inf], 6))


def check_counts(registers: Registers, times: list[float], limits: Limits) -> None:
    """The register writes against the limits; rounding to counts may add one count to a change."""
    p = limits.profile
    ends = np.sort([CALIBRATION.to_encoder(limits.low), CALIBRATION.to_encoder(limits.high)], axis=0) / RADIANS
    goals, spans = np.array(registers.goals), np.diff(times)[:, None]
    assert np.all(goals >= ends[0] - 0.5)
    assert np.all(goals <= ends[1] + 0.5)
    change = np.abs(np.diff(goals, axis=0)) * RADIANS
    assert np.all(change <= p.step + RADIANS)
    assert np.all(change <= p.velocity * spans + RADIANS + 1e-9)


@settings(max_examples=3_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SAFETY_PROFILES.own()), st.integers(0, 2**32 - 1),
       st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(TIMES)), min_size=1, max_size=8))  # fmt: skip
def test_no_register_is_written_outside_a_limit(kind: SafetyProfile, seed: int, steps: list[tuple[str, float]]) -> None:
    held, rng = limits(kind, CALIBRATION), np.random.default_rng(seed)
    envelope, registers = Envelope(held, None), Registers()
    sent, times = Sent.at_rest(rng.uniform(held.low, held.high), 0.0), [0.0]
    registers.command(dict(zip(JOINTS, CALIBRATION.to_encoder(sent.targets), strict=True)))
    for what, seconds in steps:
        asked = wanted(what, rng, sent.targets, held)
        now = envelope.step(sent, asked, times[-1] + seconds)
        times.append(now.time)
        registers.command(dict(zip(JOINTS, CALIBRATION.to_encoder(now.targets), strict=True)))
        # Exact, before it is rounded to counts.
        used = np.minimum(seconds, kind.step / kind.velocity)
        assert np.all(np.abs(now.velocity - sent.velocity) <= kind.acceleration * used + 1e-6)
        stop = envelope.stopping_point(now)
        assert np.all((stop >= held.low - 1e-9) & (stop <= held.high + 1e-9))
        # Every difference has its reason.
        changed = {JOINTS[j] for j in range(6) if not abs(asked[j] - now.targets[j]) <= 1e-6}
        assert changed <= {clip.joint for clip in now.clips}
        assert all(clip.wanted != clip.given for clip in now.clips)
        sent = now
    check_counts(registers, times, held)


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SAFETY_PROFILES.own()), st.integers(0, 2**32 - 1))
def test_the_command_never_comes_too_near_the_table_or_the_arm(kind: SafetyProfile, seed: int) -> None:
    held, rng, judge = limits(kind, CALIBRATION), np.random.default_rng(seed), JUDGES[kind.name]
    envelope = Envelope(held, SPACES[kind.name])
    sent, goal, now = Sent.at_rest(REST, 0.0), REST, 0.0
    for _ in range(25):
        if rng.random() < 0.2:
            goal = rng.uniform(held.low - 0.5, held.high + 0.5)
        now += rng.choice(TIMES)
        after = envelope.step(sent, goal, now)
        for share in (0.5, 1.0):
            assert not judge.too_near(sent.targets + share * (after.targets - sent.targets))
        sent = after


def test_what_is_too_near_may_move_away_and_no_nearer() -> None:
    held = limits("normal", CALIBRATION)
    space = SPACES["normal"]
    envelope = Envelope(held, space)
    low = np.array([0.0, 0.9, 0.4, 0.9, 0.0, 0.2])
    depth = space.too_near(low)
    assert any("world" in pair for pair in depth)
    down, up = low + [0, 0.1, 0, 0, 0, 0], low - [0, 0.1, 0, 0, 0, 0]
    held_back = envelope.step(Sent.at_rest(low, 0.0), down, 0.04)
    assert {clip.reason for clip in held_back.clips} == {Reason.COLLISION}
    assert "table" in held_back.clips[0].detail
    np.testing.assert_allclose(held_back.targets, low)
    aside = envelope.step(Sent.at_rest(low, 0.0), low + [0.05, 0, 0, 0, 0, 0], 0.04)
    assert not aside.clips, "what it does not bring nearer, it may do"
    freed = envelope.step(Sent.at_rest(low, 0.0), up, 0.04)
    assert not [clip for clip in freed.clips if clip.reason == Reason.COLLISION]
    assert max(space.too_near(freed.targets).values(), default=0.0) < max(depth.values())


def test_an_arm_that_is_pressed_to_the_table_goes_on_along_it() -> None:
    """A policy that wants lower than the arm may go still gets to where it wants to be."""
    held, judge = limits("normal", CALIBRATION), JUDGES["normal"]
    envelope = Envelope(held, SPACES["normal"])
    sent = Sent.at_rest(np.array([-0.4, 0.2, 0.1, 0.9, 0.0, 0.2]), 0.0)
    assert not SPACES["normal"].too_near(sent.targets)
    for k in range(100):
        wanted = sent.targets + [0.02, 0.05, 0, 0, 0, 0]
        wanted[0] = min(wanted[0], 0.6)
        sent = envelope.step(sent, wanted, 0.04 * (k + 1))
        assert not judge.too_near(sent.targets)
    assert sent.targets[0] == pytest.approx(0.6, abs=1e-3)
    assert judge.too_near(sent.targets + [0, 0.01, 0, 0, 0, 0]), "the hand is as low as it may be"


def test_where_somebody_put_the_arm_outside_it_may_only_come_in() -> None:
    held = limits("normal", CALIBRATION)
    envelope, start = Envelope(held, None), held.high + 0.1
    out = envelope.step(Sent.at_rest(start, 0.0), start + 1, 0.04)
    np.testing.assert_allclose(out.targets, start)
    assert all(clip.reason == Reason.POSITION for clip in out.clips)
    sent = Sent.at_rest(start, 0.0)
    for k in range(200):
        before, sent = sent, envelope.step(sent, held.low, 0.04 * (k + 1))
        assert np.all(sent.targets <= before.targets)
    np.testing.assert_allclose(sent.targets, held.low, atol=1e-3)


@pytest.mark.parametrize("kind", SPACES)
def test_the_way_to_rest_arrives_from_anywhere(kind: str) -> None:
    held, rng, space = limits(kind, CALIBRATION), np.random.default_rng(0), SPACES[kind]
    envelope, arrived, tried = Envelope(held, space), 0, 0
    while tried < 25:
        start = rng.uniform(held.low, held.high)
        if space.too_near(start):
            continue
        tried, now, sent = tried + 1, 0.0, Sent.at_rest(start, 0.0)
        for target in [*way_to_rest(start, held, False), *[rest_pose(start, held, False)] * 15]:
            now += CONTROL_SECONDS
            sent = envelope.step(sent, target, now)
        arrived += bool(np.abs(sent.targets - rest_pose(start, held, False)).max() < 0.05)
    assert arrived >= 24


def test_a_profile_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(UnknownNameError, match="gentle, normal"):
        safety_profile("wild")


def test_a_range_that_is_none_is_refused() -> None:
    joints = {**CALIBRATION.joints, "elbow_flex": JointCalibration(3, math.pi, 1, -0.05, 0.05)}
    with pytest.raises(CalibrationError, match=r"elbow_flex 0\.06 rad to move in"):
        limits("normal", Calibration("short", joints))
    joints = {**CALIBRATION.joints, "elbow_flex": JointCalibration(3, 0.5, 1, -1.5, 1.5)}
    with pytest.raises(CalibrationError, match="passes its zero"):
        limits("normal", Calibration("wrapped", joints))


@pytest.mark.parametrize("supply", ["new", "weak_supply"])
@pytest.mark.parametrize("held", SAFETY_PROFILES.own(), ids=lambda held: held.name)
def test_a_stretched_out_arm_is_held_after_a_stop(held: SafetyProfile, supply: str) -> None:
    body = Body((), arm_profile(supply).draw(1))
    stretched = np.array([0.0, 1.3, -1.3, 0.0, 0.0, 0.2])

    def hold(seconds: float, pose: np.ndarray, efforts: np.ndarray) -> None:
        targets = body.arm.direction * pose + body.arm.zero
        for _ in range(round(seconds * 100)):
            now = body.time + 0.01
            for shaft, target, effort in zip(body.shafts, targets, efforts, strict=True):
                shaft.advance(now, Drive(float(target), float(effort)))

    hold(1.0, REST, np.ones(6))
    for share in np.linspace(0.02, 1.0, 50):
        hold(0.04, REST + share * (stretched - REST), np.ones(6))
    hold(1.0, stretched, np.ones(6))
    before = body.positions
    hold(2.0, stretched, held.hold_torque)
    assert np.abs(body.positions - before)[:5].max() < 0.02


@pytest.mark.parametrize("name", [profile.name for profile in SAFETY_PROFILES.own()])
def test_the_jaw_closes_on_a_low_thing_though_the_hand_is_thought_lower_than_it_is(name: str) -> None:
    """As an aligned stranger's hand stood over a block: 2 mm lower than the fingers come down to in simulation."""
    stands = np.array([-0.4, 0.48, -0.21, 1.34, -0.02, 0.34])
    assert ("moving_jaw", "world") in Collisions(0.0045, 0.002).too_near(np.append(stands[:5], 0.12))
    sent, envelope = Sent.at_rest(stands, 0.0), Envelope(limits(name, CALIBRATION), SPACES[name])
    for k in range(20):
        sent = envelope.step(sent, np.append(stands[:5], 0.1), (k + 1) * CONTROL_SECONDS)
    assert sent.targets[5] == pytest.approx(0.1)

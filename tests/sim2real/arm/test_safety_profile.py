"""Safety profiles as files: what a stranger may write, and how it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.robot import CONTROL_SECONDS
from pontine.envs.so101.control import ACTION_SCALE
from pontine.envs.so101.model import FORCE, GRIPPER
from pontine.sim2real.arm import profiles
from pontine.sim2real.arm.safety_profile import SAFETY_PROFILES, SafetyProfileError, safety_profile
from pontine.sim2real.emulation.arm_profile import ARM_PROFILES, ArmProfileError, arm_profile

GENTLE = json.loads((Path(profiles.__file__).parent / "gentle.json").read_text())
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(["value", "unit", "source"]), inner),
)


def changed(**entries: Any) -> dict[str, Any]:
    """The gentle profile's file, some quantities given other values, and those given None left out."""
    data = {k: dict(v) if isinstance(v, dict) else v for k, v in GENTLE.items()}
    for name, entry in entries.items():
        if entry is None:
            del data[name]
        else:
            data[name] = data.get(name, {}) | entry if isinstance(entry, dict) else entry
    return data


def test_those_that_come_with_pontine() -> None:
    assert [p.name for p in SAFETY_PROFILES.own()] == ["gentle", "normal"]
    normal = SAFETY_PROFILES["normal"]
    np.testing.assert_array_equal(normal.velocity, 1.25 * ACTION_SCALE / CONTROL_SECONDS)
    np.testing.assert_array_equal(normal.step, 1.5 * ACTION_SCALE)
    assert normal.torque[GRIPPER] == FORCE[GRIPPER] / FORCE[0]


def test_a_profile_is_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "careful.json"
    path.write_text(json.dumps(changed(celsius={"value": 45}, stall_error={"value": [5] * 6, "unit": "deg"})))
    profile = safety_profile(str(path))
    assert (profile.name, profile.celsius) == ("careful", 45.0)
    np.testing.assert_allclose(profile.stall_error, np.deg2rad(5))


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"celsius": None}, "'mine.json' has no 'celsius'"),
        ({"celsius": {"unit": "K"}}, "'celsius' of 'mine.json' must be in the unit °C, not 'K'"),
        ({"celsius": {"source": ""}}, "the source of 'celsius' of 'mine.json' must be a text"),
        ({"celsius": {"value": "warm"}}, "'celsius' of 'mine.json' must be 1 finite numbers"),
        ({"celsius": 60}, "'celsius' of 'mine.json' must be a JSON object"),
        ({"velocity": {"value": [1, 1, 1]}}, "'velocity' of 'mine.json' must be 6 finite numbers"),
        ({"velocity": {"value": [-1] * 6}}, "'mine.json': velocity must be positive"),
        ({"velocity": {"value": [9] * 6}}, "'mine.json': a step below velocity times the control step"),
        ({"torque": {"value": [2] * 6}}, "'mine.json': torque is a fraction"),
        ({"volts": {"value": [12, 6]}}, "'mine.json': volts must be the least and the most"),
        ({"shaped": {"value": 1}}, "'shaped' of 'mine.json' must be true or false"),
        ({"speed": {"value": 1}}, "'mine.json' has an unknown field 'speed'; valid: about, velocity"),
        ({"about": ""}, "'about' of 'mine.json' must be a text"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_line(tmp_path: Path, entries: dict[str, Any], said: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(changed(**entries)))
    with pytest.raises(SafetyProfileError) as refused:
        safety_profile(str(path))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.sampled_from(sorted(GENTLE)), JSON)
def test_whatever_stands_in_a_file_is_read_or_refused(tmp_path_factory: Any, name: str, value: Any) -> None:
    path = tmp_path_factory.mktemp("profiles") / "any.json"
    path.write_text(json.dumps({**GENTLE, name: value}))
    try:
        profile = safety_profile(str(path))
    except SafetyProfileError as error:
        assert "\n" not in str(error)
    else:
        assert profile.name == "any"


def test_an_emulated_arm_s_profile_is_a_file_too(tmp_path: Path) -> None:
    assert [p.name for p in ARM_PROFILES.own()] == ["new", "stranger", "weak_supply", "worn"]
    path = tmp_path / "mine.json"
    entry = {"value": 1, "source": "chosen"}
    units = {"stiffness": "N m/rad", "friction": "N m", "damping": "N m s/rad", "armature": "kg m^2",
             "backlash": "rad", "delay": "s", "volts": "V", "resistance": "ohm", "mounting_error": "deg",
             "spread": "1"}  # fmt: skip
    data = {"about": "ours", **{name: {**entry, "unit": unit} for name, unit in units.items()}}
    path.write_text(json.dumps(data))
    assert arm_profile(str(path)).mounting_error == np.deg2rad(1)
    data["volts"]["value"] = 0
    path.write_text(json.dumps(data))
    with pytest.raises(ArmProfileError, match=r"'mine\.json': stiffness, armature and volts must be above 0"):
        arm_profile(str(path))


def test_a_package_adds_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow_motion_profile.py").write_text(
        "from pathlib import Path\n"
        "from pontine.sim2real.arm.safety_profile import SAFETY_PROFILES, read_safety_profile\n"
        "SAFETY_PROFILES.register(read_safety_profile(Path(__file__).parent / 'slow_motion.json'))\n"
    )
    (tmp_path / "slow_motion.json").write_text(json.dumps(changed(rest_velocity={"value": 0.1})))
    monkeypatch.setenv("PONTINE_PLUGINS", str(tmp_path))
    try:
        assert safety_profile("slow_motion").rest_velocity == 0.1
        assert SAFETY_PROFILES.origin("slow_motion").startswith("slow_motion_profile")
    finally:
        SAFETY_PROFILES._forget(SAFETY_PROFILES.origin("slow_motion"))


@pytest.mark.parametrize("find", [safety_profile, arm_profile])
def test_a_name_or_a_file_that_is_not_there_is_said(find: Any, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="valid: "):
        find("wild")
    with pytest.raises(PontineError, match=r"cannot read the profile .*No such file"):
        find(str(tmp_path / "none.json"))

"""A stranger's package that declares a fixture with another joint: a lever on a hinge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.strangers.conftest import Runner, Stranger

SCENE = {
    "objects": [
        {"name": "red_cube", "kind": "cube", "color": "red", "position": [0.2, -0.12, 0.015], "size": [0.03] * 3}
    ],
    "fixtures": [{"name": "lever", "kind": "lever", "state": "raised", "position": [0.24, 0.08, 0.0]}],
}

MOVES = """
import json, sys
from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.predicates import holds, parse_predicates
from pontine.envs.scene import Scene
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.fixture_parts import part_of
from pontine.envs.tabletop.layout import fixtures_from_scene, from_scene

scene = Scene.read(sys.argv[1])
robot = SimulatedRobot(from_scene(scene), fixtures_from_scene(scene))
joint = robot.worlds.model.joint("fixture0").dofadr[0]
torque = robot.worlds.batch.bind("qfrc_applied")[:, joint]
pictures, told = [], []
for push in (0.0, 0.05, 0.0, -0.05, 0.0):
    torque[:] = push
    for _ in range(30):
        robot.command(robot.worlds.command[0])
    now = robot.scene()
    lever = now.fixture("lever")
    knob = part_of(lever).position
    goals = parse_predicates("lowered(lever); raised(lever); not raised(lever)")
    told.append([lever.state, round(lever.displacement, 2), [holds(now, g) for g in goals], round(knob[2], 3)])
    pictures.append(robot.render(160, 120, "front", "fast").astype(int))
changed = int((abs(pictures[0] - pictures[2]).max(axis=2) > 40).sum())
print(json.dumps({"told": told, "changed": changed, "origin": FIXTURES.origin("lever")}))
"""


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "scene.json"
    path.write_text(json.dumps(SCENE))
    return path


def test_the_package_keeps_the_contracts(stranger: Stranger, run: Runner) -> None:
    ran = run(stranger("pontine_lever") / "pontine", "check", "pontine-lever")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "lever" in ran.stdout


def test_its_state_is_measured_both_ways_and_it_is_drawn(stranger: Stranger, run: Runner, scene: Path) -> None:
    ran = run(stranger("pontine_lever") / "python", "-W", "error::UserWarning", "-c", MOVES, str(scene))
    assert ran.returncode == 0, ran.stderr
    out = json.loads(ran.stdout)
    raised, lowering, lowered, raising, again = out["told"]
    assert raised == again == ["raised", pytest.approx(0.0, abs=0.01), [False, True, False], 0.074]
    assert lowering[0] == lowered[0] == "lowered"
    assert lowered == ["lowered", pytest.approx(1.05, abs=0.01), [True, False, True], 0.074]
    assert raising[0] == "raised"
    assert out["changed"] > 20
    assert out["origin"] == "pontine-lever"


def test_a_table_is_laid_with_it(stranger: Stranger, run: Runner, scene: Path) -> None:
    """A goal that is true already costs no step; one that no skill brings about is refused."""
    pontine = stranger("pontine_lever") / "pontine"
    report = scene.with_name("report.json")
    ran = run(pontine, "demo", "goal=raised(lever)", f"scene={scene}", f"report={report}")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "lever" in ran.stdout
    final = json.loads(report.read_text())["final_scene"]
    assert [(f["kind"], f["state"]) for f in final["fixtures"]] == [("lever", "raised")]
    assert len(final["robot"]["hand"]) == 3


def test_a_plan_is_made_or_refused(stranger: Stranger, run: Runner, scene: Path) -> None:
    pontine = stranger("pontine_lever") / "pontine"
    out = scene.with_name("plan.json")
    ran = run(pontine, "plan", "goal=raised(lever); holding(red_cube)", f"scene={scene}", f"out={out}")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    plan = json.loads(out.read_text())["plan"]
    assert [(step["skill"], step["args"]) for step in plan["steps"]] == [("pick", ["red_cube"])]
    assert plan["valid"]
    ran = run(pontine, "plan", "goal=lowered(lever)", f"scene={scene}")
    said = ran.stdout + ran.stderr
    assert ran.returncode != 0 or "lowered(lever)" in said
    assert "Traceback" not in said
    assert "skill" in said


BAD = {
    "three_states": ("states=('up', 'middle', 'down')", "there must be two states, not 'up', 'middle', 'down'"),
    "no_axis": ("axis=(0.0, 0.0, 0.0)", "the axis has no length"),
    "backwards": ("travel=-1.0", "travel must be positive"),
    "other_meaning": (
        "states=('open', 'shut'), state_words={}",
        "what is not open is shut, but of a drawer it is closed",
    ),
    "preposition": ("states=('on', 'off'), state_words={}", "predicate 'on' is already registered by pontine"),
    "ball_joint": ("joint='ball'", "unknown joint 'ball'; valid: slide, hinge"),
    "no_such_field": ("colour='red'", "TypeError"),
}


def test_what_cannot_be_is_one_line_that_names_the_package(stranger: Stranger, run: Runner, tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    for name, (change, _) in BAD.items():
        (folder / f"{name}.py").write_text(
            "from dataclasses import replace\nfrom pontine_lever import FIXTURES, LEVER\n"
            f"FIXTURES.register(replace(LEVER, name={name!r}, {change}))\n"
        )
    (folder / "good.py").write_text(
        "from dataclasses import replace\nfrom pontine_lever import FIXTURES, LEVER\n"
        "FIXTURES.register(replace(LEVER, name='switch'))\n"
    )
    ran = run(stranger("pontine_lever") / "pontine", "list", "fixtures", f"plugins={folder}")
    assert ran.returncode == 0, ran.stderr
    assert [line.split()[0] for line in ran.stdout.splitlines()] == ["drawer", "button", "lever", "switch"]
    lines = ran.stderr.splitlines()
    for name, (_, said) in BAD.items():
        (line,) = [line for line in lines if f"plugin {name} in" in line]
        assert "is left out" in line
        assert said in line
    assert "Traceback" not in ran.stderr
